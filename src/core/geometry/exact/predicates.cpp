#include "predicates.hpp"

#include <cmath>

namespace leadlight::geometry {

namespace {

constexpr int undecided = 2;

// The sign of a product of two numbers of known, or not known, signs.
int product_sign(int s, int t) {
    if (s == 0 || t == 0) return 0;
    return s == undecided || t == undecided ? undecided : s * t;
}

}  // namespace

Predicates::Predicates(const Net &net) : net_(net) {
    const int n = net.n_corners();
    for (int i = 0; i < n; ++i) {
        const Dyadic x0(net.corners[std::size_t(2 * i)]), y0(net.corners[std::size_t(2 * i + 1)]);
        const int j = (i + 1) % n;
        const Dyadic x1(net.corners[std::size_t(2 * j)]), y1(net.corners[std::size_t(2 * j + 1)]);
        ExactForm edge{y0 - y1, x1 - x0, x0 * y1 - x1 * y0};
        ball_edges_.push_back({to_ball(edge.a), to_ball(edge.b), to_ball(edge.c)});
        exact_edges_.push_back(std::move(edge));
    }
}

BallForm Predicates::ball_line(LineRef f) const {
    if (!f.context) return ball_edges_[std::size_t(f.unit)];
    BallForm form = f.context->ball_form(f.unit);
    const Pieces *const pieces = net_.layers[std::size_t(f.context->layer)].pieces;
    if (pieces) form.c = form.c - Ball(pieces[f.unit].breakpoints[f.breakpoint]);
    return form;
}

const ExactForm &Predicates::exact_line(LineRef f, ExactForm &shifted) const {
    if (!f.context) return exact_edges_[std::size_t(f.unit)];
    const ExactForm &form = f.context->exact_form(f.unit);
    const Pieces *const pieces = net_.layers[std::size_t(f.context->layer)].pieces;
    const double breakpoint = pieces ? pieces[f.unit].breakpoints[f.breakpoint] : 0.0;
    if (breakpoint == 0.0) return form;
    shifted.a = form.a;
    shifted.b = form.b;
    shifted.c = form.c - Dyadic(breakpoint);
    return shifted;
}

// The number of a corner of the domain given by its two edges, or -1.
int Predicates::domain_corner(CornerRef v) const {
    if (v.first.context || v.second.context) return -1;
    const int n = net_.n_corners(), i = v.first.unit, j = v.second.unit;
    return (i + 1) % n == j ? j : i;
}

Predicates::BallPoint Predicates::ball_crossing(LineRef first, LineRef second) const {
    const BallForm f = ball_line(first), g = ball_line(second);
    return {f.b * g.c - f.c * g.b, f.c * g.a - f.a * g.c, f.a * g.b - f.b * g.a};
}

void Predicates::exact_crossing(LineRef first, LineRef second, ExactPoint &point) {
    ExactForm shifted_f, shifted_g;
    const ExactForm &f = exact_line(first, shifted_f), &g = exact_line(second, shifted_g);
    const auto minor = [&](const Dyadic &a, const Dyadic &b, const Dyadic &c, const Dyadic &d, Dyadic &value) {
        sum_.clear();
        sum_.add_product(a, d);
        sum_.add_product(b, c, -1);
        sum_.result(value);
    };
    minor(f.b, f.c, g.b, g.c, point.x);
    minor(f.c, f.a, g.c, g.a, point.y);
    minor(f.a, f.b, g.a, g.b, point.w);
}

void Predicates::select(CornerRef v) {
    const LineRef lines[2] = {v.first, v.second};
    bool same = true;
    for (int i = 0; i < 2; ++i) {
        const LineKey key{lines[i].context ? lines[i].context->serial() : 0, lines[i].unit, lines[i].breakpoint};
        LineKey &before = selected_[i];
        same &= key.serial == before.serial && key.unit == before.unit && key.breakpoint == before.breakpoint;
        before = key;
    }
    if (!same) ball_known_ = exact_known_ = false;
}

const Predicates::BallPoint &Predicates::ball_point(CornerRef v) {
    select(v);
    if (!ball_known_) {
        const int corner = domain_corner(v);
        if (corner < 0)
            ball_point_ = ball_crossing(v.first, v.second);
        else
            ball_point_ = {net_.corners[std::size_t(2 * corner)], net_.corners[std::size_t(2 * corner + 1)], 1.0};
        ball_known_ = true;
    }
    return ball_point_;
}

const Predicates::ExactPoint &Predicates::exact_point(CornerRef v) {
    select(v);
    if (!exact_known_) {
        const int corner = domain_corner(v);
        if (corner < 0) {
            exact_crossing(v.first, v.second, exact_point_);
        } else {
            exact_point_.x = net_.corners[std::size_t(2 * corner)];
            exact_point_.y = net_.corners[std::size_t(2 * corner + 1)];
            exact_point_.w = 1.0;
        }
        exact_known_ = true;
    }
    return exact_point_;
}

int Predicates::exact_value(const ExactForm &f, const ExactPoint &v) {
    sum_.clear();
    sum_.add_product(f.a, v.x);
    sum_.add_product(f.b, v.y);
    sum_.add_product(f.c, v.w);
    return sum_.sign() * v.w.sign();
}

int Predicates::decide(int sign) {
    ++by_double_double_;
    return sign;
}

int Predicates::sign_at(LineRef f, CornerRef v) {
    if (f == v.first || f == v.second) return 0;
    {
        const BallForm line = ball_line(f);
        const BallPoint &point = ball_point(v);
        const int sign = product_sign((line.a * point.x + line.b * point.y + line.c * point.w).sign(), point.w.sign());
        if (sign != undecided) return decide(sign);
    }
    ++exactly_;
    ExactForm shifted;
    return exact_value(exact_line(f, shifted), exact_point(v));
}

int Predicates::sign_of_direction(LineRef f, LineRef g) {
    if (f.context == g.context && f.unit == g.unit) return 0;
    {
        const BallForm x = ball_line(f), y = ball_line(g);
        const int sign = (x.a * y.b - x.b * y.a).sign();
        if (sign != undecided) return decide(sign);
    }
    ++exactly_;
    ExactForm shifted_f, shifted_g;
    const ExactForm &x = exact_line(f, shifted_f), &y = exact_line(g, shifted_g);
    sum_.clear();
    sum_.add_product(x.a, y.b);
    sum_.add_product(x.b, y.a, -1);
    return sum_.sign();
}

bool Predicates::same_line(LineRef f, LineRef g) {
    if (f == g) return true;
    {
        const BallPoint crossing = ball_crossing(f, g);
        const int x = crossing.x.sign(), y = crossing.y.sign(), w = crossing.w.sign();
        for (int sign : {x, y, w})
            if (sign == 1 || sign == -1) return decide(false);
        if (x == 0 && y == 0 && w == 0) return decide(true);
    }
    ++exactly_;
    ExactPoint crossing;
    exact_crossing(f, g, crossing);
    return crossing.x.sign() == 0 && crossing.y.sign() == 0 && crossing.w.sign() == 0;
}

int Predicates::constant_sign(LineRef f) {
    {
        const BallForm line = ball_line(f);
        const int a = line.a.sign(), b = line.b.sign(), c = line.c.sign();
        if (a == 1 || a == -1 || b == 1 || b == -1) return decide(2);
        if (a == 0 && b == 0 && c != undecided) return decide(c);
    }
    ++exactly_;
    ExactForm shifted;
    const ExactForm &line = exact_line(f, shifted);
    return line.a.sign() == 0 && line.b.sign() == 0 ? line.c.sign() : 2;
}

int Predicates::compare_along(LineRef line, CornerRef p, CornerRef q) {
    // Where q is the crossing with h, p lies before q if h rises along the line and is negative at p, or falls and
    // is positive.
    if (q.first == line || q.second == line) {
        const LineRef h = q.first == line ? q.second : q.first;
        const int value = sign_at(h, p);
        return value ? value * sign_of_direction(line, h) : 0;
    }
    if (p.first == line || p.second == line) return -compare_along(line, q, p);
    {
        const BallForm f = ball_line(line);
        const BallPoint v = ball_point(p), &w = ball_point(q);
        const Ball along_v = f.a * v.y - f.b * v.x, along_w = f.a * w.y - f.b * w.x;
        const int sign = product_sign((along_v * w.w - along_w * v.w).sign(), product_sign(v.w.sign(), w.w.sign()));
        if (sign != undecided) return decide(sign);
    }
    ++exactly_;
    ExactForm shifted;
    const ExactForm &f = exact_line(line, shifted);
    const ExactPoint v = exact_point(p), &w = exact_point(q);
    const Dyadic along_v = f.a * v.y - f.b * v.x, along_w = f.a * w.y - f.b * w.x;
    return compare(along_v * w.w, along_w * v.w) * v.w.sign() * w.w.sign();
}

bool Predicates::nearby_coordinates(CornerRef v, double xy[2], double &error) {
    constexpr double inflation = 1.0 + 0x1p-40;
    const BallPoint &point = ball_point(v);
    const Ball *const parts[2] = {&point.x, &point.y};
    const double w = point.w.high, off_w = std::fabs(point.w.low) + point.w.error;
    const double least_w = std::fabs(w) * (1.0 - 0x1p-40) - off_w;
    if (!(std::fabs(w) > 0x1p-400 && std::fabs(w) < 0x1p400 && least_w > 0x1p-401)) return false;
    error = 0.0;
    for (int i = 0; i < 2; ++i) {
        // |x*/w* - x/w| <= (|x - x*| + |x/w| |w - w*|) / |w*|, and the quotient is rounded.
        const Ball &x = *parts[i];
        if (!(std::fabs(x.high) < 0x1p400)) return false;
        const double q = x.high / w, off_x = std::fabs(x.low) + x.error;
        xy[i] = q;
        if (x.is_zero()) continue;
        const double off = (off_x + std::fabs(q) * off_w) / least_w + 0x1p-53 * std::fabs(q);
        error = std::fmax(error, off * inflation + 0x1p-1000);
    }
    return true;
}

void Predicates::coordinates(CornerRef v, double xy[2]) {
    const auto in_range = [](double value) { return std::fabs(value) > 0x1p-400 && std::fabs(value) < 0x1p400; };
    // x / w = q + (x - q w) / w for q = x.high / w.high: the second term is some 2^-53 of the first, so that its own
    // errors are too small to matter, apart from that of x - q w.
    const auto divide = [&](const Ball &x, const Ball &w, double &result) {
        if (x.is_zero()) {
            result = 0.0;
            return true;
        }
        if (!in_range(x.high) || !in_range(w.high) || !(w.error < 0x1p-70 * std::fabs(w.high))) return false;
        const double q = x.high / w.high;
        const Ball rest = x - Ball(q) * w;
        result = q + rest.high / w.high;
        return rest.error < 0x1p-62 * std::fabs(x.high);
    };
    const BallPoint &point = ball_point(v);
    if (divide(point.x, point.w, xy[0]) && divide(point.y, point.w, xy[1])) return;
    const ExactPoint &exact = exact_point(v);
    xy[0] = quotient(exact.x, exact.w);
    xy[1] = quotient(exact.y, exact.w);
}

bool Predicates::equal_outputs(const Context &a, const Context &b) {
    const int n = net_.layers[std::size_t(a.layer)].n_out;
    bool proven = true;
    for (int unit = 0; unit < n; ++unit) {
        const BallForm &f = a.ball_form(unit), &g = b.ball_form(unit);
        for (const Ball &difference : {f.a - g.a, f.b - g.b, f.c - g.c}) {
            const int sign = difference.sign();
            if (sign == 1 || sign == -1) return decide(false);
            proven &= sign == 0;
        }
    }
    if (proven) return decide(true);
    ++exactly_;
    for (int unit = 0; unit < n; ++unit) {
        const ExactForm &f = a.exact_form(unit), &g = b.exact_form(unit);
        if (f.a != g.a || f.b != g.b || f.c != g.c) return false;
    }
    return true;
}

}  // namespace leadlight::geometry
