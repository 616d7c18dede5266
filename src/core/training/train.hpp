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

#include "activations.hpp"
#include "losses.hpp"
#include "optimizers.hpp"
#include "order.hpp"
#include "wide.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

struct Layer {
    int n_in, n_out;
    Phi phi;
    double parameter;
    long stride;         // of the rows of w and g: n_in + 1, more for a wide first layer
    Real *w, *g;         // (n_out, stride)
    Rows a, derivative;  // outputs, then a row of ones; what derivative_epilogue reads, where it is not a
};

// Hands out pieces of the workspace; with no base it only counts.
struct Arena {
    char *base;
    std::size_t used = 0;

    template <typename T>
    T *take(long n) {
        T *const piece = base ? reinterpret_cast<T *>(base + used) : nullptr;
        used += (std::size_t(n) * sizeof(T) + 63) / 64 * 64;
        return piece;
    }
};

struct Trainer {
    const Job<Real> &job;
    Run<Real> &run;
    Progress &at;
    Layer layers[max_layers];
    int n_layers;
    long tile, n_flat, n_third;  // columns; parameters, rounded up; those of them with a third state
    Real *w, *g, *kept;
    Stepper stepper;
    Rows inputs, targets, delta[2];  // of a gathered tile; gradients on the way down
    std::uint32_t *order;

    Trainer(const Job<Real> &job_, Run<Real> &run_)
        : job(job_), run(run_), at(run_.progress), n_layers(run_.n_layers) {}

    // Columns of a tile: the whole batch where its rows fit the second-level cache, at least 8 vectors.
    static long tile_columns(long rows, long batch) {
        constexpr long bytes = 192 * 1024;
        long columns = bytes / (rows * long(sizeof(Real))) / (8 * lanes) * (8 * lanes);
        if (columns < 8 * lanes) columns = 8 * lanes;
        return columns < padded(batch) ? columns : padded(batch);
    }

    Workspace lay_out() {
        Arena state{run.state}, arena{run.scratch};
        long rows = (job.wide ? 0 : job.n_inputs + 1) + job.n_target_rows;
        int widest = job.n_outputs;
        n_flat = 0;
        for (int l = 0; l < n_layers; ++l) {
            Layer &layer = layers[l];
            layer.n_in = run.sizes[l];
            layer.n_out = run.sizes[l + 1];
            layer.phi = Phi(run.activations[l]);
            layer.parameter = run.slopes[l];
            layer.stride = l == 0 && job.wide ? padded(layer.n_in + 1) : layer.n_in + 1;
            n_flat += layer.n_out * layer.stride;
            rows += layer.n_out + 1;
            if (has_derivative_rows(l)) rows += layer.n_out;
            if (layer.n_out > widest) widest = layer.n_out;
        }
        n_flat = padded(n_flat);
        rows += 2 * widest;
        tile = tile_columns(rows, job.batch_size);

        w = state.take<Real>(n_flat);
        kept = state.take<Real>(n_flat);
        g = arena.take<Real>(n_flat);
        stepper.p = w;
        stepper.g = g;
        stepper.first = state.take<Real>(n_flat);
        stepper.second = state.take<Real>(n_flat);
        n_third = job.centered ? n_flat : 0;
        stepper.third = state.take<Real>(n_third);
        stepper.n = n_flat;
        stepper.rate = run.rate;
        long start = 0;
        for (int l = 0; l < n_layers; ++l) {
            Layer &layer = layers[l];
            layer.w = w + start;
            layer.g = g + start;
            start += layer.n_out * layer.stride;
            layer.a = take_rows(arena, layer.n_out + 1);
            layer.derivative = has_derivative_rows(l) ? take_rows(arena, layer.n_out) : layer.a;
        }
        inputs = take_rows(arena, job.wide ? 1 : job.n_inputs + 1);
        targets = take_rows(arena, job.n_target_rows);
        delta[0] = take_rows(arena, widest);
        delta[1] = take_rows(arena, widest);
        order = arena.take<std::uint32_t>(job.batch_size < job.train.n ? job.train.n : 0);
        return {state.used, arena.used};
    }

    Rows take_rows(Arena &arena, int n) { return {arena.take<Real>(n * tile), tile}; }

    // An output activation needs them: its outputs are overwritten by the loss's gradient.
    bool has_derivative_rows(int l) const {
        const Phi phi = Phi(run.activations[l]);
        return stores_derivative(phi) || (l == n_layers - 1 && phi != Phi::identity);
    }

    // The run's parameters (units, inputs + 1) from or to the layout used here.
    void copy_in(const Real *from) {
        for (int l = 0; l < n_layers; ++l)
            for (int o = 0; o < layers[l].n_out; ++o, from += layers[l].n_in + 1)
                __builtin_memcpy(layers[l].w + o * layers[l].stride, from, sizeof(Real) * (layers[l].n_in + 1));
    }

    void copy_out(const Real *parameters, Real *to) const {
        for (int l = 0; l < n_layers; ++l) {
            const Real *const from = parameters + (layers[l].w - w);
            for (int o = 0; o < layers[l].n_out; ++o, to += layers[l].n_in + 1)
                __builtin_memcpy(to, from + o * layers[l].stride, sizeof(Real) * (layers[l].n_in + 1));
        }
    }

    // One tile's samples.
    struct Tile {
        Rows x, y;
        SampleRows rows;
        long count, width;
    };

    // `count` samples from `start` on, or those of index[0 ... count) where there is an index.
    Tile tile_of(const Samples<Real> &samples, const std::uint32_t *index, long start, long count) {
        Tile t;
        t.count = count;
        t.width = padded(count);
        t.rows = {samples.inputs, samples.stride, index, start};
        if (!index) {
            t.x = {const_cast<Real *>(samples.inputs) + (job.wide ? 0 : start), samples.stride};
            t.y = {const_cast<Real *>(samples.targets) + start, samples.target_stride};
            return t;
        }
        t.x = inputs;
        t.y = targets;
        if (!job.wide) gather(samples.inputs, samples.stride, job.n_inputs, index, t, inputs);
        gather(samples.targets, samples.target_stride, job.n_target_rows, index, t, targets);
        return t;
    }

    static void gather(const Real *from, long stride, int n_rows, const std::uint32_t *index, const Tile &t, Rows to) {
        for (int r = 0; r < n_rows; ++r) {
            const Real *__restrict source = from + r * stride;
            Real *__restrict row = to.at + r * to.stride;
#pragma GCC unroll 8
            for (long s = 0; s < t.count; ++s) row[s] = source[index[s]];
            for (long s = t.count; s < t.width; ++s) row[s] = Real(0);
        }
    }

    void forward(const Tile &t) {
        Rows in = t.x;
        for (int l = 0; l < n_layers; ++l) {
            Layer &layer = layers[l];
            const Epilogue at_once = l == 0 && job.wide ? Epilogue::none : forward_epilogue(layer.phi);
            if (l == 0 && job.wide) {
                wide_forward(layer.w, layer.n_out, layer.stride, t.rows, t.count, layer.a);
                for (int o = 0; o < layer.n_out; ++o)
                    for (long s = t.count; s < t.width; ++s) layer.a.at[o * tile + s] = Real(0);
            } else {
                product({layer.w, layer.stride, 1, layer.w + layer.n_in, layer.n_in, in, layer.a, layer.a,
                         at_once},
                        layer.n_out, t.width);
            }
            if (at_once == Epilogue::none)
                activate(layer.phi, layer.parameter, layer.a, layer.derivative, layer.n_out, t.width);
            in = layer.a;
        }
    }

    void backward(const Tile &t) {
        Rows d = layers[n_layers - 1].a;
        for (int l = n_layers - 1; l >= 0; --l) {
            Layer &layer = layers[l];
            if (l == 0 && job.wide) {
                wide_gradient(d, layer.n_out, layer.stride, t.rows, t.count, layer.g);
                return;
            }
            const Rows in = l == 0 ? t.x : layers[l - 1].a;
            gradient(d, layer.n_out, in, layer.n_in + 1, t.width, layer.g, layer.stride);
            if (l == 0) return;
            const Layer &below = layers[l - 1];
            const Rows next = delta[l & 1];
            product({layer.w, 1, layer.stride, nullptr, layer.n_out, d, next, below.derivative,
                     derivative_epilogue(below.phi)},
                    layer.n_in, t.width);
            d = next;
        }
    }

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

    // Mean loss and share of right answers on all of some samples.
    void measure(const Samples<Real> &samples, double &loss, double &right) {
        const Layer &last = layers[n_layers - 1];
        double total = 0.0, correct = 0.0;
        for (long start = 0; start < samples.n; start += tile) {
            const long part = samples.n - start < tile ? samples.n - start : tile;
            const Tile t = tile_of(samples, nullptr, start, part);
            forward(t);
            LossSums sums{};
            loss_and_gradient<true>(job.loss, last.a, t.y, job.n_outputs, t.count, Real(0), sums);
            total += double(lane_sum(sums.loss));
            correct += double(lane_sum(sums.right));
        }
        const double n = double(samples.n);
        loss = total / (job.loss == Loss::cross_entropy ? n : n * job.n_outputs);
        right = correct / (job.loss == Loss::bce_with_logits ? n * job.n_outputs : n);
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
        __builtin_memset(w, 0, std::size_t(reinterpret_cast<char *>(stepper.third + n_third) - reinterpret_cast<char *>(w)));
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

void activation_values(Phi phi, double parameter, const Real *z, Real *value, Real *derivative, long n) {
    for (long i = 0; i < n; i += lanes) {
        const long count = n - i < lanes ? n - i : lanes;
        Real a[lanes] = {}, d[lanes] = {}, slope[lanes] = {};
        __builtin_memcpy(a, z + i, sizeof(Real) * count);
        const Rows rows = {a, lanes}, stored = {d, lanes};
        activate(phi, parameter, rows, stored, 1, lanes);
        for (int lane = 0; lane < lanes; ++lane) slope[lane] = Real(1);
        differentiate(phi, {slope, lanes}, stores_derivative(phi) ? stored : rows, 1, lanes);
        __builtin_memcpy(value + i, a, sizeof(Real) * count);
        __builtin_memcpy(derivative + i, slope, sizeof(Real) * count);
    }
}

void function_values(Function function, const Real *x, Real *value, long n) {
    for (long i = 0; i < n; i += lanes) {
        const long count = n - i < lanes ? n - i : lanes;
        Real at[lanes] = {};
        __builtin_memcpy(at, x + i, sizeof(Real) * count);
        Vector v = load(at), unused;
        switch (function) {
            case Function::exp: v = exp_within_limits(v); break;
            case Function::one_minus_exp: exp_and_rest_of_negative(v, unused, v); break;
            case Function::log: v = log_of(v); break;
            case Function::log1p: log1p_and_inverse(v, v, unused); break;
            case Function::normal: normal_distribution(v, v, unused); break;
        }
        store(at, v);
        __builtin_memcpy(value + i, at, sizeof(Real) * count);
    }
}

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
