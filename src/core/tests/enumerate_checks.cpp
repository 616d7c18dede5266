// Enumerates the cells of random networks, generic and degenerate ones, on one thread and on three, for every vector
// level: the same complex (on any number of threads the same bits), Euler's formula, areas that sum to the
// domain's, and nothing for the sanitizers to find.
#include <cmath>
#include <cstring>
#include <vector>

#include "../geometry/enumerate.hpp"
#include "checks.hpp"

namespace geometry = leadlight::geometry;

namespace {

struct Random {
    std::uint64_t state;

    std::uint64_t next() {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return state >> 33;
    }
    double uniform() { return double(next()) / double(1u << 31) * 2.0 - 1.0; }
    int below(int n) { return int(next() % std::uint64_t(n)); }
};

const double zero[] = {0.0}, ends[] = {-1.0, 1.0}, none[] = {0.0};
const double relu_slopes[] = {0.0, 1.0}, leaky_slopes[] = {0.1, 1.0}, flat[] = {0.0, 0.0}, jump[] = {0.0, 1.0};
const double clip_slopes[] = {0.0, 1.0, 0.0}, clip_intercepts[] = {-1.0, 0.0, 1.0}, one[] = {1.0};
const geometry::Pieces kinds[] = {
    {1, zero, relu_slopes, flat}, {1, zero, leaky_slopes, flat}, {2, ends, clip_slopes, clip_intercepts},
    {1, zero, flat, jump},        {0, none, one, none},
};

struct Case {
    geometry::Net net;
    std::vector<std::vector<double>> numbers;
    std::vector<std::vector<geometry::Pieces>> pieces;

    // Degeneracy 0: generic; 1: small integers; 2: no biases; 3: units in pairs; 4: scales beyond the floats' squares.
    Case(std::uint64_t seed, int degeneracy, bool mixed) {
        Random random{seed};
        const std::vector<int> widths{2, 8 + random.below(12), 6 + random.below(8), 2};
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
            net.layers.push_back({n_in, n_out, numbers[numbers.size() - 2].data(), numbers.back().data(), pieces.back().data()});
        }
        net.layers.back().pieces = nullptr;
    }
};

template <typename T>
bool same(const geometry::Buffer<T> &a, const geometry::Buffer<T> &b) {
    return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same(const geometry::Growing &a, const geometry::Growing &b) {
    return same(a.starts, b.starts) && same(a.corners, b.corners) && same(a.links, b.links) &&
           same(a.patterns, b.patterns) && same(a.vertices, b.vertices) && same(a.errors, b.errors) &&
           same(a.edges, b.edges) && same(a.creases, b.creases) && same(a.maps, b.maps);
}

double area(const geometry::Growing &out) {
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < out.starts.size(); ++i)
        for (std::int64_t from = out.starts[i], to = out.starts[i + 1], h = from; h < to; ++h) {
            const geometry::Point p = out.vertices[std::size_t(out.corners[std::size_t(h)])];
            const geometry::Point q = out.vertices[std::size_t(out.corners[std::size_t(h + 1 < to ? h + 1 : from)])];
            sum += 0.5 * (p.x * q.y - q.x * p.y);
        }
    return sum;
}

}  // namespace

void check_enumerate(const leadlight::Kernels &kernels, const leadlight::Kernels &reference) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const Case made(seed + 1, int(seed % 5), seed % 2);
        const geometry::Layers layers(made.net);
        const geometry::Options options{true, true, true, true, 0};
        geometry::Enumeration first(reference, layers, options, 1), second(kernels, layers, options, 1);
        geometry::Enumeration third(kernels, layers, options, 3);
        for (geometry::Enumeration *each : {&first, &second, &third})
            while (!each->wait(1.0)) {
            }
        const geometry::Growing &out = second.result().arrays;
        const geometry::Growing &other = first.result().arrays;  // sums may be fused on one level and not on another
        check(other.n_cells() == out.n_cells() && other.vertices.size() == out.vertices.size() &&
                  other.edges.size() == out.edges.size(),
              "every level finds the same complex");
        check(same(third.result().arrays, out), "any number of threads finds the same complex");
        const auto n_cells = std::int64_t(out.n_cells()) - 1;
        check(!layers.continuous || std::int64_t(out.vertices.size()) - std::int64_t(out.edges.size()) + n_cells == 1,
              "Euler's formula");
        check(std::fabs(area(out) - 15.0) < 1e-9, "the cells fill the domain");
        geometry::Options plain = options;
        plain.certified = false;
        geometry::Enumeration fourth(kernels, layers, plain, 2);
        while (!fourth.wait(1.0)) {
        }
        check(fourth.result().n_cells > 0, "an uncertified run ends");
        geometry::Enumeration stopped(kernels, layers, options, 2);
        stopped.stop();
    }
}
