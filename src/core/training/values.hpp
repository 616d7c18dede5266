// The functions that training is made of, at given points: for tests, and for whoever wants to see them.
#pragma once

#include "activations.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

void activation_values(Phi phi, double parameter, const Real *z, Real *value, Real *derivative, long n) {
    for (long i = 0; i < n; i += lanes) {
        const long count = n - i < lanes ? n - i : lanes;
        Real a[lanes] = {}, d[lanes] = {}, slope[lanes] = {};
        __builtin_memcpy(a, z + i, sizeof(Real) * count);
        const Rows rows = {a, lanes}, stored = {d, lanes};
        activate(phi, parameter, rows, stored, 1, lanes);
        for (int lane = 0; lane < lanes; ++lane) slope[lane] = Real(1);
        differentiate(phi, {slope, lanes}, stores_derivative(phi) ? stored : rows, 1, lanes);
        __builtin_memcpy(value + i, a, sizeof(Real) * count);
        __builtin_memcpy(derivative + i, slope, sizeof(Real) * count);
    }
}

void function_values(Function function, const Real *x, Real *value, long n) {
    for (long i = 0; i < n; i += lanes) {
        const long count = n - i < lanes ? n - i : lanes;
        Real at[lanes] = {};
        __builtin_memcpy(at, x + i, sizeof(Real) * count);
        Vector v = load(at), unused;
        switch (function) {
            case Function::exp: v = exp_within_limits(v); break;
            case Function::one_minus_exp: exp_and_rest_of_negative(v, unused, v); break;
            case Function::log: v = log_of(v); break;
            case Function::log1p: log1p_and_inverse(v, v, unused); break;
            case Function::normal: normal_distribution(v, v, unused); break;
        }
        store(at, v);
        __builtin_memcpy(value + i, at, sizeof(Real) * count);
    }
}

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
