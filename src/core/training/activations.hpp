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

// Phi(x) and the density of the standard normal, by the C library, lane by lane.
LEADLIGHT_INLINE Vector normal_distribution(Vector z) {
    Vector result = {};
    for (int lane = 0; lane < lanes; ++lane) {
#ifdef LEADLIGHT_FLOAT64
        result[lane] = 0.5 * __builtin_erfc(-0.70710678118654752440 * z[lane]);
#else
        result[lane] = 0.5f * __builtin_erfcf(-0.70710678f * z[lane]);
#endif
    }
    return result;
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
        case Phi::relu: return each([=](Vector z, Real *) { return z < zero ? zero : z; });
        case Phi::sigmoid: return each([=](Vector z, Real *) { return sigmoid(z); });
        case Phi::tanh: return each([=](Vector z, Real *) { return tanh_of(z); });
        case Phi::hardtanh:
            return each([=](Vector z, Real *) {
                const Vector low = z < -one ? -one : z;
                return low > one ? one : low;
            });
        case Phi::step:  // z - z: not a number where z is none
            return each([=](Vector z, Real *) { return (z > zero ? one : zero) + (z - z); });
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
                const Vector below = normal_distribution(z);
                store(d, below + z * (exp_of_negative(z * z * Real(-0.5)) * Real(0.39894228040143267794)));
                return z * below;
            });
        case Phi::elu:
            return each([=](Vector z, Real *d) {
                const Vector e = slope * expm1_of_negative(z > zero ? zero : z);
                store(d, z > zero ? one : e + slope);
                return z > zero ? z : e;
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
