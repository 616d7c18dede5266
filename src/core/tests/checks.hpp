// What the parts of the driver share: how a check is made, and the parts themselves, one file each.
#pragma once

#include <cstdint>

#include "../kernels.hpp"

void check(bool holds, const char *what);  // counts and prints a failure

void check_dispatch();

void check_enumerate(const leadlight::Kernels &kernels, const leadlight::Kernels &reference);

void check_ball_terms(const leadlight::Kernels &kernels);

void check_stream(const leadlight::Kernels &kernels);

void check_exact();

void check_count();

// Returns the largest error of exp, in units in the last place, over the floats with bits 0, stride, 2 stride, ...
double check_exp(const leadlight::Kernels &kernels, const leadlight::Kernels &reference, std::uint64_t stride);

// Prints the largest errors of what activations and losses are made of, over every stride-th float32, and as many
// float64.
void check_functions(const leadlight::Kernels &kernels, std::uint64_t stride);

void check_training(const leadlight::Kernels &kernels);

void check_targets(const leadlight::Kernels &kernels);
