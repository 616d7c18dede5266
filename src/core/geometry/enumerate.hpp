// The whole enumeration: the top of the recursion is expanded into subtrees, threads take them, and what they made is
// joined in order. The subtrees do not depend on the number of threads, so neither does the result.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

#include "splitter.hpp"

namespace leadlight::geometry {

struct Complex {
    Arrays arrays;
    std::vector<std::int64_t> layer_counts;
    std::int64_t signs[3] = {0, 0, 0};
    std::int64_t n_cells = 0;
    bool limit_reached = false;
    bool proven = true;  // counts: not only an upper bound
};

class Enumeration {
  public:
    // Starts to work at once, on threads of its own. The net and the layers outlive it.
    Enumeration(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads);
    ~Enumeration();  // stops and joins

    bool wait(double seconds);  // until all is done or the time is over; returns whether all is done
    void stop();
    std::int64_t cells() const;
    Complex &result();  // once all is done; rethrows what stopped a thread

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leadlight::geometry
