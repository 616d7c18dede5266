#include "assembly.hpp"

#include <algorithm>
#include <limits>

namespace leadlight::geometry {

Assembly::Assembly(const Layers &layers, const Options &options, Top &top)
    : layers_(layers), options_(options), top_(top), n_top_(top.out.vertices.size()), parts_(top.subtrees.size()) {
    total_.tree_nodes = options.tree ? top.cuts.size() : 0;
    for (const std::size_t subtree : top.subtrees) work_ += top.branches[subtree].work;
}

void Assembly::announce(std::size_t subtree, Subtree made) {
    const std::lock_guard<std::mutex> lock(placing_);
    parts_[subtree].made = std::move(made);
    parts_[subtree].is_made = true;
    const std::size_t before = n_placed_;
    std::size_t n = before;
    for (; n < parts_.size() && parts_[n].is_made; ++n) {
        parts_[n].start = total_;
        const Sizes &sizes = parts_[n].made.sizes;
        total_.cells += sizes.cells;
        total_.corners += sizes.corners;
        total_.vertices += sizes.vertices;
        total_.edges += sizes.edges;
        total_.tree_nodes += sizes.tree_nodes;
        total_.rim_vertices += sizes.rim_vertices;
        placed_work_ += top_.branches[top_.subtrees[n]].work;
    }
    if (n == before) return;
    constexpr auto limit = std::size_t(std::numeric_limits<std::int32_t>::max()) - 64;
    if (total_.corners > limit || total_.vertices + total_.rim_vertices + n_top_ > limit || total_.edges > limit / 2)
        throw TooLarge();
    // Room for what is to be expected, so that little is moved.
    const double expected = 1.1 * work_ / placed_work_;
    make_room(n == parts_.size() ? 1.0 : expected < 64.0 ? expected : 64.0);
    n_placed_ = n;
}

void Assembly::make_room(double factor) {
    const std::unique_lock<std::shared_mutex> lock(moving_);
    const auto n_out = std::size_t(layers_.layers.back().n_out);
    all_.starts.resize(total_.cells + 1, factor);
    all_.corners.resize(total_.corners, factor);
    all_.patterns.resize(total_.cells * std::size_t(layers_.pattern_bytes), factor);
    all_.vertices.resize(total_.vertices, factor);
    all_.errors.resize(total_.vertices, factor);
    if (options_.edges) {
        all_.links.resize(total_.corners, factor);
        all_.edges.resize(total_.edges, factor);
        all_.creases.resize(total_.edges, factor);
    }
    if (options_.maps) {
        all_.maps.resize(total_.cells * n_out * 3, factor);
        all_.map_errors.resize(total_.cells * n_out * 2, factor);
    }
    all_.tree_lines.resize(3 * total_.tree_nodes, factor);
    all_.tree_errors.resize(total_.tree_nodes, factor);
    all_.tree_children.resize(2 * total_.tree_nodes, factor);
    all_.tree_creases.resize(total_.tree_nodes, factor);
}

void Assembly::copy(std::size_t subtree, const Growing &own) {
    const std::shared_lock<std::shared_mutex> lock(moving_);
    Part &part = parts_[subtree];
    const Sizes &start = part.start;
    const auto copied = [](const auto &from, auto &to, std::size_t at) {
        std::copy_n(from.data(), from.size(), to.data() + at);
    };
    const auto n_out = std::size_t(layers_.layers.back().n_out);
    for (std::size_t i = 0; i < own.starts.size(); ++i)
        all_.starts[start.cells + i] = own.starts[i] + std::int64_t(start.corners);
    copied(own.patterns, all_.patterns, start.cells * std::size_t(layers_.pattern_bytes));
    copied(own.vertices, all_.vertices, start.vertices);
    copied(own.errors, all_.errors, start.vertices);
    copied(own.maps, all_.maps, start.cells * n_out * 3);
    copied(own.map_errors, all_.map_errors, start.cells * n_out * 2);
    copy_corners(part, own);
    if (options_.edges) copy_edges(part, own);
    copy_tree(part, own);
}

void Assembly::copy_corners(Part &part, const Growing &own) {
    std::int32_t *const to = all_.corners.data() + part.start.corners;
    for (std::size_t h = 0; h < own.corners.size(); ++h) {
        to[h] = part.moved(own.numbers[std::size_t(own.corners[h])], n_top_);
        if (to[h] < 0) part.corners.push_back({part.start.corners + h, -1 - to[h]});
    }
}

void Assembly::copy_edges(Part &part, const Growing &own) {
    const Sizes &start = part.start;
    const auto cell = std::int32_t(start.cells), edge = std::int32_t(start.edges);
    for (std::size_t h = 0; h < own.links.size(); ++h)
        all_.links[start.corners + h] = own.links[h] < 0 ? -1 : own.links[h] + edge;
    for (std::size_t i = 0; i < own.edges.size(); ++i) {
        const Edge &e = own.edges[i];
        const std::int32_t from = part.moved(own.numbers[std::size_t(e.from)], n_top_);
        const std::int32_t to = part.moved(own.numbers[std::size_t(e.to)], n_top_);
        all_.edges[start.edges + i] = {e.left + cell, e.right + cell, from, to};
        if (from < 0) part.edges.push_back({2 * (start.edges + i), -1 - from});
        if (to < 0) part.edges.push_back({2 * (start.edges + i) + 1, -1 - to});
    }
    std::copy_n(own.creases.data(), own.creases.size(), all_.creases.data() + start.edges);
}

void Assembly::set_node(std::size_t place, const TreeNode &node) {
    all_.tree_lines[3 * place] = node.a;
    all_.tree_lines[3 * place + 1] = node.b;
    all_.tree_lines[3 * place + 2] = node.c;
    all_.tree_errors[place] = node.error;
    all_.tree_creases[place] = node.crease;
}

void Assembly::copy_tree(const Part &part, const Growing &own) {
    const auto node = std::int32_t(part.start.tree_nodes), cell = std::int32_t(part.start.cells);
    for (std::size_t i = 0, k = part.start.tree_nodes; i < own.tree.size(); ++i, ++k) {
        const TreeNode &from = own.tree[i];
        set_node(k, from);
        for (std::size_t side = 0; side < 2; ++side)
            all_.tree_children[2 * k + side] = from.children[side] + (from.children[side] >= 0 ? node : -cell);
    }
}

}  // namespace leadlight::geometry
