// Training on every level: threads, slices and rounds change nothing, and the sanitizers find nothing.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../training/engine.hpp"
#include "checks.hpp"

using leadlight::Kernels;

namespace {

// Trains a few runs of mixed shapes and every activation: at a stretch on one thread, in slices on three, and epoch
// by epoch from two places that hold the same samples. The same bits, finite losses, and nothing for the
// sanitizers to find. A training that is interrupted leaves what an uninterrupted one has so far.
template <typename Real>
void check_job(const Kernels &kernels, bool wide, leadlight::Loss loss, leadlight::Rule rule, bool centered,
               long batch_size) {
    constexpr long n = 45, epochs = 6, padded = 48, n_runs = 12;
    constexpr int n_outputs = 2;
    const int n_inputs = wide ? 70 : 3;
    const long stride = wide ? 80 : padded, rows = wide ? n : n_inputs + 1;
    const int n_target_rows = loss == leadlight::Loss::cross_entropy  ? 1
                              : loss == leadlight::Loss::relative_mse ? 4
                                                                      : 2;
    std::vector<Real> inputs(std::size_t(rows * stride)), targets(std::size_t(n_target_rows * padded));
    unsigned state = 1;
    const auto next = [&] { return Real((state = state * 1664525u + 1013904223u) >> 8) / Real(1 << 24) - Real(0.5); };
    for (long r = 0; r < rows; ++r)
        for (long c = 0; c < (wide ? n_inputs : n); ++c) inputs[std::size_t(r * stride + c)] = next();
    if (wide)
        for (long r = 0; r < n; ++r) inputs[std::size_t(r * stride + n_inputs)] = Real(1);
    else
        for (long c = 0; c < n; ++c) inputs[std::size_t(n_inputs * stride + c)] = Real(1);
    for (long r = 0; r < n_target_rows; ++r)
        for (long c = 0; c < n; ++c)
            targets[std::size_t(r * padded + c)] = next() > Real(0) || r >= n_outputs ? Real(1) : Real(0);

    int interrupt = 0;
    const std::int64_t stops[] = {2, epochs};
    const int due[] = {leadlight::metrics_due | leadlight::snapshot_due,
                       leadlight::metrics_due | leadlight::snapshot_due};
    leadlight::Job<Real> job{};
    job.train = job.test = {inputs.data(), targets.data(), n, stride, padded};
    job.wide = wide;
    job.n_inputs = n_inputs;
    job.n_outputs = n_outputs;
    job.n_target_rows = n_target_rows;
    job.loss = loss;
    job.rule = rule;
    job.centered = centered;
    job.momentum = 0.9;
    job.beta1 = 0.9;
    job.beta2 = 0.999;
    job.eps = 1e-8;
    job.epochs = epochs;
    job.batch_size = batch_size;
    job.batches_per_epoch = (n + batch_size - 1) / batch_size;
    job.shuffle = batch_size < n;
    job.stops = stops;
    job.due = due;
    job.n_stops = 2;
    job.check_every = 3;
    job.growth = 1e300;  // batches of one sample, some with a loss of nearly 0
    job.target_loss = -1.0;
    job.interrupt = &interrupt;

    const long n_steps = epochs * job.batches_per_epoch;
    std::vector<double> factors;
    for (long i = 0; i < n_steps; ++i) factors.push_back(1.0 / double(i + 1));
    job.rate_factors = centered ? factors.data() : nullptr;
    job.clip_norm = centered ? 0.1 : 0.0;
    job.clip_value = centered ? 0.05 : 0.0;
    const std::vector<Real> same_inputs = inputs, same_targets = targets;
    std::vector<std::vector<double>> results;
    std::vector<std::vector<Real>> early;  // parameters after two epochs
    struct Way {
        int threads;
        bool by_epochs;
        long interrupted_after;
    };
    for (const Way way :
         {Way{1, false, epochs}, Way{3, false, epochs}, Way{1, true, epochs}, Way{3, true, epochs}, Way{3, true, 2}}) {
        std::vector<leadlight::Run<Real>> runs(n_runs, leadlight::Run<Real>{});
        std::vector<std::vector<int>> sizes, activations;
        std::vector<std::vector<Real>> parameters, snapshots;
        std::vector<double> losses(std::size_t(n_runs * n_steps), -1.0), metrics(std::size_t(8 * n_runs));
        const double slopes[3] = {0.1, 0.1, 0.1};
        std::vector<long> queue;
        state = 2;
        for (int i = 0; i < n_runs; ++i) {
            leadlight::Run<Real> &run = runs[std::size_t(i)];
            run.n_layers = i == 11 ? 1 : 3;
            if (i == 11)
                sizes.push_back({n_inputs, n_outputs});
            else
                sizes.push_back({n_inputs, 1 + 3 * i, 7, n_outputs});
            activations.push_back({i == 11 ? 0 : i, i, 0});
            for (int l = 0; l < run.n_layers; ++l)
                run.n_parameters += (sizes.back()[std::size_t(l)] + 1) * sizes.back()[std::size_t(l) + 1];
            parameters.emplace_back();
            for (long p = 0; p < run.n_parameters; ++p) parameters.back().push_back(next());
            snapshots.emplace_back(std::size_t(2 * run.n_parameters));
            queue.push_back(i);
        }
        for (int i = 0; i < n_runs; ++i) {
            leadlight::Run<Real> &run = runs[std::size_t(i)];
            run.sizes = sizes[std::size_t(i)].data();
            run.activations = activations[std::size_t(i)].data();
            run.slopes = slopes;
            run.rate = 0.01;
            run.key[0] = 7;
            run.key[1] = std::uint64_t(i);
            run.parameters = parameters[std::size_t(i)].data();
            run.snapshots = snapshots[std::size_t(i)].data();
            run.losses = losses.data() + i * n_steps;
            for (int m = 0; m < 4; ++m) run.metrics[m] = metrics.data() + 8 * i + 2 * m;
        }
        interrupt = 0;
        {
            const leadlight::Samples<Real> places[2] = {{inputs.data(), targets.data(), n, stride, padded},
                                                        {same_inputs.data(), same_targets.data(), n, stride, padded}};
            leadlight::Pool<Real> pool(kernels, job, runs, queue, way.threads);
            const auto round = [&](long until) {
                pool.begin(until);
                while (!pool.wait(1e-3)) check(pool.epochs_done() <= double(epochs), "progress while threads run");
            };
            if (!way.by_epochs) round(epochs);
            for (long epoch = 0; way.by_epochs && epoch < way.interrupted_after; ++epoch) {
                job.train = places[epoch % 2];
                round(epoch + 1);
            }
            check(pool.epochs_done() == double(way.interrupted_after), "all runs are trained so far");
            check(pool.all_finished() == (way.interrupted_after == epochs), "none ends before its last epoch");
            interrupt = 1;
            round(epochs);
            check(pool.all_finished() && !pool.out_of_memory(), "an interruption ends all runs");
            check(pool.epochs_done() == double(way.interrupted_after), "where they stand");
        }
        const std::vector<double> &whole = results.empty() ? losses : results[0];
        if (way.interrupted_after < epochs) {
            for (long i = 0; i < n_runs * n_steps; ++i) {
                const bool taken = i % n_steps < way.interrupted_after * job.batches_per_epoch;
                check(losses[std::size_t(i)] == (taken ? whole[std::size_t(i)] : -1.0), "an interruption keeps losses");
            }
            check(parameters == early, "an interruption keeps parameters");
            continue;
        }
        for (int i = 0; i < n_runs; ++i) {
            check(runs[std::size_t(i)].diverged_at == -1, "none diverges");
            const std::vector<Real> &kept = snapshots[std::size_t(i)];
            const std::size_t half = kept.size() / 2;
            check(std::equal(kept.begin() + long(half), kept.end(), parameters[std::size_t(i)].begin()),
                  "the last snapshot is the result");
            if (results.empty()) early.emplace_back(kept.begin(), kept.begin() + long(half));
        }
        for (double value : losses) check(std::isfinite(value) && value >= 0.0, "losses are numbers");
        losses.insert(losses.end(), metrics.begin(), metrics.end());
        results.push_back(losses);
    }
    for (const std::vector<double> &result : results) check(result == results[0], "threads and slices change no bit");
}

template <typename Real>
void check_trainings(const Kernels &kernels) {
    using leadlight::Loss;
    using leadlight::Rule;
    for (bool wide : {false, true})
        for (Loss loss : {Loss::mse, Loss::relative_mse, Loss::bce_with_logits, Loss::cross_entropy})
            for (long batch_size : {45L, 16L, 1L}) {
                check_job<Real>(kernels, wide, loss, Rule::adam, false, batch_size);
                if (batch_size == 1) continue;  // ten times the steps: for one rule
                check_job<Real>(kernels, wide, loss, Rule::sgd, false, batch_size);
                check_job<Real>(kernels, wide, loss, Rule::rmsprop, false, batch_size);
                check_job<Real>(kernels, wide, loss, Rule::rmsprop, true, batch_size);
            }
}

}  // namespace

void check_training(const Kernels &kernels) {
    check_trainings<float>(kernels);
    check_trainings<double>(kernels);
}
