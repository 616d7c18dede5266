#include "subtree.hpp"

#include <algorithm>

namespace leadlight::geometry {

namespace {

// The rim along the splitter's lists, one for each side of the polygon.
Rim trace(const Task &task, const std::vector<SideList> &lists, const Growing &out, std::size_t n_top) {
    Rim rim;
    for (std::size_t k = 0; k < task.sides.size(); ++k) {
        for (std::int32_t h = lists[k].head;; h = -2 - out.links[std::size_t(h)]) {
            const auto v = std::size_t(out.corners[std::size_t(h)]);
            rim.half_edges.push_back(h);
            rim.owners.push_back(out.owners[std::size_t(h)]);
            rim.vertices.push_back(std::int32_t(v < n_top ? v : n_top + rim.points.size()));
            if (v >= n_top) {
                rim.points.push_back(out.vertices[v]);
                rim.errors.push_back(out.errors[v]);
                if (out.vertex_creases.size()) rim.creases.push_back(out.vertex_creases[v]);
            }
            if (h == lists[k].tail) break;
        }
        rim.slots.push_back(task.sides[k].slot);
        rim.ends.push_back(rim.half_edges.size());
    }
    return rim;
}

// Numbers the vertices; those inside move to the front of their arrays, copies are dropped.
void number_vertices(Growing &out, const Rim &rim, std::size_t n_top) {
    const std::size_t n_all = out.vertices.size();
    constexpr std::int32_t unknown = 0;
    std::int32_t *const numbers = out.numbers.extend(n_all);
    for (std::size_t v = 0; v < n_top; ++v) numbers[v] = -1 - std::int32_t(v);
    std::fill(numbers + n_top, numbers + n_all, unknown);
    for (std::size_t i = 0; i < rim.vertices.size(); ++i)
        numbers[out.corners[std::size_t(rim.half_edges[i])]] = -1 - rim.vertices[i];
    std::size_t n = 0;
    for (std::size_t v = n_top; v < n_all; ++v) {
        const std::int32_t alias = out.aliases.size() ? out.aliases[v] : -1;
        if (alias >= 0) {
            numbers[v] = numbers[alias];
        } else if (numbers[v] == unknown) {
            numbers[v] = std::int32_t(n);
            out.vertices[n] = out.vertices[v];
            out.errors[n] = out.errors[v];
            ++n;
        }
    }
    out.vertices.truncate(n);
    out.errors.truncate(n);
}

}  // namespace

Subtree solve_subtree(Splitter &splitter, Growing &out, const Top &top, const Task &task) {
    out.reset();
    // The vertices of the top come first.
    const std::size_t n_top = top.out.vertices.size();
    out.vertices.append(top.out.vertices.data(), n_top);
    out.errors.append(top.out.errors.data(), n_top);
    out.aliases.append(top.out.aliases.data(), top.out.aliases.size());
    out.vertex_creases.append(top.out.vertex_creases.data(), top.out.vertex_creases.size());

    const Arena::Mark mark = splitter.arena().mark();
    Node node = splitter.unpack(task);
    const auto n = std::size_t(node.polygon.n);
    splitter.slots().assign(n, SideList());
    for (std::size_t k = 0; k < n; ++k) node.polygon.sides[k].slot = std::int32_t(k);
    Subtree made;
    made.place = splitter.solve(node);
    splitter.arena().release(mark);
    splitter.leave(0);

    if (out.links.size()) made.rim = trace(task, splitter.slots(), out, n_top);
    number_vertices(out, made.rim, n_top);
    made.sizes = {out.n_cells(),    out.corners.size(), out.vertices.size(),
                  out.edges.size(), out.tree.size(),    made.rim.points.size()};
    return made;
}

}  // namespace leadlight::geometry
