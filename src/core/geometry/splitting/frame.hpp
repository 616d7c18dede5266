// What a splitter keeps for a layer while it works below one of its contexts, and the small steps that all of its
// files take often.
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

#include "bounds.hpp"
#include "splitter.hpp"

namespace leadlight::geometry {

struct Splitter::Frame {
    std::vector<double> storage;
    double *forms;            // a, b and c of the layer's units
    FormBounds bounds, next;  // of these, and of the next layer's
    double *scan_bounds;      // (stride,)
    double *balls;            // (ball_arrays, stride): the forms as double-doubles; see ball_terms.hpp
    BallRange ball_range;
    bool balls_known = false;  // in this context
    std::vector<Line> lines;
    std::vector<std::int32_t> survivors;
    std::uint64_t serial = 0;
    std::vector<int> open, above;      // kind several: lines of a unit that cut, and that are below
    std::vector<std::uint8_t> pieces;  // of the layer before, for `exact`
    std::optional<Context> exact;
};

// A box around a polygon: |. - x| <= rx, |. - y| <= ry, all roundings of a scan included.
struct Box {
    double x, y, rx, ry, size, reach;  // reach: at least |x| + |y| of all points
};

inline Box box_of(const Polygon &polygon, bool certified) {
    double x0 = polygon.x[0], x1 = x0, y0 = polygon.y[0], y1 = y0, e = polygon.e[0];
    for (int i = 1; i < polygon.n; ++i) {
        x0 = polygon.x[i] < x0 ? polygon.x[i] : x0, x1 = larger(x1, polygon.x[i]);
        y0 = polygon.y[i] < y0 ? polygon.y[i] : y0, y1 = larger(y1, polygon.y[i]);
        e = larger(e, polygon.e[i]);
    }
    Box box;
    box.x = 0.5 * (x0 + x1);
    box.y = 0.5 * (y0 + y1);
    // Half the width and what is rounded: in the centre, in the width, and in the form there.
    box.size = std::fabs(box.x) + std::fabs(box.y) + (x1 - x0) + (y1 - y0);
    const double rounded = certified ? 0x1p-50 * box.size + e : 0.0;
    box.rx = (0.5 * (x1 - x0) + rounded) * slack;
    box.ry = (0.5 * (y1 - y0) + rounded) * slack;
    box.reach = box.size + 2.0 * rounded;
    return box;
}

inline Scan scan_of(const Box &box, const FormBounds &bounds, const Layer &layer) {
    Scan scan;
    scan.stride = layer.stride;
    scan.breakpoints = layer.breakpoints;
    scan.row_norms = layer.row_norms;
    scan.abs_biases = layer.abs_biases;
    scan.x = box.x, scan.y = box.y, scan.rx = box.rx, scan.ry = box.ry;
    scan.K_row = (bounds.errors.ab * box.reach + bounds.errors.c) * slack;
    scan.K_b = bounds.errors.b * slack;
    return scan;
}

// Keeps n numbers of each of some rows, and fills them up with 0 to a multiple of 8 unless they are to follow one another.
// Four rows at a time wait less for their numbers.
template <bool fills_up = true, typename Row>
inline void keep_columns(double *to, long stride, Row row, int n_rows, const std::int32_t *kept, int n) {
    const int last = n ? (n - 1) / 8 * 8 : 0;
    const auto keep = [&](auto count, int k) {
        constexpr int rows = decltype(count)::value;
        const double *from[rows];
        for (int r = 0; r < rows; ++r) {
            from[r] = row(k + r);
            if (fills_up && n) std::fill_n(to + r * stride + last, 8, 0.0);
        }
        for (int i = 0; i < n; ++i) {
            const std::int32_t j = kept[i];
            for (int r = 0; r < rows; ++r) to[r * stride + i] = from[r][j];
        }
        to += rows * stride;
    };
    int k = 0;
    for (; k + 4 <= n_rows; k += 4) keep(std::integral_constant<int, 4>(), k);
    for (; k < n_rows; ++k) keep(std::integral_constant<int, 1>(), k);
}

// Of at most so many corners as many are copied, whatever follows the last: how often a loop goes round is not to be
// foreseen.
constexpr int few = 4;

// A corner counted on from another one of n.
inline int wrapped(int i, int n) { return i - (i >= n ? n : 0); }

inline Polygon Splitter::take_polygon(int n) {
    const std::size_t padded = (std::size_t(n) + 7) / 8 * 8;
    char *const all = arena_.take<char>(padded * (3 * sizeof(double) + sizeof(Side)));
    Polygon polygon;
    polygon.n = n;
    polygon.x = reinterpret_cast<double *>(all);
    polygon.y = polygon.x + padded;
    polygon.e = polygon.y + padded;
    polygon.sides = reinterpret_cast<Side *>(polygon.e + padded);
    return polygon;
}

inline void Splitter::add_term(Node &node, const Frame &frame, int l, int unit, int piece) const {
    const Layer &layer = layers_.layers[std::size_t(l)];
    double slope = 1.0, intercept = 0.0;
    if (layer.pieces) {
        slope = layer.pieces[unit].slopes[piece];
        intercept = layer.pieces[unit].intercepts[piece];
    }
    if (slope == 0.0 && intercept == 0.0) return;
    const double *const weights =
        node.ahead ? node.ahead->column(unit)
                   : layers_.layers[std::size_t(l + 1)].weights + layers_.layers[std::size_t(l + 1)].stride * unit;
    Term &term = node.terms[node.n_terms++];
    ++node.n_nonzero;
    if (slope == 0.0) {
        term = {weights, 0.0, 0.0, intercept};
    } else {
        ++node.n_sloped;
        const double *const form = frame.forms + unit;
        term = {weights, slope * form[0], slope * form[layer.stride], slope * form[2 * layer.stride] + intercept};
    }
    if (node.ahead && node.ahead->columns_after) {
        Term &after = node.terms_after[node.n_terms_after++];
        after = term;
        after.weights = node.ahead->columns_after + node.ahead->after.stride * node.ahead->places[unit];
    }
}

inline void Splitter::set_piece(int l, int unit, int piece) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const int bits = layer.pattern_bits;
    if (bits == 1) {
        std::uint8_t &byte = row_[std::size_t(layer.pattern_start) + unsigned(unit) / 8];
        byte = std::uint8_t((byte & ~(1u << unit % 8)) | unsigned(piece) << unit % 8);
        return;
    }
    if (bits == 0) return;
    const unsigned bit = unsigned(unit) * unsigned(bits), shift = bit % 8;
    std::uint8_t &byte = row_[std::size_t(layer.pattern_start) + bit / 8];
    byte = std::uint8_t((byte & ~(((1 << bits) - 1) << shift)) | piece << shift);
}

inline void Splitter::decide_one(Node &node, int l, int unit, bool above) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    int piece = above;
    if (layer.kind != Kind::single) {
        Frame &frame = *frames_[std::size_t(l)];
        frame.above[std::size_t(unit)] += above;
        decisions_.push_back({l, unit, above});
        if (--frame.open[std::size_t(unit)]) return;
        piece = frame.above[std::size_t(unit)];
    }
    set_piece(l, unit, piece);
    if (node.terms) add_term(node, *frames_[std::size_t(l)], l, unit, piece);
}

// A line on one side of a polygon, or 0 on all of it, and with it those that are the same line.
inline void Splitter::decide(Node &node, const Line &line, int sign) {
    const Layer &layer = layers_.layers[std::size_t(line.layer)];
    decide_one(node, line.layer, line.unit, sign > 0);
    if (!layer.repeats) return;
    const int *const starts = layer.repeats->starts.data() + (line.crease - layer.first_line[0]);
    for (int i = starts[0]; i < starts[1]; ++i) {
        const EqualLine &copy = layer.repeats->copies[std::size_t(i)];
        decide_one(node, line.layer, copy.unit, sign * copy.sign > 0);
    }
}

// The units that a node's candidates decide, at most.
inline int Splitter::most_open(const Node &node) const {
    const Layer &layer = layers_.layers[std::size_t(node.layer)];
    return layer.repeats ? layer.n_out : node.n_candidates;
}

}  // namespace leadlight::geometry
