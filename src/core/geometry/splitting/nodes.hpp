// What the splitter works on: polygons, the lines that may cut them, and what is shared with those who watch.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "../network/layers.hpp"
#include "bounds.hpp"

namespace leadlight::geometry {

struct Options {
    bool certified = true, edges = true, maps = false, tree = false;
    std::int64_t max_cells = 0;  // 0: no limit
    // Only count, and build no cells of the last hidden layer; see count.hpp. Nothing else may be asked for.
    bool count = false;
    std::int64_t max_pairs = 0;
    // Cells for a stream: each with coordinates of its own, and no edges, no tree. Without patterns if need be; in
    // ascending order if the domain is the strip over an interval.
    bool stream = false, patterns = true, ascending = false;
    double subtree_work = 500.0;  // cells, roughly, that are worth a subtree of their own
};

// Seen by all threads and by the one that watches.
struct Progress {
    std::atomic<std::int64_t> cells{0};
    std::atomic<bool> stop{false};
    std::atomic<bool> limit_reached{false};
    // Where the one that watches works itself: to be called by all now and then, at no cost.
    std::function<void()> look;
};

struct TooLarge : std::exception {};

struct Side {
    const Line *line;
    std::int32_t slot;    // where the list of half-edges along it goes
    std::int32_t vertex;  // at its start
};

struct Polygon {
    int n;
    // (n, room for a multiple of 8)
    double *x, *y, *e;  // corners, and bounds on the error of each coordinate
    Side *sides;        // from corner i to corner i + 1
};

struct Extent {
    double area, length;  // of the border
};

// Bounds on the errors of a context's forms; see filter.hpp.
struct Errors {
    double ab = 0.0, c = 0.0, b = 0.0;  // K_ab, K_c, K_b

    bool are_finite() const { return std::isfinite(ab + c + b); }
};

// Bounds on the errors of all forms of a layer; see filter.hpp.
struct FormBounds {
    Errors errors;
    bool by_unit = false;  // then these hold instead
    double *ab, *c;        // (stride,)

    double of_ab(const Layer &layer, int unit) const {
        return by_unit ? ab[unit] : bound_product(errors.ab, layer.row_norms[unit]);
    }
    double of_c(const Layer &layer, int unit) const {
        return by_unit
                   ? c[unit]
                   : bound_product(errors.c, layer.row_norms[unit]) + bound_product(errors.b, layer.abs_biases[unit]);
    }
    void set(const Errors &common) {
        errors = common;
        by_unit = false;
    }
};

// Units of a layer: all of them, or those that may cut a polygon.
struct Units {
    int n;
    long stride;                         // rounded up to 8
    const std::int32_t *units, *places;  // (n,); of a unit of the layer before: its place among the columns. Null: all
    const double *columns;               // (units of the layer before, stride): of the weights
    const double *numbers;               // (unit_numbers, stride), in the order of a layer's

    const double *breakpoints() const { return numbers; }
    const double *row_norms() const { return numbers + stride; }
    const double *abs_biases() const { return numbers + 2 * stride; }
    const double *slopes(int piece) const { return numbers + (3 + piece) * stride; }
    const double *intercepts(int piece) const { return numbers + (5 + piece) * stride; }
    int unit(int i) const { return units ? units[i] : i; }
    const double *column(int unit_before) const {
        return columns + stride * (places ? places[unit_before] : unit_before);
    }
};

inline Units all_units(const Layer &layer) {
    return {layer.n_out, layer.stride, nullptr, nullptr, layer.weights, layer.numbers};
}

// What is known of the next layer on all of a polygon, before the contexts in it; see ahead.cpp. Its units are those
// that may still cut, its columns those of the units that were open.
struct Ahead : Units {
    int n_open;
    // Of the other units: their largest numbers, and what they are to the layer after the next.
    double max_ab, max_c;
    int n_sloped, n_nonzero, n_roundings;
    Units after;            // of that layer, columns for the units above: all, or nobody needs the others
    double *base_after;     // forms; null where nobody needs them
    double *columns_after;  // (open units, stride there): what an open unit adds through them
};

struct Node {
    Polygon polygon;
    Candidate *candidates;
    int n_candidates;
    int layer;  // whose units the candidates are; -1 before the first
    // Forms of the next layer so far: base and terms. Null where nobody needs them.
    const double *base;
    Term *terms;
    int n_terms;
    int n_sloped, n_nonzero;  // decided units that are not constant, that are not 0
    const Ahead *ahead;       // null: base and terms are of all units of the next layer
    Term *terms_after;        // to be added to base_after
    int n_terms_after;
    int tried;  // candidates when counting by floats alone was tried last, in vain; 0: never
};

// A node on its own, to be continued by any splitter.
struct Task {
    int layer;
    std::vector<double> x, y, e;
    std::vector<Side> sides;
    std::vector<Line> lines;  // of the sides, then of the candidates
    std::vector<Candidate> candidates;
    std::vector<double> base;
    std::vector<Term> terms;
    bool looked_ahead = false;
    Ahead ahead;  // in the arrays below
    std::vector<std::int32_t> ahead_units, after_units;
    std::vector<double> ahead_numbers;
    std::vector<Term> terms_after;
    int n_sloped, n_nonzero;
    std::vector<std::uint8_t> row;
    std::vector<double> forms;  // of its layer's units
    Errors errors, next_errors;
    std::vector<double> bounds, next_bounds;  // by unit, a and b, then c; empty where there are none
    std::uint64_t serial = 0;
    std::vector<int> open, above;
    Extent extent;
};

// Once a splitter has found enough cells, it packs the nodes that are left, in order, instead of solving them.
struct Rest {
    std::size_t enough;
    std::vector<std::unique_ptr<Task>> tasks;
};

}  // namespace leadlight::geometry
