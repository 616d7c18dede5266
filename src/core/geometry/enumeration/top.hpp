// The top of the recursion, cut into subtrees that threads can take. They do not depend on the number of threads, so
// neither does the result.
//
// The subtrees are found depth first, in the order of their cells, while threads already work on those found before:
// whoever takes one sees to it that some are left, so that hardly anybody ever waits, and few lie in store.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "../splitting/splitter.hpp"

namespace leadlight::geometry {

struct Found {
    std::size_t subtree;  // its number, in the order of the cells
    double work;          // cells, roughly
    std::unique_ptr<Task> task;
};

// Whether there is certainly but one.
bool is_one_subtree(const Layers &layers, const Options &options);

class Top {
  public:
    Top(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, int deepest,
        int n_threads);

    bool is_cut() const { return is_cut_; }  // whether there is more than one subtree
    double work() const { return work_; }    // of the root
    // By any of so many threads: the next subtree, if one is left.
    bool take(Found &taken, int n_threads);
    std::size_t n_subtrees() const { return n_subtrees_; }  // once none is left

    // Once all subtrees are made.
    Growing out;  // the vertices of the top
    Splitter splitter;
    std::vector<Cut> cuts;       // each before those below it
    std::vector<TreeNode> tree;  // if asked for, of each cut; children: a cut, or -1 - a subtree
    const std::vector<Line> domain;

  private:
    // A node that is cut, and how many of its parts were entered.
    struct Open {
        Node node;
        Division division;
        std::size_t number;  // of the cut
        int n_entered;
        Arena::Mark mark;
        std::size_t decisions;
    };

    double work_of_node(const Node &node) const;
    bool is_to_be_cut(const Node &node, double work) const;
    double least_work() const;
    void cut(const Node &node);
    Found packed(const Node &node, double work);
    void find_next();
    void find_more(std::size_t enough);

    const Layers &layers_;
    const Options options_;
    const Progress &progress_;
    double domain_area_, work_, least_work_;
    double packed_area_ = 0.0;
    bool is_cut_;
    std::mutex finding_;  // held by whoever goes on with the top
    std::vector<Open> open_;
    std::size_t n_subtrees_ = 0;
    std::mutex found_mutex_;  // for the two below
    std::deque<Found> found_;
    bool all_found_ = false;
};

}  // namespace leadlight::geometry
