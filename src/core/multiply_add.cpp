// The multiply-add rate: as many independent chains of x <- x a + b as hide the latency of the unit.
//
// Twelve chains cover two units with a latency of up to six cycles, and leave room for the two constants in
// the 16 registers of SSE and AVX. This file alone is compiled with contraction on, so that the level's fused
// multiply-add is what is measured; its results are thrown away.
#include "vectors.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

constexpr int n_chains = 12, unroll = 8;

template <typename Vector, typename Scalar>
inline std::size_t run_chains(std::size_t rounds, Scalar *sink) {
    Vector chain[n_chains];
    // The fixed point of every chain is 1; a and b depend on *sink (0) so that the compiler cannot know them.
    const Vector a = Vector{} + (Scalar(0.875) + *sink), b = Vector{} + (Scalar(0.125) - *sink);
    for (int i = 0; i < n_chains; ++i) chain[i] = a + Scalar(i);
    for (std::size_t round = 0; round < rounds; ++round)
        for (int step = 0; step < unroll; ++step)
            for (int i = 0; i < n_chains; ++i) chain[i] = chain[i] * a + b;
    Vector total = chain[0];
    for (int i = 1; i < n_chains; ++i) total += chain[i];
    constexpr std::size_t lanes = sizeof(Vector) / sizeof(Scalar);
    for (std::size_t lane = 0; lane < lanes; ++lane) *sink += total[lane];
    return rounds * unroll * n_chains * lanes * 2;
}

}  // namespace

std::size_t multiply_add_f32(std::size_t rounds, float *sink) { return run_chains<VectorF32>(rounds, sink); }
std::size_t multiply_add_f64(std::size_t rounds, double *sink) { return run_chains<VectorF64>(rounds, sink); }

}  // namespace leadlight::LEADLIGHT_LEVEL
