#include "edges.hpp"

#include <cmath>
#include <cstring>
#include <deque>

namespace leadlight::geometry {

namespace {

std::int32_t next_along(const Growing &out, std::int32_t h) { return -2 - out.links[std::size_t(h)]; }

// `list` followed by `rest`.
void join_lists(Growing &out, SideList &list, SideList rest) {
    out.links[std::size_t(list.tail)] = -2 - rest.head;
    list.tail = rest.tail;
}

std::int32_t push_edge(Growing &out, std::int32_t left, std::int32_t right, std::int32_t from, std::int32_t to,
                       std::int32_t crease) {
    const auto edge = std::int32_t(out.edges.size());
    out.edges.push({left, right, from, to});
    out.creases.push(crease);
    return edge;
}

// The contexts of a cell, from its pattern.
class CellContexts {
  public:
    CellContexts(const Layers &layers, const std::uint8_t *row) : layers_(layers), row_(row) {}

    LineRef line(std::int32_t crease) {
        const LineName &name = layers_.lines[std::size_t(crease)];
        if (contexts_.empty()) contexts_.emplace_back(layers_.net);
        while (int(contexts_.size()) <= name.layer) {
            const Layer &before = layers_.layers[contexts_.size() - 1];
            pieces_.emplace_back(std::size_t(before.n_out));
            for (int j = 0; j < before.n_out; ++j)
                pieces_.back()[std::size_t(j)] = std::uint8_t(before.piece_in(row_, j));
            contexts_.emplace_back(contexts_.back(), before.pieces ? pieces_.back().data() : nullptr);
        }
        return {&contexts_[std::size_t(name.layer)], name.unit, name.breakpoint};
    }

  private:
    const Layers &layers_;
    const std::uint8_t *const row_;
    std::deque<std::vector<std::uint8_t>> pieces_;
    std::deque<Context> contexts_;
};

}  // namespace

void EdgeMatcher::match(Growing &out, Buffer<SideList> &slots, const Cut &cut) {
    for (int i = 0; i < 2; ++i)
        if (cut.side[i] >= 0) join_lists(out, slots[std::size_t(cut.side[i])], slots[std::size_t(cut.rest[i])]);
    const SideList left = slots[std::size_t(cut.below)], right = slots[std::size_t(cut.above)];
    if (layers_.continuous) {
        match_in_order(out, left, right, cut);
    } else {
        match_with_jumps(out, left, right, cut);
    }
}

void EdgeMatcher::gather(const Growing &out, SideList list) {
    right_.clear();
    for (std::int32_t h = list.head;; h = next_along(out, h)) {
        right_.push_back(h);
        if (h == list.tail) break;
    }
}

// The cells of `left` lie on the left of the chord, in its direction; those of `right` on the right, in reverse. Lists
// of unequal length (floats taken as they are) are matched as far as they go.
void EdgeMatcher::match_in_order(Growing &out, SideList left, SideList right, const Cut &cut) {
    if (left.head == left.tail || right.head == right.tail) {
        const std::int32_t h = left.head;
        add_edge(out, h, right.tail, h == left.tail ? cut.end : out.corners[std::size_t(next_along(out, h))],
                 cut.crease);
        return;
    }
    gather(out, right);
    std::size_t remaining = right_.size();
    for (std::int32_t h = left.head;;) {
        const bool last = h == left.tail;
        const std::int32_t next = last ? -1 : next_along(out, h);
        const std::int32_t other = right_[--remaining];
        const std::int32_t to = last ? cut.end : out.corners[std::size_t(next)];
        const std::int32_t edge = push_edge(out, out.owners[std::size_t(h)], out.owners[std::size_t(other)],
                                            out.corners[std::size_t(h)], to, cut.crease);
        out.links[std::size_t(h)] = out.links[std::size_t(other)] = edge;
        if (last || remaining == 0) break;
        out.vertices[std::size_t(out.corners[std::size_t(other)])].alias = to;
        h = next;
    }
}

void EdgeMatcher::add_edge(Growing &out, std::int32_t left, std::int32_t right, std::int32_t to, std::int32_t crease) {
    const std::int32_t edge = push_edge(out, out.owners[std::size_t(left)], out.owners[std::size_t(right)],
                                        out.corners[std::size_t(left)], to, crease);
    out.links[std::size_t(left)] = out.links[std::size_t(right)] = edge;
}

void EdgeMatcher::match_with_jumps(Growing &out, SideList left, SideList right, const Cut &cut) {
    gather(out, right);
    std::size_t remaining = right_.size();
    std::int32_t h = left.head, from = out.corners[std::size_t(h)];
    std::int32_t next = h == left.tail ? -1 : next_along(out, h);
    bool fresh_h = true, fresh_other = true;
    while (true) {
        const std::int32_t other = right_[remaining - 1];
        const bool last = next < 0, other_last = remaining == 1;
        const std::int32_t end = last ? cut.end : out.corners[std::size_t(next)];
        const std::int32_t other_end = other_last ? cut.end : out.corners[std::size_t(other)];
        int order = last ? (other_last ? 0 : 1) : -1;
        if (!last && !other_last)
            order = compare(out, end, out.owners[std::size_t(h)], other_end, out.owners[std::size_t(other)], from,
                            cut.crease);
        const std::int32_t to = order > 0 ? other_end : end;
        const std::int32_t edge =
            push_edge(out, out.owners[std::size_t(h)], out.owners[std::size_t(other)], from, to, cut.crease);
        if (fresh_h) out.links[std::size_t(h)] = edge;
        if (fresh_other) out.links[std::size_t(other)] = edge;
        fresh_h = order <= 0;
        fresh_other = order >= 0;
        if (last && other_last) break;
        if (order == 0) out.vertices[std::size_t(other_end)].alias = end;
        from = to;
        if (order <= 0) {
            h = next;
            next = h == left.tail ? -1 : next_along(out, h);
        }
        if (order >= 0) --remaining;
    }
}

// The order of two points in a chord, each of them a corner of the given cell there.
int EdgeMatcher::compare(const Growing &out, std::int32_t p, std::int32_t p_cell, std::int32_t q, std::int32_t q_cell,
                         std::int32_t from, std::int32_t crease) {
    // One line of one context: the same point.
    const std::int32_t through_p = out.vertices[std::size_t(p)].crease, through_q = out.vertices[std::size_t(q)].crease;
    const std::uint8_t *const row_p = out.patterns.data() + std::size_t(p_cell) * std::size_t(layers_.pattern_bytes);
    const std::uint8_t *const row_q = out.patterns.data() + std::size_t(q_cell) * std::size_t(layers_.pattern_bytes);
    if (through_p == through_q) {
        const LineName &name = layers_.lines[std::size_t(through_p)];
        const Layer &layer = layers_.layers[std::size_t(name.layer)];
        if (std::memcmp(row_p, row_q, std::size_t(layer.pattern_start)) == 0) return 0;
    }
    if (!certified_) {
        const auto distance = [&](std::int32_t v) {
            const Point &a = out.vertices[std::size_t(v)].at, &o = out.vertices[std::size_t(from)].at;
            return std::fabs(a.x - o.x) + std::fabs(a.y - o.y);
        };
        const double to_a = distance(p), to_b = distance(q);
        return to_a < to_b ? -1 : to_a > to_b;
    }
    CellContexts at_p(layers_, row_p), at_q(layers_, row_q);
    const LineRef chord = at_p.line(crease);
    return predicates_.compare_along(chord, {chord, at_p.line(through_p)}, {at_q.line(crease), at_q.line(through_q)});
}

void EdgeMatcher::add_border(Growing &out, SideList list, std::int32_t end, int k) {
    for (std::int32_t h = list.head;;) {
        const bool last = h == list.tail;
        const std::int32_t next = last ? -1 : next_along(out, h);
        const std::int32_t to = last ? end : out.corners[std::size_t(next)];
        out.links[std::size_t(h)] =
            push_edge(out, out.owners[std::size_t(h)], -1, out.corners[std::size_t(h)], to, -1 - k);
        if (last) break;
        h = next;
    }
}

}  // namespace leadlight::geometry
