// The whole complex, put together of subtrees in their order while threads still make others.
//
// A subtree's place is known once those before it are made; then it is copied there, fresh from the cache, and its
// storage serves for another. The rims are kept aside: what subtrees share, edges along the cuts of the top and the
// vertices there, is matched at the end, and comes last in the whole.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "subtree.hpp"

namespace leadlight::geometry {

class Assembly {
  public:
    Assembly(const Layers &layers, const Options &options, Top &top);

    // By any thread, for each subtree: it is made, and once it has a place its arrays are copied.
    void announce(std::size_t subtree, Subtree made);
    bool has_place(std::size_t subtree) const { return subtree < n_placed_; }
    void copy(std::size_t subtree, const Growing &own);

    // Once all are copied.
    Arrays finish();

  private:
    // Where a vertex of the rim is named: an element of `corners`, or of `edges` taken as pairs of vertices.
    struct Reference {
        std::size_t at;
        std::int32_t vertex;  // among those of all rims, the top's first
    };
    struct Part {
        bool is_made = false;
        Subtree made;
        Sizes start;
        std::vector<Reference> corners, edges;

        // In the whole: of an inner vertex (not below 0), or -1 - its number on the rim.
        std::int32_t moved(std::int32_t number, std::size_t n_top) const {
            if (number >= 0) return number + std::int32_t(start.vertices);
            return std::size_t(-1 - number) < n_top ? number : number - std::int32_t(start.rim_vertices);
        }
    };

    void make_room(double factor);
    void copy_corners(Part &part, const Growing &own);
    void copy_edges(Part &part, const Growing &own);
    void copy_tree(const Part &part, const Growing &own);
    void set_node(std::size_t place, const TreeNode &node);  // but for its children
    // In rims.cpp.
    Growing gather_rims();
    void match(Growing &rims);
    std::vector<std::int32_t> number_vertices(const Growing &rims);
    void add_edges(const Growing &rims, const std::vector<std::int32_t> &numbers);
    void finish_tree();

    const Layers &layers_;
    const Options &options_;
    Top &top_;
    const std::size_t n_top_;  // vertices
    std::vector<Part> parts_;
    Sizes total_;  // of those placed
    double work_ = 0.0, placed_work_ = 0.0;  // of all, of those placed
    std::atomic<std::size_t> n_placed_{0};
    std::mutex placing_;
    std::shared_mutex moving_;  // shared by those who write to the arrays, alone for whoever may move them
    Arrays all_;
};

}  // namespace leadlight::geometry
