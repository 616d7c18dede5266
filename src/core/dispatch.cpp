#include <cstdlib>
#include <stdexcept>
#include <string>

#include "kernels.hpp"

// levels.def, written by CMakeLists.txt, has one line LEVEL(name, vector bytes) for each level compiled for
// this architecture, narrowest first.
#define LEADLIGHT_TRAINING(name, precision, Real)                            \
    namespace leadlight::name::precision {                                   \
    Workspace train_workspace(const Job<Real> &, Run<Real> &);               \
    void train_run(const Job<Real> &, Run<Real> &, long);                    \
    void activation_values(Phi, double, const Real *, Real *, Real *, long); \
    void function_values(Function, const Real *, Real *, long);              \
    }
#define LEVEL(name, bytes)                                                                                             \
    namespace leadlight::name {                                                                                        \
    std::size_t multiply_add_f32(std::size_t rounds, float *sink);                                                     \
    std::size_t multiply_add_f64(std::size_t rounds, double *sink);                                                    \
    void exp_f32(const float *in, float *out, std::size_t n);                                                          \
    void filter_lines(const geometry::Candidate *, int, const double *, const double *, const double *, int,           \
                      geometry::Sorted *);                                                                             \
    void filter_parts(const geometry::Candidate *, int, geometry::Parts *);                                            \
    int scan_forms(geometry::Scan *);                                                                                  \
    void add_terms(double *, const double *, const double *, const geometry::Term *, int, long);                       \
    void add_bounds(double *, const geometry::Term *, int, long);                                                      \
    void add_products(double *, const geometry::Term *, int, double *, const double *, int, int, long);                \
    double largest_sum(const double *, const double *, long);                                                          \
    geometry::BallRange add_ball_terms(double *, const double *, const geometry::BallTerm *, int, geometry::ExactSums, \
                                       long);                                                                          \
    void add_bands(double *, const double *, const geometry::Band *, int, long);                                       \
    void enclose_lines(geometry::LineBands *);                                                                         \
    void enclose_units(geometry::UnitBands *);                                                                         \
    bool count_locally(geometry::LocalProblem *);                                                                      \
    }                                                                                                                  \
    LEADLIGHT_TRAINING(name, f32, float)                                                                               \
    LEADLIGHT_TRAINING(name, f64, double)
#include "levels.def"
#undef LEVEL
#undef LEADLIGHT_TRAINING

namespace leadlight {

namespace {

#define LEADLIGHT_TRAINING(name, precision)                                                            \
    {name::precision::train_workspace, name::precision::train_run, name::precision::activation_values, \
     name::precision::function_values}
#define LEVEL(name, bytes)                                                                                             \
    {Level::name,                                                                                                      \
     bytes,                                                                                                            \
     name::multiply_add_f32,                                                                                           \
     name::multiply_add_f64,                                                                                           \
     name::exp_f32,                                                                                                    \
     LEADLIGHT_TRAINING(name, f32),                                                                                    \
     LEADLIGHT_TRAINING(name, f64),                                                                                    \
     {name::filter_lines, name::filter_parts, name::scan_forms, name::add_terms, name::add_bounds, name::add_products, \
      name::largest_sum, name::add_ball_terms, name::add_bands, name::enclose_lines, name::enclose_units,              \
      name::count_locally}},
constexpr Kernels table[] = {
#include "levels.def"
};
#undef LEVEL
#undef LEADLIGHT_TRAINING

}  // namespace

int available_kernels(const Kernels *available[max_levels]) {
    int n = 0;
    for (const Kernels &entry : table)
        if (cpu_supports(entry.level)) available[n++] = &entry;
    return n;
}

const Kernels &choose_kernels(const char *requested) {
    const Kernels *available[max_levels];
    const int n = available_kernels(available);
    if (requested == nullptr || *requested == '\0') return *available[n - 1];
    std::string known;
    for (int i = 0; i < n; ++i) {
        if (std::string(requested) == level_name(available[i]->level)) return *available[i];
        known += (i ? ", " : "") + std::string(level_name(available[i]->level));
    }
    throw std::runtime_error("LEADLIGHT_VECTOR_LEVEL is '" + std::string(requested) +
                             "', but this machine has the levels " + known + ": set one of these, or unset it.");
}

const Kernels &kernels() {
    static const Kernels &chosen = choose_kernels(std::getenv("LEADLIGHT_VECTOR_LEVEL"));
    return chosen;
}

}  // namespace leadlight
