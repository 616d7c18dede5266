// The forms of the next layer in a context: sums of terms and their error bounds.
#include <algorithm>
#include <cmath>
#include <limits>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

// The gamma of filter.hpp for the sums of a layer's terms, some of them of units that are still open.
double sum_bound(const Layer &layer, int n_open, int n_more = 0) {
    // Summed in blocks, and one by one those that are still open. A node with two terms or more adds them up as a block
    // too: one more rounding each.
    const double n_roundings = block_terms + layer.n_out / block_terms + 2.0 * n_open + n_more + 6.0;
    const double n = n_roundings * 0x1p-53;
    return n / (1.0 - n);
}

}  // namespace

// Asks which units of a layer are open, in ascending order.
class Splitter::OpenUnits {
  public:
    OpenUnits(const Frame &frame, const Layer &layer)
        : kind_(layer.kind), next_(frame.survivors.data()), open_(frame.open.data()) {}

    bool has(int unit) {
        if (kind_ != Kind::single) return kind_ == Kind::several && open_[unit] > 0;
        while (*next_ < unit) ++next_;
        return *next_ == unit;
    }

  private:
    Kind kind_;
    const std::int32_t *next_;
    const int *open_;
};

// In place of the survivors, kind single: the units that the node's candidates decide.
void Splitter::list_open_units(const Node &node, Frame &frame, const Layer &layer) const {
    std::int32_t *end = frame.survivors.data();
    for (int i = 0; i < node.n_candidates; ++i) {
        const int unit = node.candidates[i].line->unit;
        *end++ = unit;
        if (!layer.repeats) continue;
        const int *const starts = layer.repeats->starts.data() + unit;
        for (int k = starts[0]; k < starts[1]; ++k) *end++ = layer.repeats->copies[std::size_t(k)].unit;
    }
    std::sort(frame.survivors.data(), end);
    *end = std::numeric_limits<std::int32_t>::max();
}

// Those of a layer's forms on a node that is about to enter it.
void Splitter::take_bounds(const Node &node, const FormBounds &before, FormBounds &bounds, const Layer &layer) const {
    bounds.errors = before.errors;
    bounds.by_unit = before.by_unit;
    if (node.n_sloped == 0) bounds.errors.ab = 0.0;
    if (node.n_nonzero == 0) bounds.errors.c = bounds.errors.b = 0.0;
    if (!before.by_unit) return;
    if (node.n_sloped == 0)
        std::fill(bounds.ab, bounds.ab + layer.stride, 0.0);
    else
        std::copy(before.ab, before.ab + layer.stride, bounds.ab);
    if (node.n_nonzero == 0)
        std::fill(bounds.c, bounds.c + layer.stride, 0.0);
    else
        std::copy(before.c, before.c + layer.stride, bounds.c);
}

Errors Splitter::next_errors(const FormBounds &bounds, const Layer &layer, const Layer &next, int n_open, int n_more,
                             double max_ab, double max_c) const {
    if (!options_.certified) return Errors();
    double most_ab = bound_product(bounds.errors.ab, layer.max_row_norm);
    double most_c =
        bound_product(bounds.errors.c, layer.max_row_norm) + bound_product(bounds.errors.b, layer.max_abs_bias);
    if (bounds.by_unit) {
        most_ab = *std::max_element(bounds.ab, bounds.ab + layer.n_out);
        most_c = *std::max_element(bounds.c, bounds.c + layer.n_out);
    }
    const double M_ab = bound_product(layer.max_slope, max_ab) * slack;
    const double M_c = (bound_product(layer.max_slope, max_c) + layer.max_intercept) * slack;
    double E_ab = bound_product(layer.max_slope, most_ab);
    double E_c = bound_product(layer.max_slope, most_c);
    // A quantum that underflowed is 0, and nothing but 0 is a multiple of it.
    if (layer.slopes_round && !(E_ab == 0.0 && M_ab <= 0x1p53 * layer.quantum_h_ab))
        E_ab += bound_product(0x1p-52, M_ab);
    if ((layer.slopes_round || layer.max_intercept != 0.0) && !(E_c == 0.0 && M_c <= 0x1p53 * layer.quantum_h_c))
        E_c += bound_product(0x1p-51, M_c);
    const double gamma = sum_bound(layer, n_open, n_more);
    Errors result;
    // Floats that cancel or underflow to 0 have their errors all the same.
    const double largest_ab = bound_product(next.max_row_norm, M_ab);
    if ((M_ab != 0.0 || E_ab != 0.0) && !(E_ab == 0.0 && largest_ab <= 0x1p52 * next.quantum_ab))
        result.ab = (E_ab + gamma * M_ab) * slack + 0x1p-1000;
    const double largest_c = bound_product(next.max_row_norm, M_c) + next.max_abs_bias;
    if ((M_c != 0.0 || E_c != 0.0) && !(E_c == 0.0 && largest_c <= 0x1p52 * next.quantum_c)) {
        result.c = (E_c + gamma * M_c) * slack + 0x1p-1000;
        result.b = gamma * slack;
    }
    if (!(largest_ab < huge && largest_c < huge)) result = {infinity, infinity, infinity};
    return result;
}

// The base of what the decided units of layer l are to the next. With those looked ahead to it has begun already.
void Splitter::start_next_forms(Node &node, Frame &frame, int l, const Ahead *ahead, const Term *terms_after,
                                int n_terms_after) {
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const long stride = node.ahead ? node.ahead->stride : next.stride;
    double *const base = arena_.take<double>(3 * std::size_t(stride));
    const Arena::Mark mark = arena_.mark();
    node.terms = arena_.take<Term>(std::size_t(layer.n_out + n_terms_after));
    node.n_sloped = node.n_nonzero = 0;
    if (ahead) {
        OpenUnits open(frame, layer);
        node.n_terms = n_terms_after;
        std::copy(terms_after, terms_after + n_terms_after, node.terms);
        node.n_sloped = ahead->n_sloped;
        node.n_nonzero = ahead->n_nonzero;
        for (int i = 0; i < ahead->n; ++i) {
            const int unit = ahead->units[i];
            if (!open.has(unit)) add_term(node, frame, l, unit, piece_of(l, unit));
        }
    } else if (layer.kind == Kind::single) {
        OpenUnits open(frame, layer);
        const std::uint8_t *const row = row_.data() + layer.pattern_start;
        for (int j = 0; j < layer.n_out; ++j) {
            if (layer.zero_below && j % 8 == 0 && row[j / 8] == 0) {
                j += 7;
                continue;
            }
            const int piece = row[j / 8] >> (j % 8) & 1;
            if ((piece || !layer.zero_below) && !open.has(j)) add_term(node, frame, l, j, piece);
        }
    } else {
        for (int j = 0; j < layer.n_out; ++j)
            if (layer.kind == Kind::straight || frame.open[std::size_t(j)] == 0)
                add_term(node, frame, l, j, layer.kind == Kind::straight ? 0 : piece_of(l, j));
    }
    kernels_.add_terms(base, ahead ? ahead->base_after : nullptr, next.biases, node.terms, node.n_terms, stride);
    arena_.release(mark);
    node.base = base;
    node.terms = nullptr;
    node.n_terms = 0;
}

// Bounds for each unit of the next layer, where those are kept: |W| times what each unit of this one is off.
void Splitter::bound_next_forms(const Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const Errors &errors = frame.next.errors;
    if (!next.bounds_by_unit || !options_.certified || !std::isfinite(errors.ab + errors.c)) return;
    frame.next.by_unit = true;
    const Arena::Mark mark = arena_.mark();
    const auto stride = std::size_t(next.stride);
    double *const sums = arena_.take<double>(3 * stride);
    Term *const terms = arena_.take<Term>(std::size_t(layer.n_out) + 1);
    const double gamma = sum_bound(layer, most_open(node));
    OpenUnits open(frame, layer);
    int n = 0;
    terms[n++] = {next.abs_biases, 0.0, 0.0, gamma};
    for (int j = 0; j < layer.n_out; ++j) {
        double slope = layer.max_slope, intercept = layer.max_intercept;
        if (!open.has(j)) {
            slope = 1.0, intercept = 0.0;
            if (layer.pieces) {
                const int piece = piece_of(l, j);
                slope = std::fabs(layer.pieces[j].slopes[piece]);
                intercept = std::fabs(layer.pieces[j].intercepts[piece]);
            }
        }
        if (slope == 0.0 && intercept == 0.0) continue;
        // What the unit is off, its own rounding included, and what its term is off when it is summed.
        // A denormal one is off by more than its part.
        const double h_ab =
            slope * larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j])) + 0x1p-1000;
        const double h_c = slope * std::fabs(frame.forms[2 * layer.stride + j]) + intercept + 0x1p-1000;
        terms[n++] = {next.weights + next.stride * j, slope * frame.bounds.of_ab(layer, j) + (gamma + 0x1p-52) * h_ab,
                      0.0, slope * frame.bounds.of_c(layer, j) + (gamma + 0x1p-51) * h_c};
    }
    std::fill(sums, sums + 3 * stride, 0.0);
    kernels_.add_bounds(sums, terms, n, next.stride);
    for (std::size_t j = 0; j < stride; ++j) {
        frame.next.ab[j] = errors.ab == 0.0 ? 0.0 : sums[j] * slack + 0x1p-1000;
        frame.next.c[j] = errors.c == 0.0 && errors.b == 0.0 ? 0.0 : sums[2 * stride + j] * slack + 0x1p-1000;
    }
    arena_.release(mark);
}

}  // namespace leadlight::geometry
