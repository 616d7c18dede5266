// One step of an optimiser over the flat parameters, in place; the updates of torch.optim.
//
// Adam's two bias corrections are folded into the step size and eps, as in _torch_optimizers.py: what is left
// is one root and one division a parameter. RMSprop is SGD on gradients that are first divided by the root of their
// running square. Plain loops over whole vectors, which the compiler vectorises
// (it is told that errno is not looked at).
#pragma once

#include "job.hpp"
#include "real.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

LEADLIGHT_INLINE Real root(Real x) {
#ifdef LEADLIGHT_FLOAT64
    return __builtin_sqrt(x);
#else
    return __builtin_sqrtf(x);
#endif
}

// n is a multiple of the lanes; the others hold the optimiser's state, zeros at the start: `first` the velocity or
// Adam's mean, `second` the squares, `third` the mean of centered RMSprop.
struct Stepper {
    Real *__restrict p, *__restrict g, *__restrict first, *__restrict second, *__restrict third;
    long n;
    double rate;

    void step(const Job<Real> &job, Progress &at) {
        if (job.clip_value != 0.0) clip_value(Real(job.clip_value));
        if (job.clip_norm != 0.0) clip_norm(job.clip_norm);
        if (job.weight_decay != 0.0) {
            const Real decay = Real(job.weight_decay);
            for (long i = 0; i < n; ++i) g[i] += decay * p[i];
        }
        if (job.rule == Rule::adam) return adam(job, at);
        if (job.rule == Rule::rmsprop) normalise(job);
        sgd(job);
    }

  private:
    void clip_value(Real limit) {
        for (long i = 0; i < n; ++i) g[i] = g[i] > limit ? limit : g[i] < -limit ? -limit : g[i];
    }

    // As torch.nn.utils.clip_grad_norm_. Squares are summed in float64, where no float32 overflows.
    void clip_norm(double limit) {
        double squares[lanes] = {}, sum = 0.0;
        for (long i = 0; i < n; i += lanes)
            for (int lane = 0; lane < lanes; ++lane) squares[lane] += double(g[i + lane]) * double(g[i + lane]);
        for (int lane = 0; lane < lanes; ++lane) sum += squares[lane];
        const double share = limit / (__builtin_sqrt(sum) + 1e-6);
        if (share < 1.0)
            for (long i = 0; i < n; ++i) g[i] *= Real(share);
    }

    // g over the root of its running square, or with `centered` of its running variance, which rounding may make
    // negative.
    void normalise(const Job<Real> &job) {
        const Real old = Real(job.beta2), fresh = Real(1.0 - job.beta2), eps = Real(job.eps);
        if (!job.centered)
            for (long i = 0; i < n; ++i) {
                const Real slope = g[i], square = old * second[i] + fresh * (slope * slope);
                second[i] = square;
                g[i] = slope / (root(square) + eps);
            }
        else
            for (long i = 0; i < n; ++i) {
                const Real slope = g[i], square = old * second[i] + fresh * (slope * slope);
                const Real mean = third[i] + fresh * (slope - third[i]);
                const Real variance = square - mean * mean;
                second[i] = square;
                third[i] = mean;
                g[i] = slope / (root(variance < Real(0) ? Real(0) : variance) + eps);
            }
    }

    void sgd(const Job<Real> &job) {
        const Real size = Real(rate), momentum = Real(job.momentum);
        if (job.momentum == 0.0)
            for (long i = 0; i < n; ++i) p[i] -= size * g[i];
        else if (job.nesterov)
            for (long i = 0; i < n; ++i) {
                first[i] = momentum * first[i] + g[i];
                p[i] -= size * (g[i] + momentum * first[i]);
            }
        else
            for (long i = 0; i < n; ++i) {
                first[i] = momentum * first[i] + g[i];
                p[i] -= size * first[i];
            }
    }

    void adam(const Job<Real> &job, Progress &at) {
        at.power1 *= job.beta1;
        at.power2 *= job.beta2;
        const double root_c2 = __builtin_sqrt(1.0 - at.power2);
        const Real size = Real(rate * root_c2 / (1.0 - at.power1)), eps = Real(job.eps * root_c2);
        const Real new1 = Real(1.0 - job.beta1), old2 = Real(job.beta2), new2 = Real(1.0 - job.beta2);
        if (job.decoupled_decay != 0.0) {
            const Real shrink = Real(1.0 - rate * job.decoupled_decay);
            for (long i = 0; i < n; ++i) p[i] *= shrink;
        }
        for (long i = 0; i < n; ++i) {
            const Real slope = g[i];
            const Real mean = first[i] + new1 * (slope - first[i]);
            const Real square = old2 * second[i] + new2 * (slope * slope);
            first[i] = mean;
            second[i] = square;
            p[i] -= size * mean / (root(square) + eps);
        }
    }
};

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
