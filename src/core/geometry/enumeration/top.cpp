#include "top.hpp"

#include <algorithm>

#include "../splitting/bounds.hpp"

namespace leadlight::geometry {

namespace {

constexpr double least_subtrees = 8.0;  // fewer are not worth the cutting
constexpr double most_parts = 64.0;     // of the work; subtrees are some hundreds at most
constexpr std::size_t deepest_cut = 64;

}  // namespace

bool is_one_subtree(const Layers &layers, const Options &options) {
    double work = 0.0;
    for (int l = 0; l < layers.n_hidden; ++l) {
        const Layer &layer = layers.layers[std::size_t(l)];
        const int n_lines = layer.first_line[layer.n_out] - layer.first_line[0];
        work += cells_of(std::max(layer.n_out, n_lines), most_crossing);
    }
    return work < least_subtrees * options.subtree_work;
}

Top::Top(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, int deepest,
         int n_threads)
    : splitter(kernels, layers, options, progress, out, 1, deepest),
      domain(domain_sides(layers.net, options.certified)), layers_(layers), options_(options), progress_(progress) {
    Node root = splitter.root(domain);
    splitter.descend(root);
    domain_area_ = extent_of(root.polygon).area;
    work_ = work_of_node(root);
    least_work_ = std::max(options.subtree_work, work_ / most_parts);
    const bool is_alone = options.count && n_threads == 1;  // and there is nothing to be put in order
    is_cut_ = !is_alone && !is_one_subtree(layers, options) && is_to_be_cut(root, work_);
    if (is_cut_) {
        cut(root);
    } else {
        found_.push_back(packed(root, work_));
    }
}

double Top::work_of_node(const Node &node) const {
    return work_of(node.layer, node.n_candidates, extent_of(node.polygon), layers_, domain_area_);
}

bool Top::is_to_be_cut(const Node &node, double work) const {
    return work > least_work() && node.n_candidates > 0 && !splitter.counts(node) &&
           !splitter.is_worth_counting(node) && open_.size() < deepest_cut;
}

// Less towards the end, so that no thread is left with much while others have nothing any more.
double Top::least_work() const {
    const double left = 1.0 - packed_area_ / domain_area_;
    return left < 0.25 ? least_work_ * std::max(4.0 * left, 0.125) : least_work_;
}

void Top::cut(const Node &node) {
    open_.emplace_back();
    Open &open = open_.back();
    open.node = node;
    open.decisions = splitter.decisions();
    open.division = splitter.split(open.node);
    open.mark = splitter.arena().mark();
    open.number = cuts.size();
    if (options_.tree) tree.push_back(splitter.tree_node(open.division.cut));
    cuts.push_back(open.division.cut);
    cuts.back().line = nullptr;  // goes with the node
}

Found Top::packed(const Node &node, double work) {
    packed_area_ += extent_of(node.polygon).area;
    return {n_subtrees_++, work, splitter.pack(node)};
}

// Goes on where it was until a subtree is found, or none is left.
void Top::find_next() {
    while (!open_.empty()) {
        if (progress_.stop) throw Stopped();
        Open &open = open_.back();
        splitter.leave(open.decisions);
        splitter.arena().release(open.mark);
        if (open.n_entered == 2) {
            open_.pop_back();
            continue;
        }
        const int side = open.n_entered++;
        Node part;
        splitter.enter(open.node, open.division, side, part);
        cuts[open.number].crease = open.division.cut.crease;
        splitter.descend(part);
        const double work = work_of_node(part);
        const bool is_cut = is_to_be_cut(part, work);
        if (options_.tree)
            tree[open.number].children[side] = is_cut ? std::int32_t(cuts.size()) : -1 - std::int32_t(n_subtrees_);
        if (is_cut) {
            cut(part);
        } else {
            Found next = packed(part, work);
            const std::lock_guard<std::mutex> lock(found_mutex_);
            found_.push_back(std::move(next));
            return;
        }
    }
    const std::lock_guard<std::mutex> lock(found_mutex_);
    all_found_ = true;
}

void Top::find_more(std::size_t enough) {
    const auto is_enough = [&] {
        const std::lock_guard<std::mutex> lock(found_mutex_);
        return all_found_ || found_.size() >= enough;
    };
    try {
        while (!is_enough()) find_next();
    } catch (...) {  // then nobody waits for more
        const std::lock_guard<std::mutex> lock(found_mutex_);
        all_found_ = true;
        throw;
    }
}

bool Top::take(Found &taken, int n_threads) {
    for (bool waits = false;; waits = true) {
        using Lock = std::unique_lock<std::mutex>;
        const Lock finding = waits ? Lock(finding_) : Lock(finding_, std::try_to_lock);
        if (finding) find_more(n_threads == 1 ? 1 : 2 * std::size_t(n_threads));
        const std::lock_guard<std::mutex> lock(found_mutex_);
        if (!found_.empty()) {
            taken = std::move(found_.front());
            found_.pop_front();
            return true;
        }
        if (all_found_) return false;
    }
}

}  // namespace leadlight::geometry
