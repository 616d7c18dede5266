// What the subtrees share: the edges along the cuts of the top and the vertices there, and the top of the tree.
#include <algorithm>

#include "assembly.hpp"

namespace leadlight::geometry {

void Assembly::copy_rim(const Part &part) {
    const Rims &own = part.row->at->rims;
    const Sizes &start = part.start, &first = part.subtree.first, &sizes = part.subtree.sizes;
    std::copy_n(own.points.data() + first.rim_vertices, sizes.rim_vertices, rims_.vertices.data() + start.rim_vertices);
    for (std::size_t i = 0; i < sizes.rim_edges; ++i) {
        const std::size_t from = first.rim_edges + i, to = start.rim_edges + i;
        rims_.corners[to] = part.moved_on_rim(own.vertices[from]);
        rims_.owners[to] = own.owners[from] + std::int32_t(start.cells);
        rims_.links[to] = -2 - std::int32_t(to + 1);
        rim_half_edges_[to] = own.half_edges[from] + std::int32_t(start.corners);
    }
    auto begin = std::int32_t(start.rim_edges);
    for (std::size_t i = 0; i < sizes.rim_sides; ++i) {
        const Rims::Side &side = own.sides[first.rim_sides + i];
        const std::int32_t end = std::int32_t(start.rim_edges) + side.end;
        rims_.links[std::size_t(end - 1)] = -1;
        rim_sides_[start.rim_sides + i] = {side.slot, {begin, end - 1}};
        begin = end;
    }
}

// By one thread, once all is copied.
void Assembly::join_rims() {
    all_.starts[total_.cells] = std::int64_t(total_.corners);
    const Growing &top = top_.out;
    rims_.vertices.truncate(total_.rim_vertices);
    rims_.vertices.append(top.vertices.data(), top.vertices.size());
    if (options_.edges) match();
    number_vertices();
}

// Edges along the cuts of the top, the last cut first, and on the border.
void Assembly::match() {
    for (std::size_t i = 0; i < total_.rim_edges; ++i) rims_.corners[i] = std::int32_t(place_on_rims(rims_.corners[i]));
    rims_.edges.reserve(total_.rim_edges);
    rims_.creases.reserve(total_.rim_edges);
    Buffer<SideList> &slots = top_.splitter.slots();
    for (std::size_t i = 0; i < total_.rim_sides; ++i) slots[std::size_t(rim_sides_[i].slot)] = rim_sides_[i].list;
    rims_.patterns.swap(all_.patterns);  // of all cells, to compare points by
    for (std::size_t i = top_.cuts.size(); i-- > 0;) {
        Cut cut = top_.cuts[i];
        cut.end += std::int32_t(total_.rim_vertices);
        top_.splitter.matcher().match(rims_, slots, cut);
    }
    rims_.patterns.swap(all_.patterns);
    const int n = int(top_.domain.size());
    for (int k = 0; k < n; ++k)
        EdgeMatcher::add_border(rims_, slots[std::size_t(k)], std::int32_t(total_.rim_vertices) + (k + 1) % n, k);
    all_.edges.resize(total_.edges + rims_.edges.size(), 1.0);
    all_.creases.resize(total_.edges + rims_.edges.size(), 1.0);
}

// The vertices of the rims come last, the top's before others, copies dropped.
void Assembly::number_vertices() {
    const std::size_t n_all = rims_.vertices.size(), n_on_rims = total_.rim_vertices;
    numbers_.resize(n_all, 1.0);
    const auto is_copy = [&](std::size_t v) { return rims_.vertices[v].alias >= 0; };
    std::size_t n = total_.vertices;
    all_.vertices.resize(n + n_all, 1.0);
    all_.errors.resize(n + n_all, 1.0);
    const auto for_each_vertex = [&](auto &&act) {
        for (std::size_t v = n_on_rims; v < n_all; ++v) act(v);
        for (std::size_t v = 0; v < n_on_rims; ++v) act(v);
    };
    for_each_vertex([&](std::size_t v) {
        if (is_copy(v)) return;
        all_.vertices[n] = rims_.vertices[v].at;
        all_.errors[n] = rims_.vertices[v].error;
        numbers_[v] = std::int32_t(n++);
    });
    all_.vertices.truncate(n);
    all_.errors.truncate(n);
    for_each_vertex([&](std::size_t v) {
        if (is_copy(v)) numbers_[v] = numbers_[std::size_t(rims_.vertices[v].alias)];
    });
}

// By each thread, of what it copied, and of the edges on the rims as many as others leave.
void Assembly::name_vertices(Desk &desk) {
    const auto name = [this](std::int32_t &vertex) {
        if (vertex < 0) vertex = numbers_[place_on_rims(-1 - vertex)];
    };
    const auto fetch_ahead = [](auto &array, const auto &places, std::size_t i, std::size_t end) {
        constexpr std::size_t ahead = 24;  // they lie far from one another
        if (i + ahead < end) __builtin_prefetch(&array[std::size_t(places[i + ahead])], 1);
    };
    for (std::size_t i = 0; i < desk.corners.size(); ++i) {
        fetch_ahead(all_.corners, desk.corners, i, desk.corners.size());
        name(all_.corners[desk.corners[i]]);
    }
    for (std::size_t i = 0; i < desk.edges.size(); ++i) {
        fetch_ahead(all_.edges, desk.edges, i, desk.edges.size());
        Edge &edge = all_.edges[desk.edges[i]];
        name(edge.from);
        name(edge.to);
    }
    if (!options_.edges) return;
    constexpr std::size_t at_once = 2048;
    const std::size_t n_half_edges = total_.rim_edges, n_edges = rims_.edges.size();
    const auto n_inside = std::int32_t(total_.edges);
    for (std::size_t first; (first = n_joined_.fetch_add(at_once)) < n_half_edges;) {
        const std::size_t end = std::min(first + at_once, n_half_edges);
        for (std::size_t k = first; k < end; ++k) {
            fetch_ahead(all_.links, rim_half_edges_, k, end);
            const std::int32_t link = rims_.links[k];
            all_.links[std::size_t(rim_half_edges_[k])] = link < 0 ? -1 : n_inside + link;
        }
        for (std::size_t i = first; i < std::min(end, n_edges); ++i) {
            const Edge &e = rims_.edges[i];
            const std::int32_t from = numbers_[std::size_t(e.from)], to = numbers_[std::size_t(e.to)];
            all_.edges[total_.edges + i] = {e.left, e.right, from, to};
            all_.creases[total_.edges + i] = rims_.creases[i];
        }
    }
}

Arrays Assembly::result() {
    if (options_.tree) finish_tree();
    return std::move(all_);
}

// The root of the tree comes first, the other nodes of the top last.
void Assembly::finish_tree() {
    const auto place_of_cut = [this](std::size_t i) { return i ? total_.tree_nodes + i - 1 : 0; };
    const auto place = [&](std::int32_t child) {
        if (child >= 0) return std::int32_t(place_of_cut(std::size_t(child)));
        const Part &part = parts_[std::size_t(-1 - child)];
        const std::int32_t own = part.subtree.place;
        return own >= 0 ? own + std::int32_t(part.start.tree_nodes) - std::int32_t(part.subtree.first.tree_nodes)
                        : own - std::int32_t(part.start.cells) + std::int32_t(part.subtree.first.cells);
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
        for (std::size_t side = 0; side < 2; ++side)
            all_.tree_children[2 * k + side] = place(top_.tree[i].children[side]);
    }
}

}  // namespace leadlight::geometry
