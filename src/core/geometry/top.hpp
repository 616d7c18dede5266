// The top of the recursion, expanded into subtrees that threads can take. They do not depend on the number of
// threads, so neither does the result.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "splitter.hpp"

namespace leadlight::geometry {

// A node of the top: cut, or a subtree for a thread.
struct Branch {
    std::unique_ptr<Task> task;
    double work = 0.0;  // cells, roughly
    bool can_be_cut = false, is_cut = false;
    Cut cut{};
    std::size_t below = 0, above = 0;  // branches
    TreeNode tree{};
};

// Whether there is certainly but one.
bool is_one_subtree(const Layers &layers);

class Top {
  public:
    Top(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, int deepest);

    void expand();

    std::vector<Branch> branches;  // the root first
    // Branches: those that are cut, in the order of cutting; the subtrees, in the order of their cells.
    std::vector<std::size_t> cuts, subtrees;
    Growing out;  // the vertices of the top
    Splitter splitter;
    const std::vector<Line> domain;

  private:
    std::size_t add_branch(const Node &node);
    void order(std::size_t branch);

    const Layers &layers_;
    const Options options_;
    double domain_area_ = 0.0;
};

}  // namespace leadlight::geometry
