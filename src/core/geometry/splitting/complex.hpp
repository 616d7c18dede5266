// The arrays of a complex while it grows, and the lists of edges that are matched along creases.
//
// A corner of a cell and the side that follows it share one number, the half-edge: its place in the cells' CSR arrays.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "../memory/storage.hpp"

namespace leadlight::geometry {

// A growing array of plain data, which can be given away.
template <typename T>
class Buffer {
    static_assert(std::is_trivially_copyable<T>::value, "moved as bytes");

  public:
    Buffer() = default;
    Buffer(Buffer &&other) noexcept { swap(other); }
    Buffer &operator=(Buffer &&other) noexcept {
        swap(other);
        return *this;
    }
    ~Buffer() { geometry::release(storage_); }

    std::size_t size() const { return size_; }
    T *data() { return static_cast<T *>(storage_.data); }
    const T *data() const { return static_cast<const T *>(storage_.data); }
    T &operator[](std::size_t i) { return data()[i]; }
    const T &operator[](std::size_t i) const { return data()[i]; }

    bool has_room(std::size_t n) const { return n * sizeof(T) <= storage_.capacity; }
    void reserve(std::size_t n) {
        if (!has_room(n)) grow(storage_, size_ * sizeof(T), n * sizeof(T));
    }
    T *extend(std::size_t n) {  // n more, not initialised
        if (__builtin_expect((size_ + n) * sizeof(T) > storage_.capacity, 0)) make_room(n);
        T *const fresh = data() + size_;
        size_ += n;
        return fresh;
    }
    void push(const T &value) { *extend(1) = value; }
    void append(const T *values, std::size_t n) {
        if (n) std::memcpy(static_cast<void *>(extend(n)), values, n * sizeof(T));
    }
    void truncate(std::size_t n) { size_ = n; }
    // n in all, the new ones not initialised; where there is no room, room for `factor` times as many.
    void resize(std::size_t n, double factor) {
        if (!has_room(n)) reserve(std::size_t(double(n) * factor) + 1);
        size_ = n;
    }
    void clear() { Buffer().swap(*this); }
    void swap(Buffer &other) {
        std::swap(storage_, other.storage_);
        std::swap(size_, other.size_);
    }
    // The storage, cut to size; the caller releases it.
    Storage give() {
        trim(storage_, size_ * sizeof(T));
        const Storage given = storage_;
        storage_ = Storage();
        size_ = 0;
        return given;
    }

  private:
    // Much at once: until it is written to it costs nothing, and what is copied on the way does.
    __attribute__((noinline, cold)) void make_room(std::size_t n) {
        const std::size_t factor = storage_.capacity < (std::size_t(1) << 20) ? 4 : 2;
        const std::size_t more = factor * storage_.capacity / sizeof(T) + 64, least = size_ + n;
        reserve(more > least ? more : least);
    }

    Storage storage_;
    std::size_t size_ = 0;
};

struct Point {
    double x, y;
};

// Of a complex that grows.
struct Vertex {
    Point at;
    double error;
    std::int32_t alias;   // an earlier copy that stands for it, -1 for itself
    std::int32_t crease;  // a line through it, of its cells' contexts
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

// What a splitter makes, numbered from 0.
struct Growing {
    Buffer<std::int64_t> starts;   // of each cell's half-edges (no end)
    Buffer<std::int32_t> corners;  // per half-edge: its vertex
    Buffer<std::int32_t> links;    // per half-edge: its edge; until matched -2 - next of its list, -1 at the tail
    Buffer<std::int32_t> owners;   // per half-edge: its cell
    Buffer<Point> points;          // of a stream, per half-edge: where its vertex is; there are no others
    Buffer<std::uint8_t> patterns;
    Buffer<Vertex> vertices;
    Buffer<std::int32_t> numbers;  // of the vertices, in a subtree that is made; see subtree.hpp
    Buffer<Edge> edges;
    Buffer<std::int32_t> creases;  // per edge
    Buffer<double> maps, map_errors;
    Buffer<double> areas;  // of a stream, per cell
    Buffer<TreeNode> tree;

    std::size_t n_cells() const { return starts.size(); }
    // Empty, the storage kept.
    void reset() {
        for_each(*this, [](auto &array) { array.truncate(0); });
    }
    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> all;
        for_each(*this, [&](const auto &array) { all.push_back(array.size()); });
        return all;
    }
    std::size_t bytes() const {
        std::size_t all = 0;
        for_each(*this, [&](const auto &array) { all += array.size() * sizeof *array.data(); });
        return all;
    }
    void reserve(const std::vector<std::size_t> &sizes) {
        if (sizes.empty()) return;
        auto size = sizes.begin();
        for_each(*this, [&](auto &array) { array.reserve(*size++); });
    }

  private:
    template <typename Self, typename Act>
    static void for_each(Self &self, Act &&act) {
        act(self.starts);
        act(self.corners);
        act(self.links);
        act(self.owners);
        act(self.points);
        act(self.patterns);
        act(self.vertices);
        act(self.numbers);
        act(self.edges);
        act(self.creases);
        act(self.maps);
        act(self.map_errors);
        act(self.areas);
        act(self.tree);
    }
};

// A whole complex, as it is given to the caller.
struct Arrays {
    Buffer<std::int64_t> starts;   // of each cell's half-edges, and the end
    Buffer<std::int32_t> corners;  // per half-edge: its vertex
    Buffer<std::int32_t> links;    // per half-edge: its edge
    Buffer<std::uint8_t> patterns;
    Buffer<Point> vertices;
    Buffer<double> errors;
    Buffer<Edge> edges;
    Buffer<std::int32_t> creases;  // per edge
    Buffer<double> maps, map_errors;
    Buffer<double> tree_lines, tree_errors;            // three and one a node
    Buffer<std::int32_t> tree_children, tree_creases;  // two and one a node
};

}  // namespace leadlight::geometry
