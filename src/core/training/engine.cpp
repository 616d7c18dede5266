#include "engine.hpp"

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

const TrainKernels<float> &of(const Kernels &kernels, float) { return kernels.train_f32; }
const TrainKernels<double> &of(const Kernels &kernels, double) { return kernels.train_f64; }

}  // namespace

template <typename Real>
Pool<Real>::Pool(const Kernels &kernels, const Job<Real> &job, std::vector<Run<Real>> &runs,
                 std::vector<long> queue, int n_threads)
    : kernels_(kernels), job_(job), runs_(runs), queue_(std::move(queue)), n_working_(n_threads) {
    threads_.reserve(std::size_t(n_threads));
    for (int i = 0; i < n_threads; ++i) try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::system_error &) {  // no more threads to be had: those there are do it
            if (i == 0) throw;
            const std::lock_guard<std::mutex> lock(mutex_);
            n_working_ -= n_threads - i;
            break;
        }
}

template <typename Real>
Pool<Real>::~Pool() {
    for (std::thread &thread : threads_) thread.join();
}

template <typename Real>
void Pool<Real>::work() {
    flush_subnormals();
    const TrainKernels<Real> &kernels = of(kernels_, Real());
    char *memory = nullptr;  // of this thread, kept while it is large enough
    std::size_t size = 0;
    for (long i = next_++; i < long(queue_.size()) && !out_of_memory_; i = next_++) {
        Run<Real> &run = runs_[std::size_t(queue_[std::size_t(i)])];
        const std::size_t needed = (kernels.workspace(job_, run) + 63) / 64 * 64;
        if (needed > size) {
            std::free(memory);
            memory = static_cast<char *>(std::aligned_alloc(64, needed));
            size = memory ? needed : 0;
        }
        if (!memory) {
            out_of_memory_ = true;
            break;
        }
        run.workspace = memory;
        kernels.train(job_, run);
    }
    std::free(memory);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--n_working_ == 0) all_done_.notify_all();
}

template <typename Real>
bool Pool<Real>::wait(double seconds) {
    std::unique_lock<std::mutex> lock(mutex_);
    return all_done_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return n_working_ == 0; });
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
