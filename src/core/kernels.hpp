// The kernels, compiled once per vector level, and the one table that chooses among them.
//
// Each kernel source is compiled for every level of this architecture with that level's flags (CMakeLists.txt),
// its functions in the level's own namespace. Such a source uses no template and no inline function of another
// header: the linker keeps one copy of those, which could be the copy with instructions this machine lacks.
#pragma once

#include <cstddef>

#include "cpu.hpp"
#include "geometry/counting/local.hpp"
#include "geometry/kernels/ball_terms.hpp"
#include "geometry/kernels/bands.hpp"
#include "geometry/kernels/filter.hpp"
#include "training/job.hpp"

namespace leadlight {

// Training in one precision; see training/train.hpp.
template <typename Real>
struct TrainKernels {
    Workspace (*workspace)(const Job<Real> &, Run<Real> &);  // bytes that `train` wants
    // Takes a run from where it stands to `until` epochs, or to its end: the last epoch, divergence, interruption.
    void (*train)(const Job<Real> &, Run<Real> &, long until);
    // phi and its derivative of n numbers, as training computes them.
    void (*activation)(Phi, double parameter, const Real *z, Real *value, Real *derivative, long n);
    void (*function)(Function, const Real *x, Real *value, long n);
};

// Splitting polygons; see filter.hpp, ball_terms.hpp and bands.hpp in geometry/kernels, and geometry/counting/local.hpp.
struct GeometryKernels {
    void (*filter_lines)(const geometry::Candidate *in, int n, const double *x, const double *y, const double *e,
                         int n_corners, geometry::Sorted *out);
    void (*filter_parts)(const geometry::Candidate *in, int n, geometry::Parts *parts);
    int (*scan_forms)(geometry::Scan *);
    void (*add_terms)(double *out, const double *base, const double *base_c, const geometry::Term *terms, int n_terms,
                      long n);
    void (*add_bounds)(double *out, const geometry::Term *terms, int n_terms, long n);
    void (*add_products)(double *base, const geometry::Term *terms, int n_terms, double *columns, const double *factors,
                         int n_products, int n_columns, long n);
    double (*largest_sum)(const double *a, const double *b, long n);
    geometry::BallRange (*add_ball_terms)(double *out, const double *biases, const geometry::BallTerm *terms,
                                          int n_terms, geometry::ExactSums exact, long n);
    void (*add_bands)(double *out, const double *base, const geometry::Band *bands, int n_bands, long n);
    void (*enclose_lines)(geometry::LineBands *);
    void (*enclose_units)(geometry::UnitBands *);
    bool (*count_locally)(geometry::LocalProblem *);
};

struct Kernels {
    Level level;
    int vector_bytes;
    // Does `rounds` rounds of independent multiply-adds on registers, adds something that depends on all of
    // them to *sink, and returns the number of floating-point operations done (two per multiply-add).
    std::size_t (*multiply_add_f32)(std::size_t rounds, float *sink);
    std::size_t (*multiply_add_f64)(std::size_t rounds, double *sink);
    // out[i] = e^in[i], within one unit in the last place; the same bits on every level. in may be out.
    void (*exp_f32)(const float *in, float *out, std::size_t n);
    TrainKernels<float> train_f32;
    TrainKernels<double> train_f64;
    GeometryKernels geometry;
};

constexpr int max_levels = 4;

// The levels compiled in that this machine can run, narrowest first; returns how many.
int available_kernels(const Kernels *available[max_levels]);

// The widest of them, or the one that the environment variable LEADLIGHT_VECTOR_LEVEL names. Chosen once.
// Throws std::runtime_error when the variable names none of them.
const Kernels &kernels();

// The same choice, made again each time from what is passed (nullptr: not set).
const Kernels &choose_kernels(const char *requested);

}  // namespace leadlight
