// Looking ahead: the units of the next layer decided on a whole polygon, before its contexts are known.
//
// In a node with few open units, the forms of the next layer are an affine map so far, and an open unit u adds W_ju h_u
// with h_u within lambda f_u + mu +- r on the polygon: the chord of the activation. So one scan with these terms, and
// sum_u |W_ju| r_u in the bounds, tells which units j cannot cut any context below. Contexts then look at the others
// alone: at some ten of 256. And what the decided units are to the layer after the next, sum_j W'_ij s_j z_j, is an
// affine map with one column C_iu = sum_j W'_ij s_j W_ju for each open unit, so that it is summed once for all contexts
// below, which add C_iu h_u for those of their units that are on: most of the work of full products is gone.
//
// Errors: what the terms of a decided unit j are off is bounded as if they were summed in the context, with
// |base_j| + sum_u |W_ju| max |h_u| in place of |z_j| (Ahead::max_ab, max_c), as the sums of absolute values that
// products in another order ask for, and their roundings counted (Ahead::n_roundings).
#include <algorithm>
#include <cmath>

#include "ahead.hpp"

namespace leadlight::geometry {

namespace {

// Where looking pays, by trial. With more open units little is decided; with fewer than half as many open as when one
// looked last, some more is; and few units of the next layer are as soon looked at in each context.
constexpr int most_open_units = 32, least_left = 8, least_units = 32, least_units_of_last = 128;
constexpr int least_to_count = 16;

}  // namespace

Enclosure enclose(const Layer &layer, int unit, double low, double high, double size) {
    const Pieces &pieces = layer.pieces[unit];
    const double t = pieces.breakpoints[0];
    const auto value = [&](int piece, double z) { return pieces.slopes[piece] * z + pieces.intercepts[piece]; };
    const double chord = (value(1, high) - value(0, low)) / (high - low);
    const double slope = std::clamp(chord, -layer.max_slope, layer.max_slope);
    double least = infinity, most = -infinity;
    for (const double rest : {value(0, low) - slope * low, value(0, t) - slope * t, value(1, t) - slope * t,
                              value(1, high) - slope * high}) {
        least = std::min(least, rest);
        most = std::max(most, rest);
    }
    const double offset = 0.5 * (least + most);
    const double whole = layer.max_slope * size + layer.max_intercept + std::fabs(offset);
    return {slope, offset, 0.5 * (most - least) + 0x1p-40 * whole};
}

Enclosure enclose(const Layer &layer, const double *form, const Line &line, const Polygon &polygon, const Box &box) {
    const double a = form[0], b = form[layer.stride], c = form[2 * layer.stride];
    double low = infinity, high = -infinity;
    for (int k = 0; k < polygon.n; ++k) {
        const double x = polygon.x[k], y = polygon.y[k], z = (a * x + b * y) + c;
        const double error = (line.A * (std::fabs(x) + std::fabs(y)) + line.N * polygon.e[k]) + line.C;
        low = std::min(low, z - error);
        high = std::max(high, z + error);
    }
    const double t = layer.pieces[line.unit].breakpoints[0];
    low = std::min(low, t), high = std::max(high, t);
    const double size = std::fabs(low) + std::fabs(high) + (std::fabs(a) + std::fabs(b)) * box.size + std::fabs(c);
    return enclose(layer, line.unit, low, high, size);
}

// Where a few units are open, and many fewer than when one looked last.
bool Splitter::is_worth_looking(const Node &node) const {
    const int m = node.n_candidates, l = node.layer;
    if (is_worth_counting(node)) return false;
    if (m < 2 || m > most_open_units || !node.base || l + 1 >= layers_.n_hidden) return false;
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
    const int n = before ? before->n : next.n_out;
    const long stride = before ? before->stride : next.stride;
    const auto weights_of = [&](int unit) {
        return before ? before->columns + before->stride * before->places[unit] : next.weights + next.stride * unit;
    };

    double *const base = arena_.take<double>(3 * std::size_t(stride));
    kernels_.add_terms(base, node.base, nullptr, node.terms, node.n_terms, stride);
    node.base = base;
    node.n_terms = 0;
    const Arena::Mark mark = arena_.mark();

    // The open units as chords, and in the bounds.
    Term *const chords = arena_.take<Term>(2 * std::size_t(m)), *const bounds = chords + m;
    const Polygon &polygon = node.polygon;
    const Box box = box_of(polygon, options_.certified);
    for (int i = 0; i < m; ++i) {
        const Line &line = *node.candidates[i].line;
        const double *const form = frame.forms + line.unit;
        const double a = form[0], b = form[layer.stride], c = form[2 * layer.stride];
        const Enclosure chord = enclose(layer, form, line, polygon, box);
        const double *const weights = weights_of(line.unit);
        chords[i] = {weights, chord.slope * a, chord.slope * b, chord.slope * c + chord.offset};
        bounds[i] = {weights, chord.radius, layer.max_slope * larger(std::fabs(a), std::fabs(b)),
                     layer.max_slope * std::fabs(c) + layer.max_intercept};
    }
    double *const sums = arena_.take<double>(3 * std::size_t(stride));
    std::fill(sums, sums + 3 * stride, 0.0);
    kernels_.add_bounds(sums, bounds, m, stride);

    // Their scan. K_row is in the sums already.
    Scan scan = scan_of(box, frame.next, next);
    const double *const row_norms = before ? before->row_norms : next.row_norms;
    const double *const abs_biases = before ? before->abs_biases : next.abs_biases;
    for (long j = 0; j < stride; ++j)
        sums[j] = (sums[j] + (scan.K_row * row_norms[j] + scan.K_b * abs_biases[j])) * slack;
    scan.base = base;
    scan.terms = chords;
    scan.n_terms = m;
    scan.stride = stride;
    scan.forms = arena_.take<double>(3 * std::size_t(stride));
    scan.breakpoints = before ? before->breakpoints : next.breakpoints;
    scan.row_norms = sums;
    scan.abs_biases = abs_biases;
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
        for (int j = 0; j < n; ++j) set_piece(l + 1, before->units[j], scan.above[j / 8] >> (j % 8) & 1);
    else
        std::copy_n(scan.above, (n + 7) / 8, row_.data() + next.pattern_start);
    keep_open(node, before, ahead, scan.survivors, n_open);
    if (needs_forms_after(l + 1)) {
        for (int k = 0; k < 2; ++k)
            ahead.max_ab = larger(ahead.max_ab, kernels_.largest_sum(base + k * stride, sums + stride, stride));
        ahead.max_c = larger(ahead.max_c, kernels_.largest_sum(base + 2 * stride, sums + 2 * stride, stride));
        add_after(node, before, ahead, base, scan);
    }
    Ahead *const kept = arena_.take<Ahead>(1);
    *kept = ahead;
    node.ahead = kept;
}

// Gathers what contexts below need of the units that may still cut.
void Splitter::keep_open(Node &node, const Ahead *before, Ahead &ahead, const std::int32_t *kept, int n) {
    const int m = node.n_candidates;
    const Layer &next = layers_.layers[std::size_t(node.layer + 1)];
    const long from_stride = before ? before->stride : next.stride, stride = (n + 7) / 8 * 8;
    const auto gather = [&](const double *from) {
        double *const to = arena_.take<double>(std::size_t(stride));
        for (int i = 0; i < n; ++i) to[i] = from[kept[i]];
        std::fill(to + n, to + stride, 0.0);
        return to;
    };
    std::int32_t *const units = arena_.take<std::int32_t>(std::size_t(n));
    for (int i = 0; i < n; ++i) units[i] = before ? before->units[kept[i]] : kept[i];
    std::int32_t *const places = arena_.take<std::int32_t>(std::size_t(layers_.layers[std::size_t(node.layer)].n_out));
    double *const columns = arena_.take<double>(std::size_t(m) * std::size_t(stride));
    for (int u = 0; u < m; ++u) {
        const int unit = node.candidates[u].line->unit;
        const double *const from =
            before ? before->columns + from_stride * before->places[unit] : next.weights + from_stride * unit;
        double *const to = columns + stride * u;
        for (int i = 0; i < n; ++i) to[i] = from[kept[i]];
        std::fill(to + n, to + stride, 0.0);
        places[unit] = u;
    }
    ahead.breakpoints = gather(before ? before->breakpoints : next.breakpoints);
    ahead.row_norms = gather(before ? before->row_norms : next.row_norms);
    ahead.abs_biases = gather(before ? before->abs_biases : next.abs_biases);
    double *const base = arena_.take<double>(3 * std::size_t(stride));
    for (int k = 0; k < 3; ++k) {
        for (int i = 0; i < n; ++i) base[k * stride + i] = node.base[k * from_stride + kept[i]];
        std::fill(base + k * stride + n, base + (k + 1) * stride, 0.0);
    }
    node.base = base;
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
void Splitter::add_after(Node &node, const Ahead *before, Ahead &ahead, const double *forms, const Scan &scan) {
    const int l = node.layer, m = node.n_candidates;
    const Layer &next = layers_.layers[std::size_t(l + 1)], &after = layers_.layers[std::size_t(l + 2)];
    const long stride = before ? before->stride : next.stride;
    double *const base = arena_.take<double>(3 * std::size_t(after.stride));
    double *const columns = arena_.take<double>(std::size_t(m) * std::size_t(after.stride));
    const Term *const terms_after = node.terms_after;
    node.terms_after = arena_.take<Term>(std::size_t(m));
    const Arena::Mark mark = arena_.mark();
    const int n = before ? before->n : next.n_out;
    Term *const terms = arena_.take<Term>(std::size_t(n + node.n_terms_after));
    double *const slopes = arena_.take<double>(std::size_t(n));
    std::int32_t *const sloped = arena_.take<std::int32_t>(std::size_t(n));
    int n_terms = 0, n_sloped = 0;
    const std::int32_t *open = scan.survivors, *const end = open + ahead.n;
    for (int j = 0; j < n; ++j) {
        if (next.zero_below && j % 8 == 0 && scan.above[j / 8] == 0) {
            j += 7;
            continue;
        }
        const int piece = scan.above[j / 8] >> (j % 8) & 1;
        if (piece == 0 && next.zero_below) continue;
        while (open < end && *open < j) ++open;
        if (open < end && *open == j) continue;
        const int unit = before ? before->units[j] : j;
        const double slope = next.pieces[unit].slopes[piece], intercept = next.pieces[unit].intercepts[piece];
        if (slope == 0.0 && intercept == 0.0) continue;
        ++ahead.n_nonzero;
        const double *const weights = after.weights + after.stride * unit;
        if (slope == 0.0) {
            terms[n_terms++] = {weights, 0.0, 0.0, intercept};
            continue;
        }
        ++ahead.n_sloped;
        terms[n_terms++] = {weights, slope * forms[j], slope * forms[stride + j],
                            slope * forms[2 * stride + j] + intercept};
        sloped[n_sloped] = j;
        slopes[n_sloped++] = slope;
    }
    std::copy(terms_after, terms_after + node.n_terms_after, terms + n_terms);
    kernels_.add_terms(base, before ? before->base_after : nullptr, after.biases, terms, n_terms + node.n_terms_after,
                       after.stride);
    ahead.n_roundings += 2 * block_terms + (n_terms + node.n_terms_after) / block_terms + node.n_terms_after + 8;

    // C = sum_j W'_j s_j W_j.
    const double **const rows = arena_.take<const double *>(std::size_t(n_sloped));
    double *const factors = arena_.take<double>(std::size_t(n_sloped) * std::size_t(m));
    for (int i = 0; i < n_sloped; ++i) {
        const int j = sloped[i];
        rows[i] = after.weights + after.stride * (before ? before->units[j] : j);
    }
    for (int k = 0; k < m; ++k) {
        const int unit = node.candidates[k].line->unit;
        double *const column = columns + k * after.stride;
        if (before)
            std::copy_n(before->columns_after + after.stride * before->places[unit], after.stride, column);
        else
            std::fill_n(column, after.stride, 0.0);
        const double *const weights =
            before ? before->columns + before->stride * before->places[unit] : next.weights + next.stride * unit;
        for (int i = 0; i < n_sloped; ++i) factors[i * m + k] = slopes[i] * weights[sloped[i]];
    }
    kernels_.add_products(columns, rows, factors, n_sloped, m, after.stride);
    arena_.release(mark);
    node.n_terms_after = 0;
    ahead.base_after = base;
    ahead.columns_after = columns;
}

}  // namespace leadlight::geometry
