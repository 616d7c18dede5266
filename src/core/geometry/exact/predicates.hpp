// The signs that shape the complex, proven: what the float64 filter of the splitter could not decide comes here.
//
// Every question is the sign of a polynomial in the coefficients of lines: of a unit's breakpoint in a context, or
// of an edge of the domain. It is put to double-doubles with error bounds first, then to exact dyadic numbers,
// which always answer. Divisions never occur: a point is the crossing of two lines in homogeneous coordinates.
#pragma once

#include <cstdint>
#include <vector>

#include "exact_forms.hpp"

namespace leadlight::geometry {

// Where a unit's preactivation is on a breakpoint: z - t = 0. Without a context: edge number `unit` of the domain,
// which leads from that corner to the next and is positive inside.
struct LineRef {
    const Context *context;
    int unit;
    int breakpoint;
};

inline bool operator==(const LineRef &f, const LineRef &g) {
    return f.context == g.context && f.unit == g.unit && f.breakpoint == g.breakpoint;
}

// The crossing of two lines, which must not be parallel. Of two edges of the domain: the corner between them.
struct CornerRef {
    LineRef first, second;
};

// One a thread, with its counters; contexts may be shared.
class Predicates {
  public:
    explicit Predicates(const Net &net);

    std::int64_t decided_by_double_double() const { return by_double_double_; }
    std::int64_t decided_exactly() const { return exactly_; }

    // -1, 0 or 1: the sign of f at v.
    int sign_at(LineRef f, CornerRef v);
    // The sign of f.a * g.b - f.b * g.a: positive if g's gradient lies to the left of f's; 0 if they are parallel.
    int sign_of_direction(LineRef f, LineRef g);
    // Whether f and g vanish on the same line (neither may have a linear part that is zero).
    bool same_line(LineRef f, LineRef g);
    // The sign of f's constant where its linear part is exactly zero; 2 where it is not.
    int constant_sign(LineRef f);
    bool linear_part_is_zero(LineRef f) { return constant_sign(f) != 2; }
    // The order of two points of a line along its direction (-b, a): -1 where p comes before q, 0 where p is q.
    int compare_along(LineRef line, CornerRef p, CornerRef q);
    // A point in floats from double-doubles, each coordinate within `error`; false where they are out of range.
    bool nearby_coordinates(CornerRef v, double xy[2], double &error);
    // A point in floats: each coordinate within 0.51 units in the last place, 0.0 where it is exactly 0 (where the
    // result is subnormal, within 2^-1074).
    void coordinates(CornerRef v, double xy[2]);
    // Whether all outputs of the network are exactly the same forms in two contexts of its last layer.
    bool equal_outputs(const Context &a, const Context &b);

  private:
    struct BallPoint {
        Ball x, y, w;
    };
    struct ExactPoint {
        Dyadic x, y, w;  // the point (x / w, y / w)
    };

    struct LineKey {
        std::uint64_t serial;  // of the context; 0 for an edge of the domain
        int unit, breakpoint;
    };

    BallForm ball_line(LineRef f) const;
    const ExactForm &exact_line(LineRef f, ExactForm &shifted) const;
    BallPoint ball_crossing(LineRef f, LineRef g) const;  // the cross product of the two forms
    void exact_crossing(LineRef f, LineRef g, ExactPoint &point);
    void select(CornerRef v);
    const BallPoint &ball_point(CornerRef v);
    const ExactPoint &exact_point(CornerRef v);
    int exact_value(const ExactForm &f, const ExactPoint &v);
    int domain_corner(CornerRef v) const;
    int decide(int sign);

    const Net &net_;
    std::vector<BallForm> ball_edges_;
    std::vector<ExactForm> exact_edges_;
    DyadicSum sum_;
    std::int64_t by_double_double_ = 0, exactly_ = 0;
    // The last point asked about: usually many lines are tried at it.
    LineKey selected_[2] = {{0, -1, 0}, {0, -1, 0}};
    bool ball_known_ = false, exact_known_ = false;
    BallPoint ball_point_;
    ExactPoint exact_point_;
};

}  // namespace leadlight::geometry
