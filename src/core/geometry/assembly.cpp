#include "assembly.hpp"

#include <algorithm>
#include <limits>

namespace leadlight::geometry {

namespace {

void check_sizes(const Sizes &total) {
    constexpr auto limit = std::size_t(std::numeric_limits<std::int32_t>::max()) - (std::size_t(1) << 20);  // the top's
    if (total.corners > limit || total.vertices + total.rim_vertices > limit || total.edges > limit / 2 ||
        total.rim_vertices > limit / 2)
        throw TooLarge();
}

}  // namespace

Growing Assembly::add(int thread, const Found &found, Subtree made, Growing arrays) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (parts_.size() <= found.subtree) parts_.resize(found.subtree + 1);
    Part &part = parts_[found.subtree];
    part.thread = thread;
    part.work = found.work;
    part.made = std::move(made);
    part.arrays = std::move(arrays);
    part.is_made = true;
    if (!top_.is_cut()) adopt(part.arrays);
    place();
    copy_placed(lock, [thread](const Part *each) { return each->thread == thread; });
    std::vector<Growing> &spare = spare_[std::size_t(thread)];
    Growing taken;
    if (!spare.empty()) {
        taken = std::move(spare.back());
        spare.pop_back();
        return taken;
    }
    const std::vector<std::size_t> sizes = part.arrays.sizes();
    lock.unlock();
    taken.reserve(sizes);  // so it hardly grows
    return taken;
}

void Assembly::copy_rest() {
    std::unique_lock<std::mutex> lock(mutex_);
    copy_placed(lock, [](const Part *) { return true; });
}

template <typename Choose>
void Assembly::copy_placed(std::unique_lock<std::mutex> &lock, Choose &&choose) {
    while (true) {
        const auto found = std::find_if(to_copy_.begin(), to_copy_.end(), choose);
        if (found == to_copy_.end()) return;
        Part &part = **found;
        to_copy_.erase(found);
        ++n_copying_;
        lock.unlock();
        copy(part);
        lock.lock();
        --n_copying_;
        spare_[std::size_t(part.thread)].push_back(std::move(part.arrays));
        place();
    }
}

// Gives places to those that follow one another, unless the arrays would have to move while somebody writes to them.
void Assembly::place() {
    Sizes total = total_;
    double work = placed_work_;
    std::size_t n = n_placed_;
    for (; n < parts_.size() && parts_[n].is_made; ++n) {
        parts_[n].start = total;
        const Sizes &sizes = parts_[n].made.sizes;
        total.cells += sizes.cells;
        total.corners += sizes.corners;
        total.vertices += sizes.vertices;
        total.edges += sizes.edges;
        total.tree_nodes += sizes.tree_nodes;
        total.rim_vertices += sizes.rim_vertices;
        total.rim_edges += sizes.rim_edges;
        work += parts_[n].work;
    }
    if (n == n_placed_) return;
    check_sizes(total);
    bool has_room = true;
    for_each_array(total, [&](const auto &array, std::size_t size) { has_room &= array.has_room(size); });
    if (!has_room && n_copying_) return;
    // Room for half as much again as is to be expected, so that little is moved; what is not used costs nothing. What
    // is made at once has the size it has, and room for the top's vertices.
    const double factor = top_.is_cut() ? std::clamp(1.5 * top_.work() / work, 1.5, 64.0) : 1.1;
    for_each_array(total, [&](auto &array, std::size_t size) { array.resize(size, factor); });
    for (; n_placed_ < n; ++n_placed_) to_copy_.push_back(&parts_[n_placed_]);
    total_ = total;
    placed_work_ = work;
}

template <typename Act>
void Assembly::for_each_array(const Sizes &total, Act &&act) {
    const auto n_out = std::size_t(layers_.layers.back().n_out);
    act(all_.starts, total.cells + 1);
    act(all_.corners, total.corners);
    act(all_.patterns, total.cells * std::size_t(layers_.pattern_bytes));
    act(all_.vertices, total.vertices + total.rim_vertices + top_vertices_);
    act(all_.errors, total.vertices + total.rim_vertices + top_vertices_);
    if (options_.edges) {
        act(all_.links, total.corners);
        act(all_.edges, total.edges + total.rim_edges);
        act(all_.creases, total.edges + total.rim_edges);
    }
    if (options_.maps) {
        act(all_.maps, total.cells * n_out * 3);
        act(all_.map_errors, total.cells * n_out * 2);
    }
    if (options_.tree) {
        act(all_.tree_lines, 3 * total.tree_nodes);
        act(all_.tree_errors, total.tree_nodes);
        act(all_.tree_children, 2 * total.tree_nodes);
        act(all_.tree_creases, total.tree_nodes);
    }
}

// What is made in one piece need not be copied, but for vertices, half of which were copies, and the tree.
void Assembly::adopt(Growing &own) {
    all_.starts.swap(own.starts);
    all_.corners.swap(own.corners);
    all_.links.swap(own.links);
    all_.patterns.swap(own.patterns);
    all_.edges.swap(own.edges);
    all_.creases.swap(own.creases);
    all_.maps.swap(own.maps);
    all_.map_errors.swap(own.map_errors);
}

void Assembly::copy(Part &part) {
    const Sizes &start = part.start;
    const Growing &own = part.arrays;
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
    copy_corners(part);
    if (options_.edges) copy_edges(part);
    copy_tree(part);
}

void Assembly::copy_corners(Part &part) {
    const Growing &own = part.arrays;
    std::int32_t *const to = all_.corners.data() + part.start.corners;
    const std::int32_t *const from = top_.is_cut() ? own.corners.data() : to;
    for (std::size_t h = 0; h < part.made.sizes.corners; ++h) {
        to[h] = part.moved(own.numbers[std::size_t(from[h])]);
        if (to[h] < 0) part.corners.push_back({part.start.corners + h, -1 - to[h]});
    }
}

void Assembly::copy_edges(Part &part) {
    const Growing &own = part.arrays;
    const Sizes &start = part.start;
    const auto cell = std::int32_t(start.cells), edge = std::int32_t(start.edges);
    const bool is_cut = top_.is_cut();
    std::int32_t *const links = all_.links.data() + start.corners;
    const std::int32_t *const own_links = is_cut ? own.links.data() : links;
    for (std::size_t h = 0; h < part.made.sizes.corners; ++h) links[h] = own_links[h] < 0 ? -1 : own_links[h] + edge;
    const Edge *const own_edges = is_cut ? own.edges.data() : all_.edges.data();
    for (std::size_t i = 0; i < part.made.sizes.edges; ++i) {
        const Edge e = own_edges[i];
        const std::int32_t from = part.moved(own.numbers[std::size_t(e.from)]);
        const std::int32_t to = part.moved(own.numbers[std::size_t(e.to)]);
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

void Assembly::copy_tree(const Part &part) {
    const Growing &own = part.arrays;
    const auto node = std::int32_t(part.start.tree_nodes), cell = std::int32_t(part.start.cells);
    for (std::size_t i = 0, k = part.start.tree_nodes; i < own.tree.size(); ++i, ++k) {
        const TreeNode &from = own.tree[i];
        set_node(k, from);
        for (std::size_t side = 0; side < 2; ++side)
            all_.tree_children[2 * k + side] = from.children[side] + (from.children[side] >= 0 ? node : -cell);
    }
}

}  // namespace leadlight::geometry
