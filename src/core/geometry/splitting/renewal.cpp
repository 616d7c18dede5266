// Forms made anew from double-doubles, where the bounds of floats that were summed layer after layer have grown too
// large.
//
// A renewed form is a double-double's leading part, off by its low part and error: 2^-53, as in the first layer. The
// double-doubles of a context are one product of its layer's weights with those of its parent's context, which the
// splitter keeps in its frames; they are made for a context, and its ancestors, when the first form is renewed there.
// In narrow layers of deep networks that costs no more than sums of floats and their bounds, and there is no such sum.
//
// Between layers h = s z + t: z is high + low within e, |low| <= 2^-53 |high|. Where s is 1 and t is 0, h is z.
// Otherwise, with u = 2^-53, p = fl(s high) and its error d, which is exact, fl(d + s low) is off by at most
// u (2 u |p|) (1 + u); fl(p + t) + its error is exact, and adding that error to the other by u (2 u |p| + u (|p| +
// |t|)) (1 + u); a last two_sum is exact. Together 5 u^2 |p| + u^2 |t|, and more than that is 2^-103 (|p| + |t|);
// nothing where d and low are 0. What underflows is at most 2^-1073, and errors other than 0 are at least 2^-600.
// Bounds are rounded up by a factor 1 + 2^-40.
#include <algorithm>
#include <cmath>

#include "../exact/double_double.hpp"
#include "../kernels/ball_terms.hpp"
#include "frame.hpp"

namespace leadlight::geometry {

namespace {

constexpr double least_size = 0x1p-500, least_error = 0x1p-600, most = 0x1p500;

double floored(double bound, double least) { return bound == 0.0 ? 0.0 : larger(bound * slack, least); }

// h = slope z + intercept, of one coefficient; what is off more than slope times z is.
void scale(double &high, double &low, double &error, double slope, double intercept) {
    const double low_before = low;
    double sum_error, lost = 0.0, d;
    const double p = ball::two_product(slope, high, d, lost);
    const double rest = std::fma(slope, low, d), sum = ball::two_sum(p, intercept, sum_error);
    high = ball::two_sum(sum, rest + sum_error, low);
    error *= std::fabs(slope);
    if (d != 0.0 || low_before != 0.0 || lost != 0.0)
        error += larger(0x1p-103 * (std::fabs(p) + std::fabs(intercept)), least_error);
}

// The arrays of h = slope z + intercept for those of z; returns the largest of its sizes and errors.
double scale_unit(const double *z, long stride, double slope, double intercept, double h[ball_arrays]) {
    double error[3];
    for (int i = 0; i < 3; ++i) {
        h[ball_high + i] = z[(ball_high + i) * stride];
        h[ball_low + i] = z[(ball_low + i) * stride];
        error[i] = z[(ball_error + i / 2) * stride];
        scale(h[ball_high + i], h[ball_low + i], error[i], slope, i < 2 ? 0.0 : intercept);
    }
    h[ball_size] = floored(larger(std::fabs(h[0]), std::fabs(h[1])), least_size);
    h[ball_size + 1] = floored(std::fabs(h[2]), least_size);
    h[ball_error] = floored(larger(error[0], error[1]), least_error);
    h[ball_error + 1] = floored(error[2], least_error);
    const double off_ab = larger(std::fabs(h[ball_low]), std::fabs(h[ball_low + 1]));
    h[ball_off] = off_ab + h[ball_error];
    h[ball_off + 1] = std::fabs(h[ball_low + 2]) + h[ball_error + 1];
    return larger(larger(h[ball_size], h[ball_error]), larger(h[ball_size + 1], h[ball_error + 1]));
}

constexpr double inputs[2][ball_arrays] = {{1, 0, 0, 0, 0, 0, 1}, {0, 1, 0, 0, 0, 0, 1}};

}  // namespace

namespace {

double allowed_of_slope(const Layer &layer) { return is_wide(layer) ? 0x1p-18 : 0x1p-28; }

}  // namespace

// The slope from which on no unit is poor, by the largest bounds of all.
double Splitter::never_poor(const FormBounds &bounds, const Layer &layer) const {
    if (bounds.by_unit) return infinity;
    const double e_ab = bound_product(bounds.errors.ab, layer.max_row_norm);
    const double e_c =
        bound_product(bounds.errors.c, layer.max_row_norm) + bound_product(bounds.errors.b, layer.max_abs_bias);
    return larger(e_ab, e_c / size_) / allowed_of_slope(layer) * slack;
}

// Bounds grow with every layer, much faster than errors do. Beyond these sizes too many signs and crossings of a unit
// that may cut would have to be found by other means; new forms cost more in wide layers.
bool Splitter::is_poor(const Frame &frame, const Layer &layer, int unit) const {
    const double allowed = allowed_of_slope(layer);
    const double slope = larger(std::fabs(frame.forms[unit]), std::fabs(frame.forms[layer.stride + unit]));
    const double e_ab = frame.bounds.of_ab(layer, unit), e_c = frame.bounds.of_c(layer, unit);
    return (e_ab > allowed * slope || e_c > allowed * slope * size_) && std::isfinite(e_ab + e_c);
}

// Whether not even double-doubles say where a unit that may cut does.
bool Splitter::is_unknown(const Frame &frame, const Layer &layer, int unit) const {
    return !serves(frame.forms[unit], frame.forms[layer.stride + unit], frame.bounds.of_ab(layer, unit), rough);
}

// The double-doubles of a layer in its context; false where they are out of range.
bool Splitter::make_balls(int l) {
    Frame &frame = *frames_[std::size_t(l)];
    if (frame.balls_known) return true;
    const Layer &layer = layers_.layers[std::size_t(l)];
    if (!layer.in_ball_range || (l > 0 && !make_balls(l - 1))) return false;
    const Arena::Mark mark = arena_.mark();
    BallTerm *const terms = arena_.take<BallTerm>(std::size_t(layer.n_in));
    int n = 0;
    double largest = 0.0;
    ExactSums exact{infinity, infinity};
    if (l == 0) {
        for (; n < 2; ++n) terms[n] = {layer.weights + layer.stride * n, inputs[n], 1};
    } else {
        const Layer &before = layers_.layers[std::size_t(l - 1)];
        const Frame &frame_before = *frames_[std::size_t(l - 1)];
        double off_ab = frame_before.ball_range.off_ab, off_c = frame_before.ball_range.off_c;
        const auto add = [&](int j, double slope, double intercept) {
            if (slope == 0.0 && intercept == 0.0) return;
            BallTerm &term = terms[n++];
            term = {layer.weights + layer.stride * j, frame_before.balls + j, before.stride};
            if (slope == 1.0 && intercept == 0.0) return;
            double *const h = arena_.take<double>(ball_arrays);
            largest = larger(scale_unit(term.h, term.stride, slope, intercept, h), largest);
            off_ab = larger(h[ball_off], off_ab);
            off_c = larger(h[ball_off + 1], off_c);
            term.h = h;
            term.stride = 1;
        };
        const auto add_on = [&](int j, int piece) {
            add(j, before.pieces[j].slopes[piece], before.pieces[j].intercepts[piece]);
        };
        const std::uint8_t *const row = row_.data() + before.pattern_start;
        if (!before.pieces)
            for (int j = 0; j < before.n_out; ++j) add(j, 1.0, 0.0);
        else if (before.kind == Kind::single && before.zero_below)
            for (int j = 0; j < before.n_out; j += 8)
                for (unsigned bits = row[j / 8]; bits; bits &= bits - 1) add_on(j + __builtin_ctz(bits), 1);
        else
            for (int j = 0; j < before.n_out; ++j) add_on(j, piece_of(l - 1, j));
        exact.ab = off_ab == 0.0 ? 0x1p50 * layer.quantum_ab : 0.0;
        exact.c = off_c == 0.0 ? 0x1p50 * layer.quantum_c : 0.0;
    }
    if (largest <= most) {
        frame.ball_range = kernels_.add_ball_terms(frame.balls, layer.biases, terms, n, exact, layer.stride);
        frame.balls_known = frame.ball_range.largest <= most;
    }
    arena_.release(mark);
    if (frame.balls_known && frame.exact) frame.exact->use_balls(frame.balls, layer.stride);
    return frame.balls_known;
}

// The forms of a layer rounded from double-doubles, whose bounds are as small as floats allow. False where they are
// beyond the range of double-doubles: then the old forms serve.
bool Splitter::renew_forms(Node &node, Frame &frame, int l) {
    if (!make_balls(l)) return false;
    const long stride = layers_.layers[std::size_t(l)].stride;
    std::copy_n(frame.balls + ball_off * stride, stride, frame.bounds.ab);
    std::copy_n(frame.balls + (ball_off + 1) * stride, stride, frame.bounds.c);
    frame.bounds.by_unit = true;
    node.base = frame.balls + ball_high * stride;
    node.n_terms = 0;
    return true;
}

// The same from the context's own double-doubles: slow, but good for some more layers, as their bounds sum up what was
// rounded and not what might have been.
void Splitter::renew_one_by_one(Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const Context &context = exact_context(l);
    double *const forms = arena_.take<double>(3 * std::size_t(layer.stride));
    std::fill_n(forms, 3 * layer.stride, 0.0);
    for (int j = 0; j < layer.n_out; ++j) {
        const BallForm &form = context.kept_ball_form(j);
        const Ball *const balls[3] = {&form.a, &form.b, &form.c};
        double off[3];
        for (int i = 0; i < 3; ++i) {
            forms[i * layer.stride + j] = balls[i]->high;
            off[i] = (std::fabs(balls[i]->low) + balls[i]->error) * slack;
        }
        frame.bounds.ab[j] = larger(off[0], off[1]);
        frame.bounds.c[j] = off[2];
        if (!std::isfinite(frame.bounds.ab[j] + frame.bounds.c[j])) return start_from_nothing(node, frame, l);
    }
    node.base = forms;
    node.n_terms = 0;
    frame.bounds.by_unit = true;
}

// The forms of a layer that is always made so.
void Splitter::start_from_balls(Node &node, Frame &frame, int l) {
    if (!renew_forms(node, frame, l)) start_from_nothing(node, frame, l);
}

// Out of range: nothing is known, and the predicates decide all.
void Splitter::start_from_nothing(Node &node, Frame &frame, int l) {
    const std::size_t n = 3 * std::size_t(layers_.layers[std::size_t(l)].stride);
    double *const forms = arena_.take<double>(n);
    std::fill_n(forms, n, 0.0);
    frame.bounds.set({infinity, infinity, infinity});
    node.base = forms;
    node.n_terms = 0;
}

}  // namespace leadlight::geometry
