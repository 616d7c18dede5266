// The cells of the last two layers in a polygon, by signs at vertices alone. For kernel sources only, like vectors.hpp.
//
// The lines of the last but one layer cut the polygon into cells. The last layer's units are affine inside a cell, so
// that their signs at its corners (local_plane.hpp) say what the units cut it into (local_pairs.hpp): none of their
// forms is summed. The two parts of a last cut need no outlines of their own unless chords may cross there.
//
// Which units need not be looked at: on the whole polygon h_u is within D_u = |kink| high low / (high + low) of the
// chord of its ends (its line runs from -low to high), so that F_j is nowhere more than sum_u |C_ju| D_u beyond its
// values at the polygon's corners.
#pragma once

#include "local_pairs.hpp"
#include "local_plane.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// The units of the last layer: rows of their forms less their breakpoints, and of their bounds B and G; their weights
// on what each line gives, and the sizes of that.
struct Given {
    int n;
    const double *a, *b, *c, *B, *G;
    const double *const *columns;
    const double *sizes;
};

class Arrangement {
  public:
    // Whether all signs were certain: then what the lines of `plane` cut a polygon into, its corners being the first
    // vertices, and the cells that units make of these are added to the counts.
    bool count(Outline &outline, const Given &given);

    Plane<true> plane;
    std::int64_t cells_before = 0, cells = 0, signs = 0;

    explicit Arrangement(double *memory)  // for `arrangement_doubles`
        : rows_(memory) {
        plane.values = rows_ + (rows_of_units + local_lines) * local_units;
    }

  private:
    Word choose(const Outline &outline, const Given &given);
    void keep(const Given &given, Word chosen);
    bool count_lines(const Outline &outline);
    bool count_cells(const Outline &outline, Word left);
    bool add_cell(const Common &common);
    bool add_pairs(const Outline &outline);

    double *const rows_;                                    // of the units that may cut a cell
    alignas(64) double given_[local_corners][local_lines];  // at the corners, by the lines
};

constexpr std::size_t arrangement_doubles = (rows_of_units + local_lines + local_vertices) * local_units;

inline bool Arrangement::count(Outline &outline, const Given &given) {
    const int n = plane.n_lines;
    const Word chosen = choose(outline, given);
    const int n_chosen = __builtin_popcountll(chosen);
    signs += given.n - n_chosen;  // each decided once for all cells
    plane.n_vertices = outline.n;
    if (!chosen) return count_lines(outline);
    keep(given, chosen);
    Word units[local_corners] = {};
    for (int i = 0; i < outline.n; i += 2) {
        const int v = i + 1 < outline.n ? i : i - 1;
        if (!plane.try_units(v, v + 1, given_ + v, units + v)) return false;
    }
    put_words(units, outline.n, outline.units);
    signs += std::int64_t(outline.n) * n_chosen;
    return count_cells(outline, full(n));
}

// The units that may cut a cell.
inline Word Arrangement::choose(const Outline &outline, const Given &given) {
    const int n = plane.n_lines, n_corners = outline.n;
    alignas(64) double off[local_lines];
    double e = 0.0;
    for (int i = 0; i < n_corners; ++i) e = largest(e, plane.e[i]);
    for (int u = 0; u < n; u += lanes) {
        const Lines &lines = plane.lines;
        const VectorF64 a = load(lines.a + u), b = load(lines.b + u), c = load(lines.c + u);
        const VectorF64 A = load(lines.A + u), N = load(lines.N + u), C = load(lines.C + u);
        VectorF64 low = all(-infinity), high = all(-infinity);
        for (int i = 0; i < n_corners; ++i) {
            const double x = plane.x[i], y = plane.y[i];
            const VectorF64 p = x * a + y * b, f = p + c;
            const VectorF64 bound = (A * (magnitude(x) + magnitude(y)) + N * plane.e[i]) + C;
            low = larger(bound - f, low);
            high = larger(f + bound, high);
            store(given_[i] + u, plane.what_lines_give(u, p, f));
        }
        const VectorF64 kink = absolute(load(lines.slopes[1] + u) - load(lines.slopes[0] + u));
        store(off + u, 0x1p-44 * load(given.sizes + u) + kink * (high * low / (high + low)));
    }
    Word chosen = 0;
    const auto block = [&](auto size, long j) {
        constexpr int V = size.vectors;
        VectorF64 a[V], b[V], c[V], margin[V], least[V], most[V];
        for (int v = 0; v < V; ++v) {
            const long k = j + v * lanes;
            a[v] = load(given.a + k), b[v] = load(given.b + k), c[v] = load(given.c + k);
            margin[v] = load(given.B + k) + load(given.G + k) * e;
            least[v] = all(infinity), most[v] = all(-infinity);
        }
        for (int u = 0; u < n; ++u)
            for (int v = 0; v < V; ++v) margin[v] += absolute(load(given.columns[u] + j + v * lanes)) * off[u];
        for (int i = 0; i < n_corners; ++i) {
            const double x = plane.x[i], y = plane.y[i];
            VectorF64 f[V];
            for (int v = 0; v < V; ++v) f[v] = (x * a[v] + y * b[v]) + c[v];
            for (int u = 0; u < n; ++u)
                for (int v = 0; v < V; ++v) f[v] += given_[i][u] * load(given.columns[u] + j + v * lanes);
            for (int v = 0; v < V; ++v) least[v] = f[v] < least[v] ? f[v] : least[v], most[v] = larger(f[v], most[v]);
        }
        for (int v = 0; v < V; ++v) {
            const VectorF64 wide = margin[v] * slack;
            const unsigned decided = greater(least[v], wide) | greater(-most[v], wide);
            chosen |= Word(decided ^ full(lanes)) << (j + v * lanes);
        }
    };
    in_blocks(rounded(given.n), block);
    return chosen & full_word(given.n);
}

// Makes the chosen units the plane's.
inline void Arrangement::keep(const Given &given, Word chosen) {
    const int n = plane.n_lines, n_chosen = __builtin_popcountll(chosen);
    const long stride = rounded(n_chosen);
    const double *const firsts[rows_of_units] = {given.a, given.b, given.c, given.B, given.G};
    double *tos[rows_of_units];
    for (int r = 0; r < rows_of_units; ++r) tos[r] = rows_ + r * stride;
    for (Word left = chosen; left;) {
        left = pick<rows_of_units>(firsts, left, tos);
        for (double *&to : tos) to += 8;
    }
    for (int u = 0; u < n; ++u) {
        Word left = chosen;
        for (double *to = rows_ + (rows_of_units + u) * stride; left; to += 8)
            left = pick<1>(given.columns + u, left, &to);
    }
    plane.units = {n_chosen, stride, rows_};
}

// Where no unit cuts a cell.
inline bool Arrangement::count_lines(const Outline &outline) {
    const int n = plane.n_lines;
    int pairs = 0;
    if (n > 1) {
        const Lines &lines = plane.lines;
        alignas(64) double errors[local_lines];
        for (int i = 0; i < outline.n; ++i) {
            const double x = plane.x[i], y = plane.y[i], size = magnitude(x) + magnitude(y);
            for (int u = 0; u < n; u += lanes) {
                const VectorF64 f = (x * load(lines.a + u) + y * load(lines.b + u)) + load(lines.c + u);
                const VectorF64 bound = (load(lines.A + u) * size + load(lines.N + u) * plane.e[i]) + load(lines.C + u);
                store(plane.values + i * local_lines + u, f);
                store(errors + u, i ? larger(bound, load(errors + u)) : bound);
            }
        }
        Chord chords[local_lines];
        const Places places(outline, local_lines);
        for (int u = 0; u < n; ++u)
            set_chord(chords[u], places, plane.values + u, errors[u], corners_with(outline.lines, outline.n, u));
        if (!count_pairs(chords, n, outline.n, pairs)) return false;
        signs += pairs;
    }
    cells_before += 1 + n + pairs;
    cells += 1 + n + pairs;
    return true;
}

// The cells of an outline, some of the lines that are left cutting it.
inline bool Arrangement::count_cells(const Outline &outline, Word left) {
    const Common common = common_bits(outline.lines, outline.n);
    left &= common.any & ~common.every;
    if (!left) return add_cell(common_bits(outline.units, outline.n)) || add_pairs(outline);
    const int line = __builtin_ctzll(left), n_vertices = plane.n_vertices;
    left &= left - 1;
    Cut cut;
    if (!plane.cut(outline, line, left, cut)) return false;
    signs += 2 * (__builtin_popcountll(left) + plane.units.n);
    for (int side = 0; side < 2; ++side) {
        Outline part;
        if (left) {
            make_part(outline, cut, side, part);
            if (!count_cells(part, left)) return false;
            continue;
        }
        Common common = common_bits(outline.units, outline.n, side ? cut.above : ~cut.above & full(outline.n));
        common.any |= cut.units[0] | cut.units[1];
        common.every &= cut.units[0] & cut.units[1];
        if (add_cell(common)) continue;
        make_part(outline, cut, side, part);
        if (!add_pairs(part)) return false;
    }
    plane.n_vertices = n_vertices;
    return true;
}

// A cell and its chords; whether that is all, as no two can cross.
inline bool Arrangement::add_cell(const Common &common) {
    const int n = __builtin_popcountll(common.any & ~common.every);
    ++cells_before;
    cells += 1 + n;
    return n < 2;
}

// The crossings in a cell.
inline bool Arrangement::add_pairs(const Outline &outline) {
    const Common common = common_bits(outline.units, outline.n);
    Word cutting = common.any & ~common.every;
    const int n = __builtin_popcountll(cutting);
    if (n > local_lines) return false;
    double e = 0.0;
    for (int i = 0; i < outline.n; ++i) e = largest(e, plane.e[outline.vertex(i)]);
    const long stride = plane.units.stride;
    const Places places(outline, stride);
    Chord chords[local_lines];
    for (int k = 0; k < n; ++k, cutting &= cutting - 1) {
        const int unit = __builtin_ctzll(cutting);
        const double *const B = plane.units.rows + 3 * stride, *const G = B + stride;
        set_chord(chords[k], places, plane.values + unit, B[unit] + G[unit] * e,
                  corners_with(outline.units, outline.n, unit));
    }
    int pairs = 0;
    if (!count_pairs(chords, n, outline.n, pairs)) return false;
    cells += pairs;
    signs += pairs;
    return true;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
