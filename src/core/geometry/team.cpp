#include "team.hpp"

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
        } catch (const std::system_error &) {
            break;  // no more threads to be had: those there are do it
        }
    guard([&] { work(0); });
    for (Thread &thread : threads) thread.join();
}

}  // namespace leadlight::geometry
