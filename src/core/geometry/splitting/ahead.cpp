// Looking ahead: the units of the next layer decided on a whole polygon, before its contexts are known.
//
// In a node with few open units, the forms of the next layer are an affine map so far, and an open unit u adds W_ju h_u
// with h_u within lambda f_u + mu +- r on the polygon: the chord of the activation (bands.hpp). So one scan with these terms, and
// sum_u |W_ju| r_u in the bounds, tells which units j cannot cut any context below. Contexts then look at the others
// alone: at some ten of 256. And what the decided units are to the layer after the next, sum_j W'_ij s_j z_j, is an
// affine map with one column C_iu = sum_j W'_ij s_j W_ju for each open unit, so that it is summed once for all contexts
// below, which add C_iu h_u for those of their units that are on: most of the work of full products is gone. Where that
// is the last layer and cells are counted, its units are looked at in advance too; see after.cpp.
//
// Errors: what the terms of a decided unit j are off is bounded as if they were summed in the context, with
// |base_j| + sum_u |W_ju| max |h_u| in place of |z_j| (Ahead::max_ab, max_c), as the sums of absolute values that
// products in another order ask for, and their roundings counted (Ahead::n_roundings).
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

// Where looking pays, by trial. With more open units little is decided; with fewer than half as many open as when one
// looked last, some more is; and few units of the next layer are as soon looked at in each context.
constexpr int least_left = 8;
constexpr int most_open_units = 32, least_units = 32, least_units_of_last = 128;
constexpr int most_open_to_count = 64, least_to_count = 16;

}  // namespace

// What the units that may cut a node give on it: a, b, c and the radius of each, in rows of so many numbers.
const double *Splitter::enclose_open(const Node &node, const Box &box, long &stride) {
    const Layer &layer = layers_.layers[std::size_t(node.layer)];
    const Polygon &polygon = node.polygon;
    stride = (node.n_candidates + 7) / 8 * 8;
    double *const out = arena_.take<double>(4 * std::size_t(stride));
    LineBands bands{node.candidates,
                    node.n_candidates,
                    frames_[std::size_t(node.layer)]->forms,
                    layer.stride,
                    layer.breakpoints,
                    {layer.slopes[0], layer.slopes[1]},
                    {layer.intercepts[0], layer.intercepts[1]},
                    layer.max_slope,
                    layer.max_intercept,
                    polygon.x,
                    polygon.y,
                    polygon.e,
                    polygon.n,
                    box.size,
                    out,
                    stride};
    kernels_.enclose_lines(&bands);
    return out;
}

// Where a few units are open, and many fewer than when one looked last.
bool Splitter::is_worth_looking(const Node &node) const {
    const int m = node.n_candidates, l = node.layer;
    if (is_worth_counting(node)) return false;
    const int most = options_.count ? most_open_to_count : most_open_units;
    if (m < 2 || m > most || !node.base || l + 1 >= layers_.n_hidden) return false;
    if (node.ahead) return 2 * m <= node.ahead->n_open && node.ahead->n > least_left;
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const bool goes_on = needs_forms_after(l + 1);
    if (next.n_out < (options_.count ? least_to_count : goes_on ? least_units : least_units_of_last)) return false;
    if (next.bounds_by_unit || (goes_on && layers_.layers[std::size_t(l + 2)].bounds_by_unit)) return false;
    return layer.kind == Kind::single && next.kind == Kind::single && !layer.repeats && !next.repeats;
}

void Splitter::look_ahead(Node &node) {
    const int l = node.layer, m = node.n_candidates;
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    const Frame &frame = *frames_[std::size_t(l)];
    Frame &next_frame = *frames_[std::size_t(l + 1)];
    const Ahead *const before = node.ahead;
    const Units known = before ? static_cast<const Units &>(*before) : all_units(next);
    const int n = known.n;
    const long stride = known.stride;

    double *const base = arena_.take<double>(3 * std::size_t(stride));
    kernels_.add_terms(base, node.base, nullptr, node.terms, node.n_terms, stride);
    node.base = base;
    node.n_terms = 0;
    const Arena::Mark mark = arena_.mark();

    // The open units as chords, and in the bounds.
    Term *const chords = arena_.take<Term>(2 * std::size_t(m)), *const bounds = chords + m;
    const Box box = box_of(node.polygon, options_.certified);
    long m_stride;
    const double *const given = enclose_open(node, box, m_stride);
    for (int i = 0; i < m; ++i) {
        const int unit = node.candidates[i].line->unit;
        const double *const form = frame.forms + unit, *const weights = known.column(unit);
        const double a = form[0], b = form[layer.stride], c = form[2 * layer.stride];
        chords[i] = {weights, given[i], given[m_stride + i], given[2 * m_stride + i]};
        bounds[i] = {weights, given[3 * m_stride + i], layer.max_slope * larger(std::fabs(a), std::fabs(b)),
                     layer.max_slope * std::fabs(c) + layer.max_intercept};
    }
    double *const sums = arena_.take<double>(3 * std::size_t(stride));
    std::fill(sums, sums + 3 * stride, 0.0);
    kernels_.add_bounds(sums, bounds, m, stride);

    // Their scan. K_row is in the sums already.
    Scan scan = scan_of(box, frame.next, next);
    for (long j = 0; j < stride; ++j)
        sums[j] = (sums[j] + (scan.K_row * known.row_norms()[j] + scan.K_b * known.abs_biases()[j])) * slack;
    scan.base = base;
    scan.terms = chords;
    scan.n_terms = m;
    scan.stride = stride;
    scan.forms = arena_.take<double>(3 * std::size_t(stride));
    scan.breakpoints = known.breakpoints();
    scan.row_norms = sums;
    scan.abs_biases = known.abs_biases();
    scan.K_row = 1.0;
    scan.K_b = 0.0;
    scan.above = arena_.take<std::uint8_t>(std::size_t(stride) / 8);
    scan.survivors = next_frame.survivors.data();
    int n_open = kernels_.scan_forms(&scan);
    while (n_open && scan.survivors[n_open - 1] >= n) --n_open;  // padding
    if (4 * n_open > 3 * n) {                                    // not worth it yet
        arena_.release(mark);
        return;
    }
    float_signs_ += n - n_open;

    Ahead ahead = before ? *before : Ahead();
    if (before)
        for (int j = 0; j < n; ++j) set_piece(l + 1, known.units[j], scan.above[j / 8] >> (j % 8) & 1);
    else
        std::copy_n(scan.above, (n + 7) / 8, row_.data() + next.pattern_start);
    keep_open(node, known, ahead, scan.survivors, n_open);
    if (needs_forms_after(l + 1)) {
        for (int k = 0; k < 2; ++k)
            ahead.max_ab = larger(ahead.max_ab, kernels_.largest_sum(base + k * stride, sums + stride, stride));
        ahead.max_c = larger(ahead.max_c, kernels_.largest_sum(base + 2 * stride, sums + 2 * stride, stride));
        if (!before) ahead.after = all_units(layers_.layers[std::size_t(l + 2)]);
        add_after(node, known, ahead, base, scan);
        if (is_worth_listing(l)) list_after(node, ahead);
    }
    Ahead *const kept = arena_.take<Ahead>(1);
    *kept = ahead;
    node.ahead = kept;
}

// Gathers what contexts below need of the units that may still cut.
void Splitter::keep_open(Node &node, const Units &known, Ahead &ahead, const std::int32_t *kept, int n) {
    const int m = node.n_candidates;
    const long stride = (n + 7) / 8 * 8;
    std::int32_t *const units = arena_.take<std::int32_t>(std::size_t(n));
    for (int i = 0; i < n; ++i) units[i] = known.unit(kept[i]);
    std::int32_t *const places = arena_.take<std::int32_t>(std::size_t(layers_.layers[std::size_t(node.layer)].n_out));
    double *const columns = arena_.take<double>(std::size_t(m) * std::size_t(stride));
    for (int u = 0; u < m; ++u) places[node.candidates[u].line->unit] = u;
    keep_columns(columns, stride, [&](int u) { return known.column(node.candidates[u].line->unit); }, m, kept, n);
    double *const numbers = arena_.take<double>(unit_numbers * std::size_t(stride));
    keep_columns(numbers, stride, [&](int k) { return known.numbers + k * known.stride; }, unit_numbers, kept, n);
    double *const base = arena_.take<double>(3 * std::size_t(stride));
    keep_columns(base, stride, [&](int k) { return node.base + k * known.stride; }, 3, kept, n);
    node.base = base;
    ahead.numbers = numbers;
    ahead.n = n;
    ahead.stride = stride;
    ahead.units = units;
    ahead.places = places;
    ahead.columns = columns;
    ahead.n_open = m;
    node.terms = arena_.take<Term>(std::size_t(m));
    node.n_terms = 0;
}

// What the units that a scan decided (with forms so far) are to the layer after the next.
void Splitter::add_after(Node &node, const Units &known, Ahead &ahead, const double *forms, const Scan &scan) {
    const int l = node.layer, m = node.n_candidates;
    const Layer &next = layers_.layers[std::size_t(l + 1)];
    const Ahead *const before = node.ahead;
    const Units &after = ahead.after;
    const auto stride = std::size_t(after.stride);
    double *const base = arena_.take<double>(3 * stride), *const columns = arena_.take<double>(std::size_t(m) * stride);
    const Term *const terms_after = node.terms_after;
    node.terms_after = arena_.take<Term>(std::size_t(m));
    const Arena::Mark mark = arena_.mark();
    const int n = known.n;
    // First those that have a slope, which all know the columns; the others wait behind.
    Term *const terms = arena_.take<Term>(std::size_t(2 * n + node.n_terms_after)), *const constant = terms + n;
    double *const slopes = arena_.take<double>(std::size_t(n));
    std::int32_t *const sloped = arena_.take<std::int32_t>(std::size_t(n));
    int n_terms = 0, n_constant = 0;
    std::uint8_t *const open = arena_.take<std::uint8_t>(std::size_t(known.stride) / 8);
    std::fill(open, open + known.stride / 8, std::uint8_t(0));
    for (int i = 0; i < ahead.n; ++i) open[scan.survivors[i] / 8] |= std::uint8_t(1 << scan.survivors[i] % 8);
    for (int first = 0; first < n; first += 8) {
        const unsigned above = scan.above[first / 8], known_here = n - first < 8 ? (1u << (n - first)) - 1 : 0xff;
        unsigned decided = (next.zero_below ? above : 0xff) & ~unsigned(open[first / 8]) & known_here;
        for (; decided; decided &= decided - 1) {
            const int bit = __builtin_ctz(decided), j = first + bit, piece = above >> bit & 1;
            const double slope = known.slopes(piece)[j], intercept = known.intercepts(piece)[j];
            if (slope == 0.0) {
                if (intercept != 0.0) constant[n_constant++] = {after.column(known.unit(j)), 0.0, 0.0, intercept};
                continue;
            }
            terms[n_terms] = {after.column(known.unit(j)), slope * forms[j], slope * forms[known.stride + j],
                              slope * forms[2 * known.stride + j] + intercept};
            sloped[n_terms] = j;
            slopes[n_terms++] = slope;
        }
    }
    const int n_sloped = n_terms;
    ahead.n_sloped += n_sloped;
    ahead.n_nonzero += n_sloped + n_constant;
    n_terms = int(std::copy(constant, constant + n_constant, terms + n_terms) - terms);
    n_terms = int(std::copy(terms_after, terms_after + node.n_terms_after, terms + n_terms) - terms);
    ahead.n_roundings += 2 * block_terms + n_terms / block_terms + node.n_terms_after + 8;

    // C = sum_j W'_j s_j W_j.
    double *const factors = arena_.take<double>(std::size_t(n_sloped) * std::size_t(m));
    for (int k = 0; k < m; ++k) {
        const int unit = node.candidates[k].line->unit;
        double *const column = columns + std::size_t(k) * stride;
        if (before)
            std::copy_n(before->columns_after + after.stride * before->places[unit], stride, column);
        else
            std::fill_n(column, stride, 0.0);
    }
    keep_columns<false>(
        factors, n_sloped, [&](int k) { return known.column(node.candidates[k].line->unit); }, m, sloped, n_sloped);
    if (std::any_of(slopes, slopes + n_sloped, [](double slope) { return slope != 1.0; }))
        for (int i = 0; i < m * n_sloped; ++i) factors[i] *= slopes[i % n_sloped];
    if (before) {
        std::copy_n(before->base_after, 3 * stride, base);
    } else {
        std::fill_n(base, 2 * stride, 0.0);
        std::copy_n(layers_.layers[std::size_t(l + 2)].biases, stride, base + 2 * stride);
    }
    kernels_.add_products(base, terms, n_terms, columns, factors, n_sloped, m, after.stride);
    arena_.release(mark);
    node.n_terms_after = 0;
    ahead.base_after = base;
    ahead.columns_after = columns;
}

}  // namespace leadlight::geometry
