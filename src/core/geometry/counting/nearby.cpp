// Nodes with few open units in all layers to come, counted by local.hpp.
//
// One layer ahead, `ahead.cpp` has found the units that may cut; of the layer after that, `after.cpp` has. Here these are
// found once more, on this very polygon, and laid side by side for the kernel. Errors of the forms in any cell are those
// that contexts below would have: the bounds of the next layer hold for the whole context already, and those of the
// layer after count the roundings of all sums in `local.cpp`.
#include <algorithm>
#include <cmath>

#include "../splitting/frame.hpp"
#include "local.hpp"

namespace leadlight::geometry {

namespace {

// Where trying pays, by trial.
constexpr int most_lines = 16, most_next = 56, most_after = 64;
static_assert(most_lines <= local_lines && most_next <= local_units && most_after <= local_units,
              "the kernel has room");

long rounded_up(int n) { return (long(n) + 7) / 8 * 8; }

}  // namespace

bool Splitter::is_worth_counting(const Node &node) const {
    const int n_layers = layers_.n_hidden - node.layer, m = node.n_candidates;
    if (!options_.count || !layers_.continuous || n_layers < 2 || n_layers > 3 || !node.ahead || m > most_lines ||
        node.ahead->n > most_next || node.polygon.n >= local_corners || (node.tried && 2 * m > node.tried))
        return false;
    const Layer &after = layers_.layers[std::size_t(node.layer + 2)];
    return n_layers == 2 || (after.kind == Kind::single && !after.repeats && node.ahead->columns_after);
}

// Whether all cells of a node could be counted without exact signs.
bool Splitter::count_locally(Node &node) {
    const int l = node.layer, m = node.n_candidates, n_layers = layers_.n_hidden - l;
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const Frame &frame = *frames_[std::size_t(l)];
    const Ahead &ahead = *node.ahead;
    const Units &after = ahead.after;
    const int n = ahead.n;
    node.tried = m;
    const Arena::Mark mark = arena_.mark();
    const auto give_up = [&] {
        arena_.release(mark);
        return false;
    };

    if (!frame.next.errors.are_finite()) return give_up();
    double *const base_next = arena_.take<double>(3 * std::size_t(ahead.stride));
    kernels_.add_terms(base_next, node.base, nullptr, node.terms, node.n_terms, ahead.stride);
    double *base_after = nullptr;
    const std::int32_t *kept = nullptr;
    int n_after = 0;
    Errors errors_of_after;
    if (n_layers == 3) {
        base_after = arena_.take<double>(3 * std::size_t(after.stride));
        kernels_.add_terms(base_after, ahead.base_after, nullptr, node.terms_after, node.n_terms_after, after.stride);
        errors_of_after = errors_after(node, ahead);
        if (!errors_of_after.are_finite()) return give_up();
        n_after = open_after(node, ahead, base_next, base_after, errors_of_after);
        if (n_after > most_after) return give_up();
        kept = frames_[std::size_t(l + 2)]->survivors.data();
    }

    LocalProblem problem{};
    LocalUnits &units = problem.units;
    units.n_next = n;
    units.n_after = n_after;
    units.next = ahead.stride;
    const long stride_after = rounded_up(n_after), stride = units.next + stride_after;
    units.stride = stride;
    // Rows of both layers' units side by side: breakpoints, errors, forms, and a column of each line.
    const int n_rows = 6 + m;
    double *const rows = arena_.take<double>(std::size_t(n_rows * stride));
    const auto unit_of = [&](int i) { return node.candidates[i].line->unit; };
    for (int k = 0; k < n_rows; ++k) {
        const double *const from = k < 3   ? ahead.numbers + k * ahead.stride
                                   : k < 6 ? base_next + (k - 3) * ahead.stride
                                           : ahead.column(unit_of(k - 6));
        std::copy_n(from, ahead.stride, rows + k * stride);
    }
    double *const weights = arena_.take<double>(std::size_t(n * stride_after));
    if (n_after) {
        const auto row_after = [&](int k) {
            return k < 3   ? after.numbers + k * after.stride
                   : k < 6 ? base_after + (k - 3) * after.stride
                           : ahead.columns_after + after.stride * ahead.places[unit_of(k - 6)];
        };
        keep_columns(rows + units.next, stride, row_after, n_rows, kept, n_after);
        keep_columns(weights, stride_after, [&](int i) { return after.column(ahead.units[i]); }, n, kept, n_after);
    }
    double *const e_ab = rows + stride, *const e_c = e_ab + stride;
    const auto bound = [&](long first, long end, const Errors &errors) {  // in place of row norms and sizes of biases
        for (long i = first; i < end; ++i) {
            const double norm = e_ab[i], bias = e_c[i];
            e_ab[i] = errors.ab * norm * slack + 0x1p-999;
            e_c[i] = (errors.c * norm + errors.b * bias) * slack + 0x1p-999;
        }
    };
    bound(0, units.next, frame.next.errors);
    bound(units.next, stride, errors_of_after);
    LocalLine *const lines = arena_.take<LocalLine>(std::size_t(m));
    for (int i = 0; i < m; ++i) {
        const Line &line = *node.candidates[i].line;
        const double *const form = frame.forms + line.unit;
        lines[i] = {line,
                    form[0],
                    form[layer.stride],
                    form[2 * layer.stride],
                    {layer.slopes[0][line.unit], layer.slopes[1][line.unit]},
                    {layer.intercepts[0][line.unit], layer.intercepts[1][line.unit]},
                    rows + (6 + i) * stride};
    }
    for (int piece = 0; piece < 2; ++piece) {
        units.slopes[piece] = ahead.slopes(piece);
        units.intercepts[piece] = ahead.intercepts(piece);
    }
    units.breakpoints = rows;
    units.e_ab = e_ab;
    units.e_c = e_c;
    units.zero_below = next.zero_below;
    units.columns = weights;
    const Polygon &polygon = node.polygon;
    const Line **const sides = arena_.take<const Line *>(std::size_t(polygon.n));
    for (int i = 0; i < polygon.n; ++i) sides[i] = polygon.sides[i].line;
    if (!scratch_) scratch_.reset(new char[local_scratch + 64]);
    problem.n_corners = polygon.n;
    problem.x = polygon.x, problem.y = polygon.y, problem.e = polygon.e;
    problem.sides = sides;
    problem.n_lines = m;
    problem.lines = lines;
    problem.n_layers = n_layers;
    problem.base = rows + 3 * stride;
    problem.scratch = scratch_.get() + (64 - reinterpret_cast<std::uintptr_t>(scratch_.get()) % 64);
    if (!kernels_.count_locally(&problem)) return give_up();
    for (int k = 0; k < n_layers; ++k) layer_counts_[std::size_t(l + 1 + k)] += problem.cells[k];
    float_signs_ += problem.signs;
    if (layer_counts_[std::size_t(layers_.n_hidden)] - told_cells_ >= told_every_) check_progress();
    arena_.release(mark);
    return true;
}

}  // namespace leadlight::geometry
