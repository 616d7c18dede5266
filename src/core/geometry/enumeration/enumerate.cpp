#include "enumerate.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "../memory/team.hpp"
#include "assembly.hpp"
#include "top.hpp"

namespace leadlight::geometry {

namespace {

// How large the arrays of a complex made in one piece were: the next of a like network has room at once, of that size,
// and grows no further. Room, and nothing else, depends on it. Who finds another at it does without.
struct LastSizes {
    std::uint64_t key = 0;
    std::vector<std::size_t> sizes;
};
std::atomic_flag sizes_taken = ATOMIC_FLAG_INIT;

LastSizes *last_sizes(const Layers &layers, const Options &options, std::uint64_t &key) {
    static LastSizes *const known = new LastSizes[16];  // never destroyed: threads may go on after the end of main
    key = 1;
    const int wanted = options.edges + 2 * options.maps + 4 * options.tree;
    for (const long number : {long(layers.lines.size()), long(layers.n_hidden), layers.pattern_bytes, long(wanted)})
        key = (key ^ std::uint64_t(number)) * 0x9e3779b97f4a7c15u;
    return known + (key >> 60);
}

std::vector<std::size_t> sizes_of_last(const Layers &layers, const Options &options) {
    std::uint64_t key;
    const LastSizes *const last = last_sizes(layers, options, key);
    if (sizes_taken.test_and_set(std::memory_order_acquire)) return {};
    std::vector<std::size_t> sizes = last->key == key ? last->sizes : std::vector<std::size_t>();
    sizes_taken.clear(std::memory_order_release);
    for (std::size_t &size : sizes) size += size / 16;
    return sizes;
}

void remember_sizes(const Layers &layers, const Options &options, std::vector<std::size_t> sizes) {
    std::uint64_t key;
    LastSizes *const last = last_sizes(layers, options, key);
    if (sizes_taken.test_and_set(std::memory_order_acquire)) return;
    last->key = key;
    last->sizes.swap(sizes);
    sizes_taken.clear(std::memory_order_release);
}

}  // namespace

class Enumeration::Impl {
  public:
    Impl(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads)
        : team_(progress_.stop), kernels_(kernels), layers_(layers), options_(options), n_threads_(n_threads) {
        complex_.layer_counts.assign(std::size_t(layers.n_hidden) + 1, 0);
    }

    void run(const Look &look) {
        const auto look_on = [&] {
            if (!progress_.stop && !look(progress_.cells)) progress_.stop = true;
        };
        if (works_here()) {
            Clock::time_point next = Clock::now() + interval;
            progress_.look = [&, here = std::this_thread::get_id()] {
                if (std::this_thread::get_id() != here) return;
                const Clock::time_point now = Clock::now();
                if (now < next) return;
                look_on();
                next = Clock::now() + interval;
            };
            work();
            return;
        }
        is_working_ = true;
        Thread main(&Impl::run_main, this, stack_);
        std::unique_lock<std::mutex> lock(mutex_);
        while (!done_.wait_for(lock, interval, [this] { return !is_working_; })) {
            lock.unlock();
            look_on();
            lock.lock();
        }
        lock.unlock();
        main.join();
    }

    Progress progress_;
    Complex complex_;
    Team team_;

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds interval{50};

    // Whether this thread works too: its stack is deep enough for any recursion there may be. Counting may be long over
    // one polygon, and is better looked after from outside.
    bool works_here() {
        constexpr std::size_t of_others = std::size_t(1) << 19;  // who looks, and exact numbers
        const std::size_t left = stack_left();
        stack_ = left > of_others ? left - of_others : 0;
        return !options_.count && deepest() > int(layers_.lines.size()) + layers_.n_hidden;
    }

    static void *run_main(void *self) {
        Impl &impl = *static_cast<Impl *>(self);
        impl.work();
        const std::lock_guard<std::mutex> lock(impl.mutex_);
        impl.is_working_ = false;
        impl.done_.notify_all();
        return nullptr;
    }

    void work() {
        team_.guard([this] {
            top_ = std::make_unique<Top>(kernels_, layers_, options_, progress_, deepest(), n_threads_);
            const int n = top_->is_cut() ? n_threads_ : 1;
            if (!options_.count) assembly_ = std::make_unique<Assembly>(layers_, options_, *top_, progress_, n);
            team_.run(n, [this](int index) { take_subtrees(index); });
            if (!team_.failed() && !progress_.stop) finish();
        });
        complex_.limit_reached = progress_.limit_reached;
        if (complex_.limit_reached) complex_.n_cells = progress_.cells;
    }

    int deepest() const { return deepest_recursion(stack_); }

    void take_subtrees(int index) {
        Made counted;  // of whose cells nothing is made
        Made &made = assembly_ ? assembly_->made(index) : counted;
        const std::uint64_t first_serial = std::uint64_t(index + 1) << 48;
        Splitter splitter(kernels_, layers_, options_, progress_, made.arrays, first_serial, deepest());
        Found found;
        while (top_->take(found, n_threads_)) {
            if (!top_->is_cut()) made.arrays.reserve(sizes_of_last(layers_, options_));
            const Subtree subtree = solve_subtree(splitter, made, *found.task);
            if (!top_->is_cut()) remember_sizes(layers_, options_, made.arrays.sizes());
            found.task.reset();
            if (assembly_) assembly_->add(index, found, subtree);
        }
        if (assembly_) assembly_->finish(index);
        splitter.tell_cells();
        const std::lock_guard<std::mutex> lock(mutex_);
        add_counts(splitter);
    }

    void add_counts(const Splitter &splitter) {
        for (std::size_t l = 0; l < complex_.layer_counts.size(); ++l)
            complex_.layer_counts[l] += splitter.layer_counts()[l];
        for (int stage = 0; stage < 3; ++stage) complex_.signs[stage] += splitter.signs(stage);
        complex_.proven &= splitter.proven();
    }

    void finish() {
        if (options_.count) {
            add_counts(top_->splitter);
            complex_.n_cells = complex_.layer_counts.back();
            return;
        }
        complex_.arrays = assembly_->result();
        complex_.n_cells = std::int64_t(complex_.arrays.starts.size()) - 1;
        add_counts(top_->splitter);
    }

    const Kernels &kernels_;
    const Layers &layers_;
    const Options options_;

    const int n_threads_;
    std::unique_ptr<Top> top_;
    std::unique_ptr<Assembly> assembly_;
    std::mutex mutex_;
    std::condition_variable done_;
    bool is_working_ = false;  // under the mutex
    std::size_t stack_ = 0;
};

Enumeration::Enumeration(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads)
    : impl_(std::make_unique<Impl>(kernels, layers, options, n_threads)) {}

Enumeration::~Enumeration() = default;

void Enumeration::run(const Look &look) { impl_->run(look); }

Complex &Enumeration::result() {
    impl_->team_.rethrow();
    return impl_->complex_;
}

}  // namespace leadlight::geometry
