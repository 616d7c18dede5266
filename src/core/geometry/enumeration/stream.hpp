// The cells of a network in batches, in the order in which enumerate.hpp numbers them, and never more than a few
// batches of them in memory. A batch has as many cells as asked for, but the last; so batches do not depend on the
// number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "../splitting/splitter.hpp"

namespace leadlight::geometry {

class CellStream {
  public:
    // Starts to work at once, on threads of its own, and pauses when it is ahead far enough. The net and the layers
    // outlive it. Options: `stream`, and no edges, no tree.
    CellStream(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads,
               std::int64_t batch_cells);
    ~CellStream();  // stops and joins

    // Until the next batch is whole or the time is over; returns whether it is. Rethrows what stopped a thread.
    bool wait(double seconds);
    // Then the batch, to be emptied or moved from: starts (no end), points, patterns, maps and areas; after the last
    // one it has no cells.
    Growing &batch();
    void stop();                 // the batch remains what it is
    std::int64_t cells() const;  // found so far
    // Complete once there are no more cells.
    std::vector<std::int64_t> layer_counts() const;
    std::int64_t signs(int stage) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leadlight::geometry
