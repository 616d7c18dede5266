// Vector types of the level being compiled, through the GCC and Clang vector extension.
//
// For kernel sources only: LEADLIGHT_LEVEL (a namespace) and LEADLIGHT_VECTOR_BYTES come from CMakeLists.txt.
#pragma once

#include "kernels.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

typedef float VectorF32 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
typedef double VectorF64 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
typedef int VectorI32 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
static_assert(sizeof(int) == 4, "VectorI32 has the lanes of VectorF32");

constexpr std::size_t lanes_f32 = LEADLIGHT_VECTOR_BYTES / sizeof(float);

std::size_t multiply_add_f32(std::size_t rounds, float *sink);
std::size_t multiply_add_f64(std::size_t rounds, double *sink);
void exp_f32(const float *in, float *out, std::size_t n);

}  // namespace leadlight::LEADLIGHT_LEVEL
