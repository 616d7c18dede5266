// Threads take runs, or slices of runs: a pool for one call, watched and led from outside.
//
// A thread trains one run after the other, each at a stretch, so that only as many runs as there are threads
// take memory. When few are left they are cut into slices of some epochs, and a thread takes the next slice of
// the run that is furthest behind: so all come to their end together, and no thread waits for a last run. A
// run goes from thread to thread only between epochs and brings its state along, so its result is the same.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "../kernels.hpp"
#include "job.hpp"

namespace leadlight {

// Bytes at a multiple of 64, which grow and forget when they do.
class Memory {
  public:
    Memory() = default;
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    ~Memory() { std::free(at_); }

    bool reserve(std::size_t needed);  // false where there is not as much
    void release() { Memory().swap(*this); }
    std::size_t size() const { return size_; }
    char *at() const { return at_; }
    void swap(Memory &other) {
        std::swap(at_, other.at_);
        std::swap(size_, other.size_);
    }

  private:
    char *at_ = nullptr;
    std::size_t size_ = 0;
};

template <typename Real>
class Pool {
  public:
    // Of n_threads threads, which the first `begin` starts. Runs are begun in the order of `queue`. Nothing given
    // may go before the pool, nor change but between two rounds.
    Pool(const Kernels &kernels, const Job<Real> &job, std::vector<Run<Real>> &runs, std::vector<long> queue,
         int n_threads);
    ~Pool();  // waits for the threads, which end the slices that they have begun

    void begin(long until);      // a round: trains all runs until so many epochs are done
    bool wait(double seconds);   // until the round is over or the time; returns whether the round is over
    bool all_finished() const;   // between two rounds: no run has anything left to do
    double epochs_done() const;  // mean over the runs
    bool out_of_memory() const { return out_of_memory_.load(); }

  private:
    struct Slice {
        long run;  // -1: nothing to do now
        long until;
    };

    void start();
    void work();
    Slice take();
    bool train(const Slice &slice, Memory &scratch, Memory &spare);
    bool is_over() const;

    const Kernels &kernels_;
    const Job<Real> &job_;
    std::vector<Run<Real>> &runs_;
    std::vector<Memory> states_;  // of the runs begun and not finished

    mutable std::mutex mutex_;  // guards all that follows but the atomic
    std::condition_variable changed_, over_;
    std::vector<long> queue_;    // unfinished runs of this round
    std::size_t next_ = 0;       // of the queue: what lies before is begun
    std::vector<long> resting_;  // between two slices
    long until_ = 0;
    int n_threads_, n_busy_ = 0;
    bool closing_ = false;
    std::atomic<bool> out_of_memory_{false};
    std::vector<std::thread> threads_;
};

}  // namespace leadlight
