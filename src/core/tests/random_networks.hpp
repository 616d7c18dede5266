// Random small networks for the checks of geometry, generic and degenerate ones.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "../geometry/network/network.hpp"

namespace geometry = leadlight::geometry;

struct Random {
    std::uint64_t state;

    std::uint64_t next() {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return state >> 33;
    }
    double uniform() { return double(next()) / double(1u << 31) * 2.0 - 1.0; }
    int below(int n) { return int(next() % std::uint64_t(n)); }
};

inline const double zero[] = {0.0}, ends[] = {-1.0, 1.0}, none[] = {0.0};
inline constexpr double relu_slopes[] = {0.0, 1.0}, leaky_slopes[] = {0.1, 1.0}, flat[] = {0.0, 0.0},
                        jump[] = {0.0, 1.0};
inline const double clip_slopes[] = {0.0, 1.0, 0.0}, clip_intercepts[] = {-1.0, 0.0, 1.0}, one[] = {1.0};
inline const geometry::Pieces kinds[] = {
    {1, zero, relu_slopes, flat}, {1, zero, leaky_slopes, flat}, {2, ends, clip_slopes, clip_intercepts},
    {1, zero, flat, jump},        {0, none, one, none},
};

struct Case {
    geometry::Net net;
    std::vector<std::vector<double>> numbers;
    std::vector<std::vector<geometry::Pieces>> pieces;

    // Degeneracy 0: generic; 1: small integers; 2: no biases; 3: units in pairs; 4: scales beyond the floats' squares.
    Case(std::uint64_t seed, int degeneracy, bool mixed, int times_wider = 1) {
        Random random{seed};
        const std::vector<int> widths{2, times_wider * (8 + random.below(12)), times_wider * (6 + random.below(8)), 2};
        net.corners = {-2.0, -2.0, 2.0, -2.0, 2.5, 1.0, -2.0, 2.0};
        numbers.reserve(2 * widths.size());
        pieces.reserve(widths.size());
        for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
            const int n_in = widths[l], n_out = widths[l + 1];
            std::vector<double> W(std::size_t(n_in * n_out)), b(static_cast<std::size_t>(n_out));
            for (double &w : W) w = degeneracy == 1 ? random.below(5) - 2 : random.uniform();
            for (double &v : b) v = degeneracy == 1 ? random.below(5) - 2 : degeneracy == 2 ? 0.0 : random.uniform();
            for (int j = 1; j < n_out; j += 2) {
                double *const row = W.data() + j * n_in;
                if (degeneracy == 3) {
                    for (int u = 0; u < n_in; ++u) row[u] = -2.0 * row[u - n_in];
                    b[std::size_t(j)] = -2.0 * b[std::size_t(j - 1)];
                } else if (degeneracy == 4) {
                    for (int u = 0; u < n_in; ++u) row[u] *= j % 4 == 1 ? 1e-200 : 1e200;
                    b[std::size_t(j)] *= j % 4 == 1 ? 1e-200 : 1e200;
                }
            }
            numbers.push_back(std::move(W));
            numbers.push_back(std::move(b));
            pieces.emplace_back();
            for (int j = 0; j < n_out; ++j) pieces.back().push_back(kinds[mixed ? random.below(5) : 0]);
            net.layers.push_back(
                {n_in, n_out, numbers[numbers.size() - 2].data(), numbers.back().data(), pieces.back().data()});
        }
        net.layers.back().pieces = nullptr;
    }
};
