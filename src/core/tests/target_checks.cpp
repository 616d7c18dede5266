// The target loss on every level: runs that stop at different epochs, whatever the threads and rounds, and one that
// never does.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "../training/engine.hpp"
#include "checks.hpp"

using leadlight::Kernels;

namespace {

// y = x by p = w x + b, from w = b = 0.
template <typename Real>
void check_target(const Kernels &kernels, int threads, bool by_epochs, long batch_size) {
    constexpr long n = 20, padded = 32, epochs = 40, n_runs = 4, n_records = 3;
    std::vector<Real> inputs(2 * padded), targets(padded);
    for (long i = 0; i < n; ++i) {
        inputs[std::size_t(i)] = targets[std::size_t(i)] = Real(i - 10) / Real(10);
        inputs[std::size_t(padded + i)] = Real(1);
    }
    const int interrupt = 0;
    const std::int64_t stops[] = {1, 30, epochs};
    const int due[] = {leadlight::metrics_due, leadlight::metrics_due | leadlight::snapshot_due,
                       leadlight::metrics_due};
    leadlight::Job<Real> job{};
    job.train = {inputs.data(), targets.data(), n, padded, padded};
    job.n_inputs = job.n_outputs = job.n_target_rows = 1;
    job.epochs = epochs;
    job.batch_size = batch_size;
    job.batches_per_epoch = (n + batch_size - 1) / batch_size;
    job.stops = stops;
    job.due = due;
    job.n_stops = 3;
    job.check_every = 1000;
    job.growth = 1e6;
    job.target_loss = 0.1;
    job.interrupt = &interrupt;

    const long n_steps = epochs * job.batches_per_epoch;
    const int sizes[] = {1, 1}, activations[] = {0};
    const double slopes[] = {0.0}, rates[n_runs] = {0.3, 0.1, 0.0, 0.3};
    std::vector<double> losses(std::size_t(n_runs * n_steps), -1.0), metrics(std::size_t(4 * n_runs * n_records));
    std::vector<Real> parameters(2 * n_runs), snapshots(2 * n_runs);
    std::vector<leadlight::Run<Real>> runs(n_runs, leadlight::Run<Real>{});
    for (long i = 0; i < n_runs; ++i) {
        leadlight::Run<Real> &run = runs[std::size_t(i)];
        run.n_layers = 1;
        run.sizes = sizes;
        run.activations = activations;
        run.slopes = slopes;
        run.rate = rates[i];
        run.parameters = parameters.data() + 2 * i;
        run.snapshots = snapshots.data() + 2 * i;
        run.n_parameters = 2;
        run.losses = losses.data() + i * n_steps;
        for (long m = 0; m < 4; ++m) run.metrics[m] = metrics.data() + (4 * i + m) * n_records;
    }
    leadlight::Pool<Real> pool(kernels, job, runs, {0, 1, 2, 3}, threads);
    for (long until = by_epochs ? 1 : epochs; until <= epochs; ++until) {
        pool.begin(until);
        while (!pool.wait(10.0)) {
        }
    }
    check(pool.all_finished() && pool.epochs_done() == double(epochs), "a run at its target is finished");

    check(runs[0].stopped_at > 0 && runs[0].stopped_at < runs[1].stopped_at, "the faster run stops first");
    check(runs[1].stopped_at < 30 && runs[2].stopped_at == -1, "a run that does not move stops never");
    check(runs[3].stopped_at == runs[0].stopped_at, "equal runs stop at once");
    for (long i = 0; i < n_runs; ++i) {
        const leadlight::Run<Real> &run = runs[std::size_t(i)];
        const long taken = (run.stopped_at < 0 ? epochs : run.stopped_at) * job.batches_per_epoch;
        check(run.diverged_at == -1, "the target is no divergence");
        check(std::count(run.losses, run.losses + n_steps, -1.0) == n_steps - taken, "no step after the target");
        check(std::equal(run.parameters, run.parameters + 2, run.snapshots), "later snapshots are the result");
        check(run.metrics[0][1] == run.metrics[0][2], "later metrics are those of the result");
        check(run.stopped_at < 0 || run.metrics[0][1] < 0.1, "the result is better than the target");
    }
}

}  // namespace

void check_targets(const Kernels &kernels) {
    for (int threads : {1, 3})
        for (bool by_epochs : {false, true})
            for (long batch_size : {20L, 8L}) {
                check_target<float>(kernels, threads, by_epochs, batch_size);
                check_target<double>(kernels, threads, by_epochs, batch_size);
            }
}
