// The kernels of the enumerator, compiled once per vector level; filter.hpp has the bounds.
#include "filter.hpp"

#include "lanes.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::Candidate;
using geometry::Line;
using geometry::PairF64;
using geometry::Scan;
using geometry::Sorted;
using geometry::Term;

namespace {

// first + i for each of the 8 bits i that is set; returns where they end. There is room for 8.
inline std::int32_t *list_bits(unsigned bits, std::int32_t first, std::int32_t *to) {
#if defined(__AVX512VL__)
    const __m256i numbers = _mm256_add_epi32(_mm256_set1_epi32(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm256_maskz_compress_epi32(__mmask8(bits), numbers));
    return to + __builtin_popcount(bits);
#else
    for (; bits; bits &= bits - 1) *to++ = first + __builtin_ctz(bits);
    return to;
#endif
}

// The corners of a polygon as vectors, `vectors` at most; beyond the last the first once more.
template <int vectors>
inline void sort_lines(const Candidate *in, int n, const double *x, const double *y, const double *e, int n_corners,
                       Sorted *out) {
    Candidate *cut = out->cut, *decided = out->decided, *unsure = out->unsure;
    const unsigned full = unsigned((1ull << n_corners) - 1);
    const int n_vectors = vectors == 1 ? 1 : (n_corners + lanes - 1) / lanes;
    VectorF64 xs[vectors], ys[vectors], es[vectors], ss[vectors];
    for (int v = 0; v < n_vectors; ++v) {
        VectorI64 lane;
        for (int i = 0; i < lanes; ++i) lane[i] = v * lanes + i;
        const VectorI64 is_corner = lane < n_corners;
        xs[v] = is_corner ? load(x + v * lanes) : all(x[0]);
        ys[v] = is_corner ? load(y + v * lanes) : all(y[0]);
        es[v] = is_corner ? load(e + v * lanes) : all(e[0]);
        ss[v] = absolute(xs[v]) + absolute(ys[v]);
    }
    for (int i = 0; i < n; ++i) {
        const Line &line = *in[i].line;
        unsigned positive = 0, negative = 0;
        for (int v = 0; v < n_vectors; ++v) {
            const VectorF64 f = (line.a * xs[v] + line.b * ys[v]) + line.c;
            const VectorF64 bound = (line.A * ss[v] + line.N * es[v]) + line.C;
            positive |= greater(f, bound) << (v * lanes);
            negative |= greater(-f, bound) << (v * lanes);
        }
        positive &= full;
        negative &= full;
        const Candidate result{&line, positive, negative};
        const bool cuts = positive && negative, one_side = positive == full || negative == full;
        *cut = result;
        cut += cuts;
        *decided = result;
        decided += one_side;
        *unsure = result;
        unsure += !(cuts || one_side);
    }
    out->n_cut = int(cut - out->cut);
    out->n_decided = int(decided - out->decided);
    out->n_unsure = int(unsure - out->unsure);
}

}  // namespace

// Sorts n lines by what they do to a polygon of n_corners <= 32; x, y and e have room for a multiple of 8.
void filter_lines(const Candidate *in, int n, const double *x, const double *y, const double *e, int n_corners,
                  Sorted *out) {
    if (n_corners <= lanes)
        sort_lines<1>(in, n, x, y, e, n_corners, out);
    else
        sort_lines<32 / lanes>(in, n, x, y, e, n_corners, out);
}

namespace {

typedef long long PairI64 __attribute__((vector_size(16)));

// Corners where a line is positive, and where it is negative, to be turned at once: at most 16 each.
inline std::uint64_t both(unsigned positive, unsigned negative) { return positive | std::uint64_t(negative) << 32; }

// Stored as one: who loads a candidate whole would wait for stores of its parts.
inline void store_candidate(Candidate *to, const Line *line, std::uint64_t signs) {
    static_assert(sizeof *to == sizeof(PairI64) && sizeof line == sizeof signs, "a pointer, and two halves");
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    signs = signs << 32 | signs >> 32;
#endif
    const PairI64 candidate{(long long)(line), (long long)(signs)};
    __builtin_memcpy(static_cast<void *>(to), &candidate, sizeof candidate);
}

// Bit i: a[i] > b[i].
inline unsigned pair_greater(PairF64 a, PairF64 b) {
#if defined(__SSE2__)
    return unsigned(_mm_movemask_pd(_mm_cmpgt_pd((__m128d)a, (__m128d)b)));
#else
    return unsigned(a[0] > b[0]) | unsigned(a[1] > b[1]) << 1;
#endif
}

}  // namespace

// What n lines, the signs of which at a polygon's corners are known, do to its two parts.
void filter_parts(const Candidate *in, int n, geometry::Parts *parts) {
    const PairF64 x = parts->x, y = parts->y, e = parts->e;
    const PairF64 size = (PairF64)((PairI64)x & 0x7fffffffffffffffLL) + (PairF64)((PairI64)y & 0x7fffffffffffffffLL);
    int n_cut[2] = {0, 0}, n_unsure[2] = {0, 0}, first[2], count[2];
    std::uint64_t corners[2];
    unsigned full[2];
    for (int side = 0; side < 2; ++side) {
        first[side] = parts->first[side];
        count[side] = parts->count[side];
        corners[side] = both((1u << count[side]) - 1, (1u << count[side]) - 1);
        full[side] = (4u << count[side]) - 1;
    }
    for (int i = 0; i < n; ++i) {
        const Line &line = *in[i].line;
        const std::uint64_t given = both(in[i].positive, in[i].negative);
        const PairF64 f = (line.a * x + line.b * y) + line.c, bound = (line.A * size + line.N * e) + line.C;
        std::uint64_t ends = both(pair_greater(f, bound), pair_greater(-f, bound));
        for (int side = 0; side < 2; ++side) {
            const std::uint64_t turned = given >> first[side] | given << (parts->n_corners - first[side]);
            const std::uint64_t signs = (turned & corners[side]) | ends << count[side];
            const unsigned positive = unsigned(signs), negative = unsigned(signs >> 32);
            const bool cuts = positive && negative;
            Candidate *const lines = parts->lines[side] + n_cut[side];
            store_candidate(lines, &line, signs);
            store_candidate(lines + (n - 1 - i), &line, signs);
            n_cut[side] += cuts;
            n_unsure[side] += !cuts && positive != full[side] && negative != full[side];
            ends = (ends >> 1 & both(1, 1)) | (ends << 1 & both(2, 2));
        }
    }
    for (int side = 0; side < 2; ++side) parts->n_cut[side] = n_cut[side], parts->n_unsure[side] = n_unsure[side];
}

// Forms of a layer from base and terms; returns the number of survivors.
int scan_forms(Scan *scan) {
    constexpr double rounding = 0x1p-51 * (1.0 + 0x1p-30), tiny = 0x1p-1000;
    std::int32_t *survivors = scan->survivors;
    const long stride = scan->stride;
    const int n_terms = scan->n_terms;
    const double rx = scan->rx, ry = scan->ry, cx = scan->x, cy = scan->y;
    VectorF64 max_ab = all(0.0), max_c = all(0.0);
    for (long j = 0; j < stride; j += 8) {
        unsigned above = 0, below = 0;
        for (int v = 0; v < tile_vectors; ++v) {
            const long k = j + v * lanes;
            VectorF64 a = load(scan->base + k), b = load(scan->base + stride + k),
                      c = load(scan->base + 2 * stride + k);
            for (int t = 0; t < n_terms; ++t) {
                const Term &term = scan->terms[t];
                const VectorF64 w = load(term.weights + k);
                a += w * term.a;
                b += w * term.b;
                c += w * term.c;
            }
            store(scan->forms + k, a);
            store(scan->forms + stride + k, b);
            store(scan->forms + 2 * stride + k, c);
            const VectorF64 size_a = absolute(a), size_b = absolute(b);
            max_ab = larger(larger(size_a, size_b), max_ab);
            max_c = larger(absolute(c), max_c);
            const VectorF64 level = c - load(scan->breakpoints + k);
            const VectorF64 f = (a * cx + b * cy) + level;
            const VectorF64 bound = (size_a * rx + size_b * ry) +
                                    (absolute(level) * rounding + (load(scan->row_norms + k) * scan->K_row +
                                                                   (load(scan->abs_biases + k) * scan->K_b + tiny)));
            above |= greater(f, bound) << (v * lanes);
            below |= greater(-f, bound) << (v * lanes);
        }
        scan->above[j / 8] = std::uint8_t(above);
        survivors = list_bits(~(above | below) & 0xff, std::int32_t(j), survivors);
    }
    double m_ab = 0.0, m_c = 0.0;
    for (int i = 0; i < lanes; ++i) {
        m_ab = max_ab[i] > m_ab ? max_ab[i] : m_ab;
        m_c = max_c[i] > m_c ? max_c[i] : m_c;
    }
    scan->max_ab = m_ab;
    scan->max_c = m_c;
    return int(survivors - scan->survivors);
}

namespace {

// Adds n_terms terms, a block at most, to `width` vectors of a, b and c.
template <int width, bool in_size>
inline void add_block(double *out, const double *base_ab, const double *base_c, const Term *terms, int n_terms, long n,
                      long j) {
    VectorF64 a[width], b[width], c[width];
    // Unrolled, all of this stays in registers.
#pragma GCC unroll 4
    for (int v = 0; v < width; ++v) a[v] = b[v] = c[v] = all(0.0);
    for (int t = 0; t < n_terms; ++t) {
        const double *const weights = terms[t].weights + j;
        const double ta = terms[t].a, tb = terms[t].b, tc = terms[t].c;
#pragma GCC unroll 4
        for (int v = 0; v < width; ++v) {
            const VectorF64 loaded = load(weights + v * lanes), w = in_size ? absolute(loaded) : loaded;
            a[v] += w * ta;
            b[v] += w * tb;
            c[v] += w * tc;
        }
    }
#pragma GCC unroll 4
    for (int v = 0; v < width; ++v) {
        const long k = j + v * lanes;
        if (base_ab) {
            a[v] += load(base_ab + k);
            b[v] += load(base_ab + n + k);
        }
        store(out + k, a[v]);
        store(out + n + k, b[v]);
        store(out + 2 * n + k, load(base_c + k) + c[v]);
    }
}

template <bool in_size>
inline void add_blocks(double *out, const double *base, const double *base_c, const Term *terms, int n_terms, long n) {
    constexpr int wide = 4;
    const double *from_ab = base, *from_c = base ? base + 2 * n : base_c;
    int t = 0;
    do {
        const int block = n_terms - t < geometry::block_terms ? n_terms - t : geometry::block_terms;
        long j = 0;
        for (; j + wide * lanes <= n; j += wide * lanes)
            add_block<wide, in_size>(out, from_ab, from_c, terms + t, block, n, j);
        for (; j < n; j += lanes) add_block<1, in_size>(out, from_ab, from_c, terms + t, block, n, j);
        from_ab = out;
        from_c = out + 2 * n;
        t += block;
    } while (t < n_terms);
}

}  // namespace

// out = base + sum of terms, summed in blocks: a, b and c of n units (a multiple of 8), n apart. Without a base c
// starts at base_c, a and b at 0.
void add_terms(double *out, const double *base, const double *base_c, const Term *terms, int n_terms, long n) {
    add_blocks<false>(out, base, base_c, terms, n_terms, n);
}

namespace {

template <int n>
struct Width {
    static constexpr int value = n;
};

// The same block of terms, `width` vectors, for `columns` columns.
template <int columns, int width>
inline void multiply_block(double *out, const Term *terms, const double *factors, long n_factors, int n_terms, long n,
                           long j) {
    VectorF64 sums[columns][width];
    for (int k = 0; k < columns; ++k)
        for (int v = 0; v < width; ++v) sums[k][v] = all(0.0);
    for (int t = 0; t < n_terms; ++t)
        for (int v = 0; v < width; ++v) {
            const VectorF64 w = load(terms[t].weights + j + v * lanes);
            for (int k = 0; k < columns; ++k) sums[k][v] += w * factors[k * n_factors + t];
        }
    for (int k = 0; k < columns; ++k)
        for (int v = 0; v < width; ++v) {
            double *const to = out + k * n + j + v * lanes;
            store(to, load(to) + sums[k][v]);
        }
}

template <int width>
inline void multiply_blocks(double *out, const Term *terms, const double *factors, long n_factors, int n_terms,
                            int n_columns, long n, long j) {
    int k = 0;
    for (; k + 4 <= n_columns; k += 4)
        multiply_block<4, width>(out + k * n, terms, factors + k * n_factors, n_factors, n_terms, n, j);
    if (k + 2 <= n_columns) {
        multiply_block<2, width>(out + k * n, terms, factors + k * n_factors, n_factors, n_terms, n, j);
        k += 2;
    }
    if (k < n_columns) multiply_block<1, width>(out + k * n, terms, factors + k * n_factors, n_factors, n_terms, n, j);
}

}  // namespace

// base += sum of terms, as add_terms does it; columns[k, i] += sum over the first n_products of them, t, of
// weights[t][i] factors[k, t]: n_columns rows of n numbers. What a block takes of the weights stays near for all.
void add_products(double *base, const Term *terms, int n_terms, double *columns, const double *factors, int n_products,
                  int n_columns, long n) {
    constexpr int wide = lanes == 8 ? 4 : 2;
    for (int t = 0; t < n_terms; t += geometry::block_terms) {
        const int block = n_terms - t < geometry::block_terms ? n_terms - t : geometry::block_terms;
        const int products = n_products - t < block ? n_products - t : block;
        long j = 0;
        const auto add = [&](auto width) {
            add_block<width.value, false>(base, base, base + 2 * n, terms + t, block, n, j);
            if (products > 0)
                multiply_blocks<width.value>(columns, terms + t, factors + t, n_products, products, n_columns, n, j);
            j += width.value * lanes;
        };
        while (j + wide * lanes <= n) add(Width<wide>{});
        while (j + 2 * lanes <= n) add(Width<2>{});
        while (j < n) add(Width<1>{});
    }
}

// The largest |a_i| + b_i of n numbers, a multiple of 8.
double largest_sum(const double *a, const double *b, long n) {
    VectorF64 largest = all(0.0);
    for (long i = 0; i < n; i += lanes) largest = larger(absolute(load(a + i)) + load(b + i), largest);
    double result = 0.0;
    for (int i = 0; i < lanes; ++i) result = largest[i] > result ? largest[i] : result;
    return result;
}

// out += sum of terms with the absolute values of their weights.
void add_bounds(double *out, const Term *terms, int n_terms, long n) {
    add_blocks<true>(out, out, nullptr, terms, n_terms, n);
}

}  // namespace leadlight::LEADLIGHT_LEVEL
