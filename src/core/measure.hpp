// How fast one core of this machine is, by running a kernel for a given time.
//
// The work is cut into slices of about a millisecond and the best slice counts: what the machine can do, and
// not what its other guests left over.
#pragma once

#include "kernels.hpp"

namespace leadlight {

double measure_multiply_add_f32(const Kernels &kernels, double seconds);  // GFLOP/s
double measure_multiply_add_f64(const Kernels &kernels, double seconds);  // GFLOP/s
double measure_exp_f32(const Kernels &kernels, double seconds);           // 10^9 exponentials per second

}  // namespace leadlight
