// Units between affine bounds on a polygon: what they give, and what that makes of the units of the next layer.
//
// The form of a unit is a x + b y + c, off by at most some radius. Where it runs from `low` to `high`, which hold the
// unit's breakpoint, the unit gives lambda times its form, plus mu +- rho: lambda is the slope of the chord of the
// activation from low to high, and mu +- rho are what is left of the activation at low, at high and on both sides of the
// breakpoint, where an affine piece less an affine function is largest and least. So what it gives is
//     lambda (a x + b y + c) + mu +- (rho + |lambda| radius),
// and it adds w times that to the forms of the next layer. Numbers that are not finite give radii that are not, with
// which nothing is decided. The radii make up for all roundings of the kernels: by 2^-40 of a bound on all numbers here.
#pragma once

#include "filter.hpp"

namespace leadlight::geometry {

// A unit gives a x + b y + c +- radius, and has these weights.
struct Band {
    const double *weights;
    double a, b, c, radius;
};

// Lines that cut a polygon, of a layer whose units have one breakpoint each.
struct LineBands {
    const Candidate *lines;
    int n;
    const double *forms;  // a, b and c of all units of their layer,
    long stride;          // so far apart
    const double *breakpoints, *slopes[2], *intercepts[2];
    double max_slope, max_intercept;
    const double *x, *y, *e;  // the polygon
    int n_corners;
    double size;      // of the polygon: at least |x| + |y| on it
    double *out;      // (4, out_stride): a, b, c and radius of what they give,
    long out_stride;  // n rounded up to 8
};

// Units with one breakpoint each, in a number that is a multiple of 8, on a box.
struct UnitBands {
    long n;
    const double *forms;  // (4, n): a, b, c and radius, but for the errors
    const double *breakpoints, *row_norms, *abs_biases, *slopes[2], *intercepts[2];
    double max_slope, max_intercept;
    double x, y, rx, ry, size;  // the box: |. - x| <= rx, |. - y| <= ry, roundings included; size as above
    double K_row, K_b;          // errors of the forms on it: K_row row_norm + K_b abs_bias
    double *out;                // (4, n): what they give; all 0 where that is 0 on the whole box
};

}  // namespace leadlight::geometry
