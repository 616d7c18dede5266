#include "stream.hpp"

#include <algorithm>
#include <system_error>

#include "../areas.hpp"
#include "../memory/team.hpp"
#include "../splitting/bounds.hpp"
#include "agenda.hpp"

namespace leadlight::geometry {

namespace {

constexpr std::int64_t part_bytes = std::int64_t(1) << 20;  // small enough to stay in a cache

std::int64_t cells_in_part(const Layers &layers, const Options &options) {
    std::int64_t bytes = 8 + 5 * 16;  // five corners
    if (options.patterns) bytes += layers.pattern_bytes;
    if (options.maps) bytes += 24 * layers.layers.back().n_out;
    return std::clamp<std::int64_t>(part_bytes / bytes, 64, 8192);
}

}  // namespace

class CellStream::Impl {
  public:
    Impl(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads, std::int64_t batch_cells)
        : team(progress.stop), kernels_(kernels), layers_(layers), options_(options),
          domain_(domain_sides(layers.net, options.certified)), most_in_part_(cells_in_part(layers, options)),
          batch_cells_(batch_cells), unit_(size_unit(layers.net)),
          agenda_(most_in_part_, 4 * n_threads * most_in_part_ + std::min(batch_cells, 16 * most_in_part_)),
          workers_(std::size_t(n_threads)) {
        threads_.reserve(workers_.size());
        for (int i = 0; i < n_threads; ++i) {
            workers_[std::size_t(i)].self = this;
            workers_[std::size_t(i)].index = i;
        }
        for (Worker &worker : workers_) try {
                threads_.emplace_back(&Impl::run, &worker, worker.stack);
            } catch (const std::system_error &) {
                if (threads_.empty()) throw;
                break;  // no more threads to be had: those there are do it
            }
    }

    ~Impl() {
        stop();
        for (Thread &thread : threads_) thread.join();
    }

    void stop() {
        progress.stop = true;
        agenda_.stop();
    }

    bool wait(double seconds) {
        const auto until = Agenda::Clock::now() + std::chrono::microseconds(std::int64_t(1e6 * seconds));
        while (std::int64_t(batch.n_cells()) < batch_cells_) {
            if (!part_cells_) {
                const Agenda::Next next = agenda_.next(part_cells_, until);
                if (next == Agenda::Next::nothing_yet) return false;
                if (next == Agenda::Next::end) {
                    team.rethrow();
                    return true;
                }
                handed_out_ = 0;
            }
            hand_out();
            if (handed_out_ == part_cells_->n_cells()) part_cells_.reset();
        }
        return true;
    }

    std::vector<std::int64_t> layer_counts() {
        std::vector<std::int64_t> sums(std::size_t(layers_.n_hidden) + 1);
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const Worker &worker : workers_)
            for (std::size_t l = 0; l < worker.layer_counts.size(); ++l) sums[l] += worker.layer_counts[l];
        return sums;
    }

    std::int64_t signs(int stage) {
        std::int64_t sum = 0;
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const Worker &worker : workers_) sum += worker.signs[stage];
        return sum;
    }

    Progress progress;
    Team team;
    Growing batch;

  private:
    struct Worker {
        Impl *self = nullptr;
        int index = 0;
        std::size_t stack = 0;
        // So far; under the mutex.
        std::vector<std::int64_t> layer_counts;
        std::int64_t signs[3] = {0, 0, 0};
    };

    static void *run(void *argument) {
        Worker &worker = *static_cast<Worker *>(argument);
        Impl &self = *worker.self;
        self.team.guard([&] { self.find_cells(worker); });
        if (self.progress.stop) self.agenda_.stop();
        return nullptr;
    }

    void find_cells(Worker &worker) {
        Growing out;
        Splitter splitter(kernels_, layers_, options_, progress, out, std::uint64_t(worker.index + 1) << 48,
                          deepest_recursion(worker.stack));
        Rest rest{};
        splitter.leave_rest(&rest);
        if (worker.index == 0) {
            std::vector<std::unique_ptr<Task>> root = pack_root(splitter);
            domain_area_ = root[0]->extent.area;
            note_counts(worker, splitter);
            agenda_.replace(agenda_.first(), nullptr, plan(root), 0.0);
        }
        Agenda::Place place;
        while (agenda_.take(place, rest.enough)) {
            const auto start = Agenda::Clock::now();
            const Arena::Mark mark = splitter.arena().mark();
            Node node = splitter.unpack(*place->planned.task);
            std::unique_ptr<Growing> cells;
            if (rest.enough == 0) {
                pack_parts(splitter, node, rest.tasks);
            } else {
                splitter.solve(node);
                cells = packed(out);
            }
            splitter.leave(0);
            splitter.arena().release(mark);
            splitter.tell_cells();
            note_counts(worker, splitter);  // first, so that they are complete when the last cells are handed out
            const std::chrono::duration<double> taken = Agenda::Clock::now() - start;
            agenda_.replace(place, std::move(cells), plan(rest.tasks), taken.count());
        }
    }

    std::vector<std::unique_ptr<Task>> pack_root(Splitter &splitter) const {
        const Arena::Mark mark = splitter.arena().mark();
        Node root = splitter.root(domain_);
        splitter.descend(root);
        std::vector<std::unique_ptr<Task>> tasks;
        tasks.push_back(splitter.pack(root));
        splitter.leave(0);
        splitter.arena().release(mark);
        return tasks;
    }

    static void pack_parts(Splitter &splitter, Node &node, std::vector<std::unique_ptr<Task>> &tasks) {
        const std::size_t decisions = splitter.decisions();
        Division division = splitter.split(node);
        const bool above_first = splitter.is_above_first(division);
        for (const bool side : {above_first, !above_first}) {
            Node part;
            splitter.enter(node, division, side, part);
            splitter.descend(part);
            tasks.push_back(splitter.pack(part));
            splitter.leave(decisions);
        }
    }

    // A copy without room to grow; the arrays are empty after that, and keep theirs.
    std::unique_ptr<Growing> packed(Growing &out) const {
        auto cells = std::make_unique<Growing>();
        const auto move = [](auto &from, auto &to) {
            to.append(from.data(), from.size());
            from.truncate(0);
        };
        move(out.starts, cells->starts);
        move(out.points, cells->points);
        move(out.patterns, cells->patterns);
        move(out.maps, cells->maps);
        measure_areas(*cells, unit_);
        return cells;
    }

    std::vector<Planned> plan(std::vector<std::unique_ptr<Task>> &tasks) const {
        std::vector<Planned> planned;
        for (std::unique_ptr<Task> &task : tasks) {
            const double work = work_of(task->layer, int(task->candidates.size()), task->extent, layers_, domain_area_);
            planned.push_back({std::move(task), work});
        }
        tasks.clear();
        return planned;
    }

    void note_counts(Worker &worker, const Splitter &splitter) {
        const std::lock_guard<std::mutex> lock(mutex_);
        worker.layer_counts = splitter.layer_counts();
        for (int stage = 0; stage < 3; ++stage) worker.signs[stage] = splitter.signs(stage);
    }

    // From the part at the front into the batch, as many cells as it still takes.
    void hand_out() {
        Growing &part = *part_cells_;
        const std::size_t first = handed_out_, wanted = std::size_t(batch_cells_) - batch.n_cells();
        const std::size_t end = std::min(part.n_cells(), first + wanted);
        const std::int64_t from = part.starts[first];
        const std::int64_t to = end < part.n_cells() ? part.starts[end] : std::int64_t(part.points.size());
        const std::int64_t shift = std::int64_t(batch.points.size()) - from;
        std::int64_t *const starts = batch.starts.extend(end - first);
        for (std::size_t i = first; i < end; ++i) starts[i - first] = part.starts[i] + shift;
        batch.points.append(part.points.data() + from, std::size_t(to - from));
        const auto rows = [&](auto &whole, const auto &own) {  // as many for each cell
            const std::size_t each = own.size() / part.n_cells();
            whole.append(own.data() + first * each, (end - first) * each);
        };
        rows(batch.patterns, part.patterns);
        rows(batch.maps, part.maps);
        rows(batch.areas, part.areas);
        handed_out_ = end;
    }

    const Kernels &kernels_;
    const Layers &layers_;
    const Options options_;
    const std::vector<Line> domain_;
    const std::int64_t most_in_part_, batch_cells_;
    const double unit_;
    double domain_area_ = 0.0;  // known before any node but the root is planned
    Agenda agenda_;
    std::unique_ptr<Growing> part_cells_;  // being handed out
    std::size_t handed_out_ = 0;
    std::mutex mutex_;
    std::vector<Worker> workers_;
    std::vector<Thread> threads_;
};

CellStream::CellStream(const Kernels &kernels, const Layers &layers, const Options &options, int n_threads,
                       std::int64_t batch_cells)
    : impl_(std::make_unique<Impl>(kernels, layers, options, n_threads, batch_cells)) {}

CellStream::~CellStream() = default;

bool CellStream::wait(double seconds) { return impl_->wait(seconds); }

Growing &CellStream::batch() { return impl_->batch; }

void CellStream::stop() { impl_->stop(); }

std::int64_t CellStream::cells() const { return impl_->progress.cells.load(std::memory_order_relaxed); }

std::vector<std::int64_t> CellStream::layer_counts() const { return impl_->layer_counts(); }

std::int64_t CellStream::signs(int stage) const { return impl_->signs(stage); }

}  // namespace leadlight::geometry
