#include "enumerate.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "assembly.hpp"
#include "team.hpp"
#include "top.hpp"

namespace leadlight::geometry {

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
        if (is_done_here()) {
            Clock::time_point next = Clock::now() + interval;
            progress_.look = [&] {
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

    // Whether one thread does it all, and this one's stack is deep enough for any recursion there may be. Counting may
    // be long over one polygon, and is better looked after from outside.
    bool is_done_here() {
        constexpr std::size_t of_others = std::size_t(1) << 19;  // who looks, and exact numbers
        const std::size_t left = stack_left();
        stack_ = left > of_others ? left - of_others : 0;
        return (n_threads_ == 1 || is_one_subtree(layers_)) && !options_.count && deepest() > int(layers_.lines.size()) + layers_.n_hidden;
    }

    // A subtree that is made, and has no place until others are.
    struct Waiting {
        std::size_t subtree = 0;
        Growing arrays;
    };

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
            top_ = std::make_unique<Top>(kernels_, layers_, options_, progress_, deepest());
            top_->expand();
            const int n = int(std::min(std::size_t(n_threads_), top_->subtrees.size()));
            if (!options_.count) assembly_ = std::make_unique<Assembly>(layers_, options_, *top_);
            team_.run(n, [this](int index) { take_subtrees(index); });
            if (!team_.failed() && !progress_.stop) finish();
        });
        complex_.limit_reached = progress_.limit_reached;
        if (complex_.limit_reached) complex_.n_cells = progress_.cells;
    }

    int deepest() const { return deepest_recursion(stack_); }

    void take_subtrees(int index) {
        Growing out;
        Splitter splitter(kernels_, layers_, options_, progress_, out, std::uint64_t(index + 1) << 48, deepest());
        for (std::size_t i = next_++; i < top_->subtrees.size(); i = next_++) {
            std::unique_ptr<Task> &task = top_->branches[top_->subtrees[i]].task;
            Subtree made = solve_subtree(splitter, out, *top_, *task);
            task.reset();
            if (options_.count) continue;
            assembly_->announce(i, std::move(made));
            if (assembly_->has_place(i)) {
                assembly_->copy(i, out);
            } else {
                out = put_aside(i, std::move(out));
            }
            copy_waiting();
        }
        splitter.tell_cells();
        const std::lock_guard<std::mutex> lock(mutex_);
        add_counts(splitter);
    }

    // Others must be made before this one has a place: gives other arrays to go on with.
    Growing put_aside(std::size_t subtree, Growing arrays) {
        const std::lock_guard<std::mutex> lock(waiting_mutex_);
        waiting_.push_back({subtree, std::move(arrays)});
        if (spare_.empty()) return Growing();
        Growing taken = std::move(spare_.back());
        spare_.pop_back();
        return taken;
    }

    // Whoever is there copies what has a place by now. Since everybody looks after putting aside, nothing is left over.
    void copy_waiting() {
        std::unique_lock<std::mutex> lock(waiting_mutex_);
        while (true) {
            const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                            [this](const Waiting &each) { return assembly_->has_place(each.subtree); });
            if (found == waiting_.end()) return;
            Waiting each = std::move(*found);
            waiting_.erase(found);
            lock.unlock();
            assembly_->copy(each.subtree, each.arrays);
            lock.lock();
            spare_.push_back(std::move(each.arrays));
        }
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
        spare_.clear();
        complex_.arrays = assembly_->finish();
        complex_.n_cells = std::int64_t(complex_.arrays.starts.size()) - 1;
        add_counts(top_->splitter);
    }

    const Kernels &kernels_;
    const Layers &layers_;
    const Options options_;

    const int n_threads_;

    std::unique_ptr<Top> top_;
    std::unique_ptr<Assembly> assembly_;
    std::atomic<std::size_t> next_{0};
    std::mutex waiting_mutex_;
    std::vector<Waiting> waiting_;
    std::vector<Growing> spare_;  // arrays to write to

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
