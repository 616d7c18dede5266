// Counting the cells into which lines cut one polygon, without building them.
//
// A chord is the part of a line inside the polygon. k distinct chords make 1 + k + sum over interior crossing points
// of (multiplicity - 1) cells. Two chords cross inside exactly where their ends interleave on the border, so the pairs
// that cross are counted from the order of the ends in O(k log k) (a Fenwick tree); ends at one point of the border do
// not cross. Where m > 2 chords meet in a point, that counts m (m - 1) / 2 pairs for m - 1: the rest is found by the
// positions of the crossings along each chord, in time proportional to the pairs. With more pairs than `max_pairs` this
// is not looked for: the count is then exact if no three chords meet in a point, and an upper bound otherwise.
//
// Positions are intervals of floats (bounds as in filter.hpp); where they overlap, predicates.hpp decides.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "../exact/predicates.hpp"
#include "../kernels/filter.hpp"

namespace leadlight::geometry {

class ChordCounter {
  public:
    using Reference = std::function<LineRef(const Line &)>;

    // Without `certified`, floats are taken at their word. Once `stop` is set, Stopped is thrown soon.
    ChordCounter(Predicates &predicates, Reference reference, bool certified, std::int64_t max_pairs,
                 const std::atomic<bool> &stop);

    // Cells of a convex polygon: n corners (x, y, each off by at most e) and the lines of its sides, side i from corner
    // i to corner i + 1; and k lines, each of which has corners on both sides. Lines may coincide.
    std::int64_t count(const double *x, const double *y, const double *e, const Line *const *sides, int n,
                       const Line *const *lines, int k);

    bool proven() const { return proven_; }  // no polygon had more than max_pairs pairs
    std::int64_t float_signs() const { return float_signs_; }

  private:
    struct Outline {
        const double *x, *y, *e;
        const Line *const *sides;
        int n;
    };
    // An interval that holds the position of a point on a line, along its direction (-b, a).
    struct Position {
        double lower, upper;
        int item;
    };
    struct Chord {
        std::int32_t start, end;  // numbers of its ends on the border, start < end
        const Line *line;
    };

    void check(std::size_t step) const;
    template <typename T, typename Less>
    void sort(std::vector<T> &items, Less less) const;
    int sign(const Outline &outline, const Line &f, int corner);
    void find_ends(const Outline &outline, const Line *const *lines, int k);
    void number_ends(const Outline &outline, const Line *const *lines);
    bool interior_is_positive(const Outline &outline, int side);
    std::int64_t count_pairs();
    std::int64_t count_excess();
    std::int64_t excess_along(int chord);
    Position position(const Line &line, const Line &other, int item) const;
    template <typename Other>
    void arrange(const Line &line, const Other &other);
    bool apart();

    Predicates &predicates_;
    const Reference reference_;
    const bool certified_;
    const std::int64_t max_pairs_;
    const std::atomic<bool> &stop_;
    bool proven_ = true;
    std::int64_t float_signs_ = 0;

    std::vector<Position> positions_;
    std::vector<char> is_next_;                     // with positions_: another point than the one before
    std::vector<std::int32_t> slots_;               // (k, 2): corner i as 2 i, side i as 2 i + 1
    std::vector<std::int32_t> slot_starts_, ends_;  // ends by slot: line * 2 + which
    std::vector<std::int32_t> numbers_;             // (k, 2)
    int n_numbers_ = 0;
    std::vector<Chord> chords_;  // distinct, by their ends
    std::vector<std::int32_t> tree_;
    std::vector<std::int32_t> block_ends_[2];  // the largest end in each block of chords_
    // Points where four or more chords meet, that are known already: their chords, and for each chord its points.
    std::vector<std::vector<std::int32_t>> points_, points_of_;
    std::vector<std::int32_t> stamps_;  // chords that meet the current one in such a point
    std::vector<std::int32_t> heads_, links_, linked_;
};

}  // namespace leadlight::geometry
