#include "enumerate.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>

#include "edges.hpp"

namespace leadlight::geometry {

namespace {

constexpr double least_work = 2000.0;  // cells, roughly, that are worth a subtree of their own
constexpr int most_subtrees = 128;
constexpr std::size_t bytes_per_node = 1024;  // of a thread's stack, generously

// A node of the top of the recursion: cut, or a subtree for a thread.
struct Branch {
    std::unique_ptr<Task> task;
    double work = 0.0;
    bool can_be_cut = false, is_cut = false;
    Cut cut{};
    std::size_t below = 0, above = 0;  // branches
    TreeNode tree{};

    // Of a subtree: where its arrays are in those of the thread that made it.
    int thread = 0;
    std::size_t cells[2] = {0, 0}, corners[2] = {0, 0}, vertices[2] = {0, 0}, edges[2] = {0, 0}, tree_nodes[2] = {0, 0};
    std::vector<SideList> lists;
    std::int32_t place = 0;
};

// A thread with a stack for deep recursions; std::thread has no say in that.
class Thread {
  public:
    Thread(void *(*run)(void *), void *argument, std::size_t &stack) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        int error = 1;
        for (stack = std::size_t(1) << 29; error && stack >= std::size_t(1) << 21; stack /= 8) {
            pthread_attr_setstacksize(&attributes, stack);
            error = pthread_create(&thread_, &attributes, run, argument);
            if (!error) break;
        }
        pthread_attr_destroy(&attributes);
        if (error) throw std::system_error(error, std::generic_category(), "no thread could be started");
    }
    void join() { pthread_join(thread_, nullptr); }

  private:
    pthread_t thread_;
};

}  // namespace

class Enumeration::Impl {
  public:
    Impl(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads)
        : kernels_(kernels), layers_(layers), options_(options), domain_(domain_sides(layers.net, options.certified)),
          outs_(std::size_t(n_threads)) {
        complex_.layer_counts.assign(std::size_t(layers.n_hidden) + 1, 0);
        n_working_ = 1;
        main_ = std::make_unique<Thread>(&Impl::run_main, this, stack_);
    }

    ~Impl() {
        progress_.stop = true;
        main_->join();
    }

    bool wait(double seconds) {
        std::unique_lock<std::mutex> lock(mutex_);
        return done_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return n_working_ == 0; });
    }

    Progress progress_;
    Complex complex_;
    std::exception_ptr error_;

  private:
    static void *run_main(void *self) {
        static_cast<Impl *>(self)->run();
        return nullptr;
    }

    void run() {
        guard([this] {
            expand();
            const int n = int(std::min(outs_.size(), subtrees_.size()));
            outs_.resize(std::size_t(n));
            std::vector<Worker> workers(static_cast<std::size_t>(n));
            for (int i = 0; i < n; ++i) workers[std::size_t(i)] = {this, i, nullptr};
            run_workers(workers, &Impl::take_subtrees);
            if (!error_ && !progress_.stop) finish();
        });
        complex_.limit_reached = progress_.limit_reached;
        if (complex_.limit_reached) complex_.n_cells = progress_.cells;
        const std::lock_guard<std::mutex> lock(mutex_);
        n_working_ = 0;
        done_.notify_all();
    }

    template <typename F>
    void guard(F &&work) {
        try {
            work();
        } catch (const Stopped &) {
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (!error_) error_ = std::current_exception();
            progress_.stop = true;
        }
    }

    struct Worker {
        Impl *self = nullptr;
        int index = 0;
        void (Impl::*work)(int) = nullptr;
    };

    static void *run_worker(void *argument) {
        const Worker &worker = *static_cast<Worker *>(argument);
        worker.self->guard([&] { (worker.self->*worker.work)(worker.index); });
        return nullptr;
    }

    // The same on all threads, this one included.
    void run_workers(std::vector<Worker> &workers, void (Impl::*work)(int)) {
        std::vector<Thread> threads;
        std::size_t stack;
        for (Worker &worker : workers) worker.work = work;
        for (std::size_t i = 1; i < workers.size(); ++i) try {
                threads.emplace_back(&Impl::run_worker, &workers[i], stack);
            } catch (const std::system_error &) {
                break;  // no more threads to be had: those there are do it
            }
        guard([&] { (this->*work)(0); });
        for (Thread &thread : threads) thread.join();
    }

    int deepest() const { return int(stack_ / bytes_per_node); }

    // ---- The top ----------------------------------------------------------------------------------------------------

    double work_of(const Task &task) const {
        const auto pairs = [](double n) { return 1.0 + n * n / 4.0; };
        double deeper = 0.0;
        for (int l = task.layer + 1; l < layers_.n_hidden; ++l) deeper += pairs(layers_.layers[std::size_t(l)].n_out);
        return pairs(double(task.candidates.size())) + (domain_area_ > 0.0 ? deeper * task.area / domain_area_ : 0.0);
    }

    std::size_t add_branch(const Node &node) {
        std::unique_ptr<Task> task = top_->pack(node);
        if (branches_.empty()) domain_area_ = task->area;
        branches_.emplace_back();
        branches_.back().work = work_of(*task);
        branches_.back().can_be_cut = node.n_candidates > 0 && !top_->counts(node);
        branches_.back().task = std::move(task);
        return branches_.size() - 1;
    }

    void expand() {
        top_ = std::make_unique<Splitter>(kernels_, layers_, options_, progress_, top_out_, 1, deepest());
        Node root = top_->root(domain_);
        top_->descend(root);
        add_branch(root);
        const double least = std::max(least_work, branches_[0].work / most_subtrees);
        int n_subtrees = 1;
        while (n_subtrees < most_subtrees) {
            std::size_t next = branches_.size();
            for (std::size_t i = 0; i < branches_.size(); ++i)
                if (!branches_[i].is_cut && branches_[i].can_be_cut && branches_[i].work > least &&
                    (next == branches_.size() || branches_[i].work > branches_[next].work))
                    next = i;
            if (next == branches_.size()) break;
            const Arena::Mark mark = top_->arena().mark();
            const std::size_t decisions = top_->decisions();
            Node node = top_->unpack(*branches_[next].task), below, above;
            Cut cut = top_->split(node, below, above);
            if (options_.tree) branches_[next].tree = top_->tree_node(cut);
            for (const bool side : {false, true}) {
                Node &part = side ? above : below;
                top_->enter(node, cut, side, part);
                top_->descend(part);
                const std::size_t branch = add_branch(part);
                (side ? branches_[next].above : branches_[next].below) = branch;
                top_->leave(decisions);
            }
            branches_[next].is_cut = true;
            branches_[next].cut = cut;
            top_->arena().release(mark);
            cuts_.push_back(next);
            ++n_subtrees;
        }
        order(0);
    }

    void order(std::size_t branch) {
        if (!branches_[branch].is_cut) {
            subtrees_.push_back(branch);
            return;
        }
        order(branches_[branch].below);
        order(branches_[branch].above);
    }

    // ---- The subtrees -----------------------------------------------------------------------------------------------

    void take_subtrees(int index) {
        Growing &out = outs_[std::size_t(index)];
        // The vertices of the top come first in everybody's arrays.
        out.vertices.append(top_out_.vertices.data(), top_out_.vertices.size());
        out.errors.append(top_out_.errors.data(), top_out_.errors.size());
        out.aliases.append(top_out_.aliases.data(), top_out_.aliases.size());
        out.vertex_creases.append(top_out_.vertex_creases.data(), top_out_.vertex_creases.size());
        Splitter splitter(kernels_, layers_, options_, progress_, out, std::uint64_t(index + 1) << 48, deepest());
        for (std::size_t i = next_++; i < subtrees_.size(); i = next_++) {
            Branch &branch = branches_[subtrees_[i]];
            branch.thread = index;
            const Growing &arrays = out;
            const auto note = [&](int end) {
                branch.cells[end] = arrays.n_cells();
                branch.corners[end] = arrays.corners.size();
                branch.vertices[end] = arrays.vertices.size();
                branch.edges[end] = arrays.edges.size();
                branch.tree_nodes[end] = arrays.tree.size();
            };
            note(0);
            const Arena::Mark mark = splitter.arena().mark();
            Node node = splitter.unpack(*branch.task);
            const auto n = std::size_t(node.polygon.n);
            splitter.slots().assign(n, SideList());
            for (std::size_t k = 0; k < n; ++k) node.polygon.sides[k].slot = std::int32_t(k);
            branch.place = splitter.solve(node);
            branch.lists.assign(splitter.slots().begin(), splitter.slots().begin() + std::ptrdiff_t(n));
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

    // ---- The whole --------------------------------------------------------------------------------------------------

    struct Shift {
        std::size_t from;  // first of the subtree in its thread's arrays
        std::size_t to;    // in the whole
        std::int32_t by() const { return std::int32_t(std::int64_t(to) - std::int64_t(from)); }
    };

    struct Shifts {
        Shift cells, corners, vertices, edges, tree_nodes;
    };

    // Where each subtree goes; returns the size of the whole.
    Shifts lay_out() {
        Shifts next{};
        next.vertices.to = top_out_.vertices.size();
        next.tree_nodes.to = options_.tree ? cuts_.size() : 0;
        shifts_.resize(branches_.size());
        const auto place = [](Shift &at, Shift &end, const std::size_t *range) {
            at = {range[0], end.to};
            end.to += range[1] - range[0];
        };
        for (const std::size_t i : subtrees_) {
            const Branch &branch = branches_[i];
            Shifts &shifts = shifts_[i];
            place(shifts.cells, next.cells, branch.cells);
            place(shifts.corners, next.corners, branch.corners);
            place(shifts.vertices, next.vertices, branch.vertices);
            place(shifts.edges, next.edges, branch.edges);
            place(shifts.tree_nodes, next.tree_nodes, branch.tree_nodes);
        }
        return next;
    }

    void finish() {
        if (options_.count) {
            add_counts(*top_);
            complex_.n_cells = complex_.layer_counts.back();
            return;
        }
        const Shifts whole = lay_out();
        constexpr auto limit = std::size_t(std::numeric_limits<std::int32_t>::max()) - 64;
        if (whole.corners.to > limit || whole.vertices.to > limit || whole.edges.to > limit / 2) throw TooLarge();
        for (Growing &out : outs_) trees_.push_back(std::move(out.tree));
        if (outs_.size() == 1) {
            complex_.arrays = std::move(outs_[0]);  // in order already
        } else {
            gather(whole);
        }
        if (options_.tree) gather_tree(whole);
        Growing &all = complex_.arrays;
        if (options_.edges) {
            join_subtrees(all);
            renumber(all);
        }
        complex_.n_cells = std::int64_t(all.n_cells());
        all.starts.push(std::int64_t(all.corners.size()));
        add_counts(*top_);
    }

    template <typename T>
    static T *room(Buffer<T> &buffer, std::size_t n) {
        buffer.extend(n);
        return buffer.data();
    }

    void gather(const Shifts &whole) {
        Growing &all = complex_.arrays;
        const auto bytes = std::size_t(layers_.pattern_bytes), n_out = std::size_t(layers_.layers.back().n_out);
        room(all.starts, whole.cells.to);
        room(all.corners, whole.corners.to);
        room(all.patterns, whole.cells.to * bytes);
        room(all.vertices, whole.vertices.to);
        room(all.errors, whole.vertices.to);
        if (options_.edges) {
            room(all.links, whole.corners.to);
            room(all.owners, whole.corners.to);
            room(all.aliases, whole.vertices.to);
            if (!layers_.continuous) room(all.vertex_creases, whole.vertices.to);
            room(all.edges, whole.edges.to);
            room(all.creases, whole.edges.to);
        }
        if (options_.maps) {
            room(all.maps, whole.cells.to * n_out * 3);
            room(all.map_errors, whole.cells.to * n_out * 2);
        }
        const std::size_t n_top = top_out_.vertices.size();
        std::copy_n(top_out_.vertices.data(), n_top, all.vertices.data());
        std::copy_n(top_out_.errors.data(), n_top, all.errors.data());
        std::copy_n(top_out_.aliases.data(), top_out_.aliases.size(), all.aliases.data());
        std::copy_n(top_out_.vertex_creases.data(), top_out_.vertex_creases.size(), all.vertex_creases.data());
        next_ = 0;
        std::vector<Worker> workers(outs_.size());
        for (std::size_t i = 0; i < workers.size(); ++i) workers[i] = {this, int(i), nullptr};
        run_workers(workers, &Impl::gather_subtrees);
        outs_.clear();
    }

    void gather_subtrees(int) {
        for (std::size_t i = next_++; i < subtrees_.size(); i = next_++) gather_subtree(subtrees_[i]);
    }

    void gather_subtree(std::size_t index) {
        const Branch &branch = branches_[index];
        const Shifts &shifts = shifts_[index];
        const Growing &own = outs_[std::size_t(branch.thread)];
        Growing &all = complex_.arrays;
        const auto bytes = std::size_t(layers_.pattern_bytes), n_out = std::size_t(layers_.layers.back().n_out);
        const std::int32_t cell = shifts.cells.by(), corner = shifts.corners.by(), vertex = shifts.vertices.by(),
                           edge = shifts.edges.by();
        const auto n_top = std::int32_t(top_out_.vertices.size());
        const auto moved = [&](std::int32_t v) { return v < n_top ? v : v + vertex; };
        for (std::size_t i = branch.cells[0], k = shifts.cells.to; i < branch.cells[1]; ++i, ++k)
            all.starts[k] = own.starts[i] + corner;
        const std::size_t n_cells = branch.cells[1] - branch.cells[0];
        const std::size_t n_vertices = branch.vertices[1] - branch.vertices[0];
        std::copy_n(own.patterns.data() + branch.cells[0] * bytes, n_cells * bytes,
                    all.patterns.data() + shifts.cells.to * bytes);
        if (options_.maps) {
            std::copy_n(own.maps.data() + branch.cells[0] * n_out * 3, n_cells * n_out * 3,
                        all.maps.data() + shifts.cells.to * n_out * 3);
            std::copy_n(own.map_errors.data() + branch.cells[0] * n_out * 2, n_cells * n_out * 2,
                        all.map_errors.data() + shifts.cells.to * n_out * 2);
        }
        std::copy_n(own.vertices.data() + branch.vertices[0], n_vertices, all.vertices.data() + shifts.vertices.to);
        std::copy_n(own.errors.data() + branch.vertices[0], n_vertices, all.errors.data() + shifts.vertices.to);
        for (std::size_t i = branch.corners[0], k = shifts.corners.to; i < branch.corners[1]; ++i, ++k)
            all.corners[k] = moved(own.corners[i]);
        if (!options_.edges) return;
        for (std::size_t i = branch.corners[0], k = shifts.corners.to; i < branch.corners[1]; ++i, ++k) {
            const std::int32_t link = own.links[i];
            all.links[k] = link >= 0 ? link + edge : link == -1 ? -1 : link - corner;
            all.owners[k] = own.owners[i] + cell;
        }
        for (std::size_t i = branch.vertices[0], k = shifts.vertices.to; i < branch.vertices[1]; ++i, ++k)
            all.aliases[k] = own.aliases[i] < 0 ? -1 : moved(own.aliases[i]);
        if (!layers_.continuous)
            std::copy_n(own.vertex_creases.data() + branch.vertices[0], n_vertices,
                        all.vertex_creases.data() + shifts.vertices.to);
        for (std::size_t i = branch.edges[0], k = shifts.edges.to; i < branch.edges[1]; ++i, ++k) {
            const Edge &e = own.edges[i];
            all.edges[k] = {e.left + cell, e.right + cell, moved(e.from), moved(e.to)};
            all.creases[k] = own.creases[i];
        }
    }

    std::int32_t place_of(std::size_t index) const {
        const Branch &branch = branches_[index];
        if (branch.is_cut) return std::int32_t(std::find(cuts_.begin(), cuts_.end(), index) - cuts_.begin());
        const Shifts &shifts = shifts_[index];
        return branch.place >= 0 ? branch.place + shifts.tree_nodes.by() : branch.place - shifts.cells.by();
    }

    // The nodes of the top first, in the order in which they were cut, then those of the subtrees.
    void gather_tree(const Shifts &whole) {
        Buffer<TreeNode> tree;
        tree.extend(whole.tree_nodes.to);
        for (std::size_t i = 0; i < cuts_.size(); ++i) {
            tree[i] = branches_[cuts_[i]].tree;
            tree[i].children[0] = place_of(branches_[cuts_[i]].below);
            tree[i].children[1] = place_of(branches_[cuts_[i]].above);
        }
        for (const std::size_t index : subtrees_) {
            const Branch &branch = branches_[index];
            const Buffer<TreeNode> &own = trees_[std::size_t(branch.thread)];
            const std::int32_t node = shifts_[index].tree_nodes.by(), cell = shifts_[index].cells.by();
            for (std::size_t i = branch.tree_nodes[0], k = shifts_[index].tree_nodes.to; i < branch.tree_nodes[1]; ++i, ++k) {
                tree[k] = own[i];
                for (std::int32_t &child : tree[k].children) child = child >= 0 ? child + node : child - cell;
            }
        }
        complex_.arrays.tree = std::move(tree);
    }

    // Edges on the chords of the top, the last cut first, and on the border.
    void join_subtrees(Growing &all) {
        std::vector<SideList> &slots = top_->slots();
        for (const std::size_t i : subtrees_) {
            const std::int32_t corner = shifts_[i].corners.by();
            for (std::size_t k = 0; k < branches_[i].lists.size(); ++k) {
                const SideList list = branches_[i].lists[k];
                slots[std::size_t(branches_[i].task->sides[k].slot)] = {list.head + corner, list.tail + corner};
            }
        }
        for (std::size_t i = cuts_.size(); i-- > 0;) top_->matcher().match(all, slots, branches_[cuts_[i]].cut);
        const int n = int(domain_.size());
        for (int k = 0; k < n; ++k) EdgeMatcher::add_border(all, slots[std::size_t(k)], (k + 1) % n, k);
    }

    // One number for the copies of a vertex.
    void renumber(Growing &all) {
        std::size_t n = 0;
        for (std::size_t v = 0; v < all.vertices.size(); ++v) {
            if (all.aliases[v] >= 0) continue;
            all.aliases[v] = -2 - std::int32_t(n);
            all.vertices[n] = all.vertices[v];
            all.errors[n] = all.errors[v];
            ++n;
        }
        all.vertices.truncate(n);
        all.errors.truncate(n);
        const auto number = [&](std::int32_t v) {
            const std::int32_t alias = all.aliases[std::size_t(v)];
            return -2 - (alias >= 0 ? all.aliases[std::size_t(alias)] : alias);
        };
        for (std::size_t h = 0; h < all.corners.size(); ++h) all.corners[h] = number(all.corners[h]);
        for (std::size_t i = 0; i < all.edges.size(); ++i) {
            all.edges[i].from = number(all.edges[i].from);
            all.edges[i].to = number(all.edges[i].to);
        }
        all.aliases.clear();
        all.owners.clear();
        all.vertex_creases.clear();
    }

    const Kernels &kernels_;
    const Layers &layers_;
    const Options options_;
    const std::vector<Line> domain_;
    double domain_area_ = 0.0;

    std::unique_ptr<Splitter> top_;
    Growing top_out_;
    std::vector<Branch> branches_;
    std::vector<std::size_t> cuts_, subtrees_;  // branches: in the order of cutting, in the order of their cells
    std::vector<Shifts> shifts_;
    std::vector<Growing> outs_;  // one a thread
    std::vector<Buffer<TreeNode>> trees_;
    std::atomic<std::size_t> next_{0};

    std::mutex mutex_;
    std::condition_variable done_;
    int n_working_;  // under the mutex
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
    if (impl_->error_) std::rethrow_exception(impl_->error_);
    return impl_->complex_;
}

}  // namespace leadlight::geometry
