// One run: epochs, batches, steps, records; nothing is allocated on the way. Between two epochs it may rest, and
// another thread may go on with it.
//
// A step cuts its batch into tiles (rows are units, columns samples; see tile_columns), and takes each through
// all layers forward, the loss, and all layers back, while it is in the cache. Weights, gradient and optimiser
// state are a few kilobytes and stay there too.
//
// What bounds it, a sample and step, on one core with AVX-512 (benchmarks/README.md has the counts): narrow layers
// the instructions around the products, not their multiply-adds (4 a cycle; 20 to 30 % of the peak); sigmoids the
// divider (90 % of the measured rate of exponentials); wide inputs reading the batch twice.
#pragma once

#include "order.hpp"
#include "passes.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

struct Trainer : Passes {
    using Passes::Passes;

    // One step on `count` samples: returns the mean loss before the update.
    double step(const std::uint32_t *index, long count) {
        for (long i = 0; i < n_flat; i += lanes) store(g + i, Vector{});
        const double share = 1.0 / (double(count) * (job.loss == Loss::cross_entropy ? 1 : job.n_outputs));
        const Layer &last = layers[n_layers - 1];
        double total = 0.0;
        for (long start = 0; start < count; start += tile) {
            const long part = count - start < tile ? count - start : tile;
            const Tile t = tile_of(job.train, index ? index + start : nullptr, start, part);
            forward(t);
            const bool activated = last.phi != Phi::identity;
            if (activated && !stores_derivative(last.phi))
                for (int o = 0; o < last.n_out; ++o)
                    __builtin_memcpy(last.derivative.at + o * tile, last.a.at + o * tile, sizeof(Real) * t.width);
            LossSums sums{};
            loss_and_gradient<false>(job.loss, last.a, t.y, job.n_outputs, t.count, Real(share), sums);
            total += double(lane_sum(sums.loss));
            if (activated) differentiate(last.phi, last.a, last.derivative, last.n_out, t.width);
            backward(t);
        }
        stepper.step(job, at);
        return double(Real(total * share));
    }

    bool is_finite() const {
        Vector sum{};
        for (long i = 0; i < n_flat; i += lanes) sum += load(w + i) * Real(0);
        return lane_sum(sum) == Real(0);
    }

    bool interrupted() const { return __atomic_load_n(job.interrupt, __ATOMIC_RELAXED) != 0; }

    void train(long until) {
        prepare();
        if (!at.started) start();
        while (at.epoch < until && !interrupted())
            if (!epoch() || !pass_stops() || reaches_target()) return end_early();
        if (at.epoch < job.epochs && !interrupted()) return;
        if (at.n_steps > at.checked && !check()) return end_early();
        copy_out(w, run.parameters);
        at.finished = true;
    }

    // What the scratch memory holds besides results of a step.
    void prepare() {
        // Rows of ones: each layer's inputs end in one, which makes its bias a weight.
        for (int l = 0; l < n_layers; ++l)
            for (long s = 0; s < tile; ++s) layers[l].a.at[layers[l].n_out * tile + s] = Real(1);
        if (!job.wide)
            for (long s = 0; s < tile; ++s) inputs.at[job.n_inputs * tile + s] = Real(1);
        if (job.batch_size < job.train.n && !job.shuffle)
            for (long i = 0; i < job.train.n; ++i) order[i] = std::uint32_t(i);
    }

    void start() {
        __builtin_memset(w, 0,
                         std::size_t(reinterpret_cast<char *>(stepper.third + n_third) - reinterpret_cast<char *>(w)));
        copy_in(run.parameters);
        __builtin_memcpy(kept, w, sizeof(Real) * n_flat);
        at = Progress{};
        at.started = true;
        at.power1 = at.power2 = 1.0;
        run.diverged_at = run.stopped_at = -1;
        pass_stops();
    }

    // One epoch's steps; false where the run diverges.
    bool epoch() {
        const bool whole = job.batch_size == job.train.n;
        if (!whole && job.shuffle) sample_order(run.key, std::uint64_t(at.epoch), order, job.train.n);
        for (long batch = 0; batch < job.batches_per_epoch; ++batch) {
            const long start = batch * job.batch_size, left = job.train.n - start;
            const long count = left < job.batch_size ? left : job.batch_size;
            if (job.rate_factors) stepper.rate = run.rate * job.rate_factors[at.n_steps];
            const double loss = step(whole ? nullptr : order + start, count);
            run.losses[at.n_steps] = loss;
            if (at.n_steps == 0) at.limit = job.growth * (loss > 0x1p-126 ? loss : 0x1p-126);
            if (!(loss <= at.limit && loss - loss == 0.0)) {
                run.diverged_at = at.n_steps;
                return false;
            }
            ++at.n_steps;
            if (at.n_steps - at.checked >= job.check_every && !check()) return false;
        }
        ++at.epoch;
        __atomic_store_n(&run.epochs_done, at.epoch, __ATOMIC_RELAXED);
        return true;
    }

    // Does what is due after the epochs done; false where the run is found to have diverged.
    bool pass_stops() {
        for (; at.stop < job.n_stops && job.stops[at.stop] == at.epoch; ++at.stop) {
            if (at.n_steps > at.checked && !check()) return false;
            if (job.due[at.stop] & metrics_due) {
                record(at.n_records);
                ++at.n_records;
            }
            if (job.due[at.stop] & snapshot_due) {
                copy_out(w, run.snapshots + at.n_snapshots * run.n_parameters);
                ++at.n_snapshots;
            }
        }
        return true;
    }

    // All is well so far: keep the parameters. False where they are not finite.
    bool check() {
        if (!is_finite()) {
            run.diverged_at = at.n_steps;
            return false;
        }
        __builtin_memcpy(kept, w, sizeof(Real) * n_flat);
        at.checked = at.n_steps;
        return true;
    }

    void record(long row) {
        if (run.metrics[0]) measure(job.train, run.metrics[0][row], run.metrics[1][row]);
        if (run.metrics[0] && job.test.n) measure(job.test, run.metrics[2][row], run.metrics[3][row]);
    }

    // Whether the last epoch's mean loss, over its samples, is at most the target and the weights are numbers still.
    // All records to come are then those of the network as it is.
    bool reaches_target() {
        if (job.target_loss < 0.0) return false;
        const long all = job.batches_per_epoch * job.batch_size, taken = all < job.train.n ? all : job.train.n;
        const double *const losses = run.losses + at.n_steps - job.batches_per_epoch;
        double mean = 0.0;
        for (long batch = 0; batch < job.batches_per_epoch; ++batch) {
            const long left = taken - batch * job.batch_size, count = left < job.batch_size ? left : job.batch_size;
            mean += losses[batch] * (double(count) / double(taken));
        }
        if (!(mean <= job.target_loss)) return false;
        if (at.n_steps > at.checked && !check()) return true;
        run.stopped_at = at.epoch;
        const long first = at.n_records;
        for (long i = at.stop; i < job.n_stops; ++i)
            if (job.due[i] & metrics_due) {
                if (at.n_records == first) record(first);
                for (double *const metric : run.metrics) metric[at.n_records] = metric[first];
                ++at.n_records;
            }
        return true;
    }

    // Diverged or at the target: what was kept last is the result, and all snapshots to come.
    void end_early() {
        copy_out(kept, run.parameters);
        for (; at.stop < job.n_stops; ++at.stop)
            if (job.due[at.stop] & snapshot_due) {
                copy_out(kept, run.snapshots + at.n_snapshots * run.n_parameters);
                ++at.n_snapshots;
            }
        at.finished = true;
        __atomic_store_n(&run.epochs_done, std::int64_t(job.epochs), __ATOMIC_RELAXED);
    }
};

}  // namespace

Workspace train_workspace(const Job<Real> &job, Run<Real> &run) { return Trainer(job, run).lay_out(); }

void train_run(const Job<Real> &job, Run<Real> &run, long until) {
    Trainer trainer(job, run);
    trainer.lay_out();
    trainer.train(until);
}

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
