// Samples through the layers, forward and back, and the loss between: a tile of them at a time.
#pragma once

#include "layout.hpp"
#include "losses.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

struct Passes : Layout {
    using Layout::Layout;

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
                product({layer.w, layer.stride, 1, layer.w + layer.n_in, layer.n_in, in, layer.a, layer.a, at_once},
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
};

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
