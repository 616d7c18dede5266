// The three products of a layer, over a tile: rows are units, columns samples, a lane is a sample.
//
//   forward    z[o] = b[o] + sum_i W[o][i] a[i]          weights are scalars, broadcast
//   backward   g[i] = sum_o W[o][i] d[o]                 the same with W transposed
//   gradient   dW[o][i] = sum over samples of d[o] a[i]  vectors of partial sums, reduced once a tile
//
// Each is cut into blocks of up to four rows by up to four vectors, whose sums stay in registers: forward and
// backward load four vectors and four scalars for sixteen multiply-adds, the gradient eight vectors. What can
// be done to a sum before it is stored is done there (the epilogue).
#pragma once

#include <cstdint>

#include "functions.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

// A matrix of samples: row r starts at at + r * stride.
struct Rows {
    Real *at;
    long stride;
};

// What becomes of a sum s, given the other row x (outputs or stored derivatives of the activation).
enum class Epilogue {
    none,
    relu,            // max(s, 0)
    sigmoid,         // 1 / (1 + e^-s), whose divisions then overlap with the next block's products
    times_relu,      // s where x > 0, else 0
    times_sigmoid,   // s x (1 - x)
    times_tanh,      // s (1 - x^2)
    times_hardtanh,  // s where |x| < 1, else 0
    times_x,         // s x
    zero,
};

template <int R, int S, typename Body>
LEADLIGHT_INLINE void each_sum(Vector (&sum)[R][S], Rows other, Body body) {
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) sum[r][s] = body(sum[r][s], other.at + r * other.stride + s * lanes);
}

template <int R, int S>
LEADLIGHT_INLINE void finish(Vector (&sum)[R][S], Epilogue epilogue, Rows other) {
    const Vector one = splat(1), zero = {};
    switch (epilogue) {
        case Epilogue::none: return;
        case Epilogue::relu: return each_sum(sum, other, [=](Vector s, Real *) { return at_least(s, zero); });
        case Epilogue::sigmoid: return each_sum(sum, other, [=](Vector s, Real *) { return sigmoid(s); });
        case Epilogue::zero: return each_sum(sum, other, [=](Vector, Real *) { return zero; });
        case Epilogue::times_relu:
            return each_sum(sum, other, [=](Vector s, Real *x) { return load(x) > zero ? s : zero; });
        case Epilogue::times_sigmoid:
            return each_sum(sum, other, [=](Vector s, Real *x) { return s * (load(x) - load(x) * load(x)); });
        case Epilogue::times_tanh:
            return each_sum(sum, other, [=](Vector s, Real *x) { return s * (one - load(x) * load(x)); });
        case Epilogue::times_hardtanh:
            return each_sum(sum, other, [=](Vector s, Real *x) { return absolute(load(x)) < one ? s : zero; });
        case Epilogue::times_x: return each_sum(sum, other, [=](Vector s, Real *x) { return s * load(x); });
    }
}

// A product's fixed parts: out[r] = epilogue(bias[r] + sum_c w[r * row + c * column] in[c]), c < n_inner.
struct Product {
    const Real *w;
    long row, column;
    const Real *bias;  // bias[r * row], or null
    int n_inner;
    Rows in, out, other;
    Epilogue epilogue;
};

template <int R, int S>
void product_block(const Product &p, int r0, long s0) {
    Vector sum[R][S];
    const Real *w = p.w + r0 * p.row, *in = p.in.at + s0;
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
        const Vector start = p.bias ? splat(p.bias[(r0 + r) * p.row]) : Vector{};
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) sum[r][s] = start;
    }
    for (int c = 0; c < p.n_inner; ++c, in += p.in.stride, w += p.column) {
        Vector x[S];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) x[s] = load(in + s * lanes);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const Real weight = w[r * p.row];
#pragma GCC unroll 4
            for (int s = 0; s < S; ++s) sum[r][s] += weight * x[s];
        }
    }
    const Rows other = {p.other.at + r0 * p.other.stride + s0, p.other.stride};
    finish<R, S>(sum, p.epilogue, other);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) store(p.out.at + (r0 + r) * p.out.stride + s0 + s * lanes, sum[r][s]);
}

template <int S>
void product_rows(const Product &p, int n_rows, long s0) {
    int r = 0;
    for (; r + 4 <= n_rows; r += 4) product_block<4, S>(p, r, s0);
    switch (n_rows - r) {
        case 3: product_block<3, S>(p, r, s0); break;
        case 2: product_block<2, S>(p, r, s0); break;
        case 1: product_block<1, S>(p, r, s0); break;
        default: break;
    }
}

// All rows and `width` columns, a multiple of the lanes.
inline void product(const Product &p, int n_rows, long width) {
    long s = 0;
    for (; s + columns_at_once * lanes <= width; s += columns_at_once * lanes)
        product_rows<columns_at_once>(p, n_rows, s);
    if (columns_at_once > 2 && s + 2 * lanes <= width) {
        product_rows<2>(p, n_rows, s);
        s += 2 * lanes;
    }
    if (s < width) product_rows<1>(p, n_rows, s);
}

template <int R, int C>
void gradient_block(const Real *d, long d_stride, const Real *a, long a_stride, long width, Real *g, long g_stride) {
    Vector sum[R * C];
#pragma GCC unroll 20
    for (int i = 0; i < R * C; ++i) sum[i] = Vector{};
    for (long s = 0; s < width; s += lanes) {
        Vector x[C];
#pragma GCC unroll 5
        for (int c = 0; c < C; ++c) x[c] = load(a + c * a_stride + s);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const Vector y = load(d + r * d_stride + s);
#pragma GCC unroll 5
            for (int c = 0; c < C; ++c) sum[r * C + c] += y * x[c];
        }
    }
    Real total[R * C + lanes];
    lane_sums<R * C>(sum, total);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 5
        for (int c = 0; c < C; ++c) g[r * g_stride + c] += total[r * C + c];
}

template <int R>
void gradient_rows(const Real *d, long d_stride, Rows a, int n_columns, long width, Real *g, long g_stride) {
    int c = 0;
    // Four inputs and the bias are common, and where registers are many one block takes all five.
    constexpr bool takes_five = columns_at_once == 4;
    for (; c + 4 <= n_columns && !(takes_five && c + 5 == n_columns); c += 4)
        gradient_block<R, 4>(d, d_stride, a.at + c * a.stride, a.stride, width, g + c, g_stride);
    const Real *rest = a.at + c * a.stride;
    switch (n_columns - c) {
        case 5: gradient_block<R, takes_five ? 5 : 4>(d, d_stride, rest, a.stride, width, g + c, g_stride); break;
        case 3: gradient_block<R, 3>(d, d_stride, rest, a.stride, width, g + c, g_stride); break;
        case 2: gradient_block<R, 2>(d, d_stride, rest, a.stride, width, g + c, g_stride); break;
        case 1: gradient_block<R, 1>(d, d_stride, rest, a.stride, width, g + c, g_stride); break;
        default: break;
    }
}

// g[r][c] += sum over the columns of d[r] a[c]; a's last row is 1, so that the last c is the bias's.
inline void gradient(Rows d, int n_rows, Rows a, int n_columns, long width, Real *g, long g_stride) {
    int r = 0;
    for (; r + 4 <= n_rows; r += 4)
        gradient_rows<4>(d.at + r * d.stride, d.stride, a, n_columns, width, g + r * g_stride, g_stride);
    const Real *rest = d.at + r * d.stride;
    g += r * g_stride;
    switch (n_rows - r) {
        case 3: gradient_rows<3>(rest, d.stride, a, n_columns, width, g, g_stride); break;
        case 2: gradient_rows<2>(rest, d.stride, a, n_columns, width, g, g_stride); break;
        case 1: gradient_rows<1>(rest, d.stride, a, n_columns, width, g, g_stride); break;
        default: break;
    }
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
