// The first layer where inputs are many (images, polynomial features): lanes are inputs, not samples.
//
// Samples lie row by row with a 1 after each and zeros up to whole vectors, and so do the weights with their
// bias; nothing is gathered or transposed. Forward: dot products, four outputs by four samples at once.
// Gradient: each row of dW is a sum of samples' rows, four outputs by four vectors at once. Both load eight
// vectors (or four and four scalars) for sixteen multiply-adds.
#pragma once

#include "products.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

// Which samples: `index[s]`, or first + s where index is null; sample i is the row at + i * stride.
struct SampleRows {
    const Real *at;
    long stride;
    const std::uint32_t *index;
    long first;

    const Real *row(long s) const { return at + (index ? long(index[s]) : first + s) * stride; }
};

template <int R, int S>
void wide_forward_block(const Real *w, long length, const SampleRows &x, long s0, Real *z, long z_stride) {
    Vector sum[R * S];
    const Real *row[S];
#pragma GCC unroll 16
    for (int i = 0; i < R * S; ++i) sum[i] = Vector{};
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) row[s] = x.row(s0 + s);
    for (long c = 0; c < length; c += lanes) {
        Vector v[S];
#pragma GCC unroll 4
        for (int s = 0; s < S; ++s) v[s] = load(row[s] + c);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const Vector weights = load(w + r * length + c);
#pragma GCC unroll 4
            for (int s = 0; s < S; ++s) sum[r * S + s] += weights * v[s];
        }
    }
    Real total[R * S + lanes];
    lane_sums<R * S>(sum, total);
    for (int r = 0; r < R; ++r)
        for (int s = 0; s < S; ++s) z[r * z_stride + s0 + s] = total[r * S + s];
}

template <int S>
void wide_forward_samples(const Real *w, int n_rows, long length, const SampleRows &x, long s0, Rows z) {
    int r = 0;
    for (; r + 4 <= n_rows; r += 4)
        wide_forward_block<4, S>(w + r * length, length, x, s0, z.at + r * z.stride, z.stride);
    for (; r < n_rows; ++r) wide_forward_block<1, S>(w + r * length, length, x, s0, z.at + r * z.stride, z.stride);
}

// z[r][s] = w[r] . x[s] for the first `count` samples; `length` includes the bias and the zeros.
inline void wide_forward(const Real *w, int n_rows, long length, const SampleRows &x, long count, Rows z) {
    long s = 0;
    for (; s + columns_at_once <= count; s += columns_at_once)
        wide_forward_samples<columns_at_once>(w, n_rows, length, x, s, z);
    for (; s < count; ++s) wide_forward_samples<1>(w, n_rows, length, x, s, z);
}

template <int R, int C>
void wide_gradient_block(const Real *d, long d_stride, const SampleRows &x, long count, long c0, Real *g, long length) {
    Vector sum[R][C];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) sum[r][c] = load(g + r * length + c0 + c * lanes);
    for (long s = 0; s < count; ++s) {
        const Real *row = x.row(s) + c0;
        Vector v[C];
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) v[c] = load(row + c * lanes);
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) {
            const Real factor = d[r * d_stride + s];
#pragma GCC unroll 4
            for (int c = 0; c < C; ++c) sum[r][c] += factor * v[c];
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) store(g + r * length + c0 + c * lanes, sum[r][c]);
}

template <int C>
void wide_gradient_columns(Rows d, int n_rows, const SampleRows &x, long count, long c0, Real *g, long length) {
    int r = 0;
    for (; r + 4 <= n_rows; r += 4)
        wide_gradient_block<4, C>(d.at + r * d.stride, d.stride, x, count, c0, g + r * length, length);
    for (; r < n_rows; ++r)
        wide_gradient_block<1, C>(d.at + r * d.stride, d.stride, x, count, c0, g + r * length, length);
}

// g[r] += sum over the first `count` samples of d[r][s] x[s].
inline void wide_gradient(Rows d, int n_rows, long length, const SampleRows &x, long count, Real *g) {
    long c = 0;
    for (; c + columns_at_once * lanes <= length; c += columns_at_once * lanes)
        wide_gradient_columns<columns_at_once>(d, n_rows, x, count, c, g, length);
    for (; c < length; c += lanes) wide_gradient_columns<1>(d, n_rows, x, count, c, g, length);
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
