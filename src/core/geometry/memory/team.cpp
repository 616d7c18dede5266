#include "team.hpp"

#include <sched.h>

#include <system_error>
#include <vector>

namespace leadlight::geometry {

Thread::Thread(void *(*run)(void *), void *argument, std::size_t &stack) {
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

std::size_t stack_left() {
    const char here = 0;
    static thread_local const char *end = nullptr;  // the lowest address; to ask for it takes long on the first thread
#if defined(__APPLE__)
    if (!end)
        end = static_cast<char *>(pthread_get_stackaddr_np(pthread_self())) - pthread_get_stacksize_np(pthread_self());
#elif defined(__linux__)
    pthread_attr_t attributes;
    if (!end && pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void *start = nullptr;
        std::size_t size = 0, guard = 0;
        if (pthread_attr_getstack(&attributes, &start, &size) == 0 &&
            pthread_attr_getguardsize(&attributes, &guard) == 0)
            end = static_cast<char *>(start) + guard;
        pthread_attr_destroy(&attributes);
    }
#endif
    return end && &here > end ? std::size_t(&here - end) : 0;
}

void Thread::part() {
#if defined(__linux__)
    cpu_set_t allowed, others;
    if (pthread_getaffinity_np(pthread_self(), sizeof allowed, &allowed) != 0) return;
    others = allowed;
    CPU_CLR(std::size_t(sched_getcpu()), &others);
    // Refused where there is no other: no matter.
    if (pthread_setaffinity_np(thread_, sizeof others, &others) == 0)
        pthread_setaffinity_np(thread_, sizeof allowed, &allowed);
#endif
}

void Team::guard(const std::function<void()> &work) {
    try {
        work();
    } catch (const Stopped &) {
    } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_ = true;
    }
}

namespace {

struct Worker {
    Team *team;
    const std::function<void(int)> *work;
    int index;
};

void *run_worker(void *argument) {
    const Worker &worker = *static_cast<Worker *>(argument);
    worker.team->guard([&] { (*worker.work)(worker.index); });
    return nullptr;
}

}  // namespace

void Team::run(int n, const std::function<void(int)> &work) {
    std::vector<Worker> workers;
    for (int i = 0; i < n; ++i) workers.push_back({this, &work, i});
    std::vector<Thread> threads;
    std::size_t stack;
    for (std::size_t i = 1; i < workers.size(); ++i) try {
            threads.emplace_back(run_worker, &workers[i], stack);
            threads.back().part();
        } catch (const std::system_error &) {
            break;  // no more threads to be had: those there are do it
        }
    guard([&] { work(0); });
    for (Thread &thread : threads) thread.join();
}

}  // namespace leadlight::geometry
