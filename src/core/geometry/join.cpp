#include "join.hpp"

#include <algorithm>
#include <limits>

namespace leadlight::geometry {

Growing Joining::join() {
    const Shifts whole = lay_out();
    constexpr auto limit = std::size_t(std::numeric_limits<std::int32_t>::max()) - 64;
    if (whole.corners.to > limit || whole.vertices.to > limit || whole.edges.to > limit / 2) throw TooLarge();
    for (Growing &out : outs_) trees_.push_back(std::move(out.tree));
    if (outs_.size() == 1) {
        all_ = std::move(outs_[0]);  // in order already
    } else {
        gather(whole);
    }
    if (options_.tree) gather_tree(whole);
    if (options_.edges) {
        match_along_cuts();
        renumber();
    }
    return std::move(all_);
}

// Where each subtree goes; returns the size of the whole.
Joining::Shifts Joining::lay_out() {
    Shifts next{};
    next.vertices.to = top_.out.vertices.size();
    next.tree_nodes.to = options_.tree ? top_.cuts.size() : 0;
    const auto place = [](Shift &at, Shift &end, const std::size_t *range) {
        at = {range[0], end.to};
        end.to += range[1] - range[0];
    };
    for (const Subtree &part : parts_) {
        shifts_.emplace_back();
        Shifts &shifts = shifts_.back();
        place(shifts.cells, next.cells, part.cells);
        place(shifts.corners, next.corners, part.corners);
        place(shifts.vertices, next.vertices, part.vertices);
        place(shifts.edges, next.edges, part.edges);
        place(shifts.tree_nodes, next.tree_nodes, part.tree_nodes);
    }
    return next;
}

void Joining::gather(const Shifts &whole) {
    const auto bytes = std::size_t(layers_.pattern_bytes), n_out = std::size_t(layers_.layers.back().n_out);
    all_.starts.extend(whole.cells.to);
    all_.corners.extend(whole.corners.to);
    all_.patterns.extend(whole.cells.to * bytes);
    all_.vertices.extend(whole.vertices.to);
    all_.errors.extend(whole.vertices.to);
    if (options_.edges) {
        all_.links.extend(whole.corners.to);
        all_.owners.extend(whole.corners.to);
        all_.aliases.extend(whole.vertices.to);
        if (!layers_.continuous) all_.vertex_creases.extend(whole.vertices.to);
        all_.edges.extend(whole.edges.to);
        all_.creases.extend(whole.edges.to);
    }
    if (options_.maps) {
        all_.maps.extend(whole.cells.to * n_out * 3);
        all_.map_errors.extend(whole.cells.to * n_out * 2);
    }
    const Growing &top = top_.out;
    std::copy_n(top.vertices.data(), top.vertices.size(), all_.vertices.data());
    std::copy_n(top.errors.data(), top.errors.size(), all_.errors.data());
    std::copy_n(top.aliases.data(), top.aliases.size(), all_.aliases.data());
    std::copy_n(top.vertex_creases.data(), top.vertex_creases.size(), all_.vertex_creases.data());
    std::atomic<std::size_t> next{0};
    team_.run(int(outs_.size()), [&](int) {
        for (std::size_t i = next++; i < parts_.size(); i = next++) gather_subtree(i);
    });
    outs_.clear();
}

void Joining::gather_subtree(std::size_t index) {
    const Subtree &part = parts_[index];
    const Shifts &shifts = shifts_[index];
    const Growing &own = outs_[std::size_t(part.thread)];
    const auto bytes = std::size_t(layers_.pattern_bytes), n_out = std::size_t(layers_.layers.back().n_out);
    const std::int32_t cell = shifts.cells.by(), corner = shifts.corners.by(), vertex = shifts.vertices.by(),
                       edge = shifts.edges.by();
    const auto n_top = std::int32_t(top_.out.vertices.size());
    const auto moved = [&](std::int32_t v) { return v < n_top ? v : v + vertex; };
    for (std::size_t i = part.cells[0], k = shifts.cells.to; i < part.cells[1]; ++i, ++k)
        all_.starts[k] = own.starts[i] + corner;
    const std::size_t n_cells = part.cells[1] - part.cells[0];
    const std::size_t n_vertices = part.vertices[1] - part.vertices[0];
    std::copy_n(own.patterns.data() + part.cells[0] * bytes, n_cells * bytes,
                all_.patterns.data() + shifts.cells.to * bytes);
    if (options_.maps) {
        std::copy_n(own.maps.data() + part.cells[0] * n_out * 3, n_cells * n_out * 3,
                    all_.maps.data() + shifts.cells.to * n_out * 3);
        std::copy_n(own.map_errors.data() + part.cells[0] * n_out * 2, n_cells * n_out * 2,
                    all_.map_errors.data() + shifts.cells.to * n_out * 2);
    }
    std::copy_n(own.vertices.data() + part.vertices[0], n_vertices, all_.vertices.data() + shifts.vertices.to);
    std::copy_n(own.errors.data() + part.vertices[0], n_vertices, all_.errors.data() + shifts.vertices.to);
    for (std::size_t i = part.corners[0], k = shifts.corners.to; i < part.corners[1]; ++i, ++k)
        all_.corners[k] = moved(own.corners[i]);
    if (!options_.edges) return;
    for (std::size_t i = part.corners[0], k = shifts.corners.to; i < part.corners[1]; ++i, ++k) {
        const std::int32_t link = own.links[i];
        all_.links[k] = link >= 0 ? link + edge : link == -1 ? -1 : link - corner;
        all_.owners[k] = own.owners[i] + cell;
    }
    for (std::size_t i = part.vertices[0], k = shifts.vertices.to; i < part.vertices[1]; ++i, ++k)
        all_.aliases[k] = own.aliases[i] < 0 ? -1 : moved(own.aliases[i]);
    if (!layers_.continuous)
        std::copy_n(own.vertex_creases.data() + part.vertices[0], n_vertices,
                    all_.vertex_creases.data() + shifts.vertices.to);
    for (std::size_t i = part.edges[0], k = shifts.edges.to; i < part.edges[1]; ++i, ++k) {
        const Edge &e = own.edges[i];
        all_.edges[k] = {e.left + cell, e.right + cell, moved(e.from), moved(e.to)};
        all_.creases[k] = own.creases[i];
    }
}

// The nodes of the top first, in the order in which they were cut, then those of the subtrees.
void Joining::gather_tree(const Shifts &whole) {
    Buffer<TreeNode> tree;
    tree.extend(whole.tree_nodes.to);
    std::vector<std::int32_t> places(top_.branches.size());
    for (std::size_t i = 0; i < top_.cuts.size(); ++i) places[top_.cuts[i]] = std::int32_t(i);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const std::int32_t place = parts_[i].place;
        places[top_.subtrees[i]] = place >= 0 ? place + shifts_[i].tree_nodes.by() : place - shifts_[i].cells.by();
    }
    for (std::size_t i = 0; i < top_.cuts.size(); ++i) {
        const Branch &branch = top_.branches[top_.cuts[i]];
        tree[i] = branch.tree;
        tree[i].children[0] = places[branch.below];
        tree[i].children[1] = places[branch.above];
    }
    for (std::size_t index = 0; index < parts_.size(); ++index) {
        const Subtree &part = parts_[index];
        const Buffer<TreeNode> &own = trees_[std::size_t(part.thread)];
        const std::int32_t node = shifts_[index].tree_nodes.by(), cell = shifts_[index].cells.by();
        for (std::size_t i = part.tree_nodes[0], k = shifts_[index].tree_nodes.to; i < part.tree_nodes[1]; ++i, ++k) {
            tree[k] = own[i];
            for (std::int32_t &child : tree[k].children) child = child >= 0 ? child + node : child - cell;
        }
    }
    all_.tree = std::move(tree);
}

// Edges on the chords of the top, the last cut first, and on the border.
void Joining::match_along_cuts() {
    std::vector<SideList> &slots = top_.splitter.slots();
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const std::int32_t corner = shifts_[i].corners.by();
        const Branch &branch = top_.branches[top_.subtrees[i]];
        for (std::size_t k = 0; k < parts_[i].lists.size(); ++k) {
            const SideList list = parts_[i].lists[k];
            slots[std::size_t(branch.task->sides[k].slot)] = {list.head + corner, list.tail + corner};
        }
    }
    for (std::size_t i = top_.cuts.size(); i-- > 0;)
        top_.splitter.matcher().match(all_, slots, top_.branches[top_.cuts[i]].cut);
    const int n = int(top_.domain.size());
    for (int k = 0; k < n; ++k) EdgeMatcher::add_border(all_, slots[std::size_t(k)], (k + 1) % n, k);
}

// One number for the copies of a vertex.
void Joining::renumber() {
    std::size_t n = 0;
    for (std::size_t v = 0; v < all_.vertices.size(); ++v) {
        if (all_.aliases[v] >= 0) continue;
        all_.aliases[v] = -2 - std::int32_t(n);
        all_.vertices[n] = all_.vertices[v];
        all_.errors[n] = all_.errors[v];
        ++n;
    }
    all_.vertices.truncate(n);
    all_.errors.truncate(n);
    const auto number = [&](std::int32_t v) {
        const std::int32_t alias = all_.aliases[std::size_t(v)];
        return -2 - (alias >= 0 ? all_.aliases[std::size_t(alias)] : alias);
    };
    for (std::size_t h = 0; h < all_.corners.size(); ++h) all_.corners[h] = number(all_.corners[h]);
    for (std::size_t i = 0; i < all_.edges.size(); ++i) {
        all_.edges[i].from = number(all_.edges[i].from);
        all_.edges[i].to = number(all_.edges[i].to);
    }
    all_.aliases.clear();
    all_.owners.clear();
    all_.vertex_creases.clear();
}

}  // namespace leadlight::geometry
