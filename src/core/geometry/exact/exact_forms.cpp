#include "exact_forms.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "../kernels/ball_terms.hpp"

namespace leadlight::geometry {

namespace {

// sum_i w_i h_i + b, skipping what is zero.
void combine(const double *w, double b, const std::vector<const ExactForm *> &h, ExactForm &z) {
    thread_local DyadicSum sum;
    const auto coefficient = [&](Dyadic ExactForm::*which, double constant, Dyadic &value) {
        sum.clear();
        sum.add(Dyadic(constant));
        for (std::size_t i = 0; i < h.size(); ++i)
            if (h[i] && w[i] != 0.0) sum.add_product(w[i], h[i]->*which);
        sum.result(value);
    };
    coefficient(&ExactForm::a, 0.0, z.a);
    coefficient(&ExactForm::b, 0.0, z.b);
    coefficient(&ExactForm::c, b, z.c);
}

void combine(const double *w, double b, const std::vector<const BallForm *> &h, BallForm &z) {
    z = {0.0, 0.0, b};
    for (std::size_t i = 0; i < h.size(); ++i)
        if (h[i] && w[i] != 0.0) {
            const Ball weight(w[i]);
            z.a = z.a + weight * h[i]->a;
            z.b = z.b + weight * h[i]->b;
            z.c = z.c + weight * h[i]->c;
        }
}

void scale(const ExactForm &z, double slope, double intercept, ExactForm &h) {
    const Dyadic factor(slope);
    h.a = factor * z.a;
    h.b = factor * z.b;
    h.c = factor * z.c + Dyadic(intercept);
}

void scale(const BallForm &z, double slope, double intercept, BallForm &h) {
    const Ball factor(slope);
    h.a = factor * z.a;
    h.b = factor * z.b;
    h.c = factor * z.c + Ball(intercept);
}

const ExactForm &form_of(const Context &context, int unit, const ExactForm *) { return context.exact_form(unit); }
const BallForm &form_of(const Context &context, int unit, const BallForm *) { return context.kept_ball_form(unit); }

// The forms of one kind.
template <typename Form>
class FormTable {
  public:
    ~FormTable() {
        for (auto &form : forms_) delete form.load(std::memory_order_relaxed);
    }

    const Form &get(const Context &context, int unit, std::mutex &mutex) {
        if (ready_.load(std::memory_order_acquire)) {
            const Form *const known = forms_[std::size_t(unit)].load(std::memory_order_acquire);
            if (known) return *known;
        }
        // Locks are taken from a context to its parent, never the other way.
        const std::lock_guard<std::mutex> lock(mutex);
        const NetworkLayer &layer = context.net.layers[std::size_t(context.layer)];
        if (!ready_.load(std::memory_order_relaxed)) {
            gather_inputs(context);
            forms_ = std::vector<std::atomic<Form *>>(std::size_t(layer.n_out));
            ready_.store(true, std::memory_order_release);
        }
        std::atomic<Form *> &slot = forms_[std::size_t(unit)];
        if (!slot.load(std::memory_order_relaxed)) {
            auto fresh = std::make_unique<Form>();
            combine(layer.W + std::size_t(unit) * std::size_t(layer.n_in), layer.b[unit], inputs_, *fresh);
            slot.store(fresh.release(), std::memory_order_release);
        }
        return *slot.load(std::memory_order_relaxed);
    }

  private:
    void gather_inputs(const Context &context) {
        inputs_.clear();
        own_.clear();
        const auto keep = [&](Form form) {
            own_.push_back(std::move(form));
            inputs_.push_back(&own_.back());
        };
        if (!context.parent) {
            keep({1.0, 0.0, 0.0});
            keep({0.0, 1.0, 0.0});
            return;
        }
        const Context &parent = *context.parent;
        const NetworkLayer &before = parent.net.layers[std::size_t(parent.layer)];
        for (int unit = 0; unit < before.n_out; ++unit) {
            double slope = 1.0, intercept = 0.0;
            if (before.pieces) {
                slope = before.pieces[unit].slopes[context.piece[unit]];
                intercept = before.pieces[unit].intercepts[context.piece[unit]];
            }
            if (slope == 0.0 && intercept == 0.0) {
                inputs_.push_back(nullptr);
            } else if (slope == 0.0) {
                keep({0.0, 0.0, intercept});
            } else {
                const Form &z = form_of(parent, unit, static_cast<const Form *>(nullptr));
                if (slope == 1.0 && intercept == 0.0) {
                    inputs_.push_back(&z);
                } else {
                    Form h;
                    scale(z, slope, intercept, h);
                    keep(std::move(h));
                }
            }
        }
    }

    std::atomic<bool> ready_{false};
    std::vector<const Form *> inputs_;  // h of the layer before, null where zero
    std::deque<Form> own_;              // those of them that are no form of the parent
    std::vector<std::atomic<Form *>> forms_;
};

}  // namespace

class ContextForms {
  public:
    const std::uint64_t serial = ++last_serial;
    std::mutex ball_mutex, exact_mutex;
    FormTable<BallForm> balls;
    FormTable<ExactForm> exacts;

  private:
    static std::atomic<std::uint64_t> last_serial;
};

std::atomic<std::uint64_t> ContextForms::last_serial{0};

Context::Context(const Net &net) : net(net), parent(nullptr), layer(0), piece(nullptr) {}

Context::Context(const Context &parent, const std::uint8_t *piece)
    : net(parent.net), parent(&parent), layer(parent.layer + 1), piece(piece) {}

Context::~Context() { delete forms_.load(std::memory_order_relaxed); }

ContextForms &Context::forms() const {
    ContextForms *known = forms_.load(std::memory_order_acquire);
    if (known) return *known;
    auto fresh = std::make_unique<ContextForms>();
    if (forms_.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
    return *known;  // another thread was faster
}

std::uint64_t Context::serial() const { return forms().serial; }

BallForm Context::ball_form(int unit) const {
    if (balls_) {
        const auto of = [&](int array) { return balls_[array * stride_ + unit]; };
        const auto ball = [&](int i) { return Ball(of(ball_high + i), of(ball_low + i), of(ball_error + i / 2)); };
        if (serves(of(ball_high), of(ball_high + 1), of(ball_error), fine)) return {ball(0), ball(1), ball(2)};
    }
    return kept_ball_form(unit);
}

const BallForm &Context::kept_ball_form(int unit) const {
    ContextForms &known = forms();
    return known.balls.get(*this, unit, known.ball_mutex);
}

const ExactForm &Context::exact_form(int unit) const {
    ContextForms &known = forms();
    return known.exacts.get(*this, unit, known.exact_mutex);
}

Ball to_ball(const Dyadic &value) {
    const double high = value.to_double();
    if (!std::isfinite(high)) return {high, 0.0, 0.0};
    const Dyadic rest = value - Dyadic(high);
    const double low = rest.to_double();
    const double error = std::fabs((rest - Dyadic(low)).to_double());
    // The nearest float of the error may be half a unit in its last place too small, or 0 for a subnormal.
    return {high, low, rest == Dyadic(low) ? 0.0 : error * (1.0 + 0x1p-50) + 0x1p-1074};
}

}  // namespace leadlight::geometry
