// The units of the layer after the next that may cut a polygon, where that layer is the last and cells are only counted.
//
// On a node that has looked ahead, their forms are an affine map (Ahead::base_after) and C_u h_u for each open unit u of
// the node's layer, and W'_j h'_j for each unit j of the next layer that may cut. All of these give no more than their
// bands (bands.hpp): first the units u, whose lines cut the polygon, on its corners; then with these bands the units j,
// whose real forms lie within the radius of their sums and the errors of the next layer's forms, which hold for the whole
// context, on the box around the polygon; and the same once more tells which units of the last layer cannot cut. The
// roundings of its sums are in their bounds, `errors_after`, and those of the radii, sums of at most `most_bands` numbers
// of one sign, in `slack`.
//
// Nobody asks for pieces or forms of units of the last layer that do not cut. So those are forgotten: nodes and contexts
// below add up and try the others alone, in rows that are so much shorter.
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

constexpr int most_bands = 4096;

}  // namespace

// What the forms of that layer are off in all contexts on a node: what bounds all forms of the next (Ahead::max_ab and
// max_c) bounds theirs, with the roundings of all sums here and of contexts below.
Errors Splitter::errors_after(const Node &node, const Ahead &ahead) const {
    const int l = node.layer, m = node.n_candidates, n = ahead.n;
    const int n_more = ahead.n_roundings + node.n_terms_after + 2 * (m + n) + block_terms;
    return next_errors(frames_[std::size_t(l)]->next, layers_.layers[std::size_t(l + 1)],
                       layers_.layers[std::size_t(l + 2)], n, n_more, ahead.max_ab, ahead.max_c);
}

// How many units may cut: their places among those known are listed in the survivors of their frame.
int Splitter::open_after(const Node &node, const Ahead &ahead, const double *base, const double *base_after,
                         const Errors &errors) {
    const int l = node.layer, m = node.n_candidates;
    const Layer &next = layers_.layers[std::size_t(l + 1)];
    const Frame &frame = *frames_[std::size_t(l)];
    const Units &after = ahead.after;
    const int n = ahead.n;
    const long stride = ahead.stride;
    const Box box = box_of(node.polygon, options_.certified);

    Band *const bands = arena_.take<Band>(std::size_t(m)), *const bands_after = arena_.take<Band>(std::size_t(m + n));
    long m_stride;
    const double *const open = enclose_open(node, box, m_stride);
    int n_after = 0;
    for (; n_after < m; ++n_after) {
        const int unit = node.candidates[n_after].line->unit;
        Band &band = bands[n_after];
        band = {ahead.column(unit), open[n_after], open[m_stride + n_after], open[2 * m_stride + n_after],
                open[3 * m_stride + n_after]};
        bands_after[n_after] = band;
        bands_after[n_after].weights = ahead.columns_after + after.stride * ahead.places[unit];
    }
    double *const forms = arena_.take<double>(8 * std::size_t(stride)), *const given = forms + 4 * stride;
    kernels_.add_bands(forms, base, bands, m, stride);
    const Scan next_scan = scan_of(box, frame.next, next);
    UnitBands units{stride,
                    forms,
                    ahead.breakpoints(),
                    ahead.row_norms(),
                    ahead.abs_biases(),
                    {ahead.slopes(0), ahead.slopes(1)},
                    {ahead.intercepts(0), ahead.intercepts(1)},
                    next.max_slope,
                    next.max_intercept,
                    box.x,
                    box.y,
                    box.rx,
                    box.ry,
                    box.size,
                    next_scan.K_row,
                    next_scan.K_b,
                    given};
    kernels_.enclose_units(&units);
    for (int i = 0; i < n; ++i) {
        const double a = given[i], b = given[stride + i], c = given[2 * stride + i], radius = given[3 * stride + i];
        if (a == 0.0 && b == 0.0 && c == 0.0 && radius == 0.0) continue;
        bands_after[n_after++] = {after.column(ahead.units[i]), a, b, c, radius};
    }

    double *const forms_after = arena_.take<double>(4 * std::size_t(after.stride));
    kernels_.add_bands(forms_after, base_after, bands_after, n_after, after.stride);
    FormBounds common;
    common.set(errors);
    Scan scan = scan_of(box, common, layers_.layers[std::size_t(l + 2)]);
    double *const sums = forms_after + 3 * after.stride;
    for (long j = 0; j < after.stride; ++j)
        sums[j] = (sums[j] + (scan.K_row * after.row_norms()[j] + scan.K_b * after.abs_biases()[j])) * slack;
    scan.base = scan.forms = forms_after;
    scan.terms = nullptr;
    scan.n_terms = 0;
    scan.stride = after.stride;
    scan.breakpoints = after.breakpoints();
    scan.row_norms = sums;
    scan.abs_biases = after.abs_biases();
    scan.K_row = 1.0;
    scan.K_b = 0.0;
    scan.above = arena_.take<std::uint8_t>(std::size_t(after.stride) / 8);
    scan.survivors = frames_[std::size_t(l + 2)]->survivors.data();
    int n_open = kernels_.scan_forms(&scan);
    while (n_open && scan.survivors[n_open - 1] >= after.n) --n_open;  // padding
    return n_open;
}

bool Splitter::is_worth_listing(int l) const {
    if (!options_.count || l + 3 != layers_.n_hidden) return false;
    const Layer &after = layers_.layers[std::size_t(l + 2)];
    return after.kind == Kind::single && !after.repeats;
}

// Forgets the others, on a node that has looked ahead.
void Splitter::list_after(Node &node, Ahead &ahead) {
    const Units known = ahead.after;
    const Errors errors = errors_after(node, ahead);
    if (!errors.are_finite() || node.n_candidates + ahead.n > most_bands) return;
    const Arena::Mark mark = arena_.mark();
    const int n_open = open_after(node, ahead, node.base, ahead.base_after, errors);
    arena_.release(mark);
    const long stride = (n_open + 7) / 8 * 8;
    if (4 * stride > 3 * known.stride) return;  // not worth it yet
    const std::int32_t *const kept = frames_[std::size_t(node.layer + 2)]->survivors.data();
    const auto keep = [&](int n_rows, const auto &row) {
        double *const to = arena_.take<double>(std::size_t(n_rows) * std::size_t(stride));
        keep_columns(to, stride, row, n_rows, kept, n_open);
        return to;
    };
    ahead.base_after = keep(3, [&](int k) { return ahead.base_after + k * known.stride; });
    ahead.columns_after = keep(ahead.n_open, [&](int k) { return ahead.columns_after + k * known.stride; });
    std::int32_t *const units = arena_.take<std::int32_t>(std::size_t(n_open));
    for (int i = 0; i < n_open; ++i) units[i] = known.unit(kept[i]);
    std::int32_t *const places =
        arena_.take<std::int32_t>(std::size_t(layers_.layers[std::size_t(node.layer + 1)].n_out));
    for (int j = 0; j < ahead.n; ++j) places[ahead.units[j]] = j;
    const double *const columns = keep(ahead.n, [&](int j) { return known.column(ahead.units[j]); });
    const double *const numbers = keep(unit_numbers, [&](int k) { return known.numbers + k * known.stride; });
    ahead.after = {n_open, stride, units, places, columns, numbers};
}

}  // namespace leadlight::geometry
