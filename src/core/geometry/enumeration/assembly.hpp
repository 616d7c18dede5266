// The whole complex, put together of subtrees in their order while threads still make others.
//
// A thread makes subtrees one behind the other. The place of one is known once those before it are made; then it is
// copied there, mostly fresh from the cache, and once all in a row are copied the thread begins anew in the same
// storage. The rims are put in a row beside the complex: what subtrees share, edges along the cuts of the top and the
// vertices there, is matched at the end, and comes last in the whole.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "subtree.hpp"
#include "top.hpp"

namespace leadlight::geometry {

class Assembly {
  public:
    Assembly(const Layers &layers, const Options &options, Top &top, const Progress &progress, int n_threads);

    // Where a thread makes its subtrees.
    Made &made(int thread) { return desks_[std::size_t(thread)].made; }
    // By any thread: takes the subtree that was made last there, and copies those of its own that have their place by
    // now. Nobody waits: what cannot be placed while others copy is placed by the last of them.
    void add(int thread, const Found &found, const Subtree &subtree);
    // By each thread that finds nothing left to add: copies whatever has its place and joins the rims, until all is
    // done.
    void finish(int thread);

    // Once all have finished.
    Arrays result();

  private:
    // Subtrees one behind the other, in a thread's own storage or, where that became too much, in this.
    struct Row {
        Made *at;
        Made storage;
        std::size_t n_waiting = 0;  // not copied yet
        bool is_open = true;        // more may follow: then the arrays move, and only their thread may look
    };
    struct Desk {
        Made made;
        Row *row = nullptr;  // in there
        std::deque<Row> rows;
        std::vector<Row *> spare;
        // What was copied, and names vertices of the rims: half-edges of the whole, and edges.
        Buffer<std::uint32_t> corners, edges;
    };
    struct Part {
        bool is_made = false;
        int thread = 0;
        double work = 0.0;
        Subtree subtree;
        Row *row = nullptr;
        Sizes start;

        // In the whole: of an inner vertex (not below 0), or -1 - its number on the rims.
        std::int32_t moved(std::int32_t number) const {
            return number >= 0 ? number + std::int32_t(start.vertices) : -1 - moved_on_rim(-1 - number);
        }
        std::int32_t moved_on_rim(std::int32_t vertex) const {
            return is_of_top(vertex) ? vertex : vertex + 2 * std::int32_t(start.rim_vertices);
        }
    };
    struct RimSide {
        std::int32_t slot;
        SideList list;
    };
    enum class Joining { not_yet, begun, done };

    void place();
    template <typename Choose>
    void copy_placed(int thread, std::unique_lock<std::mutex> &lock, Choose &&choose);
    template <typename Act>
    void for_each_array(const Sizes &total, Act &&act);
    void open_row(Desk &desk);
    void adopt(Growing &own);
    void copy(const Part &part, Desk &desk);
    void copy_vertices(const Part &part);
    void copy_corners(const Part &part, Desk &desk);
    void copy_edges(const Part &part, Desk &desk);
    void copy_tree(const Part &part);
    void set_node(std::size_t place, const TreeNode &node);  // but for its children
    bool is_all_copied() const { return n_placed_ == top_.n_subtrees() && to_copy_.empty() && n_copying_ == 0; }
    template <typename Done>
    void wait_until(std::unique_lock<std::mutex> &lock, Done &&done);
    // In rims.cpp.
    void copy_rim(const Part &part);
    void join_rims();
    void match();
    void number_vertices();
    void name_vertices(Desk &desk);
    void finish_tree();
    // The place of a vertex of the rims among those of all rims, followed by the top's.
    std::size_t place_on_rims(std::int32_t vertex) const {
        return std::size_t(vertex / 2) + (is_of_top(vertex) ? total_.rim_vertices : 0);
    }

    const Layers &layers_;
    const Options &options_;
    Top &top_;  // which goes on while others add
    const Progress &progress_;
    const std::size_t top_vertices_;  // about
    const std::size_t most_in_row_;   // bytes, 4 million as a rule; where more waits a new row is begun
    std::mutex mutex_;  // for all of the below; those who copy hold none, and write each to their own parts
    std::condition_variable changed_;
    std::deque<Part> parts_;
    std::size_t n_placed_ = 0;
    Sizes total_;  // of those placed
    double placed_work_ = 0.0;
    std::deque<Part *> to_copy_;
    int n_copying_ = 0;
    std::deque<Desk> desks_;  // of the threads
    Arrays all_;
    // The rims as one complex of the cells along them: vertices of each rim, then the top's; half-edges in lists along
    // the sides.
    Growing rims_;
    Buffer<std::int32_t> rim_half_edges_;  // what they are in the whole
    Buffer<RimSide> rim_sides_;
    Joining joining_ = Joining::not_yet;
    Buffer<std::int32_t> numbers_;          // in the whole, of the vertices on the rims
    std::atomic<std::size_t> n_joined_{0};  // half-edges on the rims whose edges are in the whole
};

}  // namespace leadlight::geometry
