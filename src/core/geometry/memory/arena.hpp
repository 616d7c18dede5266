// Memory in the order of the recursion: taken by moving a pointer, given back by moving it back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage.hpp"

namespace leadlight::geometry {

class Arena {
  public:
    struct Mark {
        std::size_t chunk;
        char *next;
    };

    Arena() {
        chunks_.push_back(make(std::size_t(1) << 18));
        begin(0);
    }
    Arena(const Arena &) = delete;
    Arena &operator=(const Arena &) = delete;
    ~Arena() { drop(0); }

    Mark mark() const { return {current_, next_}; }
    void release(Mark mark) {
        if (mark.chunk != current_) begin(mark.chunk);
        next_ = mark.next;
    }

    // n objects, on a line of the cache of their own, not initialised.
    template <typename T>
    T *take(std::size_t n) {
        const std::size_t bytes = (n * sizeof(T) + 63) / 64 * 64;
        if (bytes > std::size_t(end_ - next_)) go_on(bytes);
        void *const p = next_;
        next_ += bytes;
        return static_cast<T *>(p);
    }
    // Gives back what the last `take`, of p, holds beyond n objects.
    template <typename T>
    void shrink(T *p, std::size_t n) {
        next_ = reinterpret_cast<char *>(p) + (n * sizeof(T) + 63) / 64 * 64;
    }

  private:
    struct Chunk {
        Storage memory;
        char *start;
        std::size_t size;
    };

    static Chunk make(std::size_t size) {
        Storage memory;
        grow(memory, 0, size + 64);
        char *start = static_cast<char *>(memory.data);
        start += (64 - reinterpret_cast<std::uintptr_t>(start) % 64) % 64;
        return {memory, start, memory.capacity - 64};
    }
    void drop(std::size_t first) {
        for (std::size_t i = first; i < chunks_.size(); ++i) geometry::release(chunks_[i].memory);
        chunks_.resize(first);
    }
    void begin(std::size_t chunk) {
        current_ = chunk;
        next_ = chunks_[chunk].start;
        end_ = next_ + chunks_[chunk].size;
    }
    // With the next chunk, which has room for so many bytes.
    __attribute__((noinline, cold)) void go_on(std::size_t bytes) {
        const std::size_t chunk = current_ + 1;
        if (chunk == chunks_.size() || chunks_[chunk].size < bytes) {
            drop(chunk);  // what comes later is too small too, and in use by nobody
            const std::size_t twice = 2 * chunks_.back().size;
            chunks_.push_back(make(bytes > twice ? bytes : twice));
        }
        begin(chunk);
    }

    std::vector<Chunk> chunks_;
    std::size_t current_;
    char *next_, *end_;  // in the current chunk
};

}  // namespace leadlight::geometry
