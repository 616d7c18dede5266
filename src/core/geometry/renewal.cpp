// Forms made anew from double-doubles, where the bounds of floats that were summed layer after layer have grown too large.
//
// A renewed form is a double-double's leading part, off by its low part and error: 2^-53, as in the first layer. The
// double-doubles of a context are one product of its layer's weights with those of its parent's context, which the
// splitter keeps in its frames; they are made for a context, and its ancestors, when the first form is renewed there.
//
// Between layers h = s z + t: z is high + low within e, |low| <= 2^-53 |high|. Where s is 1 or -1 and t is 0, h is exact.
// Otherwise, with u = 2^-53, p = fl(s high) and its error d, which is exact, fl(d + s low) is off by at most
// u (2 u |p|) (1 + u); fl(p + t) + its error is exact, and adding that error to the other by u (2 u |p| + u (|p| + |t|)) (1 + u);
// a last two_sum is exact. Together 5 u^2 |p| + u^2 |t|, and more than that is 2^-103 (|p| + |t|);
// nothing where d and low are 0. What underflows is at
// most 2^-1073, and errors other than 0 are at least 2^-600.
#include <algorithm>
#include <cmath>

#include "ball_terms.hpp"
#include "double_double.hpp"
#include "frame.hpp"

namespace leadlight::geometry {

namespace {

constexpr double least_size = 0x1p-500, least_error = 0x1p-600, most = 0x1p500;

double floored(double bound, double least) { return bound == 0.0 ? 0.0 : larger(bound * slack, least); }

// h = slope z + intercept, of one coefficient; what is off more than slope times z is.
void scale(double &high, double &low, double &error, double slope, double intercept) {
    error *= std::fabs(slope);
    if (intercept == 0.0 && std::fabs(slope) == 1.0) {
        high *= slope;
        low *= slope;
        return;
    }
    const double low_before = low;
    double sum_error, lost = 0.0, d;
    const double p = ball::two_product(slope, high, d, lost);
    const double rest = std::fma(slope, low, d), sum = ball::two_sum(p, intercept, sum_error);
    high = ball::two_sum(sum, rest + sum_error, low);
    if (d != 0.0 || low_before != 0.0 || lost != 0.0) error += larger(0x1p-103 * (std::fabs(p) + std::fabs(intercept)), least_error);
}

}  // namespace

// Bounds grow with every layer, much faster than errors do. Beyond these sizes too many signs and crossings of a unit
// that may cut would have to be found by other means; new forms cost more in wide layers.
bool Splitter::is_poor(const Frame &frame, const Layer &layer, int unit) const {
    const double allowed = is_wide(layer) ? 0x1p-18 : 0x1p-28;
    const double slope = larger(std::fabs(frame.forms[unit]), std::fabs(frame.forms[layer.stride + unit]));
    const double e_ab = frame.bounds.of_ab(layer, unit), e_c = frame.bounds.of_c(layer, unit);
    return (e_ab > allowed * slope || e_c > allowed * slope * size_) && std::isfinite(e_ab + e_c);
}

// The double-doubles of a layer in its context; false where they are out of range.
bool Splitter::make_balls(int l) {
    Frame &frame = *frames_[std::size_t(l)];
    if (frame.balls_known) return true;
    const Layer &layer = layers_.layers[std::size_t(l)];
    if (!layer.in_ball_range) return false;
    const auto stride = std::size_t(layer.stride);
    if (l == 0) {
        std::fill_n(frame.balls, ball_arrays * stride, 0.0);
        for (std::size_t k = 0; k < 2; ++k) std::copy_n(layer.weights + k * stride, stride, frame.balls + 2 * k * stride);
        std::copy_n(layer.biases, stride, frame.balls + 4 * stride);
        return frame.balls_known = true;
    }
    if (!make_balls(l - 1)) return false;
    const Layer &before = layers_.layers[std::size_t(l - 1)];
    const double *const balls = frames_[std::size_t(l - 1)]->balls;
    const Arena::Mark mark = arena_.mark();
    BallTerm *const terms = arena_.take<BallTerm>(std::size_t(before.n_out));
    int n = 0;
    double largest = 0.0;
    ExactSums exact{0x1p50 * layer.quantum_ab, 0x1p50 * layer.quantum_c};
    for (int j = 0; j < before.n_out; ++j) {
        double slope = 1.0, intercept = 0.0;
        if (before.pieces) {
            const int piece = piece_of(l - 1, j);
            slope = before.pieces[j].slopes[piece];
            intercept = before.pieces[j].intercepts[piece];
        }
        if (slope == 0.0 && intercept == 0.0) continue;
        BallTerm &term = terms[n++];
        term.weights = layer.weights + layer.stride * j;
        double error[3];
        for (int i = 0; i < 3; ++i) {
            const auto of = [&](int array) { return balls[array * before.stride + j]; };
            term.high[i] = of(2 * i);
            term.low[i] = of(2 * i + 1);
            error[i] = of(6 + i / 2);
            largest = larger(std::fabs(term.high[i]) + error[i], largest);
            scale(term.high[i], term.low[i], error[i], slope, i < 2 ? 0.0 : intercept);
            if (term.low[i] != 0.0 || error[i] != 0.0) (i < 2 ? exact.ab : exact.c) = 0.0;
        }
        const double size_ab = larger(std::fabs(term.high[0]), std::fabs(term.high[1])), size_c = std::fabs(term.high[2]);
        term.size_ab = floored(size_ab, least_size);
        term.size_c = floored(size_c, least_size);
        term.error_ab = floored(larger(error[0], error[1]), least_error);
        term.error_c = floored(error[2], least_error);
        largest = larger(larger(term.size_ab + term.error_ab, term.size_c + term.error_c), largest);
        if (!(largest <= most)) break;
    }
    const bool in_range = largest <= most;
    if (in_range) kernels_.add_ball_terms(frame.balls, layer.biases, terms, n, exact, layer.stride);
    arena_.release(mark);
    if (in_range && frame.exact) frame.exact->use_balls(frame.balls, layer.stride);
    return frame.balls_known = in_range;
}

// The forms of a layer rounded from double-doubles, whose bounds are as small as floats allow. False where they are
// beyond the range of double-doubles: then the old forms serve.
bool Splitter::renew_forms(Node &node, Frame &frame, int l) {
    if (!make_balls(l)) return false;
    const Layer &layer = layers_.layers[std::size_t(l)];
    const long stride = layer.stride;
    const double *const balls = frame.balls;
    double *const forms = arena_.take<double>(3 * std::size_t(stride));
    for (int i = 0; i < 3; ++i) std::copy_n(balls + 2 * i * stride, stride, forms + i * stride);
    for (long j = 0; j < stride; ++j) {
        const auto low = [&](long i) { return std::fabs(balls[(2 * i + 1) * stride + j]); };
        frame.bounds.ab[j] = (larger(low(0), low(1)) + balls[6 * stride + j]) * slack;
        frame.bounds.c[j] = (low(2) + balls[7 * stride + j]) * slack;
    }
    frame.bounds.by_unit = true;
    node.base = forms;
    node.n_terms = 0;
    return true;
}

}  // namespace leadlight::geometry
