// The kernel of local.hpp. Like all kernel sources it uses no template and no inline function of another header.
#include "local.hpp"

#include "local_chords.hpp"
#include "local_units.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::LocalProblem;

namespace {

constexpr std::size_t room = 48 * 1024;  // bytes of scratch that a step may take

class Counter {
  public:
    explicit Counter(LocalProblem &problem)
        : problem_(problem), at_(problem.scratch), end_(problem.scratch + problem.scratch_size),
          last_(problem.n_layers - 1) {}

    bool count() {
        const LocalProblem &p = problem_;
        Outline outline = take_outline(p.n_corners);
        for (int i = 0; i < p.n_corners; ++i) {
            outline.x[i] = p.x[i], outline.y[i] = p.y[i], outline.e[i] = p.e[i];
            outline.sides[i] = p.sides[i];
            if (!(p.e[i] < infinity)) return false;  // all else is finite then
        }
        pad(outline);
        Active active[local_lines];
        for (int i = 0; i < p.n_lines; ++i) {
            active[i].line = p.lines + i;
            if (!try_line(outline, active[i]) || !active[i].positive || !active[i].negative) return false;
        }
        problem_.signs += std::int64_t(p.n_lines) * p.n_corners;
        return cells(0, outline, active, p.n_lines, {p.base, p.units.stride, &p.units});
    }

  private:
    template <typename T>
    T *take(std::size_t n) {
        char *const p = at_;
        at_ += (n * sizeof(T) + 63) / 64 * 64;
        return reinterpret_cast<T *>(p);
    }
    Outline take_outline(int n) {
        Outline outline;
        const auto padded = std::size_t(rounded(n));
        outline.n = n;
        outline.x = take<double>(3 * padded);
        outline.y = outline.x + padded;
        outline.e = outline.y + padded;
        outline.sides = take<const Line *>(padded);
        return outline;
    }
    void add_cells(int layer, std::int64_t n) {
        for (; layer <= last_; ++layer) problem_.cells[layer] += n;
    }

    bool cells(int layer, const Outline &outline, const Active *active, int n, const Forms &forms);
    bool enter_next(int layer, const Outline &outline, const Forms &forms);
    Forms prune(const Outline &outline, const Active *active, LocalLine *lines, int n, const Forms &forms);
    bool split(const Outline &outline, const Active &active, Outline &below, Outline &above);

    LocalProblem &problem_;
    char *at_, *const end_;
    const int last_;  // layer
};

// The cells of an outline that n lines of a layer cut.
bool Counter::cells(int layer, const Outline &outline, const Active *active, int n, const Forms &forms) {
    const LocalUnits &units = *forms.units;
    if (n == 0) return enter_next(layer, outline, forms);
    if (units.n_next + units.n_after == 0) {
        std::int64_t found;
        if (!count_chords(outline, active, n, found)) return false;
        add_cells(layer, found);
        return true;
    }
    if (std::size_t(end_ - at_) < room || outline.n >= local_corners) return false;
    char *const start = at_;
    const Active &chosen = active[n / 2];
    Outline parts[2];
    if (!split(outline, chosen, parts[0], parts[1])) return false;
    Active *const kept = take<Active>(std::size_t(n));
    double *const base = take<double>(3 * std::size_t(units.stride));
    char *const mark = at_;
    for (int side = 0; side < 2; ++side) {
        const Outline &part = parts[side];
        Term terms[local_lines];
        int n_kept = 0, n_terms = 0;
        for (int i = 0; i < n; ++i) {
            Active other = active[i];
            int piece = side;
            if (i != n / 2) {
                if (!try_line(part, other)) return false;
                if (other.positive && other.negative) {
                    kept[n_kept++] = other;
                    continue;
                }
                piece = other.positive != 0;
            }
            const LocalLine &line = *other.line;
            n_terms += term_of(terms[n_terms], line.column, line.slopes[piece], line.intercepts[piece], line.a, line.b,
                               line.c);
        }
        problem_.signs += std::int64_t(n - 1) * part.n;
        add(base, units.stride, forms.base, forms.stride, terms, n_terms, units.stride);
        if (!cells(layer, part, kept, n_kept, {base, units.stride, &units})) return false;
        at_ = mark;
    }
    at_ = start;
    return true;
}

// A cell of a layer, whose later units have their forms now.
bool Counter::enter_next(int layer, const Outline &outline, const Forms &forms) {
    const LocalUnits &units = *forms.units;
    if (units.n_next + units.n_after == 0) {
        add_cells(layer, 1);
        return true;
    }
    if (std::size_t(end_ - at_) < room) return false;
    char *const start = at_;
    ++problem_.cells[layer++];
    LocalLine *const lines = take<LocalLine>(local_lines);
    Active active[local_lines];
    Term *const terms = take<Term>(std::size_t(units.next));
    int n = 0, n_terms = 0;
    const long after = units.stride - units.next;
    for (long first = 0; first < units.n_next; first += 8) {
        const Tile tile = try_units(outline, forms.base, forms.stride, units, first, nullptr);
        const int n_here = units.n_next - first < 8 ? int(units.n_next - first) : 8;
        unsigned open = ~(tile.positive | tile.negative) & full(n_here);
        for (; open; open &= open - 1, ++n) {
            const long j = first + __builtin_ctz(open);
            if (n == local_lines - 1) return false;
            LocalLine &made = lines[n];
            made.a = forms.base[j];
            made.b = forms.base[forms.stride + j];
            made.c = forms.base[2 * forms.stride + j];
            make_line(made.line, units, j, made.a, made.b, made.c);
            active[n].line = lines + n;
            if (!try_line(outline, active[n])) return false;
            if (layer == last_) continue;
            for (int piece = 0; piece < 2; ++piece) {
                made.slopes[piece] = units.slopes[piece][j];
                made.intercepts[piece] = units.intercepts[piece][j];
            }
            made.column = units.columns + after * j;
        }
        if (layer == last_) continue;
        unsigned decided = (units.zero_below ? tile.positive : tile.positive | tile.negative) & full(n_here);
        for (; decided; decided &= decided - 1) {
            const long j = first + __builtin_ctz(decided);
            const int piece = tile.positive >> (j - first) & 1;
            n_terms += term_of(terms[n_terms], units.columns + after * j, units.slopes[piece][j],
                               units.intercepts[piece][j], forms.base[j], forms.base[forms.stride + j],
                               forms.base[2 * forms.stride + j]);
        }
    }
    problem_.signs += std::int64_t(units.n_next) * outline.n;
    LocalUnits rest{};
    if (layer < last_) {
        rest.n_next = units.n_after;
        rest.next = rest.stride = after;
        rest.breakpoints = units.breakpoints + units.next;
        rest.e_ab = units.e_ab + units.next;
        rest.e_c = units.e_c + units.next;
    }
    Forms next{forms.base + units.next, forms.stride, &rest};
    if (n_terms && after) {
        double *const base = take<double>(3 * std::size_t(after));
        add(base, after, next.base, next.stride, terms, n_terms, after);
        next.base = base;
        next.stride = after;
    }
    if (n && rest.n_next) next = prune(outline, active, lines, n, next);
    if (!cells(layer, outline, active, n, next)) return false;
    at_ = start;
    return true;
}

// Leaves out later units that are certain on all of an outline, whatever its lines may give; makes new columns.
Forms Counter::prune(const Outline &outline, const Active *active, LocalLine *lines, int n, const Forms &forms) {
    const LocalUnits &units = *forms.units;
    Term chords[local_lines];
    double radii[local_lines], reach = 0.0;
    for (int k = 0; k < outline.n; ++k)
        reach = largest(reach, magnitude(outline.x[k]) + magnitude(outline.y[k]) + outline.e[k]);
    for (int i = 0; i < n; ++i) {
        const LocalLine &made = *active[i].line;
        const Line &line = made.line;
        const double t = made.c - line.c;
        double low = t, high = t;
        for (int k = 0; k < outline.n; ++k) {
            const double x = outline.x[k], y = outline.y[k], z = (made.a * x + made.b * y) + made.c;
            const double error = (line.A * (magnitude(x) + magnitude(y)) + line.N * outline.e[k]) + line.C;
            low = low < z - error ? low : z - error;
            high = largest(high, z + error);
        }
        // slope * form + offset +- radius, as in ahead.cpp.
        const double *const s = made.slopes, *const m = made.intercepts;
        const double slope = ((s[1] * high + m[1]) - (s[0] * low + m[0])) / (high - low);
        const double rests[4] = {(s[0] * low + m[0]) - slope * low, (s[0] * t + m[0]) - slope * t,
                                 (s[1] * t + m[1]) - slope * t, (s[1] * high + m[1]) - slope * high};
        double least = rests[0], most = rests[0];
        for (const double rest : rests) least = least < rest ? least : rest, most = largest(most, rest);
        const double offset = 0.5 * (least + most), steepest = largest(magnitude(s[0]), magnitude(s[1]));
        const double size = (magnitude(low) + magnitude(high)) +
                            ((magnitude(made.a) + magnitude(made.b)) * reach + magnitude(made.c));
        const double highest = largest(magnitude(m[0]), magnitude(m[1])) + magnitude(offset);
        radii[i] = 0.5 * (most - least) + 0x1p-40 * ((steepest + magnitude(slope)) * size + highest);
        chords[i] = {made.column, slope * made.a, slope * made.b, slope * made.c + offset};
    }
    double *const sums = take<double>(4 * std::size_t(units.stride)), *const radius = sums + 3 * units.stride;
    add(sums, units.stride, forms.base, forms.stride, chords, n, units.stride);
    for (long j = 0; j < units.stride; j += lanes) {
        VectorF64 sum = all(0.0);
        for (int i = 0; i < n; ++i) sum += absolute(load(chords[i].weights + j)) * radii[i];
        store(radius + j, sum * slack);
    }
    LocalUnits *const rest = take<LocalUnits>(1);
    int *const kept = take<int>(std::size_t(units.stride));
    int n_kept = 0;
    for (long first = 0; first < units.n_next; first += 8) {
        const Tile tile = try_units(outline, sums, units.stride, units, first, radius);
        const int n_here = units.n_next - first < 8 ? int(units.n_next - first) : 8;
        for (unsigned open = ~(tile.positive | tile.negative) & full(n_here); open; open &= open - 1)
            kept[n_kept++] = int(first) + __builtin_ctz(open);
    }
    *rest = LocalUnits{};
    rest->n_next = n_kept;
    rest->next = rest->stride = rounded(n_kept);
    if (n_kept == 0) return {forms.base, forms.stride, rest};
    const long stride = rest->stride;
    double *const numbers = take<double>((6 + std::size_t(n)) * std::size_t(stride));
    double *const breakpoints = numbers, *const e_ab = numbers + stride, *const e_c = e_ab + stride;
    double *const base = e_c + stride, *const columns = base + 3 * stride;
    for (std::size_t i = 0; i < (6 + std::size_t(n)) * std::size_t(stride); ++i) numbers[i] = 0.0;
    for (int to = 0; to < n_kept; ++to) {
        const int from = kept[to];
        breakpoints[to] = units.breakpoints[from];
        e_ab[to] = units.e_ab[from];
        e_c[to] = units.e_c[from];
        for (int k = 0; k < 3; ++k) base[k * stride + to] = forms.base[k * forms.stride + from];
        for (int i = 0; i < n; ++i) columns[i * stride + to] = lines[i].column[from];
    }
    for (int i = 0; i < n; ++i) lines[i].column = columns + i * stride;
    rest->breakpoints = breakpoints;
    rest->e_ab = e_ab;
    rest->e_c = e_c;
    return {base, stride, rest};
}

// In two along a line that is strictly above or below each corner.
bool Counter::split(const Outline &outline, const Active &active, Outline &below, Outline &above) {
    const int n = outline.n;
    int first_above, n_above, first_below, n_below;
    find_run(active.positive, n, first_above, n_above);
    find_run(active.negative, n, first_below, n_below);
    const int up = (first_above ? first_above : n) - 1, down = (first_below ? first_below : n) - 1;  // sides crossed
    const Line *const chord = &active.line->line;
    Crossing p, q;
    if (!cross(*chord, *outline.sides[up], p) || !cross(*chord, *outline.sides[down], q)) return false;
    const auto part = [&](int first, int count, const Crossing &one, const Crossing &two, const Line *closing) {
        Outline to = take_outline(count + 2);
        copy_part(outline, first, count, one, two, chord, closing, to);
        return to;
    };
    below = part(first_below, n_below, p, q, outline.sides[down]);
    above = part(first_above, n_above, q, p, outline.sides[up]);
    return true;
}

}  // namespace

// Whether all signs were certain; if not, what has been counted is nothing.
bool count_locally(LocalProblem *problem) { return Counter(*problem).count(); }

}  // namespace leadlight::LEADLIGHT_LEVEL
