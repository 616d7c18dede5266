// The arrays of a complex while it grows, and the lists of edges that are matched along creases.
//
// A corner of a cell and the side that follows it share one number, the half-edge: its place in the cells' CSR arrays.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace leadlight::geometry {

// A growing array of plain data on malloc, which can be given away.
template <typename T>
class Buffer {
    static_assert(std::is_trivially_copyable<T>::value, "moved by realloc");

  public:
    Buffer() = default;
    Buffer(Buffer &&other) noexcept { swap(other); }
    Buffer &operator=(Buffer &&other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { std::free(data_); }

    std::size_t size() const { return size_; }
    T *data() { return data_; }
    const T *data() const { return data_; }
    T &operator[](std::size_t i) { return data_[i]; }
    const T &operator[](std::size_t i) const { return data_[i]; }

    T *extend(std::size_t n) {  // n more, not initialised
        if (size_ + n > capacity_) grow(size_ + n);
        T *const fresh = data_ + size_;
        size_ += n;
        return fresh;
    }
    void push(const T &value) { *extend(1) = value; }
    void append(const T *values, std::size_t n) {
        if (n) std::memcpy(static_cast<void *>(extend(n)), values, n * sizeof(T));
    }
    void truncate(std::size_t n) { size_ = n; }
    void clear() { Buffer().swap(*this); }
    void swap(Buffer &other) {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }
    // The storage, cut to size; the caller frees it.
    T *release() {
        T *given = data_;
        if (size_ < capacity_ && size_) {
            void *const smaller = std::realloc(static_cast<void *>(data_), size_ * sizeof(T));
            if (smaller) given = static_cast<T *>(smaller);
        }
        data_ = nullptr;
        size_ = capacity_ = 0;
        return given;
    }

  private:
    void grow(std::size_t least) {
        std::size_t wanted = capacity_ + capacity_ / 2 + 64;
        if (wanted < least) wanted = least;
        void *const larger = std::realloc(static_cast<void *>(data_), wanted * sizeof(T));
        if (!larger) throw std::bad_alloc();
        data_ = static_cast<T *>(larger);
        capacity_ = wanted;
    }

    T *data_ = nullptr;
    std::size_t size_ = 0, capacity_ = 0;
};

struct Point {
    double x, y;
};

struct Edge {
    std::int32_t left, right, from, to;
};

// What the recursion returns for a side of its polygon: the half-edges along it, in order, linked.
struct SideList {
    std::int32_t head, tail;
};

struct TreeNode {
    double a, b, c, error;
    std::int32_t children[2];
    std::int32_t crease;
};

struct Growing {
    Buffer<std::int64_t> starts;       // of each cell's half-edges (no end)
    Buffer<std::int32_t> corners;      // per half-edge: its vertex
    Buffer<std::int32_t> links;        // per half-edge: -2 - next of the list it is in, -1 at the tail; once matched its edge
    Buffer<std::int32_t> owners;       // per half-edge: its cell
    Buffer<std::uint8_t> patterns;
    Buffer<Point> vertices;
    Buffer<double> errors;
    Buffer<std::int32_t> aliases;      // per vertex: the copy that stands for it, -1 for itself
    Buffer<std::int32_t> vertex_creases;  // per vertex, networks with jumps only: a line through it, of its cells' contexts
    Buffer<Edge> edges;
    Buffer<std::int32_t> creases;      // per edge
    Buffer<double> maps, map_errors;
    Buffer<TreeNode> tree;

    std::size_t n_cells() const { return starts.size(); }
};

}  // namespace leadlight::geometry
