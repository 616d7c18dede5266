// The whole complex, put together of subtrees in their order while threads still make others.
//
// A subtree's place is known once those before it are made; then it is copied there, fresh from the cache, and its
// storage serves for another. The rims are kept aside: what subtrees share, edges along the cuts of the top and the
// vertices there, is matched at the end, and comes last in the whole.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "subtree.hpp"
#include "top.hpp"

namespace leadlight::geometry {

class Assembly {
  public:
    Assembly(const Layers &layers, const Options &options, Top &top, int n_threads)
        : layers_(layers), options_(options), top_(top), top_vertices_(top.is_cut() ? 1024 : top.out.vertices.size()),
          spare_(std::size_t(n_threads)) {
        total_.tree_nodes = options.tree && top.is_cut();  // the root comes first
    }

    // By any thread: takes a subtree that is made, copies those of its own that have their place by now, and gives arrays
    // to go on with, its own again: they lie in its cache. Nobody waits: what cannot be placed while others copy is
    // placed by the last of them.
    Growing add(int thread, const Found &found, Subtree made, Growing arrays);
    // By each thread that finds nothing left to add: copies whatever has its place by now.
    void copy_rest();

    // Once all are added.
    Arrays finish();

  private:
    // Where a vertex of the rim is named: an element of `corners`, or of `edges` taken as pairs of vertices.
    struct Reference {
        std::size_t at;
        std::int32_t vertex;  // of the top, or of all rims
    };
    struct Part {
        bool is_made = false;
        int thread = 0;
        double work = 0.0;
        Subtree made;
        Growing arrays;  // until it is copied
        Sizes start;
        std::vector<Reference> corners, edges;

        // In the whole: of an inner vertex (not below 0), or -1 - its number on the rims.
        std::int32_t moved(std::int32_t number) const {
            if (number >= 0) return number + std::int32_t(start.vertices);
            const std::int32_t on_rim = -1 - number;
            return is_of_top(on_rim) ? number : -1 - (on_rim + 2 * std::int32_t(start.rim_vertices));
        }
    };

    void place();
    template <typename Choose>
    void copy_placed(std::unique_lock<std::mutex> &lock, Choose &&choose);
    template <typename Act>
    void for_each_array(const Sizes &total, Act &&act);
    void adopt(Growing &own);
    void copy(Part &part);
    void copy_corners(Part &part);
    void copy_edges(Part &part);
    void copy_tree(const Part &part);
    void set_node(std::size_t place, const TreeNode &node);  // but for its children
    // In rims.cpp.
    Growing gather_rims();
    void match(Growing &rims);
    std::vector<std::int32_t> number_vertices(const Growing &rims);
    void add_edges(const Growing &rims, const std::vector<std::int32_t> &numbers);
    void finish_tree();
    // The place of a vertex of the rims among the top's, followed by those of all rims.
    std::size_t place_on_rims(std::int32_t vertex) const {
        return std::size_t(vertex / 2) + (is_of_top(vertex) ? 0 : top_.out.vertices.size());
    }

    const Layers &layers_;
    const Options &options_;
    Top &top_;  // which goes on while others add
    const std::size_t top_vertices_;  // about
    std::mutex mutex_;  // for all of the below; those who copy hold none, and write each to their own parts
    std::deque<Part> parts_;
    std::size_t n_placed_ = 0;
    Sizes total_;  // of those placed
    double placed_work_ = 0.0;
    std::deque<Part *> to_copy_;
    int n_copying_ = 0;
    std::vector<std::vector<Growing>> spare_;  // of each thread
    Arrays all_;
};

}  // namespace leadlight::geometry
