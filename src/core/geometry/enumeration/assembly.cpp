#include "assembly.hpp"

#include <algorithm>
#include <chrono>
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

Assembly::Assembly(const Layers &layers, const Options &options, Top &top, const Progress &progress, int n_threads)
    : layers_(layers), options_(options), top_(top), progress_(progress),
      top_vertices_(top.is_cut() ? 1024 : top.out.vertices.size()),
      most_in_row_(std::size_t(8192.0 * options.subtree_work)), desks_(std::size_t(n_threads)) {
    total_.tree_nodes = options.tree && top.is_cut();  // the root comes first
    for (Desk &desk : desks_) open_row(desk);
}

void Assembly::open_row(Desk &desk) {
    if (desk.spare.empty()) {
        desk.rows.emplace_back();
        desk.spare.push_back(&desk.rows.back());
    }
    desk.row = desk.spare.back();
    desk.spare.pop_back();
    desk.row->at = &desk.made;
    desk.row->is_open = true;
}

void Assembly::add(int thread, const Found &found, const Subtree &subtree) {
    Desk &desk = desks_[std::size_t(thread)];
    std::unique_lock<std::mutex> lock(mutex_);
    if (parts_.size() <= found.subtree) parts_.resize(found.subtree + 1);
    Part &part = parts_[found.subtree];
    part.thread = thread;
    part.work = found.work;
    part.subtree = subtree;
    part.row = desk.row;
    ++desk.row->n_waiting;
    part.is_made = true;
    if (!top_.is_cut()) adopt(desk.made.arrays);
    place();
    copy_placed(thread, lock, [thread](const Part &each) { return each.thread == thread; });
    if (desk.row->n_waiting == 0) {
        desk.made.reset();
        return;
    }
    if (desk.made.arrays.bytes() < most_in_row_) return;
    const std::vector<std::size_t> sizes = desk.made.arrays.sizes();
    Row &full = *desk.row;
    open_row(desk);
    std::swap(desk.made, desk.row->storage);
    std::swap(full.storage, desk.row->storage);
    full.at = &full.storage;
    full.is_open = false;
    lock.unlock();
    desk.made.arrays.reserve(sizes);  // so it hardly grows
}

void Assembly::finish(int thread) {
    Desk &desk = desks_[std::size_t(thread)];
    std::unique_lock<std::mutex> lock(mutex_);
    desk.row->is_open = false;
    wait_until(lock, [&] {
        copy_placed(thread, lock, [thread](const Part &each) { return each.thread == thread || !each.row->is_open; });
        return is_all_copied();
    });
    if (joining_ == Joining::not_yet) {
        joining_ = Joining::begun;
        lock.unlock();
        join_rims();
        lock.lock();
        joining_ = Joining::done;
        changed_.notify_all();
    }
    wait_until(lock, [this] { return joining_ == Joining::done; });
    lock.unlock();
    name_vertices(desk);
    desk.made = Made();
    desk.rows.clear();
}

// Who stops meanwhile tells nobody, so that all look now and then.
template <typename Done>
void Assembly::wait_until(std::unique_lock<std::mutex> &lock, Done &&done) {
    while (!done()) {
        if (progress_.stop) throw Stopped();
        changed_.wait_for(lock, std::chrono::milliseconds(5));
        if (!progress_.look) continue;
        lock.unlock();
        progress_.look();
        lock.lock();
    }
}

template <typename Choose>
void Assembly::copy_placed(int thread, std::unique_lock<std::mutex> &lock, Choose &&choose) {
    while (true) {
        const auto found =
            std::find_if(to_copy_.begin(), to_copy_.end(), [&](const Part *part) { return choose(*part); });
        if (found == to_copy_.end()) return;
        const Part &part = **found;
        to_copy_.erase(found);
        ++n_copying_;
        lock.unlock();
        copy(part, desks_[std::size_t(thread)]);
        lock.lock();
        --n_copying_;
        Row &row = *part.row;
        if (--row.n_waiting == 0 && row.at == &row.storage) {
            row.storage.reset();
            desks_[std::size_t(part.thread)].spare.push_back(&row);
        }
        place();
        if (to_copy_.empty() && n_copying_ == 0) changed_.notify_all();
    }
}

// Gives places to those that follow one another, unless the arrays would have to move while somebody writes to them.
void Assembly::place() {
    Sizes total = total_;
    double work = placed_work_;
    std::size_t n = n_placed_;
    for (; n < parts_.size() && parts_[n].is_made; ++n) {
        parts_[n].start = total;
        const Sizes &sizes = parts_[n].subtree.sizes;
        total.cells += sizes.cells;
        total.corners += sizes.corners;
        total.vertices += sizes.vertices;
        total.edges += sizes.edges;
        total.tree_nodes += sizes.tree_nodes;
        total.rim_vertices += sizes.rim_vertices;
        total.rim_edges += sizes.rim_edges;
        total.rim_sides += sizes.rim_sides;
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
    changed_.notify_all();
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
        for (auto *each : {&rims_.corners, &rims_.owners, &rims_.links, &rim_half_edges_}) act(*each, total.rim_edges);
        act(rims_.vertices, total.rim_vertices + top_vertices_);
        act(rim_sides_, total.rim_sides);
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

void Assembly::copy(const Part &part, Desk &desk) {
    const Sizes &start = part.start, &first = part.subtree.first, &sizes = part.subtree.sizes;
    const Growing &own = part.row->at->arrays;
    const auto copied = [](const auto &from, std::size_t begin, std::size_t n, auto &to, std::size_t at) {
        if (from.size()) std::copy_n(from.data() + begin, n, to.data() + at);  // else not asked for, or adopted
    };
    if (own.starts.size()) {
        const std::int64_t by = std::int64_t(start.corners) - std::int64_t(first.corners);
        for (std::size_t i = 0; i < sizes.cells; ++i) all_.starts[start.cells + i] = own.starts[first.cells + i] + by;
    }
    const auto copied_of_cells = [&](const auto &from, auto &to, std::size_t of_each) {
        copied(from, first.cells * of_each, sizes.cells * of_each, to, start.cells * of_each);
    };
    const auto n_out = std::size_t(layers_.layers.back().n_out);
    copied_of_cells(own.patterns, all_.patterns, std::size_t(layers_.pattern_bytes));
    copied_of_cells(own.maps, all_.maps, n_out * 3);
    copied_of_cells(own.map_errors, all_.map_errors, n_out * 2);
    copy_vertices(part);
    copy_corners(part, desk);
    if (options_.edges) copy_edges(part, desk);
    if (options_.edges) copy_rim(part);
    copy_tree(part);
}

// Those inside, without copies and those on the rim.
void Assembly::copy_vertices(const Part &part) {
    const Growing &own = part.row->at->arrays;
    const Vertex *from = own.vertices.data() + part.subtree.first.vertices;
    const std::int32_t *number = own.numbers.data() + part.subtree.first.vertices;
    Point *const vertices = all_.vertices.data() + part.start.vertices;
    double *const errors = all_.errors.data() + part.start.vertices;
    const auto n = std::int32_t(part.subtree.sizes.vertices);
    for (std::int32_t i = 0; i < n; ++from, ++number) {  // without branches: every other one is a copy, in no order
        vertices[i] = from->at;
        errors[i] = from->error;
        i += (from->alias < 0) & (*number == i);
    }
}

void Assembly::copy_corners(const Part &part, Desk &desk) {
    const Growing &own = part.row->at->arrays;
    std::int32_t *const to = all_.corners.data() + part.start.corners;
    const std::int32_t *const from = top_.is_cut() ? own.corners.data() + part.subtree.first.corners : to;
    const std::int32_t *const numbers = own.numbers.data();
    const bool is_cut = top_.is_cut();
    for (std::size_t h = 0; h < part.subtree.sizes.corners; ++h) {
        const std::int32_t number = numbers[from[h]];
        to[h] = is_cut ? part.moved(number) : number;
        if (number < 0) desk.corners.push(std::uint32_t(part.start.corners + h));
    }
}

void Assembly::copy_edges(const Part &part, Desk &desk) {
    const Growing &own = part.row->at->arrays;
    const Sizes &start = part.start, &first = part.subtree.first, &sizes = part.subtree.sizes;
    const auto cell = std::int32_t(start.cells) - std::int32_t(first.cells);
    const auto edge = std::int32_t(start.edges) - std::int32_t(first.edges);
    const bool is_cut = top_.is_cut();
    // Certified, all but the half-edges on the rims are matched by now.
    std::int32_t *const links = all_.links.data() + start.corners;
    const std::int32_t *const own_links = is_cut ? own.links.data() + first.corners : links;
    if (is_cut || !options_.certified)
        for (std::size_t h = 0; h < sizes.corners; ++h) links[h] = own_links[h] < 0 ? -1 : own_links[h] + edge;
    const Edge *const own_edges = is_cut ? own.edges.data() + first.edges : all_.edges.data();
    const std::int32_t *const numbers = own.numbers.data();
    for (std::size_t i = 0; i < sizes.edges; ++i) {
        const Edge e = own_edges[i];
        std::int32_t from = numbers[e.from], to = numbers[e.to];
        if (is_cut) from = part.moved(from), to = part.moved(to);
        all_.edges[start.edges + i] = {e.left + cell, e.right + cell, from, to};
        if (from < 0 || to < 0) desk.edges.push(std::uint32_t(start.edges + i));
    }
    if (own.creases.size())
        std::copy_n(own.creases.data() + first.edges, sizes.edges, all_.creases.data() + start.edges);
}

void Assembly::set_node(std::size_t place, const TreeNode &node) {
    all_.tree_lines[3 * place] = node.a;
    all_.tree_lines[3 * place + 1] = node.b;
    all_.tree_lines[3 * place + 2] = node.c;
    all_.tree_errors[place] = node.error;
    all_.tree_creases[place] = node.crease;
}

void Assembly::copy_tree(const Part &part) {
    const Growing &own = part.row->at->arrays;
    const Sizes &start = part.start, &first = part.subtree.first;
    const auto node = std::int32_t(start.tree_nodes) - std::int32_t(first.tree_nodes);
    const auto cell = std::int32_t(start.cells) - std::int32_t(first.cells);
    for (std::size_t i = 0; i < part.subtree.sizes.tree_nodes; ++i) {
        const TreeNode &from = own.tree[first.tree_nodes + i];
        const std::size_t k = start.tree_nodes + i;
        set_node(k, from);
        for (std::size_t side = 0; side < 2; ++side)
            all_.tree_children[2 * k + side] = from.children[side] + (from.children[side] >= 0 ? node : -cell);
    }
}

}  // namespace leadlight::geometry
