#include "top.hpp"

#include <algorithm>

#include "bounds.hpp"

namespace leadlight::geometry {

namespace {

// In cells, roughly: what is worth a subtree of its own, and what is not worth to be cut into some at all.
constexpr double least_work = 1000.0, work_of_one = 4000.0;
constexpr int most_subtrees = 128;

}  // namespace

bool is_one_subtree(const Layers &layers) {
    double work = 0.0;
    for (int l = 0; l < layers.n_hidden; ++l) {
        const Layer &layer = layers.layers[std::size_t(l)];
        const int n_lines = layer.first_line[layer.n_out] - layer.first_line[0];
        work += pairs(double(std::max(layer.n_out, n_lines)));
    }
    return work < work_of_one;
}

Top::Top(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, int deepest)
    : splitter(kernels, layers, options, progress, out, 1, deepest), domain(domain_sides(layers.net, options.certified)),
      layers_(layers), options_(options) {}

std::size_t Top::add_branch(const Node &node) {
    std::unique_ptr<Task> task = splitter.pack(node);
    if (branches.empty()) domain_area_ = task->area;
    branches.emplace_back();
    branches.back().work = work_of(*task, layers_, domain_area_);
    branches.back().can_be_cut = node.n_candidates > 0 && !splitter.counts(node);
    branches.back().task = std::move(task);
    return branches.size() - 1;
}

void Top::expand() {
    Node root = splitter.root(domain);
    splitter.descend(root);
    add_branch(root);
    const double least = std::max(least_work, branches[0].work / most_subtrees);
    int n_subtrees = 1;
    while (n_subtrees < most_subtrees && !is_one_subtree(layers_)) {
        std::size_t next = branches.size();
        for (std::size_t i = 0; i < branches.size(); ++i)
            if (!branches[i].is_cut && branches[i].can_be_cut && branches[i].work > least &&
                (next == branches.size() || branches[i].work > branches[next].work))
                next = i;
        if (next == branches.size()) break;
        const Arena::Mark mark = splitter.arena().mark();
        const std::size_t decisions = splitter.decisions();
        Node node = splitter.unpack(*branches[next].task), below, above;
        Cut cut = splitter.split(node, below, above);
        if (options_.tree) branches[next].tree = splitter.tree_node(cut);
        for (const bool side : {false, true}) {
            Node &part = side ? above : below;
            splitter.enter(node, cut, side, part);
            splitter.descend(part);
            const std::size_t branch = add_branch(part);
            (side ? branches[next].above : branches[next].below) = branch;
            splitter.leave(decisions);
        }
        branches[next].is_cut = true;
        branches[next].cut = cut;
        branches[next].cut.line = nullptr;  // goes with the task
        branches[next].task.reset();
        splitter.arena().release(mark);
        cuts.push_back(next);
        ++n_subtrees;
    }
    order(0);
}

void Top::order(std::size_t branch) {
    if (!branches[branch].is_cut) {
        subtrees.push_back(branch);
        return;
    }
    order(branches[branch].below);
    order(branches[branch].above);
}

}  // namespace leadlight::geometry
