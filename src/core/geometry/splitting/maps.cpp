// The network's outputs on a cell: affine maps in floats, and bounds on their errors.
//
// Sums of floats, started with the context and completed along the way; where terms cancel or leave the range, little
// or nothing of such a sum is right. A map that is not known to a small part of its size, or a number of which not even
// the leading digit is, is made exactly, and rounded.
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

constexpr double of_size = 0x1p-24, of_itself = 0x1p-4;  // parts that errors may be

// The nearest float, and how far it is off.
double rounded(const Dyadic &exact, double &off) {
    const Ball ball = to_ball(exact);
    off = std::isfinite(ball.high) ? (std::fabs(ball.low) + ball.error) * slack : infinity;
    return ball.high;
}

}  // namespace

// Of an output's a, b and c; the bounds are for a and b, and for c.
bool Splitter::is_known(const double *map, const double *bounds) const {
    const double slope = larger(std::fabs(map[0]), std::fabs(map[1]));
    for (int i = 0; i < 2; ++i)
        if (layers_.uses_input[i] && !(bounds[0] <= of_itself * std::fabs(map[i]))) return false;
    return bounds[0] <= of_size * slope && bounds[1] <= of_itself * std::fabs(map[2]) &&
           bounds[1] <= of_size * (std::fabs(map[2]) + slope * size_);
}

// Whether an output is constant on the cell that has just been found, as all units that it takes are at 0: where a
// network is flat, its maps are known without sums.
bool Splitter::is_bias_alone(int output) const {
    const int n_hidden = layers_.n_hidden;
    if (n_hidden == 0) return false;
    const Layer &layer = layers_.layers[std::size_t(n_hidden - 1)], &last = layers_.layers.back();
    for (int j = 0; j < layer.n_out; ++j) {
        if (last.weights[last.stride * j + output] == 0.0) continue;
        if (!layer.pieces) return false;
        const int piece = piece_of(n_hidden - 1, j);
        if (layer.pieces[j].slopes[piece] != 0.0 || layer.pieces[j].intercepts[piece] != 0.0) return false;
    }
    return true;
}

void Splitter::add_maps(const Node &node) {
    const Layer &last = layers_.layers.back();
    const auto stride = std::size_t(last.stride);
    const Arena::Mark mark = arena_.mark();
    double *const forms = arena_.take<double>(3 * stride);
    kernels_.add_terms(forms, node.base, nullptr, node.terms, node.n_terms, last.stride);
    FormBounds errors;
    errors.ab = arena_.take<double>(2 * stride);
    errors.c = errors.ab + stride;
    if (layers_.n_hidden) take_bounds(node, frames_.back()->next, errors, last);
    std::optional<Context> exact;
    for (int j = 0; j < last.n_out; ++j) {
        double *const map = out_.maps.extend(3);
        for (int i = 0; i < 3; ++i) map[i] = forms[i * last.stride + j];
        double bounds[2] = {errors.of_ab(last, j) * slack, errors.of_c(last, j) * slack};
        if (options_.certified && !is_known(map, bounds)) {
            if (is_bias_alone(j)) {
                map[0] = map[1] = bounds[0] = bounds[1] = 0.0;
                map[2] = last.biases[j];
            } else {
                if (!exact) start_outputs(exact);
                const ExactForm &form = exact->exact_form(j);
                double off;
                map[0] = rounded(form.a, bounds[0]);
                map[1] = rounded(form.b, off);
                bounds[0] = larger(bounds[0], off);
                map[2] = rounded(form.c, bounds[1]);
            }
        }
        if (!options_.stream) {
            double *const to = out_.map_errors.extend(2);
            to[0] = bounds[0];
            to[1] = bounds[1];
        }
    }
    arena_.release(mark);
}

// The context of the outputs on the cell that has just been found.
void Splitter::start_outputs(std::optional<Context> &outputs) {
    const int n_hidden = layers_.n_hidden;
    if (n_hidden == 0) {
        outputs.emplace(layers_.net);
        return;
    }
    const Layer &last = layers_.layers[std::size_t(n_hidden - 1)];
    std::uint8_t *const pieces = arena_.take<std::uint8_t>(std::size_t(last.n_out));
    for (int j = 0; j < last.n_out; ++j) pieces[j] = std::uint8_t(piece_of(n_hidden - 1, j));
    outputs.emplace(exact_context(n_hidden - 1), last.pieces ? pieces : nullptr);
}

}  // namespace leadlight::geometry
