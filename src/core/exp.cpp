// e^x in float32, one vector at a time.
//
// x = n ln 2 + r with |r| <= ln(2)/2 (Cody and Waite: ln 2 in two parts, the first of 9 bits, so that n times
// it is exact), e^r by a polynomial of degree 6, then times 2^n in two factors, so that results below the
// smallest normal number round once and large ones overflow to infinity. The polynomial 1 + r + r^2 q(r) is
// minimax in relative error (3.2e-9; q by linear programming, its coefficients rounded to float32 one after
// the other, refitting the rest).
//
// Error: below 1 unit in the last place of the result for every float32 (tests/test_core.py and the driver
// check it; 0.9904 over all 2^32, by `driver exhaustive`). e^-inf = 0, e^inf = inf, e^NaN = NaN. No fused
// multiply-add is used (-ffp-contract=off), so every level returns the same bits.
#include "vectors.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

inline VectorF32 exp_vector(VectorF32 x) {
    constexpr float log2_e = 0x1.715476p+0f;
    constexpr float ln2_high = 0x1.63p-1f, ln2_low = -0x1.bd0106p-13f;
    constexpr float to_integer = 0x1.8p+23f;  // adding it rounds to an integer, left in the low bits
    constexpr int to_integer_bits = 0x4b400000;
    // Beyond these the result is infinity or zero; within them n fits the two factors. NaN passes both tests.
    x = x > 89.0f ? VectorF32{} + 89.0f : x;
    x = x < -105.0f ? VectorF32{} - 105.0f : x;

    const VectorF32 shifted = x * log2_e + to_integer;
    const VectorF32 n = shifted - to_integer;
    const VectorF32 r = (x - n * ln2_high) - n * ln2_low;

    VectorF32 q = r * 0x1.6a45d0p-10f + 0x1.1239b2p-7f;
    q = q * r + 0x1.5558b8p-5f;
    q = q * r + 0x1.555492p-3f;
    q = q * r + 0x1.fffffcp-2f;
    const VectorF32 power = 1.0f + (r + r * r * q);

    // 2^n = 2^half 2^rest, each built as the exponent bits of a float. Unsigned, so that the garbage that a
    // NaN leaves in n wraps instead of overflowing; the NaN itself is in `power`.
    typedef unsigned VectorU32 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
    const VectorI32 exponent = (VectorI32)((VectorU32)shifted - (unsigned)to_integer_bits);
    const VectorI32 half = exponent >> 1;
    const VectorU32 rest = (VectorU32)exponent - (VectorU32)half;
    const VectorF32 scale_half = (VectorF32)(((VectorU32)half + 127u) << 23);
    const VectorF32 scale_rest = (VectorF32)((rest + 127u) << 23);
    return power * scale_half * scale_rest;
}

}  // namespace

void exp_f32(const float *in, float *out, std::size_t n) {
    std::size_t i = 0;
    for (; i + lanes_f32 <= n; i += lanes_f32) {
        VectorF32 x;
        __builtin_memcpy(&x, in + i, sizeof x);
        x = exp_vector(x);
        __builtin_memcpy(out + i, &x, sizeof x);
    }
    if (i < n) {
        VectorF32 x{};
        __builtin_memcpy(&x, in + i, (n - i) * sizeof(float));
        x = exp_vector(x);
        __builtin_memcpy(out + i, &x, (n - i) * sizeof(float));
    }
}

}  // namespace leadlight::LEADLIGHT_LEVEL
