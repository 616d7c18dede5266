#include "count.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../memory/team.hpp"

namespace leadlight::geometry {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double slack = 1.0 + 0x1p-40;    // more than any handful of roundings
constexpr int block_bits[2] = {5, 11};     // of chords that are skipped at once
constexpr std::size_t patience = 1 << 15;  // steps of long loops after which somebody may have lost theirs

}  // namespace

ChordCounter::ChordCounter(Predicates &predicates, Reference reference, bool certified, std::int64_t max_pairs,
                           const std::atomic<bool> &stop)
    : predicates_(predicates), reference_(std::move(reference)), certified_(certified), max_pairs_(max_pairs),
      stop_(stop) {}

inline void ChordCounter::check(std::size_t step) const {
    if (step % patience == 0 && stop_.load(std::memory_order_relaxed)) throw Stopped();
}

// In chunks, so that it can be stopped between them.
template <typename T, typename Less>
void ChordCounter::sort(std::vector<T> &items, Less less) const {
    const std::size_t n = items.size();
    const auto at = [&](std::size_t i) { return items.begin() + std::ptrdiff_t(std::min(i, n)); };
    for (std::size_t i = 0; i < n; i += patience) {
        check(i);
        std::sort(at(i), at(i + patience), less);
    }
    for (std::size_t width = patience; width < n; width *= 2)
        for (std::size_t i = 0; i + width < n; i += 2 * width) {
            check(i);
            std::inplace_merge(at(i), at(i + width), at(i + 2 * width), less);
        }
}

std::int64_t ChordCounter::count(const double *x, const double *y, const double *e, const Line *const *sides, int n,
                                 const Line *const *lines, int k) {
    if (k <= 1) return 1 + k;
    const Outline outline{x, y, e, sides, n};
    find_ends(outline, lines, k);
    number_ends(outline, lines);
    // Two lines with the same ends are one chord.
    chords_.clear();
    for (int i = 0; i < k; ++i) {
        const std::int32_t p = numbers_[std::size_t(2 * i)], q = numbers_[std::size_t(2 * i + 1)];
        if (p != q) chords_.push_back({std::min(p, q), std::max(p, q), lines[i]});
    }
    sort(chords_,
         [](const Chord &f, const Chord &g) { return f.start != g.start ? f.start < g.start : f.end < g.end; });
    const auto same = [](const Chord &f, const Chord &g) { return f.start == g.start && f.end == g.end; };
    chords_.erase(std::unique(chords_.begin(), chords_.end(), same), chords_.end());

    std::int64_t pairs = count_pairs();
    if (pairs > max_pairs_)
        proven_ = false;
    else if (pairs > 2)  // three chords through a point are three pairs
        pairs -= count_excess();
    return 1 + std::int64_t(chords_.size()) + pairs;
}

int ChordCounter::sign(const Outline &outline, const Line &f, int corner) {
    const double x = outline.x[corner], y = outline.y[corner];
    const double value = (f.a * x + f.b * y) + f.c;
    const double bound = (f.A * (std::fabs(x) + std::fabs(y)) + f.N * outline.e[corner]) + f.C;
    if (value > bound || -value > bound || (value == 0.0 && bound == 0.0) || !certified_) {
        ++float_signs_;
        return (value > 0.0) - (value < 0.0);
    }
    const Line *const before = outline.sides[corner ? corner - 1 : outline.n - 1], *const after = outline.sides[corner];
    if (&f == before || &f == after) return 0;
    return predicates_.sign_at(reference_(f), {reference_(*before), reference_(*after)});
}

// Where each line meets the border: corners on it, and sides whose corners lie on either side.
void ChordCounter::find_ends(const Outline &outline, const Line *const *lines, int k) {
    const int n = outline.n;
    slots_.assign(std::size_t(2 * k), 0);
    slot_starts_.assign(std::size_t(2 * n + 1), 0);
    for (int i = 0; i < k; ++i) {
        check(std::size_t(i));
        std::int32_t *const slots = slots_.data() + 2 * i;
        int found = 0;
        const int first = sign(outline, *lines[i], 0);
        int here = first;
        for (int corner = 0; corner < n && found < 2; ++corner) {
            const int next = corner + 1 < n ? sign(outline, *lines[i], corner + 1) : first;
            if (here == 0)
                slots[found++] = 2 * corner;
            else if (here * next < 0)
                slots[found++] = 2 * corner + 1;
            here = next;
        }
        // Floats taken at their word may contradict one another: then the line counts for nothing.
        if (found < 2) slots[0] = slots[1] = 0;
        for (int end = 0; end < 2; ++end) ++slot_starts_[std::size_t(slots[end] + 1)];
    }
    for (int slot = 0; slot < 2 * n; ++slot) slot_starts_[std::size_t(slot + 1)] += slot_starts_[std::size_t(slot)];
    ends_.resize(std::size_t(2 * k));
    std::vector<std::int32_t> next(slot_starts_.begin(), slot_starts_.end() - 1);
    for (int end = 0; end < 2 * k; ++end) ends_[std::size_t(next[std::size_t(slots_[std::size_t(end)])]++)] = end;
}

// Counter-clockwise; ends at one point have one number.
void ChordCounter::number_ends(const Outline &outline, const Line *const *lines) {
    numbers_.resize(slots_.size());
    n_numbers_ = 0;
    for (int slot = 0; slot < 2 * outline.n; ++slot) {
        const std::int32_t *const ends = ends_.data() + slot_starts_[std::size_t(slot)];
        const int n = slot_starts_[std::size_t(slot + 1)] - slot_starts_[std::size_t(slot)];
        if (n == 0) continue;
        if (slot % 2 == 0 || n == 1) {
            for (int i = 0; i < n; ++i) numbers_[std::size_t(ends[i])] = n_numbers_;
            ++n_numbers_;
            continue;
        }
        const Line &side = *outline.sides[slot / 2];
        positions_.clear();
        for (int i = 0; i < n; ++i) positions_.push_back(position(side, *lines[ends[i] / 2], ends[i]));
        arrange(side, [&](int end) -> const Line & { return *lines[end / 2]; });
        int point = 0;
        for (int i = 0; i < n; ++i) {
            point += i > 0 && is_next_[std::size_t(i)];
            numbers_[std::size_t(positions_[std::size_t(i)].item)] = n_numbers_ + point;
        }
        // Counter-clockwise the polygon is on the left, so the direction (-b, a) of a side leads on if its line is
        // negative inside.
        if (interior_is_positive(outline, slot / 2))
            for (int i = 0; i < n; ++i) {
                std::int32_t &number = numbers_[std::size_t(ends[i])];
                number = n_numbers_ + point - (number - n_numbers_);
            }
        n_numbers_ += point + 1;
    }
}

bool ChordCounter::interior_is_positive(const Outline &outline, int side) {
    for (int step = 2; step < outline.n; ++step) {
        const int s = sign(outline, *outline.sides[side], (side + step) % outline.n);
        if (s) return s > 0;
    }
    return true;
}

// The crossing of two lines, as a position on the first: the coordinate in which it is longer.
ChordCounter::Position ChordCounter::position(const Line &f, const Line &g, int item) const {
    const bool steep = std::fabs(f.a) >= std::fabs(f.b);
    const double D = f.a * g.b - g.a * f.b;
    const double at = (steep ? f.c * g.a - g.c * f.a : f.b * g.c - g.b * f.c) / D;
    const double t = (steep ? f.a < 0.0 : f.b > 0.0) ? -at : at;
    if (!certified_) return std::isfinite(t) ? Position{t, t, item} : Position{0.0, 0.0, item};
    const double size = std::fabs(t), dD = f.A * g.N + g.A * f.N, left = std::fabs(D) - dD * slack;
    double dX = f.A * std::fabs(g.c) + g.A * std::fabs(f.c) + f.N * g.C + g.N * f.C;
    if (f.c != 0.0 || g.c != 0.0 || dX != 0.0) dX += 0x1p-1060;
    const double error = ((dX + size * dD) / left + 0x1p-51 * size) * slack;
    const bool in_range = t == 0.0 || (size > 0x1p-100 && size < 0x1p100);
    const bool known_direction = f.A < 0.5 * std::max(std::fabs(f.a), std::fabs(f.b));
    if (!(left > 0x1p-900 && error < infinity && in_range && known_direction)) return {-infinity, infinity, item};
    return {t - error, t + error, item};
}

// Sorts positions_ on a line exactly, and says in is_next_ where a new point begins.
template <typename Other>
void ChordCounter::arrange(const Line &line, const Other &other) {
    sort(positions_, [](const Position &p, const Position &q) { return p.lower < q.lower; });
    is_next_.assign(positions_.size(), 1);
    for (std::size_t first = 0, last; first < positions_.size(); first = last) {
        double upper = positions_[first].upper;
        for (last = first + 1; last < positions_.size() && !(upper < positions_[last].lower); ++last)
            upper = std::max(upper, positions_[last].upper);
        if (last - first == 1) continue;
        const LineRef reference = certified_ ? reference_(line) : LineRef();
        const auto compare = [&](const Position &p, const Position &q) {
            if (p.upper < q.lower) return -1;
            if (q.upper < p.lower) return 1;
            if (!certified_ || (p.lower == q.upper && p.upper == q.lower)) return 0;
            return predicates_.compare_along(reference, {reference, reference_(other(p.item))},
                                             {reference, reference_(other(q.item))});
        };
        const auto begin = positions_.begin();
        std::sort(begin + std::ptrdiff_t(first), begin + std::ptrdiff_t(last),
                  [&](const Position &p, const Position &q) { return compare(p, q) < 0; });
        for (std::size_t i = first + 1; i < last; ++i) is_next_[i] = compare(positions_[i - 1], positions_[i]) != 0;
    }
}

// Pairs of chords whose ends interleave: start < start' < end < end'.
std::int64_t ChordCounter::count_pairs() {
    const std::size_t k = chords_.size();
    std::int64_t pairs = 0;
    if (k <= 32) {
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = i + 1; j < k && chords_[j].start < chords_[i].end; ++j)
                pairs += chords_[i].start < chords_[j].start && chords_[i].end < chords_[j].end;
        return pairs;
    }
    // In the order of their starts; the tree holds the ends of those that have started. Of the ends up to start' all
    // are in it, so they are known beforehand.
    std::vector<std::int32_t> ended(std::size_t(n_numbers_ + 1), 0);  // ends before a number
    for (const Chord &chord : chords_) ++ended[std::size_t(chord.end + 1)];
    for (std::size_t i = 1; i < ended.size(); ++i) ended[i] += ended[i - 1];
    tree_.assign(std::size_t(n_numbers_ + 1), 0);
    for (std::size_t i = 0, next; i < k; i = next) {
        for (next = i; next < k && chords_[next].start == chords_[i].start; ++next) {
            check(next);
            std::int64_t before = 0;  // ends before chord.end
            for (std::int32_t at = chords_[next].end; at > 0; at &= at - 1) before += tree_[std::size_t(at)];
            pairs += before - ended[std::size_t(chords_[next].start + 1)];
        }
        for (std::size_t j = i; j < next; ++j)
            for (std::int32_t at = chords_[j].end + 1; at <= n_numbers_; at += at & -at) ++tree_[std::size_t(at)];
    }
    return pairs;
}

// How many pairs there are too many because of points where more than two chords meet: the sum of (m-1)(m-2)/2.
std::int64_t ChordCounter::count_excess() {
    points_.clear();
    points_of_.clear();
    stamps_.assign(chords_.size(), -1);
    for (std::vector<std::int32_t> &ends : block_ends_) ends.clear();
    for (std::size_t i = 0; i < chords_.size(); ++i)
        for (int level = 0; level < 2; ++level) {
            if (i >> block_bits[level] == block_ends_[level].size()) block_ends_[level].push_back(0);
            block_ends_[level].back() = std::max(block_ends_[level].back(), chords_[i].end);
        }
    std::int64_t excess = 0;
    for (std::size_t i = 0; i < chords_.size(); ++i) {
        if (stop_.load(std::memory_order_relaxed)) throw Stopped();
        excess += excess_along(int(i));
    }
    return excess;
}

// Of the points on a chord that is the first of those that meet there.
std::int64_t ChordCounter::excess_along(int index) {
    const Chord &chord = chords_[std::size_t(index)];
    if (!points_of_.empty())
        for (const std::int32_t point : points_of_[std::size_t(index)])
            for (const std::int32_t other : points_[std::size_t(point)]) stamps_[std::size_t(other)] = index;
    positions_.clear();
    for (std::size_t j = std::size_t(index) + 1; j < chords_.size() && chords_[j].start < chord.end;) {
        bool skipped = false;
        for (int level = 1; level >= 0 && !skipped; --level) {
            const std::size_t block = std::size_t(1) << block_bits[level];
            if (j % block == 0 && block_ends_[level][j / block] <= chord.end) {
                j += block;
                skipped = true;
            }
        }
        if (skipped) continue;
        if (chord.start < chords_[j].start && chord.end < chords_[j].end && stamps_[j] != index)
            positions_.push_back(position(*chord.line, *chords_[j].line, int(j)));
        ++j;
    }
    if (positions_.size() < 2 || apart()) return 0;
    arrange(*chord.line, [&](int other) -> const Line & { return *chords_[std::size_t(other)].line; });
    std::int64_t excess = 0;
    for (std::size_t first = 0, last; first < positions_.size(); first = last) {
        for (last = first + 1; last < positions_.size() && !is_next_[last];) ++last;
        const auto others = std::int64_t(last - first);
        if (!certified_) {  // floats may disagree on who meets where: each chord counts for itself
            excess += others - 1;
            continue;
        }
        excess += others * (others - 1) / 2;
        // The next of three chords has one other left, so there is no excess on it.
        if (others < 3) continue;
        if (points_of_.empty()) points_of_.resize(chords_.size());
        std::vector<std::int32_t> &point = points_.emplace_back();
        for (std::size_t i = first; i < last; ++i) {
            point.push_back(positions_[i].item);
            points_of_[std::size_t(positions_[i].item)].push_back(std::int32_t(points_.size() - 1));
        }
    }
    return excess;
}

// Whether no two of positions_ overlap, by hashing: much faster than sorting where there are many.
bool ChordCounter::apart() {
    constexpr int widest = 4;  // buckets
    const std::size_t n = positions_.size();
    double low = infinity, high = -infinity;
    for (const Position &p : positions_) {
        low = std::min(low, p.lower);
        high = std::max(high, p.upper);
    }
    std::size_t n_buckets = 4;
    while (n_buckets < 2 * n) n_buckets *= 2;
    const double scale = double(n_buckets - 1) / (high - low);
    if (!(scale < infinity && scale > 0.0)) return false;
    heads_.assign(n_buckets, -1);
    links_.clear();
    linked_.clear();
    for (std::size_t i = 0; i < n; ++i) {
        const Position &p = positions_[i];
        // Rounding is monotone, so intervals that overlap share a bucket.
        const auto from = std::size_t((p.lower - low) * scale), to = std::size_t((p.upper - low) * scale);
        if (to - from >= widest) return false;
        for (std::size_t bucket = from; bucket <= to; ++bucket) {
            for (std::int32_t link = heads_[bucket]; link >= 0; link = links_[std::size_t(link)]) {
                const Position &q = positions_[std::size_t(linked_[std::size_t(link)])];
                if (!(p.upper < q.lower || q.upper < p.lower)) return false;
            }
            links_.push_back(heads_[bucket]);
            linked_.push_back(std::int32_t(i));
            heads_[bucket] = std::int32_t(links_.size() - 1);
        }
    }
    return true;
}

}  // namespace leadlight::geometry
