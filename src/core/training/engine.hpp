// Threads take runs: a pool for one call, watched from outside.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "../kernels.hpp"
#include "job.hpp"

namespace leadlight {

template <typename Real>
class Pool {
public:
    // Starts n_threads threads, each taking the next run in the order of `queue` until none is left.
    // job.interrupt must point to `interrupt`. Nothing given may go before the pool is finished.
    Pool(const Kernels &kernels, const Job<Real> &job, std::vector<Run<Real>> &runs, std::vector<long> queue,
         int n_threads);
    ~Pool();  // joins

    bool wait(double seconds);  // until all is done or the time is over; returns whether all is done
    double epochs_done() const;  // mean over the runs
    bool out_of_memory() const { return out_of_memory_.load(); }

private:
    void work();

    const Kernels &kernels_;
    const Job<Real> &job_;
    std::vector<Run<Real>> &runs_;
    std::vector<long> queue_;
    std::atomic<long> next_{0};
    std::mutex mutex_;
    std::condition_variable all_done_;
    int n_working_;  // under the mutex
    std::atomic<bool> out_of_memory_{false};
    std::vector<std::thread> threads_;
};

}  // namespace leadlight
