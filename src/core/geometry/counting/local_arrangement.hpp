// The cells of the last two layers in a polygon, by signs at corners alone. For kernel sources only, like vectors.hpp.
//
// The lines of the last but one layer cut the polygon into cells. At a point v the last layer's units take the values
//     F_j(v) = base_j(v) + sum_u C_ju h_u(v),   h_u what the unit of line u gives,
// which are affine inside a cell, so that signs at its corners say what the units cut it into (local_pairs.hpp): none
// of their forms is summed. Where activations are continuous, F_j(v) is the same for all cells around v, so that the two
// halves of a cell's last cut are counted together, without outlines of their own.
//
// Which units need not be looked at: on the whole polygon h_u is within D_u = |kink| high low / (high + low) + |jump|,
// in all, of the chord of its ends (its line runs from -low to high), so that F_j is nowhere more than
// sum_u |C_ju| D_u beyond its values at the polygon's corners.
//
// Errors: v is known to within e. The exact sum of the floats base_j, C_ju and of u's form is off by no more than forms
// of cells may be (LocalUnits::e_ab, e_c); to this come the roundings of some 80 operations with numbers of which S_j
// bounds the sum of absolute values, and e times G_j, which bounds all slopes:
//     |error of F_j(v)| <= B_j + G_j e,   B_j = e_ab reach + e_c + 2^-44 S_j.
#pragma once

#include "local_pairs.hpp"
#include "local_units.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

class Arrangement {
  public:
    // The cells of an outline that n lines may cut, their units and the later ones having their forms.
    Arrangement(const Outline &outline, const LocalLine *lines, int n, const Forms &forms, bool continuous,
                Scratch &scratch)
        : whole_(outline), lines_(lines), n_lines_(n), forms_(forms), units_(*forms.units), continuous_(continuous),
          scratch_(scratch) {}

    // Whether all signs were certain: then the cells of both layers, and how many signs there were, are known.
    bool count();

    std::int64_t cells_before = 0, cells = 0, signs = 0;

  private:
    bool try_lines(Active *active, int &n);
    void choose_units();
    bool count_cells(const Outline &outline, const Active *active, int n, unsigned above);
    bool count_cell(const Outline &outline, unsigned above);
    bool count_halves(const Outline &outline, const Active &last, unsigned above);
    bool evaluate(const Outline &outline, int last, unsigned above);
    bool add_cells(const Chord *chords, int n, const std::uint8_t *order, int n_corners);
    VectorF64 given(const LocalLine &line, bool is_above, VectorF64 x, VectorF64 y) const {
        return ((x * line.a + y * line.b) + line.c) * line.slopes[is_above] + line.intercepts[is_above];
    }
    int number(const Active &active) const { return int(active.line - lines_); }

    const Outline &whole_;
    const LocalLine *const lines_;
    const int n_lines_;
    const Forms &forms_;
    const LocalUnits &units_;
    const bool continuous_;
    Scratch &scratch_;
    double low_[local_lines], high_[local_lines];  // of each line on the whole
    double *constants_, *bounds_, *slopes_;        // (stride,): c - t, B and G
    int chosen_[64], n_chosen_ = 0;                // units that may cut
    unsigned positive_[64], negative_[64];         // of these: corners, as evaluated last
    double *values_, *errors_;                     // (chosen units, padded corners), likewise
};

bool Arrangement::count() {
    if (n_lines_ >= local_lines || units_.n_next > 64 || whole_.n >= local_corners) return false;
    Active active[local_lines];
    int n;
    if (!try_lines(active, n)) return false;
    choose_units();
    unsigned above = 0;
    for (int u = 0; u < n_lines_; ++u) above |= unsigned(low_[u] < 0.0) << u;
    return count_cells(whole_, active, n, above);
}

// Those that cut, and how far all of them run.
bool Arrangement::try_lines(Active *active, int &n) {
    n = 0;
    for (int u = 0; u < n_lines_; ++u) {
        const Line &line = lines_[u].line;
        VectorF64 low = all(-infinity), high = all(-infinity);
        unsigned positive = 0, negative = 0;
        for (int i = 0; i < whole_.n; i += lanes) {
            const VectorF64 x = load(whole_.x + i), y = load(whole_.y + i);
            const VectorF64 f = (line.a * x + line.b * y) + line.c;
            const VectorF64 bound = (line.A * (absolute(x) + absolute(y)) + line.N * load(whole_.e + i)) + line.C;
            positive |= greater(f, bound) << i;
            negative |= greater(-f, bound) << i;
            low = larger(bound - f, low);
            high = larger(f + bound, high);
        }
        low_[u] = highest(low);
        high_[u] = highest(high);
        positive &= full(whole_.n);
        negative &= full(whole_.n);
        if ((positive | negative) != full(whole_.n)) return false;
        if (positive && negative) active[n++] = {lines_ + u, positive, negative};
    }
    signs += std::int64_t(n_lines_) * whole_.n;
    return true;
}

// Makes the bounds of all units, and lists those that may cut a cell.
void Arrangement::choose_units() {
    double reach = 0.0, e = 0.0;
    for (int i = 0; i < whole_.n; ++i) {
        reach = largest(reach, magnitude(whole_.x[i]) + magnitude(whole_.y[i]) + 2.0 * whole_.e[i]);
        e = largest(e, whole_.e[i]);
    }
    reach *= 1.0 + 0x1p-16;  // of corners as they are rounded too
    double sizes[local_lines], steep[local_lines], off[local_lines];
    double *const h = scratch_.take<double>(std::size_t(n_lines_) * local_corners);  // at corners
    for (int u = 0; u < n_lines_; ++u) {
        const LocalLine &line = lines_[u];
        const double *const s = line.slopes, *const m = line.intercepts;
        const double slope = largest(magnitude(s[0]), magnitude(s[1])), a = magnitude(line.a), b = magnitude(line.b);
        sizes[u] = slope * (largest(a, b) * reach + magnitude(line.c)) + largest(magnitude(m[0]), magnitude(m[1]));
        steep[u] = slope * (a + b);
        off[u] = 0x1p-44 * sizes[u];
        const double low = low_[u], high = high_[u];
        if (low > 0.0 && high > 0.0) off[u] += magnitude(s[1] - s[0]) * (high * low / (high + low));
        if (!continuous_) {
            const double t = line.c - line.line.c;
            off[u] += magnitude((s[1] * t + m[1]) - (s[0] * t + m[0]));
        }
        for (int i = 0; i < whole_.n; i += lanes) {
            const VectorF64 x = load(whole_.x + i), y = load(whole_.y + i);
            const VectorF64 f = (line.line.a * x + line.line.b * y) + line.line.c;
            store(h + u * local_corners + i, f > 0.0 ? given(line, true, x, y) : given(line, false, x, y));
        }
    }
    const long stride = units_.stride;
    constants_ = scratch_.take<double>(3 * std::size_t(stride));
    bounds_ = constants_ + stride;
    slopes_ = bounds_ + stride;
    const double *const base = forms_.base;
    for (long first = 0; first < units_.n_next; first += 8) {
        unsigned open = 0;
        for (long j = first; j < first + 8; j += lanes) {
            const VectorF64 a = load(base + j), b = load(base + forms_.stride + j);
            const VectorF64 c = load(base + 2 * forms_.stride + j);
            const VectorF64 t = load(units_.breakpoints + j), constant = c - t, e_ab = load(units_.e_ab + j);
            const VectorF64 size_a = absolute(a), size_b = absolute(b);
            VectorF64 size = larger(size_a, size_b) * reach + absolute(c) + absolute(t);
            VectorF64 slope = size_a + size_b + 4.0 * e_ab, margin = all(0.0);
            for (int u = 0; u < n_lines_; ++u) {
                const VectorF64 weights = absolute(load(lines_[u].column + j));
                size += weights * sizes[u];
                slope += weights * steep[u];
                margin += weights * off[u];
            }
            const VectorF64 bound = (e_ab * reach + load(units_.e_c + j) + 0x1p-44 * size) * slack + tiny;
            slope = slope * slack + tiny;
            store(constants_ + j, constant);
            store(bounds_ + j, bound);
            store(slopes_ + j, slope);
            VectorF64 least = all(infinity), most = all(-infinity);
            for (int i = 0; i < whole_.n; ++i) {
                VectorF64 f = (a * whole_.x[i] + b * whole_.y[i]) + constant;
                for (int u = 0; u < n_lines_; ++u) f += load(lines_[u].column + j) * h[u * local_corners + i];
                least = f < least ? f : least;
                most = larger(f, most);
            }
            margin = (margin + bound + slope * e) * slack;
            open |= ((greater(least, margin) | greater(-most, margin)) ^ full(lanes)) << (j - first);
        }
        const int n_here = units_.n_next - first < 8 ? int(units_.n_next - first) : 8;
        for (open &= full(n_here); open; open &= open - 1) chosen_[n_chosen_++] = int(first) + __builtin_ctz(open);
    }
    signs += units_.n_next - n_chosen_;  // each decided once for all cells
    values_ = scratch_.take<double>(2 * std::size_t(n_chosen_) * local_corners);
    errors_ = values_ + n_chosen_ * local_corners;
}

// The cells of an outline that n lines cut; `above` holds the sides of the others.
bool Arrangement::count_cells(const Outline &outline, const Active *active, int n, unsigned above) {
    if (n < 2 && n_chosen_ == 0) {
        cells_before += 1 + n;
        cells += 1 + n;
        return true;
    }
    if (n == 0) return count_cell(outline, above);
    if (n == 1 && continuous_ && outline.n <= 6) return count_halves(outline, active[0], above);
    if (!scratch_.has_room() || outline.n >= local_corners) return false;
    char *const start = scratch_.at;
    const Active &chosen = active[n / 2];
    Outline parts[2];
    if (!split(outline, chosen, scratch_, parts[0], parts[1])) return false;
    Active *const kept = scratch_.take<Active>(std::size_t(n));
    for (int side = 0; side < 2; ++side) {
        unsigned here = above | unsigned(side) << number(chosen);
        int n_kept = 0;
        for (int i = 0; i < n; ++i) {
            if (i == n / 2) continue;
            Active other = active[i];
            if (!try_line(parts[side], other)) return false;
            if (other.positive && other.negative)
                kept[n_kept++] = other;
            else
                here |= unsigned(other.positive != 0) << number(other);
        }
        signs += std::int64_t(n - 1) * parts[side].n;
        if (!count_cells(parts[side], kept, n_kept, here)) return false;
    }
    scratch_.at = start;
    return true;
}

// The values of all chosen units at the corners, the units of the lines on the pieces that `above` says, but for that
// of line `last` (-1: of none); whether all signs are certain.
bool Arrangement::evaluate(const Outline &outline, int last, unsigned above) {
    const double *const base = forms_.base;
    bool sure = true;
    for (int i = 0; i < outline.n; i += lanes) {
        const VectorF64 x = load(outline.x + i), y = load(outline.y + i), e = load(outline.e + i);
        VectorF64 h[local_lines];
        for (int u = 0; u < n_lines_; ++u) {
            const LocalLine &line = lines_[u];
            h[u] = given(line, above >> u & 1, x, y);
            if (u != last) continue;
            const VectorF64 f = (line.line.a * x + line.line.b * y) + line.line.c;
            h[u] = f > 0.0 ? given(line, true, x, y) : given(line, false, x, y);
        }
        const unsigned here = outline.n - i < lanes ? full(outline.n - i) : full(lanes);
        for (int k = 0; k < n_chosen_; ++k) {
            const int j = chosen_[k];
            VectorF64 f = (x * base[j] + y * base[forms_.stride + j]) + constants_[j];
            for (int u = 0; u < n_lines_; ++u) f += h[u] * lines_[u].column[j];
            const VectorF64 bound = e * slopes_[j] + bounds_[j];
            store(values_ + k * local_corners + i, f);
            store(errors_ + k * local_corners + i, bound);
            const unsigned positive = greater(f, bound) & here, negative = greater(-f, bound) & here;
            positive_[k] = i ? positive_[k] | positive << i : positive;
            negative_[k] = i ? negative_[k] | negative << i : negative;
            sure &= (positive | negative) == here;
        }
    }
    signs += std::int64_t(n_chosen_) * outline.n;
    return sure;
}

constexpr std::uint8_t in_order[local_corners] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                                  12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

bool Arrangement::count_cell(const Outline &outline, unsigned above) {
    if (!evaluate(outline, -1, above)) return false;
    Chord chords[64];
    int n = 0;
    for (int k = 0; k < n_chosen_; ++k) {
        chords[n] = {positive_[k], values_ + k * local_corners, errors_ + k * local_corners};
        n += positive_[k] != 0 && negative_[k] != 0;
    }
    return add_cells(chords, n, in_order, outline.n);
}

// Both halves of an outline of at most six corners that one line cuts.
bool Arrangement::count_halves(const Outline &outline, const Active &last, unsigned above) {
    const int n = outline.n;
    const unsigned part_of[2] = {last.negative, last.positive};
    int first[2], count_of[2];
    Crossing made[2];  // where the border enters each half
    for (int side = 0; side < 2; ++side) {
        find_run(part_of[side], n, first[side], count_of[side]);
        if (!cross(last.line->line, *outline.sides[(first[side] ? first[side] : n) - 1], made[side])) return false;
    }
    double numbers[3][8];
    for (int v = 0; v < 8; v += lanes) {
        store(numbers[0] + v, load(outline.x + v));
        store(numbers[1] + v, load(outline.y + v));
        store(numbers[2] + v, load(outline.e + v));
    }
    for (int side = 0; side < 2; ++side) {
        numbers[0][n + side] = made[side].x;
        numbers[1][n + side] = made[side].y;
        numbers[2][n + side] = made[side].error;
    }
    const Outline both{n + 2, numbers[0], numbers[1], numbers[2], nullptr};
    if (!evaluate(both, number(last), above)) return false;
    for (int side = 0; side < 2; ++side) {
        const unsigned corners = part_of[side] | 3u << n;
        const int count = count_of[side];
        Chord chords[64];
        int n_chords = 0;
        for (int k = 0; k < n_chosen_; ++k) {
            const unsigned bits = positive_[k], around = bits & full(n);
            chords[n_chords] = {((around | around << n) >> first[side] & full(count)) |
                                    (bits >> (n + 1 - side) & 1) << count | (bits >> (n + side) & 1) << (count + 1),
                                values_ + k * local_corners, errors_ + k * local_corners};
            n_chords += (bits & corners) != 0 && (negative_[k] & corners) != 0;
        }
        std::uint8_t order[8];
        for (int k = 0, i = first[side]; n_chords > 1 && k < count; ++k) {
            order[k] = std::uint8_t(i);
            if (++i == n) i = 0;
        }
        order[count] = std::uint8_t(n + 1 - side);
        order[count + 1] = std::uint8_t(n + side);
        if (!add_cells(chords, n_chords, order, count + 2)) return false;
    }
    return true;
}

bool Arrangement::add_cells(const Chord *chords, int n, const std::uint8_t *order, int n_corners) {
    ++cells_before;
    cells += 1 + n;
    if (n < 2) return true;
    int pairs = 0;
    if (!count_pairs(chords, n, order, n_corners, pairs)) return false;
    cells += pairs;
    signs += pairs;
    return true;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
