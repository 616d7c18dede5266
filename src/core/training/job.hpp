// What the training kernel is given and what it leaves behind: plain data, no code.
//
// One `Job` is one call: the samples, the loss, the optimiser, the epochs at which something is due. One `Run`
// is the training of one network. Both hold pointers into memory of the caller, who has checked every size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leadlight {

// In the order of the tables in src/leadlight/training/_compiled_engine.py.
enum class Phi : int { identity, relu, leaky_relu, abs, sigmoid, tanh, hardtanh, softplus, gelu, elu, step };
// What activations and losses are made of; see training/functions.hpp. For tests.
enum class Function : int { exp, one_minus_exp, log, log1p, normal };
enum class Loss : int { mse, relative_mse, bce_with_logits, cross_entropy };
enum class Rule : int { sgd, adam, rmsprop };

// Samples of one precision. Narrow: inputs (n_inputs + 1, stride), a column a sample, the last row 1. Wide:
// inputs (n, stride), a row a sample, a 1 after each. The stride is a multiple of 64 bytes, what lies between
// is 0. Targets (rows, target_stride), a column a sample: the values; for relative_mse the values, then
// 1 / max(|y|, floor); for cross_entropy one row, the label.
template <typename Real>
struct Samples {
    const Real *inputs, *targets;
    long n, stride, target_stride;
};

constexpr int max_layers = 64;  // of one network

struct Workspace {
    std::size_t state, scratch;  // bytes
};

enum Due : int { nothing_due = 0, metrics_due = 1, snapshot_due = 2 };

template <typename Real>
struct Job {
    Samples<Real> train, test;  // test.n is 0 where there is none
    bool wide;
    int n_inputs, n_outputs, n_target_rows;
    Loss loss;
    Rule rule;
    double momentum, beta1, beta2, eps, weight_decay, decoupled_decay;  // beta2: of squares, RMSprop's alpha too
    bool nesterov, centered;
    double clip_norm, clip_value;  // of the gradient, before anything is added to it; 0: no limit
    const double *rate_factors;    // (steps): on each run's rate; null: 1
    long epochs, batch_size, batches_per_epoch;
    bool shuffle;
    // After stops[i] epochs, ascending, divergence is looked for, and what due[i] says is done.
    const std::int64_t *stops;
    const int *due;
    long n_stops;
    long check_every;      // steps, at most, between two looks
    double growth;         // a loss this many times the first counts as diverged
    double target_loss;    // an epoch's mean loss at which a run stops; below 0: none
    const int *interrupt;  // read before each epoch; not 0: stop
};

// How far a run has come; all zeros before it starts.
struct Progress {
    bool started, finished;
    long epoch, n_steps, checked;       // done; steps at the last look for divergence
    long stop, n_records, n_snapshots;  // what is due next
    double limit;                       // a loss beyond it has diverged
    double power1, power2;              // Adam's beta1 and beta2 to the number of steps
};

template <typename Real>
struct Run {
    int n_layers;            // affine maps
    const int *sizes;        // (n_layers + 1): inputs, widths, outputs
    const int *activations;  // (n_layers): Phi of each, the output's last
    const double *slopes;    // (n_layers): the parameter of each, 0 where there is none
    double rate;
    std::uint64_t key[2];  // of the batch orders
    Real *parameters;      // in and out: layer by layer (units, inputs + 1), the bias last
    double *losses;        // (steps): of each batch before its update
    double *metrics[4];    // (records): train loss, train accuracy, test loss, test accuracy; or null
    Real *snapshots;       // (snapshots, n_parameters)
    long n_parameters;
    std::int64_t epochs_done;  // may be read while it is trained
    std::int64_t diverged_at;  // step, or -1
    std::int64_t stopped_at;   // epochs until the target loss, or -1
    Progress progress;
    // Aligned to 64 bytes, of as many bytes as TrainKernels::workspace says: what lasts from one epoch to the
    // next (weights, the optimiser's state), and what does not.
    char *state, *scratch;
};

}  // namespace leadlight
