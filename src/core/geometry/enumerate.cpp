#include "enumerate.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "join.hpp"
#include "team.hpp"
#include "top.hpp"

namespace leadlight::geometry {

class Enumeration::Impl {
  public:
    Impl(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads)
        : team_(progress_.stop), kernels_(kernels), layers_(layers), options_(options), outs_(std::size_t(n_threads)) {
        complex_.layer_counts.assign(std::size_t(layers.n_hidden) + 1, 0);
        is_working_ = true;
        main_ = std::make_unique<Thread>(&Impl::run_main, this, stack_);
    }

    ~Impl() {
        progress_.stop = true;
        main_->join();
    }

    bool wait(double seconds) {
        std::unique_lock<std::mutex> lock(mutex_);
        return done_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return !is_working_; });
    }

    Progress progress_;
    Complex complex_;
    Team team_;

  private:
    static void *run_main(void *self) {
        static_cast<Impl *>(self)->run();
        return nullptr;
    }

    void run() {
        team_.guard([this] {
            top_ = std::make_unique<Top>(kernels_, layers_, options_, progress_, deepest());
            top_->expand();
            parts_.resize(top_->subtrees.size());
            outs_.resize(std::min(outs_.size(), parts_.size()));
            team_.run(int(outs_.size()), [this](int index) { take_subtrees(index); });
            if (!team_.failed() && !progress_.stop) finish();
        });
        complex_.limit_reached = progress_.limit_reached;
        if (complex_.limit_reached) complex_.n_cells = progress_.cells;
        const std::lock_guard<std::mutex> lock(mutex_);
        is_working_ = false;
        done_.notify_all();
    }

    int deepest() const { return deepest_recursion(stack_); }

    void take_subtrees(int index) {
        Growing &out = outs_[std::size_t(index)];
        // The vertices of the top come first in everybody's arrays.
        const Growing &top = top_->out;
        out.vertices.append(top.vertices.data(), top.vertices.size());
        out.errors.append(top.errors.data(), top.errors.size());
        out.aliases.append(top.aliases.data(), top.aliases.size());
        out.vertex_creases.append(top.vertex_creases.data(), top.vertex_creases.size());
        Splitter splitter(kernels_, layers_, options_, progress_, out, std::uint64_t(index + 1) << 48, deepest());
        for (std::size_t i = next_++; i < parts_.size(); i = next_++) {
            Subtree &part = parts_[i];
            part.thread = index;
            const Growing &arrays = out;
            const auto note = [&](int end) {
                part.cells[end] = arrays.n_cells();
                part.corners[end] = arrays.corners.size();
                part.vertices[end] = arrays.vertices.size();
                part.edges[end] = arrays.edges.size();
                part.tree_nodes[end] = arrays.tree.size();
            };
            note(0);
            const Arena::Mark mark = splitter.arena().mark();
            Node node = splitter.unpack(*top_->branches[top_->subtrees[i]].task);
            const auto n = std::size_t(node.polygon.n);
            splitter.slots().assign(n, SideList());
            for (std::size_t k = 0; k < n; ++k) node.polygon.sides[k].slot = std::int32_t(k);
            part.place = splitter.solve(node);
            part.lists.assign(splitter.slots().begin(), splitter.slots().begin() + std::ptrdiff_t(n));
            splitter.arena().release(mark);
            splitter.leave(0);
            note(1);
        }
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
        complex_.arrays = Joining(layers_, options_, *top_, parts_, outs_, team_).join();
        complex_.n_cells = std::int64_t(complex_.arrays.n_cells());
        complex_.arrays.starts.push(std::int64_t(complex_.arrays.corners.size()));
        add_counts(top_->splitter);
    }

    const Kernels &kernels_;
    const Layers &layers_;
    const Options options_;

    std::unique_ptr<Top> top_;
    std::vector<Subtree> parts_;  // of the top's subtrees
    std::vector<Growing> outs_;   // one a thread
    std::atomic<std::size_t> next_{0};

    std::mutex mutex_;
    std::condition_variable done_;
    bool is_working_;  // under the mutex
    std::size_t stack_ = 0;
    std::unique_ptr<Thread> main_;
};

Enumeration::Enumeration(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads)
    : impl_(std::make_unique<Impl>(kernels, layers, options, n_threads)) {}

Enumeration::~Enumeration() = default;

bool Enumeration::wait(double seconds) { return impl_->wait(seconds); }

void Enumeration::stop() { impl_->progress_.stop = true; }

std::int64_t Enumeration::cells() const { return impl_->progress_.cells.load(std::memory_order_relaxed); }

Complex &Enumeration::result() {
    impl_->team_.rethrow();
    return impl_->complex_;
}

}  // namespace leadlight::geometry
