// The activations of src/leadlight/activations.py over rows of a tile, and how each is differentiated: from its
// output where that is enough, else from derivatives stored on the way forward, which share its exponentials.
#pragma once

#include "functions.hpp"
#include "job.hpp"
#include "products.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

LEADLIGHT_INLINE bool stores_derivative(Phi phi) {
    switch (phi) {
        case Phi::leaky_relu:
        case Phi::abs:
        case Phi::softplus:
        case Phi::gelu:
        case Phi::elu: return true;
        default: return false;
    }
}

// The activations that a product applies to its sums before it stores them.
LEADLIGHT_INLINE Epilogue forward_epilogue(Phi phi) {
    return phi == Phi::relu ? Epilogue::relu : phi == Phi::sigmoid ? Epilogue::sigmoid : Epilogue::none;
}

// What turns the gradient by the outputs into that by the preactivations.
LEADLIGHT_INLINE Epilogue derivative_epilogue(Phi phi) {
    switch (phi) {
        case Phi::identity: return Epilogue::none;
        case Phi::relu: return Epilogue::times_relu;
        case Phi::sigmoid: return Epilogue::times_sigmoid;
        case Phi::tanh: return Epilogue::times_tanh;
        case Phi::hardtanh: return Epilogue::times_hardtanh;
        case Phi::step: return Epilogue::zero;
        default: return Epilogue::times_x;
    }
}

// body(z, d) -> phi(z) for each vector, with d the place of its derivative.
template <typename Body>
LEADLIGHT_INLINE void each_vector(Rows a, Rows derivative, int n_rows, long width, Body body) {
    for (int r = 0; r < n_rows; ++r)
        for (long s = 0; s < width; s += lanes) {
            Real *const at = a.at + r * a.stride + s;
            store(at, body(load(at), derivative.at + r * derivative.stride + s));
        }
}

// In place: a holds z, then phi(z); derivative, where the activation stores one, phi'(z).
inline void activate(Phi phi, double parameter, Rows a, Rows derivative, int n_rows, long width) {
    const Real slope = Real(parameter);
    const Vector one = splat(1), zero = {};
    const auto each = [&](auto body) { each_vector(a, derivative, n_rows, width, body); };
    switch (phi) {
        case Phi::identity: return;
        case Phi::relu: return each([=](Vector z, Real *) { return at_least(z, zero); });
        case Phi::sigmoid: return each([=](Vector z, Real *) { return sigmoid(z); });
        case Phi::tanh: return each([=](Vector z, Real *) { return tanh_of(z); });
        case Phi::hardtanh: return each([=](Vector z, Real *) { return at_most(at_least(z, -one), one); });
        case Phi::step: return each([=](Vector z, Real *) { return z > zero ? one : z <= zero ? zero : z; });
        case Phi::leaky_relu:
            return each([=](Vector z, Real *d) {
                const Vector factor = z > zero ? one : splat(slope);
                store(d, factor);
                return factor * z;
            });
        case Phi::abs:
            return each([=](Vector z, Real *d) {
                store(d, z > zero ? one : z < zero ? -one : zero);
                return absolute(z);
            });
        case Phi::softplus:
            return each([=](Vector z, Real *d) {
                const Vector e = exp_of_negative(-absolute(z));
                Vector logarithm, inverse;
                log1p_and_inverse(e, logarithm, inverse);
                store(d, z > zero ? inverse : e * inverse);
                return (z > zero ? z : zero) + logarithm;
            });
        case Phi::gelu:
            return each([=](Vector z, Real *d) {
                // Beyond the limit Phi is 0 or 1; kept off infinity, so that it is not multiplied by 0.
                const Vector limit = splat(normal_limit);
                const Vector from = at_least(z, -limit), within = at_most(from, limit);
                Vector below, density;
                normal_distribution(within, below, density);
                store(d, within * density + below);
                return from * below;
            });
        case Phi::elu:
            return each([=](Vector z, Real *d) {
                Vector e, rest;
                exp_and_rest_of_negative(z > zero ? zero : z, e, rest);
                store(d, z > zero ? one : slope * e);
                return z > zero ? z : -slope * rest;
            });
    }
}

// Multiplies g by the derivative, for an output layer's activation.
inline void differentiate(Phi phi, Rows g, Rows other, int n_rows, long width) {
    for (int r = 0; r < n_rows; ++r)
        for (long s = 0; s < width; s += lanes) {
            Vector sum[1][1] = {{load(g.at + r * g.stride + s)}};
            finish<1, 1>(sum, derivative_epilogue(phi), {other.at + r * other.stride + s, other.stride});
            store(g.at + r * g.stride + s, sum[0][0]);
        }
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
