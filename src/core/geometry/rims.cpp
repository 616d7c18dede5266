// What the subtrees share: the edges along the cuts of the top and the vertices there, and the top of the tree.
#include <algorithm>

#include "assembly.hpp"

namespace leadlight::geometry {

Arrays Assembly::finish() {
    spare_.clear();
    all_.starts[total_.cells] = std::int64_t(total_.corners);
    Growing rims = gather_rims();
    if (options_.edges) match(rims);
    const std::vector<std::int32_t> numbers = number_vertices(rims);
    for (const Part &part : parts_) {
        for (const Reference &each : part.corners)
            all_.corners[each.at] = numbers[place_on_rims(each.vertex)];
        for (const Reference &each : part.edges) {
            Edge &edge = all_.edges[each.at / 2];
            (each.at % 2 ? edge.to : edge.from) = numbers[place_on_rims(each.vertex)];
        }
    }
    if (options_.edges) add_edges(rims, numbers);
    if (options_.tree) finish_tree();
    return std::move(all_);
}

// The rims as one complex of the cells along them: its vertices the top's, then those of each rim, its half-edges in
// lists along the sides.
Growing Assembly::gather_rims() {
    Growing rims;
    for (auto *each : {&rims.corners, &rims.owners, &rims.links, &rims.creases}) each->reserve(total_.rim_edges);
    rims.edges.reserve(total_.rim_edges);
    rims.vertices.append(top_.out.vertices.data(), top_.out.vertices.size());
    rims.errors.append(top_.out.errors.data(), top_.out.errors.size());
    rims.aliases.append(top_.out.aliases.data(), top_.out.aliases.size());
    rims.vertex_creases.append(top_.out.vertex_creases.data(), top_.out.vertex_creases.size());
    std::vector<SideList> &slots = top_.splitter.slots();
    for (const Part &part : parts_) {
        const Rim &rim = part.made.rim;
        rims.vertices.append(rim.points.data(), rim.points.size());
        rims.errors.append(rim.errors.data(), rim.errors.size());
        rims.vertex_creases.append(rim.creases.data(), rim.creases.size());
        for (std::size_t i = 0; i < rim.points.size(); ++i) rims.aliases.push(-1);
        const std::size_t first = rims.corners.size();
        for (std::size_t i = 0; i < rim.half_edges.size(); ++i) {
            rims.corners.push(std::int32_t(place_on_rims(-1 - part.moved(-1 - rim.vertices[i]))));
            rims.owners.push(rim.owners[i] + std::int32_t(part.start.cells));
            rims.links.push(-2 - std::int32_t(first + i + 1));
        }
        std::size_t begin = 0;
        for (std::size_t k = 0; k < rim.slots.size(); begin = rim.ends[k++]) {
            rims.links[first + rim.ends[k] - 1] = -1;
            slots[std::size_t(rim.slots[k])] = {std::int32_t(first + begin), std::int32_t(first + rim.ends[k] - 1)};
        }
    }
    return rims;
}

// Edges along the cuts of the top, the last cut first, and on the border.
void Assembly::match(Growing &rims) {
    std::vector<SideList> &slots = top_.splitter.slots();
    rims.patterns.swap(all_.patterns);  // of all cells, to compare points by
    for (std::size_t i = top_.cuts.size(); i-- > 0;) top_.splitter.matcher().match(rims, slots, top_.cuts[i]);
    rims.patterns.swap(all_.patterns);
    const int n = int(top_.domain.size());
    for (int k = 0; k < n; ++k) EdgeMatcher::add_border(rims, slots[std::size_t(k)], (k + 1) % n, k);
}

// The vertices of the rims come last, copies dropped. Returns the number of each.
std::vector<std::int32_t> Assembly::number_vertices(const Growing &rims) {
    std::vector<std::int32_t> numbers(rims.vertices.size());
    const auto is_copy = [&](std::size_t v) { return options_.edges && rims.aliases[v] >= 0; };
    std::size_t n = total_.vertices;
    all_.vertices.resize(n + numbers.size(), 1.0);
    all_.errors.resize(n + numbers.size(), 1.0);
    for (std::size_t v = 0; v < numbers.size(); ++v) {
        if (is_copy(v)) continue;
        all_.vertices[n] = rims.vertices[v];
        all_.errors[n] = rims.errors[v];
        numbers[v] = std::int32_t(n++);
    }
    all_.vertices.truncate(n);
    all_.errors.truncate(n);
    for (std::size_t v = 0; v < numbers.size(); ++v)
        if (is_copy(v)) numbers[v] = numbers[std::size_t(rims.aliases[v])];
    return numbers;
}

void Assembly::add_edges(const Growing &rims, const std::vector<std::int32_t> &numbers) {
    const auto n_inside = std::int32_t(total_.edges);
    all_.edges.resize(total_.edges + rims.edges.size(), 1.0);
    all_.creases.resize(total_.edges + rims.edges.size(), 1.0);
    for (std::size_t i = 0; i < rims.edges.size(); ++i) {
        const Edge &e = rims.edges[i];
        all_.edges[total_.edges + i] = {e.left, e.right, numbers[std::size_t(e.from)], numbers[std::size_t(e.to)]};
        all_.creases[total_.edges + i] = rims.creases[i];
    }
    std::size_t k = 0;
    for (const Part &part : parts_)
        for (const std::int32_t h : part.made.rim.half_edges) {
            const std::int32_t link = rims.links[k++];
            all_.links[part.start.corners + std::size_t(h)] = link < 0 ? -1 : n_inside + link;
        }
}

// The root of the tree comes first, the other nodes of the top last.
void Assembly::finish_tree() {
    const auto place_of_cut = [this](std::size_t i) { return i ? total_.tree_nodes + i - 1 : 0; };
    const auto place = [&](std::int32_t child) {
        if (child >= 0) return std::int32_t(place_of_cut(std::size_t(child)));
        const Part &part = parts_[std::size_t(-1 - child)];
        const std::int32_t own = part.made.place;
        return own >= 0 ? own + std::int32_t(part.start.tree_nodes) : own - std::int32_t(part.start.cells);
    };
    const std::size_t n = top_.cuts.size();
    if (n == 0) return;
    all_.tree_lines.resize(3 * place_of_cut(n), 1.0);
    all_.tree_errors.resize(place_of_cut(n), 1.0);
    all_.tree_children.resize(2 * place_of_cut(n), 1.0);
    all_.tree_creases.resize(place_of_cut(n), 1.0);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t k = place_of_cut(i);
        set_node(k, top_.tree[i]);
        for (std::size_t side = 0; side < 2; ++side) all_.tree_children[2 * k + side] = place(top_.tree[i].children[side]);
    }
}

}  // namespace leadlight::geometry
