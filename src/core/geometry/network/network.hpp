// A network of piecewise-affine layers and a convex domain, described for the enumerator. All floats are exact by
// definition. Nothing is owned: the arrays belong to the caller and outlive every use.
#pragma once

#include <cstdint>
#include <vector>

namespace leadlight::geometry {

// A piecewise-affine function: breakpoints ascending; piece i holds on breakpoints[i-1] < z <= breakpoints[i].
struct Pieces {
    int n_breakpoints;
    const double *breakpoints;  // (n_breakpoints,)
    const double *slopes;       // (n_breakpoints + 1,)
    const double *intercepts;   // (n_breakpoints + 1,)
};

struct NetworkLayer {
    int n_in, n_out;
    const double *W;       // (n_out, n_in), row-major
    const double *b;       // (n_out,)
    const Pieces *pieces;  // (n_out,): each unit its own; null: the identity, and for the output layer
};

struct Net {
    std::vector<NetworkLayer> layers;  // the first has two inputs; the last is the output layer
    std::vector<double> corners;       // x0, y0, x1, y1, ... of a convex polygon, counter-clockwise

    int n_corners() const { return int(corners.size() / 2); }
};

}  // namespace leadlight::geometry
