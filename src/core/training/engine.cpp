#include "engine.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace leadlight {

namespace {

// Numbers below the normal range count as 0 on this thread. They come up where a gradient has been 0 for long
// (Adam's running means halve and halve), mean nothing, and cost a hundred cycles each.
void flush_subnormals() {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#elif defined(__aarch64__)
    std::uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (std::uint64_t(1) << 24)));
#endif
}

constexpr long few = 4;      // runs a thread not yet begun, from which on runs are cut into slices
constexpr long slices = 32;  // of a run: what threads may end apart is one of them

const TrainKernels<float> &of(const Kernels &kernels, float) { return kernels.train_f32; }
const TrainKernels<double> &of(const Kernels &kernels, double) { return kernels.train_f64; }

}  // namespace

bool Memory::reserve(std::size_t needed) {
    if (needed <= size_) return true;
    std::free(at_);
    size_ = (needed + 63) / 64 * 64;
    at_ = static_cast<char *>(std::aligned_alloc(64, size_));
    if (!at_) size_ = 0;
    return at_ != nullptr;
}

template <typename Real>
Pool<Real>::Pool(const Kernels &kernels, const Job<Real> &job, std::vector<Run<Real>> &runs, std::vector<long> queue,
                 int n_threads)
    : kernels_(kernels), job_(job), runs_(runs), states_(runs.size()), queue_(std::move(queue)), next_(queue_.size()),
      n_threads_(n_threads) {
    resting_.reserve(runs.size());
}

template <typename Real>
Pool<Real>::~Pool() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    for (std::thread &thread : threads_) thread.join();
}

template <typename Real>
void Pool<Real>::begin(long until) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto finished = [this](long i) { return runs_[std::size_t(i)].progress.finished; };
        queue_.erase(std::remove_if(queue_.begin(), queue_.end(), finished), queue_.end());
        next_ = 0;
        until_ = until;
    }
    if (threads_.empty())
        start();
    else
        changed_.notify_all();
}

// Not before there is work: a new thread goes where a core is idle, a woken one often to the core that woke it.
template <typename Real>
void Pool<Real>::start() {
    const int n_threads = n_threads_;
    threads_.reserve(std::size_t(n_threads));
    for (int i = 0; i < n_threads; ++i) try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::system_error &) {  // no more threads to be had: those there are do it
            const std::lock_guard<std::mutex> lock(mutex_);
            if (i == 0) {
                next_ = queue_.size();  // none is to be waited for
                throw;
            }
            n_threads_ = i;
            break;
        }
}

template <typename Real>
void Pool<Real>::work() {
    flush_subnormals();
    Memory scratch, spare;  // of this thread: kept from run to run
    std::unique_lock<std::mutex> lock(mutex_);
    while (!closing_) {
        const Slice slice = take();
        if (slice.run < 0) {
            changed_.wait(lock);
            continue;
        }
        ++n_busy_;
        lock.unlock();
        const bool trained = train(slice, scratch, spare);
        lock.lock();
        --n_busy_;
        if (!trained) out_of_memory_ = true;
        if (trained && !runs_[std::size_t(slice.run)].progress.finished && slice.until < until_)
            resting_.push_back(slice.run);
        if (is_over()) over_.notify_all();
    }
}

// The next slice to be trained; under the mutex.
template <typename Real>
typename Pool<Real>::Slice Pool<Real>::take() {
    if (out_of_memory_) return {-1, 0};
    const bool whole = n_threads_ == 1 || queue_.size() - next_ > std::size_t(few * n_threads_);
    const auto slice_of = [&](long run) -> Slice {
        const long done = runs_[std::size_t(run)].progress.epoch;
        const long part = std::max(1L, job_.epochs / slices);
        return {run, whole || until_ - done <= part ? until_ : done + part};
    };
    if (next_ < queue_.size()) return slice_of(queue_[next_++]);
    if (resting_.empty()) return {-1, 0};
    const auto behind = std::min_element(resting_.begin(), resting_.end(), [this](long a, long b) {
        return runs_[std::size_t(a)].progress.epoch < runs_[std::size_t(b)].progress.epoch;
    });
    const long run = *behind;
    resting_.erase(behind);
    return slice_of(run);
}

// False where there is no memory for it.
template <typename Real>
bool Pool<Real>::train(const Slice &slice, Memory &scratch, Memory &spare) {
    const TrainKernels<Real> &kernels = of(kernels_, Real());
    Run<Real> &run = runs_[std::size_t(slice.run)];
    Memory &state = states_[std::size_t(slice.run)];
    const Workspace needed = kernels.workspace(job_, run);
    if (!run.progress.started) state.swap(spare);
    if (!state.reserve(needed.state) || !scratch.reserve(needed.scratch)) return false;
    run.state = state.at();
    run.scratch = scratch.at();
    kernels.train(job_, run, slice.until);
    if (run.progress.finished) {
        if (state.size() > spare.size()) state.swap(spare);
        state.release();
    }
    return true;
}

template <typename Real>
bool Pool<Real>::is_over() const {
    return n_busy_ == 0 && (out_of_memory_ || (next_ == queue_.size() && resting_.empty()));
}

template <typename Real>
bool Pool<Real>::wait(double seconds) {
    std::unique_lock<std::mutex> lock(mutex_);
    return over_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return is_over(); });
}

template <typename Real>
bool Pool<Real>::all_finished() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::all_of(queue_.begin(), queue_.end(),
                       [this](long i) { return runs_[std::size_t(i)].progress.finished; });
}

template <typename Real>
double Pool<Real>::epochs_done() const {
    double sum = 0.0;
    for (const Run<Real> &run : runs_) sum += double(__atomic_load_n(&run.epochs_done, __ATOMIC_RELAXED));
    return sum / double(runs_.size());
}

template class Pool<float>;
template class Pool<double>;

}  // namespace leadlight
