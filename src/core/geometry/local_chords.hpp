// The cells of a polygon that lines of one layer cut, by their chords. For kernel sources only, like vectors.hpp.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// An end of a chord on the border.
struct End {
    int side;
    bool known;
    double position, error;  // along the side, once known
};

// Whether end p comes before end q, counter-clockwise from corner 0. False in `sure` if that is in doubt.
inline bool is_before(const Outline &outline, End &p, const Line &f, End &q, const Line &g, bool &sure) {
    if (p.side != q.side) return p.side < q.side;
    const int next = p.side + 1 < outline.n ? p.side + 1 : 0;
    const double dx = outline.x[next] - outline.x[p.side], dy = outline.y[next] - outline.y[p.side];
    const bool flat = magnitude(dx) > magnitude(dy);
    const double along = flat ? dx : dy;
    // Rounded monotonely, so that the sign is that of the difference itself.
    if (!(magnitude(along) > (outline.e[next] + outline.e[p.side]) * slack)) sure = false;
    const auto find = [&](End &end, const Line &line) {
        if (end.known) return;
        Crossing at;
        if (!cross(line, *outline.sides[end.side], at)) sure = false;
        end = {end.side, true, flat ? at.x : at.y, at.error};
    };
    find(p, f);
    find(q, g);
    const double apart = q.position - p.position;
    if (!(magnitude(apart) > (p.error + q.error) * slack)) sure = false;
    return (apart > 0.0) == (along > 0.0);
}

// 1 + chords + crossings; see count.hpp. False where ends or crossings may coincide.
inline bool count_chords(const Outline &outline, const Active *active, int n, std::int64_t &cells) {
    cells = 1 + n;
    if (n < 2) return true;
    End ends[local_lines][2];
    bool sure = true;
    for (int i = 0; i < n; ++i) {
        int count, first;
        find_run(active[i].positive, outline.n, first, count);
        const int up = first ? first - 1 : outline.n - 1;
        find_run(active[i].negative, outline.n, first, count);
        const int down = first ? first - 1 : outline.n - 1;
        ends[i][up > down] = {up, false, 0.0, 0.0};
        ends[i][up < down] = {down, false, 0.0, 0.0};
    }
    unsigned partners[local_lines];
    int pairs = 0;
    for (int i = 0; i < n; ++i) {
        partners[i] = 0;
        const Line &f = active[i].line->line;
        for (int j = i + 1; j < n; ++j) {
            const Line &g = active[j].line->line;
            const bool inside[2] = {is_before(outline, ends[i][0], f, ends[j][0], g, sure) &&
                                        is_before(outline, ends[j][0], g, ends[i][1], f, sure),
                                    is_before(outline, ends[i][0], f, ends[j][1], g, sure) &&
                                        is_before(outline, ends[j][1], g, ends[i][1], f, sure)};
            partners[i] |= unsigned(inside[0] != inside[1]) << j;
        }
        pairs += __builtin_popcount(partners[i]);
    }
    cells += pairs;
    for (int i = 0; i < n && pairs > 2; ++i) {
        if (!(partners[i] & (partners[i] - 1))) continue;
        Crossing points[local_lines];
        int n_points = 0;
        for (unsigned left = partners[i]; left; left &= left - 1) {
            Crossing &at = points[n_points++];
            if (!cross(active[i].line->line, active[__builtin_ctz(left)].line->line, at)) return false;
            for (int k = 0; k + 1 < n_points; ++k) {
                const double apart = (at.error + points[k].error) * slack;
                if (!(magnitude(at.x - points[k].x) > apart || magnitude(at.y - points[k].y) > apart)) return false;
            }
        }
    }
    return sure;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
