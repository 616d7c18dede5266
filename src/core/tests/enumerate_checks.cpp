// Enumerates the cells of random networks, generic and degenerate ones, in one subtree and in many, on up to eight
// threads, for every vector level: the same complex (on any number of threads the same bits), Euler's formula, areas
// that sum to the domain's, and nothing for the sanitizers to find.
#include <cmath>
#include <cstring>
#include <vector>

#include "../geometry/enumeration/enumerate.hpp"
#include "checks.hpp"
#include "random_networks.hpp"

namespace geometry = leadlight::geometry;

namespace {

template <typename T>
bool same(const geometry::Buffer<T> &a, const geometry::Buffer<T> &b) {
    return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same(const geometry::Arrays &a, const geometry::Arrays &b) {
    return same(a.starts, b.starts) && same(a.corners, b.corners) && same(a.links, b.links) &&
           same(a.patterns, b.patterns) && same(a.vertices, b.vertices) && same(a.errors, b.errors) &&
           same(a.edges, b.edges) && same(a.creases, b.creases) && same(a.maps, b.maps) &&
           same(a.tree_lines, b.tree_lines) && same(a.tree_children, b.tree_children);
}

double area(const geometry::Arrays &out) {
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < out.starts.size(); ++i)
        for (std::int64_t from = out.starts[i], to = out.starts[i + 1], h = from; h < to; ++h) {
            const geometry::Point p = out.vertices[std::size_t(out.corners[std::size_t(h)])];
            const geometry::Point q = out.vertices[std::size_t(out.corners[std::size_t(h + 1 < to ? h + 1 : from)])];
            sum += 0.5 * (p.x * q.y - q.x * p.y);
        }
    return sum;
}

bool go_on(std::int64_t) { return true; }

}  // namespace

void check_enumerate(const leadlight::Kernels &kernels, const leadlight::Kernels &reference) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const Case made(seed + 1, int(seed % 5), seed % 2, seed < 30 ? 1 : 3);
        const geometry::Layers layers(made.net);
        const geometry::Options options{true, true, true, true, 0};
        geometry::Enumeration first(reference, layers, options, 1), second(kernels, layers, options, 1);
        geometry::Enumeration third(kernels, layers, options, 3);
        for (geometry::Enumeration *each : {&first, &second, &third}) each->run(go_on);
        const geometry::Arrays &out = second.result().arrays;
        const geometry::Arrays &other = first.result().arrays;  // sums may be fused on one level and not on another
        check(other.starts.size() == out.starts.size() && other.vertices.size() == out.vertices.size() &&
                  other.edges.size() == out.edges.size(),
              "every level finds the same complex");
        check(same(third.result().arrays, out), "any number of threads finds the same complex");
        const auto n_cells = std::int64_t(out.starts.size()) - 1;
        check(!layers.continuous || std::int64_t(out.vertices.size()) - std::int64_t(out.edges.size()) + n_cells == 1,
              "Euler's formula");
        check(std::fabs(area(out) - 15.0) < 1e-9, "the cells fill the domain");
        geometry::Options in_parts = options;
        in_parts.subtree_work = 4.0 * double(1 + seed % 7);
        geometry::Enumeration in_parts_on_one(kernels, layers, in_parts, 1),
            in_parts_on_two(kernels, layers, in_parts, 2);
        geometry::Enumeration in_parts_on_eight(kernels, layers, in_parts, 8);
        for (geometry::Enumeration *each : {&in_parts_on_one, &in_parts_on_two, &in_parts_on_eight}) each->run(go_on);
        const geometry::Arrays &joined = in_parts_on_one.result().arrays;
        check(same(in_parts_on_two.result().arrays, joined) && same(in_parts_on_eight.result().arrays, joined),
              "any number of threads joins the same complex of many subtrees");
        check(same(joined.starts, out.starts) && same(joined.patterns, out.patterns) && same(joined.maps, out.maps) &&
                  joined.vertices.size() == out.vertices.size() && joined.edges.size() == out.edges.size() &&
                  std::fabs(area(joined) - 15.0) < 1e-9,
              "many subtrees are joined to the complex that one is");
        geometry::Options plain = options;
        plain.certified = false;
        geometry::Enumeration fourth(kernels, layers, plain, 2);
        fourth.run(go_on);
        check(fourth.result().n_cells > 0, "an uncertified run ends");
        geometry::Enumeration stopped(kernels, layers, options, 2);
        stopped.run([](std::int64_t) { return false; });
    }
}
