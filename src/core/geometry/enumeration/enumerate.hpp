// The whole enumeration: the top of the recursion is expanded into subtrees, threads take them, and what they made is
// joined in order. The subtrees do not depend on the number of threads, so neither does the result.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "../splitting/splitter.hpp"

namespace leadlight::geometry {

struct Complex {
    Arrays arrays;
    std::vector<std::int64_t> layer_counts;
    std::int64_t signs[3] = {0, 0, 0};
    std::int64_t n_cells = 0;
    bool limit_reached = false;
    bool proven = true;  // counts: not only an upper bound
};

// Called about 20 times a second with the number of cells so far; returns whether to go on.
using Look = std::function<bool(std::int64_t)>;

class Enumeration {
  public:
    // The net and the layers outlive it.
    Enumeration(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads);
    ~Enumeration();

    // All of it, looking from this thread: which works with the others if its stack is deep enough, or waits for them.
    // Once only.
    void run(const Look &look);
    Complex &result();  // rethrows what stopped a thread

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leadlight::geometry
