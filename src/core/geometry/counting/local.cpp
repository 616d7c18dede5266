// The kernel of local.hpp. Like all kernel sources it uses no template and no inline function of another header.
#include "local.hpp"

#include "local_arrangement.hpp"
#include "local_units.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::LocalLine;
using geometry::LocalProblem;
using geometry::LocalUnits;

namespace {

struct Scratch {
    char *at;
    template <typename T>
    T *take(std::size_t n) {
        char *const p = at;
        at += (n * sizeof(T) + 63) / 64 * 64;
        return reinterpret_cast<T *>(p);
    }
};

class Counter {
  public:
    explicit Counter(LocalProblem &problem)
        : problem_(problem), units_(problem.units), scratch_{problem.scratch},
          last_(scratch_.take<double>(arrangement_doubles)) {}

    bool count();

  private:
    template <typename P>
    bool start(P &plane, Outline &outline);
    void bound();
    void bound_units(long first, long end, const Giver *givers, int n_givers, double reach);
    void set_lines(Word open, Lines &to, double *sizes);
    bool count_cells(const Outline &outline, Word left, Word above);
    bool enter(const Outline &cell, Word above);

    LocalProblem &problem_;
    const LocalUnits &units_;
    Scratch scratch_;
    Plane<false> plane_;
    Arrangement last_;
    double *constants_, *B_, *G_,
        *sizes_;  // (stride,): of all units; the sizes of the next layer's are of what they give
    double line_sizes_[local_lines];
    double by_lines_[2][3 * local_lines];      // what lines give on their pieces: forms, by rows
    Word given_[2]{};                          // the lines whose pieces are not 0
    double *forms_;                            // (3, stride) of the units in a cell
    double *by_units_;                         // (3, next): what units of the next layer give
    const double *line_columns_[local_lines];  // over all units
    const double *columns_[local_units];       // of the units of the next layer, over those of the layer after
};

bool Counter::count() {
    const LocalProblem &p = problem_;
    if (p.n_lines >= local_lines || p.n_corners >= local_corners || units_.n_next > local_units ||
        units_.n_after > local_units)
        return false;
    const bool three = p.n_layers == 3;
    bound();
    Outline outline;
    if (three) {
        const long n = units_.next;
        double *const rows = scratch_.take<double>(std::size_t(n * (rows_of_units + p.n_lines)));
        const double *const firsts[rows_of_units] = {p.base, p.base + units_.stride, constants_, B_, G_};
        for (int r = 0; r < rows_of_units + p.n_lines; ++r) {
            const double *const from = r < rows_of_units ? firsts[r] : p.lines[r - rows_of_units].column;
            for (long j = 0; j < n; j += lanes) store(rows + r * n + j, load(from + j));
        }
        plane_.units = {units_.n_next, n, rows};
        if (!start(plane_, outline)) return false;
        forms_ = scratch_.take<double>(3 * std::size_t(units_.stride));
        for (int piece = 0; piece < 2; ++piece) {
            for (int u = 0; u < p.n_lines; ++u) {
                const LocalLine &line = p.lines[u];
                const double s = line.slopes[piece], m = line.intercepts[piece];
                double *const form = by_lines_[piece] + u;
                form[0] = s * line.a, form[local_lines] = s * line.b, form[2 * local_lines] = s * line.c + m;
                if (s != 0.0 || m != 0.0) given_[piece] |= Word(1) << u;
            }
        }
        for (int i = 0; i < units_.n_next; ++i) columns_[i] = units_.columns + (units_.stride - units_.next) * i;
        by_units_ = scratch_.take<double>(3 * std::size_t(units_.next));
        if (!count_cells(outline, full(p.n_lines), 0)) return false;
    } else {
        if (!start(last_.plane, outline)) return false;
        const double *const base = p.base;
        if (!last_.count(outline,
                         {units_.n_next, base, base + units_.stride, constants_, B_, G_, line_columns_, line_sizes_}))
            return false;
    }
    problem_.cells[p.n_layers - 2] += last_.cells_before;
    problem_.cells[p.n_layers - 1] += last_.cells;
    problem_.signs += last_.signs;
    return true;
}

// The polygon and its lines, which must cut it, and the signs of the plane's units if it has any.
template <typename P>
bool Counter::start(P &plane, Outline &outline) {
    const LocalProblem &p = problem_;
    const Word lines = full(p.n_lines);
    plane.n_lines = p.n_lines;
    plane.n_vertices = outline.n = p.n_corners;
    for (int u = 0; u < p.n_lines; ++u) {
        const LocalLine &line = p.lines[u];
        Lines &to = plane.lines;
        to.a[u] = line.line.a, to.b[u] = line.line.b, to.c[u] = line.line.c;
        to.A[u] = line.line.A, to.N[u] = line.line.N, to.C[u] = line.line.C;
        to.constant[u] = line.c;
        for (int piece = 0; piece < 2; ++piece) {
            to.slopes[piece][u] = line.slopes[piece];
            to.intercepts[piece][u] = line.intercepts[piece];
        }
        line_columns_[u] = line.column;
    }
    for (int i = 0; i < p.n_corners; ++i) {
        if (!(p.e[i] < infinity)) return false;  // all else is finite then
        plane.x[i] = p.x[i], plane.y[i] = p.y[i], plane.e[i] = p.e[i];
        plane.sides[local_lines + i] = {&p.sides[i]->a, 1};
    }
    Word above_of[local_corners] = {}, units_of[local_corners] = {};
    for (int i = 0; i < p.n_corners; ++i) {
        alignas(64) double h[2][local_lines];
        Word above[2], positive[2];
        if (!plane.try_lines(i, i, lines, h, above) || !plane.try_units(i, i, h, positive)) return false;
        above_of[i] = above[0] | corner_words[i];
        units_of[i] = positive[0];
    }
    put_words(above_of, p.n_corners, outline.lines);
    put_words(units_of, p.n_corners, outline.units);
    problem_.signs += std::int64_t(p.n_lines + plane.units.n) * p.n_corners;
    const Common common = common_bits(outline.lines, outline.n);
    return (common.any & ~common.every & lines) == lines;
}

// The bounds of all units in any cell; see local_plane.hpp.
void Counter::bound() {
    const LocalProblem &p = problem_;
    const auto stride = std::size_t(units_.stride);
    double reach = 0.0;
    for (int i = 0; i < p.n_corners; ++i) reach = largest(reach, magnitude(p.x[i]) + magnitude(p.y[i]) + 2.0 * p.e[i]);
    reach *= 1.0 + 0x1p-16;  // of corners as they are rounded too
    constants_ = scratch_.take<double>(stride);
    B_ = scratch_.take<double>(stride);
    G_ = scratch_.take<double>(stride);
    sizes_ = scratch_.take<double>(stride);
    Giver *const givers = scratch_.take<Giver>(local_lines + local_units);
    for (int u = 0; u < p.n_lines; ++u) {
        const LocalLine &line = p.lines[u];
        const double a = magnitude(line.a), b = magnitude(line.b), size = largest(a, b) * reach + magnitude(line.c);
        line_sizes_[u] = size_given(line.slopes, line.intercepts, size);
        const double slope = largest(magnitude(line.slopes[0]), magnitude(line.slopes[1]));
        givers[u] = {line.column, line_sizes_[u], slope * (a + b)};
    }
    bound_units(0, units_.next, givers, p.n_lines, reach);
    if (p.n_layers == 2) return;
    int n_givers = p.n_lines;
    for (int u = 0; u < p.n_lines; ++u) givers[u].weights += units_.next;
    for (int i = 0; i < units_.n_next; ++i) {
        const double slopes[2] = {units_.slopes[0][i], units_.slopes[1][i]};
        const double intercepts[2] = {units_.intercepts[0][i], units_.intercepts[1][i]};
        const double slope = largest(magnitude(slopes[0]), magnitude(slopes[1]));
        sizes_[i] = size_given(slopes, intercepts, sizes_[i]);
        givers[n_givers++] = {units_.columns + (units_.stride - units_.next) * i, sizes_[i], slope * G_[i]};
    }
    bound_units(units_.next, units_.stride, givers, n_givers, reach);
}

// The bounds of the units from `first` to `end`: their columns are the givers' weights.
void Counter::bound_units(long first, long end, const Giver *givers, int n_givers, double reach) {
    const double *const base = problem_.base;
    const long stride = units_.stride;
    for (long j = first; j < end; j += lanes) {
        const VectorF64 a = absolute(load(base + j)), b = absolute(load(base + stride + j));
        const VectorF64 c = load(base + 2 * stride + j), t = load(units_.breakpoints + j), e_ab = load(units_.e_ab + j);
        VectorF64 size = larger(a, b) * reach + absolute(c) + absolute(t), slope = a + b + 4.0 * e_ab;
        for (int u = 0; u < n_givers; ++u) {
            const VectorF64 weights = absolute(load(givers[u].weights + (j - first)));
            size += weights * givers[u].size;
            slope += weights * givers[u].steep;
        }
        store(sizes_ + j, size);
        store(constants_ + j, c - t);
        store(B_ + j, (e_ab * reach + load(units_.e_c + j) + 0x1p-44 * size) * slack + tiny);
        store(G_ + j, slope * slack + tiny);
    }
}

// The lines of open units of the next layer, which have their forms, and the sizes of what they give.
void Counter::set_lines(Word open, Lines &to, double *sizes) {
    const long stride = units_.stride;
    const double *const from[] = {forms_,
                                  forms_ + stride,
                                  forms_ + 2 * stride,
                                  units_.slopes[0],
                                  units_.slopes[1],
                                  units_.intercepts[0],
                                  units_.intercepts[1],
                                  sizes_,
                                  units_.breakpoints,
                                  units_.e_ab,
                                  units_.e_c};
    for (int u = 0; open; u += 8) {
        alignas(64) double t[8], e_ab[8], e_c[8];
        double *const rows[] = {to.a + u,
                                to.b + u,
                                to.constant + u,
                                to.slopes[0] + u,
                                to.slopes[1] + u,
                                to.intercepts[0] + u,
                                to.intercepts[1] + u,
                                sizes + u,
                                t,
                                e_ab,
                                e_c};
        open = pick<11>(from, open, rows);
        for (int v = 0; v < 8; v += lanes) {
            const VectorF64 a = absolute(load(to.a + u + v)), b = absolute(load(to.b + u + v)), e = load(e_ab + v);
            const VectorF64 c = load(to.constant + u + v) - load(t + v);
            store(to.c + u + v, c);
            store(to.A + u + v, (e + 0x1p-51 * larger(a, b)) * slack + tiny);
            store(to.N + u + v, (a + b + 2.0 * e) * slack + tiny);
            store(to.C + u + v, (load(e_c + v) + 0x1p-50 * absolute(c)) * slack);
        }
    }
}

// The cells of the first of three layers in an outline, which some of the lines that are left cut.
bool Counter::count_cells(const Outline &outline, Word left, Word above) {
    const Common common = common_bits(outline.lines, outline.n);
    above |= left & common.every;
    left &= common.any & ~common.every;
    if (!left) return enter(outline, above);
    const int line = __builtin_ctzll(left), n_vertices = plane_.n_vertices;
    left &= left - 1;
    Cut cut;
    if (!plane_.cut(outline, line, left, cut)) return false;
    problem_.signs += 2 * (__builtin_popcountll(left) + units_.n_next);
    for (int side = 0; side < 2; ++side) {
        Outline part;
        make_part(outline, cut, side, part);
        if (!count_cells(part, left, above | Word(unsigned(side)) << line)) return false;
    }
    plane_.n_vertices = n_vertices;
    return true;
}

// A cell of the first of three layers: makes the lines of the next that cut it, and the forms of the last.
bool Counter::enter(const Outline &cell, Word above) {
    ++problem_.cells[0];
    const Common common = common_bits(cell.units, cell.n);
    const Word open = common.any & ~common.every;
    const int n_open = __builtin_popcountll(open);
    if (n_open >= local_lines) return false;
    if (!units_.n_after && n_open < 2) {
        last_.cells_before += 1 + n_open;
        last_.cells += 1 + n_open;
        return true;
    }
    // Forms of all units, so far as the lines' units make them.
    const long stride = units_.stride, next = units_.next;
    const Word below = given_[0] & ~above;
    add(forms_, problem_.base, stride, given_[1] & above, {by_lines_[1], local_lines, line_columns_}, stride);
    if (below) add(forms_, forms_, stride, below, {by_lines_[0], local_lines, line_columns_}, stride);

    Plane<true> &plane = last_.plane;
    for (int i = 0; i < cell.n; ++i) {
        const int v = cell.vertex(i);
        plane.x[i] = plane_.x[v], plane.y[i] = plane_.y[v], plane.e[i] = plane_.e[v];
        plane.sides[local_lines + i] = plane_.sides[cell.side(i)];
    }
    const double *const a = forms_, *const b = a + stride, *const c = b + stride;
    plane.n_lines = n_open;
    alignas(64) double sizes[local_lines];
    set_lines(open, plane.lines, sizes);
    const double *columns[local_lines];
    Outline outline;
    outline.n = cell.n;
    for (int i = 0; i < rounded(cell.n); i += lanes) {
        VectorI64 positive, words;
        __builtin_memcpy(&positive, cell.units + i, sizeof positive);
        __builtin_memcpy(&words, corner_words + i, sizeof words);
        int u = 0;
        for (Word left = open; left; left &= left - 1, ++u) words |= (positive >> __builtin_ctzll(left) & 1) << u;
        __builtin_memcpy(outline.lines + i, &words, sizeof words);
    }
    int u = 0;
    for (Word left = open; left; left &= left - 1) columns[u++] = columns_[__builtin_ctzll(left)];
    const Word all_units = full_word(units_.n_next);
    for (int piece = units_.zero_below; piece < 2; ++piece) {
        for (long j = 0; j < next; j += lanes) {
            const VectorF64 slope = load(units_.slopes[piece] + j);
            store(by_units_ + j, slope * load(a + j));
            store(by_units_ + next + j, slope * load(b + j));
            store(by_units_ + 2 * next + j, slope * load(c + j) + load(units_.intercepts[piece] + j));
        }
        const Word which = piece ? common.every : ~common.any & all_units;
        add(forms_ + next, forms_ + next, stride, which, {by_units_, next, columns_}, stride - next);
    }
    for (long j = next; j < stride; j += lanes)
        store(forms_ + 2 * stride + j, load(forms_ + 2 * stride + j) - load(units_.breakpoints + j));
    return last_.count(outline, {units_.n_after, a + next, b + next, c + next, B_ + next, G_ + next, columns, sizes});
}

}  // namespace

// Whether all signs were certain; if not, what has been counted is nothing.
bool count_locally(LocalProblem *problem) { return Counter(*problem).count(); }

}  // namespace leadlight::LEADLIGHT_LEVEL
