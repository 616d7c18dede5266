// Where the numbers of a run lie: layers, tiles, weights, gradient and optimiser state, in two pieces of memory.
//
// Parameters come and go as (units, inputs + 1) a layer; here rows may be padded. What stays between epochs is in
// `state`; `scratch` holds what a step makes, and another run may use it in between.
#pragma once

#include "activations.hpp"
#include "optimizers.hpp"
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

struct Layout {
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

    Layout(const Job<Real> &job_, Run<Real> &run_) : job(job_), run(run_), at(run_.progress), n_layers(run_.n_layers) {}

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
};

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
