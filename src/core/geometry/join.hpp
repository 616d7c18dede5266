// What the threads made of the subtrees, joined in order to one complex.
#pragma once

#include <cstdint>
#include <vector>

#include "team.hpp"
#include "top.hpp"

namespace leadlight::geometry {

// What a thread made of a subtree, and where it is in the thread's arrays: from, to.
struct Subtree {
    int thread = 0;
    std::size_t cells[2] = {0, 0}, corners[2] = {0, 0}, vertices[2] = {0, 0}, edges[2] = {0, 0}, tree_nodes[2] = {0, 0};
    std::vector<SideList> lists;  // along the sides of its polygon
    std::int32_t place = 0;       // in the tree
};

class Joining {
  public:
    // `parts` are those of the top's subtrees, in order; `outs` are the threads' arrays.
    Joining(const Layers &layers, const Options &options, Top &top, const std::vector<Subtree> &parts,
            std::vector<Growing> &outs, Team &team)
        : layers_(layers), options_(options), top_(top), parts_(parts), outs_(outs), team_(team) {}

    // Takes the threads' arrays.
    Growing join();

  private:
    struct Shift {
        std::size_t from;  // first of the subtree in its thread's arrays
        std::size_t to;    // in the whole
        std::int32_t by() const { return std::int32_t(std::int64_t(to) - std::int64_t(from)); }
    };
    struct Shifts {
        Shift cells, corners, vertices, edges, tree_nodes;
    };

    Shifts lay_out();
    void gather(const Shifts &whole);
    void gather_subtree(std::size_t i);
    void gather_tree(const Shifts &whole);
    void match_along_cuts();
    void renumber();

    const Layers &layers_;
    const Options &options_;
    Top &top_;
    const std::vector<Subtree> &parts_;
    std::vector<Growing> &outs_;
    Team &team_;
    std::vector<Shifts> shifts_;  // of each subtree
    std::vector<Buffer<TreeNode>> trees_;
    Growing all_;
};

}  // namespace leadlight::geometry
