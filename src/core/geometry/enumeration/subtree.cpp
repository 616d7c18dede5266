#include "subtree.hpp"

#include <algorithm>

namespace leadlight::geometry {

namespace {

Sizes sizes_of(const Made &made) {
    const Growing &arrays = made.arrays;
    const Rims &rims = made.rims;
    return {arrays.n_cells(),   arrays.corners.size(), arrays.vertices.size(), arrays.edges.size(),
            arrays.tree.size(), rims.points.size(),    rims.half_edges.size(), rims.sides.size()};
}

// The rim along the splitter's lists, one for each side of the polygon, whose corners are the first vertices.
void trace(const Task &task, const Buffer<SideList> &lists, Made &made, const Sizes &first) {
    const Growing &out = made.arrays;
    Rims &rims = made.rims;
    const std::size_t n_corners = task.sides.size();
    for (std::size_t k = 0; k < n_corners; ++k) {
        for (std::int32_t h = lists[k].head;; h = -2 - out.links[std::size_t(h)]) {
            const auto v = std::size_t(out.corners[std::size_t(h)]), own = v - first.vertices;
            rims.half_edges.push(h - std::int32_t(first.corners));
            rims.owners.push(out.owners[std::size_t(h)] - std::int32_t(first.cells));
            if (own < n_corners) {
                rims.vertices.push(of_top(std::size_t(task.sides[own].vertex)));
            } else {
                rims.vertices.push(of_rim(rims.points.size() - first.rim_vertices));
                rims.points.push(out.vertices[v]);
                rims.points[rims.points.size() - 1].alias = -1;
            }
            if (h == lists[k].tail) break;
        }
        rims.sides.push({task.sides[k].slot, std::int32_t(rims.half_edges.size() - first.rim_edges)});
    }
}

// Numbers the vertices; returns how many are inside.
std::size_t number_vertices(const Task &task, Made &made, const Sizes &first) {
    Growing &out = made.arrays;
    const Rims &rims = made.rims;
    const std::size_t n_all = out.vertices.size(), n_corners = task.sides.size();
    const std::size_t first_inside = first.vertices + n_corners;
    constexpr std::int32_t unknown = 0;
    out.numbers.extend(n_all - out.numbers.size());
    std::int32_t *const numbers = out.numbers.data();
    for (std::size_t v = 0; v < n_corners; ++v)
        numbers[first.vertices + v] = -1 - of_top(std::size_t(task.sides[v].vertex));
    std::fill(numbers + first_inside, numbers + n_all, unknown);
    for (std::size_t i = first.rim_edges; i < rims.vertices.size(); ++i)
        numbers[out.corners[first.corners + std::size_t(rims.half_edges[i])]] = -1 - rims.vertices[i];
    const Vertex *const vertices = out.vertices.data();
    std::size_t n = 0;
    for (std::size_t v = first_inside; v < n_all; ++v) {
        // Without branches, by masks that compilers leave as they are: every other vertex is a copy, in no order.
        const std::int32_t alias = vertices[v].alias, is_own = alias >> 31;
        const std::int32_t known = numbers[(std::int32_t(v) & is_own) | (alias & ~is_own)];
        const bool is_first = is_own & (known == unknown);
        numbers[v] = known + ((std::int32_t(n) - known) & -std::int32_t(is_first));
        n += is_first;
    }
    return n;
}

}  // namespace

void Made::reset() {
    arrays.reset();
    rims.sides.truncate(0);
    for (auto *each : {&rims.half_edges, &rims.vertices, &rims.owners}) each->truncate(0);
    rims.points.truncate(0);
}

Subtree solve_subtree(Splitter &splitter, Made &made, const Task &task) {
    Subtree subtree;
    const Sizes &first = subtree.first = sizes_of(made);
    const Arena::Mark mark = splitter.arena().mark();
    Node node = splitter.unpack(task);
    const auto n = std::size_t(node.polygon.n);
    splitter.slots().resize(n, 1.0);
    for (std::size_t k = 0; k < n; ++k) {
        Side &side = node.polygon.sides[k];
        side.slot = std::int32_t(k);
        side.vertex = splitter.add_vertex({task.x[k], task.y[k]}, task.e[k], side.line->crease);
    }
    subtree.place = splitter.solve(node);
    splitter.arena().release(mark);
    splitter.leave(0);

    const Growing &out = made.arrays;
    if (out.vertices.size() == first.vertices) return subtree;  // its cells are only counted
    if (out.links.size()) trace(task, splitter.slots(), made, first);
    const std::size_t n_inside = number_vertices(task, made, first);
    const Sizes all = sizes_of(made);
    subtree.sizes = {
        all.cells - first.cells,         all.corners - first.corners,       n_inside,
        all.edges - first.edges,         all.tree_nodes - first.tree_nodes, all.rim_vertices - first.rim_vertices,
        all.rim_edges - first.rim_edges, all.rim_sides - first.rim_sides};
    return subtree;
}

}  // namespace leadlight::geometry
