// The affine form of every unit in a cell, on demand: as double-doubles with error bounds, and exactly.
//
// In a cell of the layers before l every preactivation z of layer l is one affine form a x + b y + c of the two
// inputs. A Context is such a cell, given by the piece of each unit of layer l - 1 and by its parent, the cell of
// the layers before l - 1 that contains it. Forms are computed when somebody asks, and kept: the inputs h of the
// layer all at once (they are forms of the parent, cut off or scaled), each z alone: n_in multiply-adds times 3.
// Dead units and zero weights cost nothing.
#pragma once

#include <atomic>
#include <cstdint>

#include "../network/network.hpp"
#include "double_double.hpp"
#include "dyadic.hpp"

namespace leadlight::geometry {

struct ExactForm {
    Dyadic a, b, c;  // a x + b y + c
};

struct BallForm {
    Ball a, b, c;
};

class ContextForms;  // what has been computed

// Chained to its parent, which outlives it; not copied, not moved. Any number of threads may use one at once: what is
// computed on demand is published under a lock of the context, after which reading takes none.
class Context {
  public:
    explicit Context(const Net &net);  // the root: the domain, whose forms are those of the first layer
    // The units of `parent` (layer parent.layer) on the pieces piece[0..n_out), which outlive the context; null will do
    // after a layer without pieces.
    Context(const Context &parent, const std::uint8_t *piece);
    ~Context();
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    const Net &net;
    const Context *const parent;
    const int layer;  // whose preactivations these are: an index into net.layers
    const std::uint8_t *const piece;

    std::uint64_t serial() const;  // tells contexts apart, those of the past at the same address too; never 0
    BallForm ball_form(int unit) const;
    const BallForm &kept_ball_form(int unit) const;  // made on demand
    // Double-doubles of all units as ball_terms.hpp lays them out, which outlive the context: ball_form takes these
    // where they are good enough.
    void use_balls(const double *balls, long stride) {
        balls_ = balls;
        stride_ = stride;
    }
    const ExactForm &exact_form(int unit) const;

  private:
    ContextForms &forms() const;

    mutable std::atomic<ContextForms *> forms_{nullptr};
    const double *balls_ = nullptr;
    long stride_ = 0;
};

// The nearest double-double, and how far it is off.
Ball to_ball(const Dyadic &value);

}  // namespace leadlight::geometry
