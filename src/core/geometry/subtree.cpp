#include "subtree.hpp"

#include <algorithm>

namespace leadlight::geometry {

namespace {

// The rim along the splitter's lists, one for each side of the polygon, whose corners are the first vertices.
Rim trace(const Task &task, const std::vector<SideList> &lists, const Growing &out) {
    Rim rim;
    const std::size_t n_corners = task.sides.size();
    for (std::size_t k = 0; k < n_corners; ++k) {
        for (std::int32_t h = lists[k].head;; h = -2 - out.links[std::size_t(h)]) {
            const auto v = std::size_t(out.corners[std::size_t(h)]);
            rim.half_edges.push_back(h);
            rim.owners.push_back(out.owners[std::size_t(h)]);
            if (v < n_corners) {
                rim.vertices.push_back(of_top(std::size_t(task.sides[v].vertex)));
            } else {
                rim.vertices.push_back(of_rim(rim.points.size()));
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
void number_vertices(Growing &out, const Rim &rim, const Task &task) {
    const std::size_t n_all = out.vertices.size(), n_corners = task.sides.size();
    constexpr std::int32_t unknown = 0;
    std::int32_t *const numbers = out.numbers.extend(n_all);
    for (std::size_t v = 0; v < n_corners; ++v) numbers[v] = -1 - of_top(std::size_t(task.sides[v].vertex));
    std::fill(numbers + n_corners, numbers + n_all, unknown);
    for (std::size_t i = 0; i < rim.vertices.size(); ++i)
        numbers[out.corners[std::size_t(rim.half_edges[i])]] = -1 - rim.vertices[i];
    const std::int32_t *const aliases = out.aliases.size() ? out.aliases.data() : nullptr;
    Point *const vertices = out.vertices.data();
    double *const errors = out.errors.data();
    std::size_t n = 0;
    for (std::size_t v = n_corners; v < n_all; ++v) {  // without branches: every other vertex is a copy, in no order
        const std::int32_t alias = aliases ? aliases[v] : -1;
        const bool is_first = alias < 0 && numbers[v] == unknown;
        const std::int32_t known = numbers[alias < 0 ? v : std::size_t(alias)];
        numbers[v] = is_first ? std::int32_t(n) : known;
        vertices[n] = vertices[v];
        errors[n] = errors[v];
        n += is_first;
    }
    out.vertices.truncate(n);
    out.errors.truncate(n);
}

}  // namespace

Subtree solve_subtree(Splitter &splitter, Growing &out, const Task &task) {
    out.reset();
    const Arena::Mark mark = splitter.arena().mark();
    Node node = splitter.unpack(task);
    const auto n = std::size_t(node.polygon.n);
    splitter.slots().assign(n, SideList());
    for (std::size_t k = 0; k < n; ++k) {
        Side &side = node.polygon.sides[k];
        side.slot = std::int32_t(k);
        side.vertex = splitter.add_vertex({task.x[k], task.y[k]}, task.e[k], side.line->crease);
    }
    Subtree made;
    made.place = splitter.solve(node);
    splitter.arena().release(mark);
    splitter.leave(0);

    if (out.vertices.size() == 0) return made;  // its cells are only counted
    if (out.links.size()) made.rim = trace(task, splitter.slots(), out);
    number_vertices(out, made.rim, task);
    made.sizes = {out.n_cells(),   out.corners.size(),      out.vertices.size(),       out.edges.size(),
                  out.tree.size(), made.rim.points.size(), made.rim.half_edges.size()};
    return made;
}

}  // namespace leadlight::geometry
