#include "splitter.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "frame.hpp"

namespace leadlight::geometry {

Splitter::Splitter(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress,
                   Growing &out, std::uint64_t first_serial, int deepest)
    : kernels_(kernels.geometry), layers_(layers), options_(options), progress_(progress), out_(out),
      row_(std::size_t(layers.pattern_bytes) + 8), layer_counts_(std::size_t(layers.n_hidden) + 1),
      told_every_(options.max_cells ? std::clamp<std::int64_t>(options.max_cells / 64, 1, 256) : 256),
      serial_(first_serial), deepest_(deepest), predicates_(layers.net),
      counter_(
          predicates_, [this](const Line &line) { return reference(line); }, options.certified, options.max_pairs,
          progress.stop),
      matcher_(layers, predicates_, options.certified), size_(0.0) {
    std::size_t most = 1;
    for (int l = 0; l < layers.n_hidden; ++l) {
        const Layer &layer = layers.layers[std::size_t(l)];
        const auto n_lines = std::size_t(layer.first_line[layer.n_out] - layer.first_line[0]);
        auto frame = std::make_unique<Frame>();
        const auto stride = std::size_t(layer.stride), next = std::size_t(layers.layers[std::size_t(l + 1)].stride);
        frame->storage.resize((6 + ball_arrays) * stride + 2 * next + 8);
        frame->forms = frame->storage.data();
        while (reinterpret_cast<std::uintptr_t>(frame->forms) % 64) ++frame->forms;
        frame->scan_bounds = frame->forms + 3 * stride;
        frame->bounds.ab = frame->scan_bounds + stride;
        frame->bounds.c = frame->bounds.ab + stride;
        frame->next.ab = frame->bounds.c + stride;
        frame->next.c = frame->next.ab + next;
        frame->balls = frame->next.c + next;
        frame->lines.resize(n_lines);
        frame->survivors.resize(std::size_t(layer.stride) + 8);
        if (layer.kind == Kind::several) {
            frame->open.resize(std::size_t(layer.n_out));
            frame->above.resize(std::size_t(layer.n_out));
        }
        most = std::max(most, n_lines);
        frames_.push_back(std::move(frame));
    }
    decided_.resize(most + 2);
    unsure_.resize(most + 2);
    // Exact crossings are cheap in the first layer, and cost in others what exact forms do.
    bool wide = false;
    allowed_.assign(std::size_t(layers.n_hidden) + 1, 0x1p-40);
    for (int l = 1; l < layers.n_hidden; ++l) {
        wide |= is_wide(layers.layers[std::size_t(l)]);
        allowed_[std::size_t(l)] = wide ? 0x1p-25 : 0x1p-30;
    }
    for (double v : layers.net.corners) size_ = larger(size_, std::fabs(v));
}

Splitter::~Splitter() = default;

std::int64_t Splitter::signs(int stage) const {
    return stage == 0   ? float_signs_ + counter_.float_signs()
           : stage == 1 ? predicates_.decided_by_double_double()
                        : predicates_.decided_exactly();
}

Node Splitter::root(const std::vector<Line> &domain) {
    const int n = int(domain.size());
    Node node{};
    node.polygon = take_polygon(n);
    node.layer = -1;
    for (int i = 0; i < n; ++i) {
        const Point at{layers_.net.corners[std::size_t(2 * i)], layers_.net.corners[std::size_t(2 * i + 1)]};
        const bool in_range = !options_.certified || (trusted(at.x) && trusted(at.y));
        node.polygon.x[i] = at.x;
        node.polygon.y[i] = at.y;
        node.polygon.e[i] = in_range ? 0.0 : infinity;
        node.polygon.sides[i] = {&domain[std::size_t(i)], new_slot(), add_vertex(at, 0.0, -1 - i)};
    }
    const Layer &first = layers_.layers[0];
    double *const base = arena_.take<double>(3 * std::size_t(first.stride));
    kernels_.add_terms(base, nullptr, first.biases, nullptr, 0, first.stride);
    node.base = base;
    node.terms = arena_.take<Term>(2);
    node.terms[0] = {first.weights, 1.0, 0.0, 0.0};
    node.terms[1] = {first.weights + first.stride, 0.0, 1.0, 0.0};
    node.n_terms = 2;
    node.n_sloped = node.n_nonzero = 2;
    return node;
}

void Splitter::tell_cells() {
    const std::int64_t cells = layer_counts_[std::size_t(layers_.n_hidden)];
    progress_.cells.fetch_add(cells - told_cells_, std::memory_order_relaxed);
    told_cells_ = cells;
}

void Splitter::check_progress() {
    tell_cells();
    if (options_.max_cells && progress_.cells.load(std::memory_order_relaxed) > options_.max_cells) {
        progress_.limit_reached = true;
        progress_.stop = true;
    }
    if (progress_.stop.load(std::memory_order_relaxed)) throw Stopped();
}

// So often that some nodes that take long do not matter, and so seldom that many short ones do not.
void Splitter::look() {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point now = Clock::now();
    if (now - looked_ < std::chrono::milliseconds(1)) between_looks_ = std::min(2 * between_looks_, 4096);
    if (now - looked_ > std::chrono::milliseconds(4)) between_looks_ = std::max(between_looks_ / 2, 1);
    check_progress();
    progress_.look();
    looked_ = now;
    until_look_ = between_looks_;
}

// A cell's number of corners is known; returns where they go.
inline std::size_t Splitter::begin_cell(std::size_t n_corners) {
    const std::size_t first = options_.stream ? out_.points.size() : out_.corners.size();
    ++layer_counts_[std::size_t(layers_.n_hidden)];
    if (layer_counts_[std::size_t(layers_.n_hidden)] - told_cells_ >= told_every_) check_progress();
    if (first + n_corners >= std::size_t(std::numeric_limits<std::int32_t>::max()) - 64) throw TooLarge();
    out_.starts.push(std::int64_t(first));
    return first;
}

std::int32_t Splitter::add_cell(const Node &node) {
    const Polygon &polygon = node.polygon;
    const auto n = std::size_t(polygon.n);
    const std::size_t cell = out_.n_cells(), first = begin_cell(n);
    const Side *const sides = polygon.sides;
    if (options_.stream) {
        Point *const points = out_.points.extend(n);
        for (std::size_t k = 0; k < n; ++k) points[k] = {polygon.x[k], polygon.y[k]};
    } else {
        std::int32_t *const corners = out_.corners.extend(n);
        for (std::size_t k = 0; k < n; ++k) corners[k] = sides[k].vertex;
    }
    if (options_.edges) {
        std::int32_t *const links = out_.links.extend(n), *const owners = out_.owners.extend(n);
        SideList *const slots = slots_.data();
        for (std::size_t k = 0; k < n; ++k) {
            const auto h = std::int32_t(first + k);
            links[k] = -1;
            owners[k] = std::int32_t(cell);
            slots[sides[k].slot] = {h, h};
        }
    }
    if (options_.patterns) add_pattern();
    if (options_.maps) add_maps(node);
    return std::int32_t(cell);
}

// Few bytes are copied faster than a function is called.
inline void Splitter::add_pattern() {
    const auto n = std::size_t(layers_.pattern_bytes);
    std::uint8_t *const to = out_.patterns.extend(n);
    if (n > 64) {
        std::memcpy(to, row_.data(), n);
        return;
    }
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) std::memcpy(to + i, row_.data() + i, 8);
    for (; i < n; ++i) to[i] = row_[i];
}

// A part that no other line cuts, made a cell without a polygon.
std::int32_t Splitter::add_part(const Node &node, Division &division, bool above) {
    Node part;
    part.terms = nullptr;
    decide(part, *division.cut.line, above ? 1 : -1);
    take_tried(part, division, above, node.n_candidates - 1);
    const Polygon &polygon = node.polygon;
    const int start = division.parts.first[above], n = polygon.n;
    const auto count = std::size_t(division.parts.count[above]);
    const std::size_t cell = out_.n_cells(), first = begin_cell(count + 2);
    constexpr std::size_t room = few + 2;
    const Side chord = division.chord(above), closing = division.closing(above);
    const Side *const sides = polygon.sides;
    // What is written beyond the last is written over.
    const auto each_side = [&](auto &&act) {
        const auto go = [&](std::size_t end) {
            for (std::size_t k = 0; k < end; ++k) act(k, sides[wrapped(start + int(k), n)]);
        };
        if (count <= few)
            go(few);
        else
            go(count);
    };
    std::int32_t *const corners = out_.corners.extend(count + room);
    if (options_.edges) {
        std::int32_t *const links = out_.links.extend(count + room), *const owners = out_.owners.extend(count + room);
        const auto fill = [=](std::size_t end) {
            for (std::size_t k = 0; k < end; ++k) links[k] = -1;
            for (std::size_t k = 0; k < end; ++k) owners[k] = std::int32_t(cell);
        };
        if (count <= few)
            fill(few + 2);
        else
            fill(count + 2);
        out_.links.truncate(first + count + 2);
        out_.owners.truncate(first + count + 2);
        SideList *const slots = slots_.data();
        const auto h = std::int32_t(first);
        const auto set = [=](std::int32_t slot, std::size_t k) {
            slots[slot] = {h + std::int32_t(k), h + std::int32_t(k)};
        };
        each_side([=](std::size_t k, const Side &side) {
            const std::int32_t is_side = -std::int32_t(k < count);  // a mask: compilers would foresee in vain
            corners[k] = side.vertex;
            set((side.slot & is_side) | (chord.slot & ~is_side), k);
        });
        set(chord.slot, count);
        set(closing.slot, count + 1);
    } else {
        each_side([=](std::size_t k, const Side &side) { corners[k] = side.vertex; });
    }
    corners[count] = chord.vertex;
    corners[count + 1] = closing.vertex;
    out_.corners.truncate(first + count + 2);
    if (options_.patterns) add_pattern();
    return std::int32_t(cell);
}

// Both cells of a node that only one line cuts, and the edge between them: what splitting it, adding its parts and
// matching them comes to.
void Splitter::add_halves(const Node &node) {
    const Polygon &polygon = node.polygon;
    const Line &line = *node.candidates[0].line;
    const std::size_t n_decisions = decisions_.size();
    const std::int32_t cell = std::int32_t(out_.n_cells());
    Division division;
    find_chord(polygon, node.candidates[0], division);
    const int *const count = division.parts.count;
    const std::size_t first = out_.corners.size(), n = std::size_t(polygon.n);
    const std::size_t total = std::size_t(count[0] + count[1] + 4), room = total + few;
    std::int32_t *const corners = out_.corners.extend(room);
    std::int32_t *const links = out_.links.extend(room), *const owners = out_.owners.extend(room);
    for (auto *each : {&out_.corners, &out_.links, &out_.owners}) each->truncate(first);
    const Side *const sides = polygon.sides;
    SideList *const slots = slots_.data();
    std::int32_t begin[2];  // of each half's half-edges
    for (int above = 0; above < 2; ++above) {
        const std::size_t own = std::size_t(above ? count[0] + 2 : 0), n_own = std::size_t(count[above]);
        const auto h = std::int32_t(first + own);
        begin[above] = h;
        // What is written beyond the last is written over, the slot too.
        const std::int32_t spare = sides[division.ends[0]].slot;
        const auto copy = [&](std::size_t end) {
            for (std::size_t k = 0; k < end; ++k) {
                const Side &side = sides[wrapped(division.parts.first[above] + int(k), int(n))];
                const std::int32_t is_side = -std::int32_t(k < n_own);
                const std::int32_t half_edge = h + std::int32_t(k);
                corners[own + k] = side.vertex;
                slots[(side.slot & is_side) | (spare & ~is_side)] = {half_edge, half_edge};
            }
            for (std::size_t k = 0; k < end + 2; ++k) links[own + k] = -1;
            for (std::size_t k = 0; k < end + 2; ++k) owners[own + k] = cell + above;
        };
        if (n_own <= few)
            copy(few);
        else
            copy(n_own);
        corners[own + n_own] = division.vertices[above];
        corners[own + n_own + 1] = division.vertices[1 - above];
        begin_cell(n_own + 2);
        for (auto *each : {&out_.corners, &out_.links, &out_.owners}) each->truncate(first + own + n_own + 2);
        Node half;
        half.terms = nullptr;
        decide(half, line, above ? 1 : -1);
        if (options_.patterns) add_pattern();
        leave(n_decisions);
    }
    // Of a side that is cut, the part of the one half is followed by the last side of the other.
    for (int i = 0; i < 2; ++i) {
        const std::int32_t last = begin[1 - i] + count[1 - i] + 1;
        std::int32_t head = last;
        if (division.crossed[i]) {
            head = begin[i] + count[i] - 1;
            links[std::size_t(head) - first] = -2 - last;
        }
        slots[sides[division.ends[i]].slot] = {head, last};
    }
    EdgeMatcher::add_edge(out_, begin[0] + count[0], begin[1] + count[1], division.vertices[1], line.crease);
}

void Splitter::count_cells_of(const Node &node) {
    const Polygon &polygon = node.polygon;
    counted_.clear();
    for (int i = 0; i < polygon.n; ++i) counted_.push_back(polygon.sides[i].line);
    for (int i = 0; i < node.n_candidates; ++i) counted_.push_back(node.candidates[i].line);
    const Line *const *const sides = counted_.data();
    const std::int64_t n =
        counter_.count(polygon.x, polygon.y, polygon.e, sides, polygon.n, sides + polygon.n, node.n_candidates);
    for (int l = node.layer; l < layers_.n_hidden; ++l) layer_counts_[std::size_t(l + 1)] += n;
    if (layer_counts_[std::size_t(layers_.n_hidden)] - told_cells_ >= told_every_) check_progress();
}

std::int32_t Splitter::solve(Node &node) {
    const Arena::Mark start = arena_.mark();
    const bool cut_again = descend(node);
    if (options_.count && (!cut_again || counts(node))) {
        count_cells_of(node);
        arena_.release(start);
        return -1;
    }
    if (is_worth_counting(node) && count_locally(node)) {
        arena_.release(start);
        return -1;
    }
    if (rest_ && out_.n_cells() >= rest_->enough) {
        rest_->tasks.push_back(pack(node));
        arena_.release(start);
        return -1;
    }
    if (!cut_again) {
        const std::int32_t cell = add_cell(node);
        arena_.release(start);
        return -1 - cell;
    }
    const std::int32_t place = solve_parts(node);
    arena_.release(start);
    return place;
}

std::int32_t Splitter::solve_parts(Node &node) {
    if (progress_.look && --until_look_ == 0) look();
    if (progress_.stop.load(std::memory_order_relaxed)) throw Stopped();
    if (++depth_ > deepest_) throw TooLarge();
    const Arena::Mark start = arena_.mark();
    const std::size_t n_slots = slots_.size(), n_decisions = decisions_.size();
    const bool is_last = is_cell(node), has_cells = is_last && !options_.maps && !options_.stream;
    if (has_cells && node.n_candidates == 1 && options_.edges && !options_.tree) {
        add_halves(node);
        --depth_;
        return -1;
    }
    Division division = split(node);
    std::int32_t place = -1;
    if (options_.tree) {
        place = std::int32_t(out_.tree.size());
        out_.tree.push(tree_node(division.cut));
    }
    const Arena::Mark parts = arena_.mark();
    const bool above_first = is_above_first(division);
    for (const bool side : {above_first, !above_first}) {
        std::int32_t child;
        if (has_cells && division.is_whole(side)) {
            child = -1 - add_part(node, division, side);
        } else {
            Node part;
            enter(node, division, side, part);
            if (!is_last)
                child = solve(part);
            else
                child = part.n_candidates ? solve_parts(part) : -1 - add_cell(part);
        }
        leave(n_decisions);
        arena_.release(parts);
        if (options_.tree) out_.tree[std::size_t(place)].children[side] = child;
    }
    arena_.release(start);
    if (options_.edges) {
        matcher_.match(out_, slots_, division.cut);
        slots_.truncate(n_slots);
    }
    --depth_;
    return place;
}

}  // namespace leadlight::geometry
