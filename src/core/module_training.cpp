// Training, bound to Python: arrays to Job and Runs, signals and progress while the threads work.
//
// src/leadlight/training/_compiled_engine.py is the caller; it has checked the values. Lengths are checked here
// again, so that no call from Python can write where it should not.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "kernels.hpp"
#include "training/engine.hpp"
#include "training/order.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

template <typename T>
using Array = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

void require(bool holds, const char *what) {
    if (!holds) throw nb::value_error(what);
}

template <typename Real>
leadlight::Samples<Real> samples_of(const Array<const Real> &inputs, const Array<const Real> &targets, long n,
                                    bool wide, int n_inputs, int n_target_rows) {
    require(inputs.ndim() == 2 && targets.ndim() == 2, "samples must be matrices");
    const long rows = long(inputs.shape(0)), stride = long(inputs.shape(1)), target_stride = long(targets.shape(1));
    constexpr long block = 64 / sizeof(Real);  // elements: a vector of any level, and nothing read beyond
    require(stride % block == 0 && target_stride % block == 0, "strides must be multiples of 64 bytes");
    require(n >= 1 && long(targets.shape(0)) == n_target_rows && target_stride >= n, "targets do not fit");
    require(wide ? rows == n && stride >= n_inputs + 1 : rows == n_inputs + 1 && stride >= n, "inputs do not fit");
    return {inputs.data(), targets.data(), n, stride, target_stride};
}

// Waits for a round while threads work; the caller's thread looks after Python: signals and progress.
template <typename Real>
void watch(leadlight::Pool<Real> &pool, const nb::object &progress, std::chrono::steady_clock::time_point &told) {
    constexpr std::chrono::duration<double> pause(0.05);
    for (bool over = false; !over;) {
        {
            nb::gil_scoped_release release;
            over = pool.wait(pause.count());
        }
        if (PyErr_CheckSignals() != 0) throw nb::python_error();
        const auto now = std::chrono::steady_clock::now();
        if (progress.is_none() || now - told < pause) continue;
        told = now;
        progress(pool.epochs_done());
    }
}

// All rounds: a single one, or, where `fill` gives each epoch its samples, one an epoch. fill(epoch, place) writes
// them to one of two places while the threads train on the other.
template <typename Real>
void lead(leadlight::Pool<Real> &pool, leadlight::Job<Real> &job, const leadlight::Samples<Real> (&places)[2],
          int &interrupt, const nb::object &fill, const nb::object &progress) {
    auto told = std::chrono::steady_clock::now();
    try {
        long epoch = 0;
        do {
            job.train = places[epoch % 2];
            epoch = fill.is_none() ? job.epochs : std::min(epoch + 1, job.epochs);
            pool.begin(epoch);
            if (epoch < job.epochs) fill(epoch, epoch % 2);
            watch(pool, progress, told);
        } while (epoch < job.epochs && !pool.all_finished());
    } catch (...) {  // runs rest after the epoch that they are in, and end there
        __atomic_store_n(&interrupt, 1, __ATOMIC_RELAXED);
        nb::gil_scoped_release release;
        while (!pool.wait(10.0)) {
        }
        pool.begin(job.epochs);
        while (!pool.wait(10.0)) {
        }
        throw;
    }
    if (pool.out_of_memory()) throw std::bad_alloc();
}

template <typename Real>
void train(Array<const Real> inputs, Array<const Real> targets, Array<const Real> next_inputs,
           Array<const Real> next_targets, nb::object fill, long n_samples, Array<const Real> test_inputs,
           Array<const Real> test_targets, long n_test, bool wide, int n_inputs, int n_outputs, int loss, int rule,
           Array<const double> numbers, bool nesterov, bool centered, double clip_norm, double clip_value,
           Array<const double> rate_factors, long epochs, long batch_size, long batches_per_epoch, bool shuffle,
           Array<const std::int64_t> stops, Array<const int> due, long check_every, double growth, double target_loss,
           Array<const int> n_layers, Array<const int> sizes, Array<const int> activations, Array<const double> slopes,
           Array<const double> rates, Array<const std::uint64_t> keys, Array<Real> parameters, Array<double> losses,
           Array<double> metrics, Array<Real> snapshots, Array<std::int64_t> diverged_at,
           Array<std::int64_t> stopped_at, int threads, nb::object progress) {
    require(n_inputs >= 1 && n_outputs >= 1 && loss >= 0 && loss < 4 && rule >= 0 && rule < 3, "unknown choice");
    require(numbers.size() == 6, "six numbers of the optimiser");
    require(n_inputs < (1 << 30) && n_outputs < (1 << 30), "too many inputs or outputs");
    require(epochs >= 0 && batch_size >= 1 && batch_size <= n_samples && n_samples < (1L << 32) &&
                batches_per_epoch >= 1 && batches_per_epoch <= (n_samples + batch_size - 1) / batch_size &&
                epochs <= long(losses.size()) / batches_per_epoch,
            "batches do not fit");
    require(stops.size() == due.size() && check_every >= 1 && threads >= 1, "stops do not fit");

    int interrupt = 0;
    leadlight::Job<Real> job{};
    job.loss = leadlight::Loss(loss);
    job.n_target_rows = job.loss == leadlight::Loss::cross_entropy  ? 1
                        : job.loss == leadlight::Loss::relative_mse ? 2 * n_outputs
                                                                    : n_outputs;
    const auto training = [&](const Array<const Real> &x, const Array<const Real> &y) {
        return samples_of<Real>(x, y, n_samples, wide, n_inputs, job.n_target_rows);
    };
    const leadlight::Samples<Real> places[2] = {
        training(inputs, targets), fill.is_none() ? leadlight::Samples<Real>{} : training(next_inputs, next_targets)};
    job.train = places[0];
    if (n_test) job.test = samples_of<Real>(test_inputs, test_targets, n_test, wide, n_inputs, job.n_target_rows);
    job.wide = wide;
    job.n_inputs = n_inputs;
    job.n_outputs = n_outputs;
    job.rule = leadlight::Rule(rule);
    const double *const number = numbers.data();
    job.momentum = number[0];
    job.beta1 = number[1];
    job.beta2 = number[2];
    job.eps = number[3];
    job.weight_decay = number[4];
    job.decoupled_decay = number[5];
    job.nesterov = nesterov;
    job.centered = centered;
    job.clip_norm = clip_norm;
    job.clip_value = clip_value;
    job.rate_factors = rate_factors.size() ? rate_factors.data() : nullptr;
    job.epochs = epochs;
    job.batch_size = batch_size;
    job.batches_per_epoch = batches_per_epoch;
    job.shuffle = shuffle;
    job.stops = stops.data();
    job.due = due.data();
    job.n_stops = long(stops.size());
    job.check_every = check_every;
    job.growth = growth;
    job.target_loss = target_loss;
    job.interrupt = &interrupt;

    const long n_runs = long(n_layers.size()), n_steps = epochs * batches_per_epoch;
    long n_records = 0, n_snapshots = 0;
    for (long i = 0; i < job.n_stops; ++i) {
        n_records += (job.due[i] & leadlight::metrics_due) != 0;
        n_snapshots += (job.due[i] & leadlight::snapshot_due) != 0;
    }
    require(n_runs >= 1 && long(rates.size()) == n_runs && long(keys.size()) == 2 * n_runs &&
                long(diverged_at.size()) == n_runs && long(stopped_at.size()) == n_runs &&
                long(losses.size()) == n_runs * n_steps &&
                (!job.rate_factors || long(rate_factors.size()) == n_steps) &&
                long(metrics.size()) == 4 * n_runs * n_records,
            "one entry a run");

    std::vector<leadlight::Run<Real>> runs(std::size_t(n_runs), leadlight::Run<Real>{});
    std::vector<long> queue(std::size_t(n_runs), 0), work(std::size_t(n_runs), 0);
    long layer = 0, size = 0, parameter = 0;
    for (long i = 0; i < n_runs; ++i) {
        leadlight::Run<Real> &run = runs[std::size_t(i)];
        run.diverged_at = run.stopped_at = -1;
        run.n_layers = n_layers.data()[i];
        require(run.n_layers >= 1 && run.n_layers <= leadlight::max_layers &&
                    layer + run.n_layers <= long(activations.size()) && layer + run.n_layers <= long(slopes.size()) &&
                    size + run.n_layers + 1 <= long(sizes.size()),
                "layers do not fit");
        run.sizes = sizes.data() + size;
        run.activations = activations.data() + layer;
        run.slopes = slopes.data() + layer;
        require(run.sizes[0] == n_inputs && run.sizes[run.n_layers] == n_outputs, "inputs or outputs differ");
        for (int l = 0; l < run.n_layers; ++l) {
            require(run.sizes[l + 1] >= 1 && run.activations[l] >= 0 && run.activations[l] <= 10, "bad layer");
            run.n_parameters += (long(run.sizes[l]) + 1) * run.sizes[l + 1];
            require(run.n_parameters <= long(parameters.size()) - parameter, "parameters do not fit");
        }
        run.rate = rates.data()[i];
        run.key[0] = keys.data()[2 * i];
        run.key[1] = keys.data()[2 * i + 1];
        run.losses = losses.data() + i * n_steps;
        for (int m = 0; m < 4; ++m)
            run.metrics[m] = n_records ? metrics.data() + (m * n_runs + i) * n_records : nullptr;
        require((parameter + run.n_parameters) * n_snapshots <= long(snapshots.size()), "snapshots do not fit");
        run.parameters = parameters.data() + parameter;
        run.snapshots = snapshots.data() + parameter * n_snapshots;
        layer += run.n_layers;
        size += run.n_layers + 1;
        parameter += run.n_parameters;
        work[std::size_t(i)] = run.n_parameters;
    }
    // The longest first, so that no thread is left alone with one at the end.
    std::iota(queue.begin(), queue.end(), 0L);
    std::stable_sort(queue.begin(), queue.end(),
                     [&](long a, long b) { return work[std::size_t(a)] > work[std::size_t(b)]; });
    const auto tell = [&] {
        for (long i = 0; i < n_runs; ++i) {
            diverged_at.data()[i] = runs[std::size_t(i)].diverged_at;
            stopped_at.data()[i] = runs[std::size_t(i)].stopped_at;
        }
    };
    try {
        leadlight::Pool<Real> pool(leadlight::kernels(), job, runs, queue, int(std::min<long>(threads, n_runs)));
        lead(pool, job, places, interrupt, fill, progress);
    } catch (...) {
        tell();  // an interrupted call has results too
        throw;
    }
    tell();
}

template <typename Real>
void activation(int phi, double parameter, Array<const Real> z, Array<Real> value, Array<Real> derivative) {
    require(phi >= 0 && phi <= 10, "unknown choice");
    require(z.size() == value.size() && z.size() == derivative.size(), "one result a number");
    const leadlight::Phi choice = leadlight::Phi(phi);
    const long n = long(z.size());
    if constexpr (sizeof(Real) == 4)
        leadlight::kernels().train_f32.activation(choice, parameter, z.data(), value.data(), derivative.data(), n);
    else
        leadlight::kernels().train_f64.activation(choice, parameter, z.data(), value.data(), derivative.data(), n);
}

template <typename Real>
void function(int which, Array<const Real> x, Array<Real> value) {
    require(which >= 0 && which <= 4, "unknown choice");
    require(x.size() == value.size(), "one result a number");
    const leadlight::Function choice = leadlight::Function(which);
    if constexpr (sizeof(Real) == 4)
        leadlight::kernels().train_f32.function(choice, x.data(), value.data(), long(x.size()));
    else
        leadlight::kernels().train_f64.function(choice, x.data(), value.data(), long(x.size()));
}

void sample_order(std::uint64_t key0, std::uint64_t key1, std::uint64_t epoch, Array<std::uint32_t> order) {
    const std::uint64_t key[2] = {key0, key1};
    leadlight::sample_order(key, epoch, order.data(), long(order.size()));
}

template <typename Real>
void bind_precision(nb::module_ &m, const char *train_name, const char *activation_name) {
    m.def(train_name, train<Real>, nb::kw_only(), "inputs"_a.noconvert(), "targets"_a.noconvert(),
          "next_inputs"_a.noconvert(), "next_targets"_a.noconvert(), "fill"_a.none(), "n_samples"_a,
          "test_inputs"_a.noconvert(), "test_targets"_a.noconvert(), "n_test"_a, "wide"_a, "n_inputs"_a, "n_outputs"_a,
          "loss"_a, "rule"_a, "numbers"_a.noconvert(), "nesterov"_a, "centered"_a, "clip_norm"_a, "clip_value"_a,
          "rate_factors"_a.noconvert(), "epochs"_a, "batch_size"_a, "batches_per_epoch"_a, "shuffle"_a,
          "stops"_a.noconvert(), "due"_a.noconvert(), "check_every"_a, "growth"_a, "target_loss"_a,
          "n_layers"_a.noconvert(), "sizes"_a.noconvert(), "activations"_a.noconvert(), "slopes"_a.noconvert(),
          "rates"_a.noconvert(), "keys"_a.noconvert(), "parameters"_a.noconvert(), "losses"_a.noconvert(),
          "metrics"_a.noconvert(), "snapshots"_a.noconvert(), "diverged_at"_a.noconvert(), "stopped_at"_a.noconvert(),
          "threads"_a, "progress"_a.none());
    m.def(activation_name, activation<Real>, "phi"_a, "parameter"_a, "z"_a.noconvert(), "value"_a.noconvert(),
          "derivative"_a.noconvert());
}

}  // namespace

void bind_training(nb::module_ &m) {
    bind_precision<float>(m, "train_float32", "activation_float32");
    bind_precision<double>(m, "train_float64", "activation_float64");
    m.def("function_float32", function<float>, "which"_a, "x"_a.noconvert(), "value"_a.noconvert());
    m.def("function_float64", function<double>, "which"_a, "x"_a.noconvert(), "value"_a.noconvert());
    m.def("sample_order", sample_order, "key0"_a, "key1"_a, "epoch"_a, "order"_a.noconvert());
}
