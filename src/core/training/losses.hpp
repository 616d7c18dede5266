// The losses over a tile: the sum of the samples' values, and in place of the outputs p their gradient, scaled.
//
// Formulas as in src/leadlight/training/_torch_kernels.py. Lanes beyond the last sample count for nothing and
// get the gradient 0.
#pragma once

#include "functions.hpp"
#include "job.hpp"
#include "products.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

// `sum` grows by the loss, `right` by the right answers (where the loss classifies) of the first `count`
// columns. `scale`: what the gradient is multiplied by.
struct LossSums {
    Vector loss, right;
};

LEADLIGHT_INLINE Vector only(IntegerVector mask, Vector v) { return mask ? v : Vector{}; }

template <bool counts>
inline void cross_entropy(Rows p, Rows y, int n_outputs, long count, Real scale, LossSums &sums) {
    for (long s = 0; s < count; s += lanes) {
        const IntegerVector inside = first_lanes(count - s);
        Real *const out = p.at + s;
        const Vector label = load(y.at + s);
        Vector largest = load(out), index = Vector{};
        for (int o = 1; o < n_outputs; ++o) {
            const Vector value = load(out + o * p.stride);
            const IntegerVector more = value > largest;
            largest = more ? value : largest;
            if (counts) index = more ? splat(Real(o)) : index;
        }
        if (counts) sums.right += only(inside & (index == label), splat(1));
        Vector total = Vector{}, at_label = Vector{};
        for (int o = 0; o < n_outputs; ++o) {
            const Vector z = load(out + o * p.stride) - largest;
            at_label = label == Real(o) ? z : at_label;
            const Vector e = exp_of_negative(z);
            store(out + o * p.stride, e);
            total += e;
        }
        sums.loss += only(inside, log_of(total) - at_label);
        const Vector share = scale / total, target = splat(scale);
        for (int o = 0; o < n_outputs; ++o) {
            const Vector e = load(out + o * p.stride) * share;
            store(out + o * p.stride, only(inside, label == Real(o) ? e - target : e));
        }
    }
}

template <bool counts>
inline void bce_with_logits(Rows p, Rows y, int n_outputs, long count, Real scale, LossSums &sums) {
    for (int o = 0; o < n_outputs; ++o)
        for (long s = 0; s < count; s += lanes) {
            const IntegerVector inside = first_lanes(count - s);
            Real *const out = p.at + o * p.stride + s;
            const Vector z = load(out), target = load(y.at + o * y.stride + s);
            const Vector e = exp_of_negative(-absolute(z));
            Vector logarithm, inverse;
            log1p_and_inverse(e, logarithm, inverse);
            const IntegerVector positive = z > Real(0);
            // log(1 + e^-|z|) + (max(z, 0) - z y): for y of 0 or 1 the bracket cancels exactly
            sums.loss += only(inside, logarithm + ((positive ? z : Vector{}) - z * target));
            store(out, only(inside, ((positive ? inverse : e * inverse) - target) * scale));
            if (counts) sums.right += only(inside & (positive == (target > Real(0.5))), splat(1));
        }
}

inline void squared(bool relative, Rows p, Rows y, int n_outputs, long count, Real scale, LossSums &sums) {
    for (int o = 0; o < n_outputs; ++o)
        for (long s = 0; s < count; s += lanes) {
            const IntegerVector inside = first_lanes(count - s);
            Real *const out = p.at + o * p.stride + s;
            const Vector factor = relative ? load(y.at + (n_outputs + o) * y.stride + s) : splat(1);
            const Vector error = only(inside, (load(out) - load(y.at + o * y.stride + s)) * factor);
            sums.loss += error * error;
            store(out, error * factor * (scale + scale));
        }
}

template <bool counts>
inline void loss_and_gradient(Loss loss, Rows p, Rows y, int n_outputs, long count, Real scale, LossSums &sums) {
    switch (loss) {
        case Loss::mse: return squared(false, p, y, n_outputs, count, scale, sums);
        case Loss::relative_mse: return squared(true, p, y, n_outputs, count, scale, sums);
        case Loss::bce_with_logits: return bce_with_logits<counts>(p, y, n_outputs, count, scale, sums);
        case Loss::cross_entropy: return cross_entropy<counts>(p, y, n_outputs, count, scale, sums);
    }
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
