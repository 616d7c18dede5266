// Nodes with few open units in all layers to come, counted by local.hpp.
//
// One layer ahead, `ahead.cpp` has found the units that may cut. Those of the layer after that are found here: their
// forms are an affine map and W' times what the open units of both layers give, for which their enclosures stand. A
// unit of the next layer is within F +- s on the polygon (its form with enclosures for the lines' units, and all that
// it may be off), so that what it gives is within slope F + offset +- (radius + |slope| s).
//
// Errors of the forms in any cell are those that contexts below would have: the bounds of the next layer hold for the
// whole context already, and those of the layer after follow from what bounds all forms of the next (Ahead::max_ab and
// max_c), with the roundings of all sums in `local.cpp` counted.
#include <algorithm>
#include <cmath>

#include "../splitting/ahead.hpp"
#include "local.hpp"

namespace leadlight::geometry {

namespace {

// Where trying pays, by trial.
constexpr int most_lines = 24, most_next = 48, most_after = 56;
constexpr std::size_t scratch_size = std::size_t(1) << 18;

long rounded_up(int n) { return (long(n) + 7) / 8 * 8; }

}  // namespace

// The units of the layer after the next that may cut the polygon, listed in the survivors of their frame.
int Splitter::open_after(const Node &node, const double *base, const double *base_after, const Errors &errors) {
    const int l = node.layer, m = node.n_candidates;
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const Layer &after = layers_.layers[std::size_t(l + 2)];
    const Frame &frame = *frames_[std::size_t(l)];
    Frame &frame_after = *frames_[std::size_t(l + 2)];
    const Ahead &ahead = *node.ahead;
    const int n = ahead.n;
    const long stride = ahead.stride;
    const Box box = box_of(node.polygon, options_.certified);

    Term *const chords = arena_.take<Term>(2 * std::size_t(m)), *const bounds = chords + m;
    Term *const chords_after = arena_.take<Term>(2 * std::size_t(m + n)), *const bounds_after = chords_after + m + n;
    int n_after = 0;
    for (int i = 0; i < m; ++i) {
        const Line &line = *node.candidates[i].line;
        const double *const form = frame.forms + line.unit;
        const Enclosure chord = enclose(layer, form, line, node.polygon, box);
        const int place = ahead.places[line.unit];
        const double *const weights = ahead.columns + stride * place;
        const double *const weights_after = ahead.columns_after + after.stride * place;
        const double a = chord.slope * form[0], b = chord.slope * form[layer.stride];
        const double c = chord.slope * form[2 * layer.stride] + chord.offset;
        chords[i] = {weights, a, b, c};
        bounds[i] = {weights, chord.radius, 0.0, 0.0};
        chords_after[n_after] = {weights_after, a, b, c};
        bounds_after[n_after++] = {weights_after, chord.radius, 0.0, 0.0};
    }
    double *const forms = arena_.take<double>(4 * std::size_t(stride)), *const radii = forms + 3 * stride;
    kernels_.add_terms(forms, base, nullptr, chords, m, stride);
    std::fill(radii, radii + stride, 0.0);
    kernels_.add_radii(radii, bounds, m, stride);
    for (int i = 0; i < n; ++i) {
        const int unit = ahead.units[i];
        const double a = forms[i], b = forms[stride + i], c = forms[2 * stride + i];
        const double size = (std::fabs(a) + std::fabs(b)) * box.size + std::fabs(c);
        const double error = frame.next.of_ab(next, unit) * box.reach + frame.next.of_c(next, unit);
        const double off = (radii[i] + (error + 0x1p-48 * size)) * slack;
        const double middle = (a * box.x + b * box.y) + c, half = std::fabs(a) * box.rx + std::fabs(b) * box.ry + off;
        const double t = next.pieces[unit].breakpoints[0], low = middle - half, high = middle + half;
        const int piece = low > t;
        const bool open = !piece && !(high < t);
        Enclosure chord{next.pieces[unit].slopes[piece], next.pieces[unit].intercepts[piece], 0.0};
        if (!open && chord.slope == 0.0 && chord.offset == 0.0) continue;
        const double whole = size + std::fabs(low) + std::fabs(high) + std::fabs(t);
        if (open)
            chord = enclose(next, unit, std::min(low, t), std::max(high, t), whole);
        else
            chord.radius = 0x1p-40 * (next.max_slope * whole + next.max_intercept);
        const double *const weights = after.weights + after.stride * unit;
        chords_after[n_after] = {weights, chord.slope * a, chord.slope * b, chord.slope * c + chord.offset};
        bounds_after[n_after++] = {weights, chord.radius + std::fabs(chord.slope) * off, 0.0, 0.0};
    }

    double *const sums = arena_.take<double>(std::size_t(after.stride));
    std::fill(sums, sums + after.stride, 0.0);
    kernels_.add_radii(sums, bounds_after, n_after, after.stride);
    FormBounds common;
    common.set(errors);
    Scan scan = scan_of(box, common, after);
    for (long j = 0; j < after.stride; ++j)
        sums[j] = (sums[j] + (scan.K_row * after.row_norms[j] + scan.K_b * after.abs_biases[j])) * slack;
    scan.base = base_after;
    scan.terms = chords_after;
    scan.n_terms = n_after;
    scan.forms = arena_.take<double>(3 * std::size_t(after.stride));
    scan.row_norms = sums;
    scan.K_row = 1.0;
    scan.K_b = 0.0;
    scan.above = arena_.take<std::uint8_t>(std::size_t(after.stride) / 8);
    scan.survivors = frame_after.survivors.data();
    int n_open = kernels_.scan_forms(&scan);
    while (n_open && scan.survivors[n_open - 1] >= after.n_out) --n_open;  // padding
    return n_open;
}

bool Splitter::is_worth_counting(const Node &node) const {
    const int n_layers = layers_.n_hidden - node.layer, m = node.n_candidates;
    if (!options_.count || n_layers < 2 || n_layers > 3 || !node.ahead || m > most_lines || node.ahead->n > most_next ||
        node.polygon.n >= local_corners || (node.tried && 2 * m > node.tried))
        return false;
    const Layer &after = layers_.layers[std::size_t(node.layer + 2)];
    return n_layers == 2 || (after.kind == Kind::single && !after.repeats && node.ahead->columns_after);
}

// Whether all cells of a node could be counted without exact signs.
bool Splitter::count_locally(Node &node) {
    const int l = node.layer, m = node.n_candidates, n_layers = layers_.n_hidden - l;
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const Layer &after = layers_.layers[std::size_t(l + 2)];
    const Frame &frame = *frames_[std::size_t(l)];
    const Ahead &ahead = *node.ahead;
    const int n = ahead.n;
    node.tried = m;
    const Arena::Mark mark = arena_.mark();
    const auto give_up = [&] {
        arena_.release(mark);
        return false;
    };

    double *const base_next = arena_.take<double>(3 * std::size_t(ahead.stride));
    kernels_.add_terms(base_next, node.base, nullptr, node.terms, node.n_terms, ahead.stride);
    double *base_after = nullptr;
    const std::int32_t *kept = nullptr;
    int n_after = 0;
    FormBounds bounds_after;
    if (n_layers == 3) {
        base_after = arena_.take<double>(3 * std::size_t(after.stride));
        kernels_.add_terms(base_after, ahead.base_after, nullptr, node.terms_after, node.n_terms_after, after.stride);
        const int n_more = ahead.n_roundings + node.n_terms_after + 2 * (m + n) + block_terms;
        const Errors errors = next_errors(frame.next, next, after, n, n_more, ahead.max_ab, ahead.max_c);
        if (!std::isfinite(errors.ab + errors.c + errors.b)) return give_up();
        bounds_after.set(errors);
        n_after = open_after(node, base_next, base_after, errors);
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
    double *const numbers = arena_.take<double>(std::size_t((6 + m) * stride + 4 * units.next + n * stride_after));
    std::fill(numbers, numbers + (6 + m) * stride + 4 * units.next + n * stride_after, 0.0);
    double *const breakpoints = numbers, *const e_ab = breakpoints + stride, *const e_c = e_ab + stride;
    double *const base = e_c + stride, *const columns = base + 3 * stride, *const pieces = columns + m * stride;
    double *const weights = pieces + 4 * units.next;
    for (int k = 0; k < 2; ++k) {
        units.slopes[k] = pieces + 2 * k * units.next;
        units.intercepts[k] = pieces + (2 * k + 1) * units.next;
    }
    for (int i = 0; i < n; ++i) {
        const int unit = ahead.units[i];
        breakpoints[i] = ahead.breakpoints[i];
        e_ab[i] = frame.next.of_ab(next, unit) + 0x1p-1000;
        e_c[i] = frame.next.of_c(next, unit) + 0x1p-1000;
        for (int k = 0; k < 3; ++k) base[k * stride + i] = base_next[k * ahead.stride + i];
        for (int k = 0; k < 2; ++k) {
            pieces[2 * k * units.next + i] = next.pieces[unit].slopes[k];
            pieces[(2 * k + 1) * units.next + i] = next.pieces[unit].intercepts[k];
        }
        for (int j = 0; j < n_after; ++j) weights[i * stride_after + j] = after.weights[after.stride * unit + kept[j]];
    }
    for (int j = 0; j < n_after; ++j) {
        const long to = units.next + j;
        breakpoints[to] = after.breakpoints[kept[j]];
        e_ab[to] = bounds_after.of_ab(after, kept[j]) + 0x1p-1000;
        e_c[to] = bounds_after.of_c(after, kept[j]) + 0x1p-1000;
        for (int k = 0; k < 3; ++k) base[k * stride + to] = base_after[k * after.stride + kept[j]];
    }
    LocalLine *const lines = arena_.take<LocalLine>(std::size_t(m));
    for (int i = 0; i < m; ++i) {
        const Line &line = *node.candidates[i].line;
        const double *const form = frame.forms + line.unit;
        const Pieces &unit = layer.pieces[line.unit];
        double *const column = columns + i * stride;
        const int place = ahead.places[line.unit];
        std::copy_n(ahead.columns + ahead.stride * place, ahead.stride, column);
        for (int j = 0; j < n_after; ++j) column[units.next + j] = ahead.columns_after[after.stride * place + kept[j]];
        lines[i] = {line,
                    form[0],
                    form[layer.stride],
                    form[2 * layer.stride],
                    {unit.slopes[0], unit.slopes[1]},
                    {unit.intercepts[0], unit.intercepts[1]},
                    column};
    }
    units.breakpoints = breakpoints;
    units.e_ab = e_ab;
    units.e_c = e_c;
    units.zero_below = next.zero_below;
    units.columns = weights;
    const Polygon &polygon = node.polygon;
    const Line **const sides = arena_.take<const Line *>(std::size_t(polygon.n));
    for (int i = 0; i < polygon.n; ++i) sides[i] = polygon.sides[i].line;
    if (!scratch_) scratch_.reset(new char[scratch_size + 64]);
    problem.n_corners = polygon.n;
    problem.x = polygon.x, problem.y = polygon.y, problem.e = polygon.e;
    problem.sides = sides;
    problem.n_lines = m;
    problem.lines = lines;
    problem.n_layers = n_layers;
    problem.continuous = layers_.continuous;
    problem.base = base;
    problem.scratch = scratch_.get() + (64 - reinterpret_cast<std::uintptr_t>(scratch_.get()) % 64);
    problem.scratch_size = scratch_size;
    if (!kernels_.count_locally(&problem)) return give_up();
    for (int k = 0; k < n_layers; ++k) layer_counts_[std::size_t(l + 1 + k)] += problem.cells[k];
    float_signs_ += problem.signs;
    if (layer_counts_[std::size_t(layers_.n_hidden)] - told_cells_ >= told_every_) check_progress();
    arena_.release(mark);
    return true;
}

}  // namespace leadlight::geometry
