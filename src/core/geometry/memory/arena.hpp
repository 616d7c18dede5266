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
        std::size_t used;
    };

    Arena() { chunks_.push_back(make(std::size_t(1) << 18)); }
    Arena(const Arena &) = delete;
    Arena &operator=(const Arena &) = delete;
    ~Arena() { drop(0); }

    Mark mark() const { return {current_, used_}; }
    void release(Mark mark) {
        current_ = mark.chunk;
        used_ = mark.used;
    }

    // n objects, on a line of the cache of their own, not initialised.
    template <typename T>
    T *take(std::size_t n) {
        const std::size_t bytes = (n * sizeof(T) + 63) / 64 * 64;
        if (used_ + bytes > chunks_[current_].size) next(bytes);
        void *const p = chunks_[current_].start + used_;
        used_ += bytes;
        return static_cast<T *>(p);
    }
    // Gives back what the last `take`, of p, holds beyond n objects.
    template <typename T>
    void shrink(T *p, std::size_t n) {
        const std::size_t bytes = (n * sizeof(T) + 63) / 64 * 64;
        used_ = std::size_t(reinterpret_cast<char *>(p) - chunks_[current_].start) + bytes;
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
    void next(std::size_t bytes) {
        ++current_;
        used_ = 0;
        if (current_ < chunks_.size() && chunks_[current_].size >= bytes) return;
        drop(current_);  // what comes later is too small too, and in use by nobody
        const std::size_t twice = 2 * chunks_.back().size;
        chunks_.push_back(make(bytes > twice ? bytes : twice));
    }

    std::vector<Chunk> chunks_;
    std::size_t current_ = 0, used_ = 0;
};

}  // namespace leadlight::geometry
