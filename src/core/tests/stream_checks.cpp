// Streams the cells of random networks in batches of several sizes, on several numbers of threads: those of the
// enumeration, in its order; and leaves streams at any point.
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "../geometry/enumeration/enumerate.hpp"
#include "../geometry/enumeration/stream.hpp"
#include "checks.hpp"
#include "random_networks.hpp"

namespace {

void check_stream(const leadlight::Kernels &kernels, const geometry::Layers &layers, const geometry::Complex &complex,
                  int n_threads, std::int64_t batch_cells) {
    const geometry::Arrays &whole = complex.arrays;
    geometry::Options options;
    options.edges = false;
    options.maps = true;
    options.stream = true;
    geometry::CellStream stream(kernels, layers, options, n_threads, batch_cells);
    const auto n_bytes = std::size_t(layers.pattern_bytes), n_maps = 3 * std::size_t(layers.layers.back().n_out);
    std::size_t cell = 0;
    double area = 0.0;
    bool same_cells = true, same_corners = true, full = true;
    for (bool more = true; more;) {
        while (!stream.wait(1.0)) {
        }
        const geometry::Growing batch = std::move(stream.batch());
        const std::size_t n = batch.n_cells();
        more = std::int64_t(n) == batch_cells;
        full &= more || std::int64_t(cell + n) == complex.n_cells;
        if (n == 0 || !full) break;
        same_cells &=
            std::memcmp(batch.patterns.data(), whole.patterns.data() + cell * n_bytes, n * n_bytes) == 0 &&
            std::memcmp(batch.maps.data(), whole.maps.data() + cell * n_maps, n * n_maps * sizeof(double)) == 0;
        for (std::size_t i = 0; i < n; ++i, ++cell) {
            area += batch.areas[i];
            const auto from = std::size_t(batch.starts[i]);
            const std::size_t to = i + 1 < n ? std::size_t(batch.starts[i + 1]) : batch.points.size();
            const auto first = std::size_t(whole.starts[cell]);
            same_corners &= to - from == std::size_t(whole.starts[cell + 1]) - first;
            for (std::size_t k = 0; same_corners && k < to - from; ++k) {
                const geometry::Point p = batch.points[from + k],
                                      q = whole.vertices[std::size_t(whole.corners[first + k])];
                same_corners = std::fabs(p.x - q.x) < 1e-6 && std::fabs(p.y - q.y) < 1e-6;
            }
        }
    }
    check(full && std::int64_t(cell) == complex.n_cells, "batches are full but the last, and miss no cell");
    check(same_cells, "a stream has the cells of the enumeration, in its order");
    check(same_corners, "and their corners");
    check(std::fabs(area - 15.0) < 1e-9, "and their areas");
    check(stream.layer_counts() == complex.layer_counts, "and the cells of its layers");
}

}  // namespace

void check_stream(const leadlight::Kernels &kernels) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Case made(seed + 1, int(seed % 5), seed % 2);
        const geometry::Layers layers(made.net);
        geometry::Options options;
        options.maps = true;
        geometry::Enumeration enumeration(kernels, layers, options, 1);
        enumeration.run([](std::int64_t) { return true; });
        const geometry::Complex &complex = enumeration.result();
        check_stream(kernels, layers, complex, 1, 1);
        check_stream(kernels, layers, complex, 3, 7);
        check_stream(kernels, layers, complex, 2, 100000);
        options.edges = false;
        options.stream = true;
        geometry::CellStream left(kernels, layers, options, 2, 10);
        if (seed % 2) left.wait(1.0);
    }
}
