// The kernel of local.hpp. Like all kernel sources it uses no template and no inline function of another header.
#include "local.hpp"

#include "local_arrangement.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::LocalProblem;

namespace {

class Counter {
  public:
    explicit Counter(LocalProblem &problem)
        : problem_(problem), scratch_{problem.scratch, problem.scratch + problem.scratch_size},
          last_(problem.n_layers - 1) {}

    bool count() {
        const LocalProblem &p = problem_;
        Outline outline = scratch_.take_outline(p.n_corners);
        for (int i = 0; i < p.n_corners; ++i) {
            outline.x[i] = p.x[i], outline.y[i] = p.y[i], outline.e[i] = p.e[i];
            outline.sides[i] = p.sides[i];
            if (!(p.e[i] < infinity)) return false;  // all else is finite then
        }
        pad(outline);
        const Forms forms{p.base, p.units.stride, &p.units};
        if (p.n_layers == 2) return count_last_two(outline, p.lines, p.n_lines, forms);
        Active active[local_lines];
        for (int i = 0; i < p.n_lines; ++i) {
            active[i].line = p.lines + i;
            if (!try_line(outline, active[i]) || !active[i].positive || !active[i].negative) return false;
        }
        problem_.signs += std::int64_t(p.n_lines) * p.n_corners;
        return cells(outline, active, p.n_lines, forms);
    }

  private:
    void add_cells(int layer, std::int64_t n) {
        for (; layer <= last_; ++layer) problem_.cells[layer] += n;
    }

    bool cells(const Outline &outline, const Active *active, int n, const Forms &forms);
    bool enter_next(const Outline &outline, const Forms &forms);
    bool count_last_two(const Outline &outline, const LocalLine *lines, int n, const Forms &forms);

    LocalProblem &problem_;
    Scratch scratch_;
    const int last_;  // layer
};

// The cells of an outline that n lines of the first of three layers cut.
bool Counter::cells(const Outline &outline, const Active *active, int n, const Forms &forms) {
    const LocalUnits &units = *forms.units;
    if (n == 0) return enter_next(outline, forms);
    if (!scratch_.has_room() || outline.n >= local_corners) return false;
    char *const start = scratch_.at;
    const Active &chosen = active[n / 2];
    Outline parts[2];
    if (!split(outline, chosen, scratch_, parts[0], parts[1])) return false;
    Active *const kept = scratch_.take<Active>(std::size_t(n));
    double *const base = scratch_.take<double>(3 * std::size_t(units.stride));
    char *const mark = scratch_.at;
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
        if (!cells(part, kept, n_kept, {base, units.stride, &units})) return false;
        scratch_.at = mark;
    }
    scratch_.at = start;
    return true;
}

// A cell of the first of three layers, whose next units have their forms now.
bool Counter::enter_next(const Outline &outline, const Forms &forms) {
    const LocalUnits &units = *forms.units;
    if (units.n_next + units.n_after == 0) {
        add_cells(0, 1);
        return true;
    }
    if (!scratch_.has_room()) return false;
    char *const start = scratch_.at;
    ++problem_.cells[0];
    LocalLine *const lines = scratch_.take<LocalLine>(local_lines);
    Term *const terms = scratch_.take<Term>(std::size_t(units.next));
    int n = 0, n_terms = 0;
    const long after = units.stride - units.next;
    for (long first = 0; first < units.n_next; first += 8) {
        const Tile tile = try_units(outline, forms.base, forms.stride, units, first);
        const int n_here = units.n_next - first < 8 ? int(units.n_next - first) : 8;
        for (unsigned open = ~(tile.positive | tile.negative) & full(n_here); open; open &= open - 1, ++n) {
            const long j = first + __builtin_ctz(open);
            if (n == local_lines - 1) return false;
            LocalLine &made = lines[n];
            made.a = forms.base[j];
            made.b = forms.base[forms.stride + j];
            made.c = forms.base[2 * forms.stride + j];
            make_line(made.line, units, j, made.a, made.b, made.c);
            for (int piece = 0; piece < 2; ++piece) {
                made.slopes[piece] = units.slopes[piece][j];
                made.intercepts[piece] = units.intercepts[piece][j];
            }
            made.column = units.columns + after * j;
        }
        unsigned decided = (units.zero_below ? tile.positive : tile.positive | tile.negative) & full(n_here);
        for (; decided; decided &= decided - 1) {
            const long j = first + __builtin_ctz(decided);
            const int piece = tile.positive >> (j - first) & 1;
            n_terms +=
                term_of(terms[n_terms], units.columns + after * j, units.slopes[piece][j], units.intercepts[piece][j],
                        forms.base[j], forms.base[forms.stride + j], forms.base[2 * forms.stride + j]);
        }
    }
    problem_.signs += units.n_next - n;
    LocalUnits rest{};
    rest.n_next = units.n_after;
    rest.next = rest.stride = after;
    rest.breakpoints = units.breakpoints + units.next;
    rest.e_ab = units.e_ab + units.next;
    rest.e_c = units.e_c + units.next;
    Forms next{forms.base + units.next, forms.stride, &rest};
    if (n_terms && after) {
        double *const base = scratch_.take<double>(3 * std::size_t(after));
        add(base, after, next.base, next.stride, terms, n_terms, after);
        next.base = base;
        next.stride = after;
    }
    if (!count_last_two(outline, lines, n, next)) return false;
    scratch_.at = start;
    return true;
}

// The cells of an outline that n lines of the last but one layer may cut.
bool Counter::count_last_two(const Outline &outline, const LocalLine *lines, int n, const Forms &forms) {
    char *const start = scratch_.at;
    Arrangement arrangement(outline, lines, n, forms, problem_.continuous, scratch_);
    if (!arrangement.count()) return false;
    problem_.cells[last_ - 1] += arrangement.cells_before;
    problem_.cells[last_] += arrangement.cells;
    problem_.signs += arrangement.signs;
    scratch_.at = start;
    return true;
}

}  // namespace

// Whether all signs were certain; if not, what has been counted is nothing.
bool count_locally(LocalProblem *problem) { return Counter(*problem).count(); }

}  // namespace leadlight::LEADLIGHT_LEVEL
