// Threads that work together: deep stacks, one flag that stops them all, and the first exception kept.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

namespace leadlight::geometry {

struct Stopped : std::exception {};

// A thread with a stack for deep recursions; std::thread has no say in that.
class Thread {
  public:
    // Sets `stack` to the bytes it has; throws std::system_error if no thread is to be had.
    Thread(void *(*run)(void *), void *argument, std::size_t &stack);
    // Puts it on another processor than the caller's, where it is free to leave again. Schedulers may let it queue here
    // for milliseconds while another is idle.
    void part();
    void join() { pthread_join(thread_, nullptr); }

  private:
    pthread_t thread_;
};

// Bytes of its stack that this thread has not used yet; 0 where nobody can tell.
std::size_t stack_left();

// How deep a recursion of the splitter may go on a stack of so many bytes, generously.
inline int deepest_recursion(std::size_t stack) { return int(stack / 1024); }

class Team {
  public:
    explicit Team(std::atomic<bool> &stop) : stop_(stop) {}

    // Does it; what it throws is kept (Stopped is not) and stops all.
    void guard(const std::function<void()> &work);
    // Does work(0) here and work(1) to work(n - 1) on threads of their own, as far as those are to be had: the work
    // must be shared out by an atomic counter, not by number.
    void run(int n, const std::function<void(int)> &work);
    bool failed() const { return error_ != nullptr; }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    std::atomic<bool> &stop_;
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace leadlight::geometry
