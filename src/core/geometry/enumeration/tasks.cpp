// Nodes packed to be continued by another splitter.
#include <algorithm>
#include <cmath>

#include "../splitting/frame.hpp"

namespace leadlight::geometry {

Extent extent_of(const Polygon &polygon) {
    Extent extent{0.0, 0.0};
    for (int i = 0; i < polygon.n; ++i) {
        const int j = i + 1 < polygon.n ? i + 1 : 0;
        extent.area += 0.5 * (polygon.x[i] * polygon.y[j] - polygon.x[j] * polygon.y[i]);
        extent.length += std::hypot(polygon.x[i] - polygon.x[j], polygon.y[i] - polygon.y[j]);
    }
    return extent;
}

// Two random lines that meet a convex polygon cross inside it with probability 2 pi area / length^2.
double work_of(int layer, int n_candidates, const Extent &extent, const Layers &layers, double domain_area) {
    const auto within = [](double x, double most) { return x >= 0.0 ? std::min(x, most) : 0.0; };  // 0 for NaN
    const double crossing = within(3.14 * extent.area / (extent.length * extent.length), most_crossing);
    double deeper = 0.0;
    for (int l = layer + 1; l < layers.n_hidden; ++l) deeper += cells_of(layers.layers[std::size_t(l)].n_out, 0.2);
    return cells_of(n_candidates, crossing) + within(extent.area / domain_area, 1.0) * deeper;
}

std::unique_ptr<Task> Splitter::pack(const Node &node) {
    auto task = std::make_unique<Task>();
    const Polygon &polygon = node.polygon;
    task->layer = node.layer;
    task->x.assign(polygon.x, polygon.x + polygon.n);
    task->y.assign(polygon.y, polygon.y + polygon.n);
    task->e.assign(polygon.e, polygon.e + polygon.n);
    task->sides.assign(polygon.sides, polygon.sides + polygon.n);
    task->candidates.assign(node.candidates, node.candidates + node.n_candidates);
    task->lines.reserve(task->sides.size() + task->candidates.size());
    for (const Side &side : task->sides) task->lines.push_back(*side.line);
    for (const Candidate &candidate : task->candidates) task->lines.push_back(*candidate.line);
    task->n_sloped = node.n_sloped;
    task->n_nonzero = node.n_nonzero;
    if (node.base) {
        const long stride = node.ahead ? node.ahead->stride : layers_.layers[std::size_t(node.layer + 1)].stride;
        task->base.assign(node.base, node.base + 3 * stride);
        task->terms.assign(node.terms, node.terms + node.n_terms);
        if (node.ahead) pack_ahead(node, *task);
    }
    task->row = row_;
    if (node.layer >= 0) {
        const Frame &frame = *frames_[std::size_t(node.layer)];
        if (node.base)  // then units that are still open have terms to add
            task->forms.assign(frame.forms, frame.forms + 3 * layers_.layers[std::size_t(node.layer)].stride);
        const auto pack_bounds = [](const FormBounds &bounds, const Layer &layer, Errors &errors,
                                    std::vector<double> &by_unit) {
            errors = bounds.errors;
            if (!bounds.by_unit) return;
            by_unit.assign(bounds.ab, bounds.ab + layer.stride);
            by_unit.insert(by_unit.end(), bounds.c, bounds.c + layer.stride);
        };
        pack_bounds(frame.bounds, layers_.layers[std::size_t(node.layer)], task->errors, task->bounds);
        pack_bounds(frame.next, layers_.layers[std::size_t(node.layer + 1)], task->next_errors, task->next_bounds);
        task->serial = frame.serial;
        task->open = frame.open;
        task->above = frame.above;
    }
    task->extent = extent_of(polygon);
    return task;
}

void Splitter::pack_ahead(const Node &node, Task &task) const {
    const Ahead &from = *node.ahead;
    Ahead &to = task.ahead;
    const auto n_units = std::size_t(layers_.layers[std::size_t(node.layer)].n_out);
    const std::size_t columns = std::size_t(from.n_open) * std::size_t(from.stride);
    const std::size_t after = from.base_after ? std::size_t(from.after.stride) : 0;
    const std::size_t columns_of_after = from.after.units ? std::size_t(from.n) * after : 0;
    task.looked_ahead = true;
    to = from;
    task.ahead_units.assign(from.units, from.units + from.n);
    task.ahead_units.resize(std::size_t(from.n) + n_units);
    for (int i = 0; i < node.n_candidates; ++i) {
        const auto unit = std::size_t(node.candidates[i].line->unit);
        task.ahead_units[std::size_t(from.n) + unit] = from.places[unit];
    }
    to.units = task.ahead_units.data();
    to.places = to.units + from.n;
    task.ahead_numbers.resize(columns + unit_numbers * std::size_t(from.stride) + columns_of_after +
                              (3 + unit_numbers + std::size_t(from.n_open)) * after);
    double *next = task.ahead_numbers.data();
    const auto keep = [&](auto &array, std::size_t n) {
        std::copy_n(array, n, next);
        array = next;
        next += n;
    };
    keep(to.columns, columns);
    keep(to.numbers, unit_numbers * std::size_t(from.stride));
    for (Term &term : task.terms) term.weights = to.columns + (term.weights - from.columns);
    if (!from.base_after) return;
    if (from.after.units) {
        const auto n_next = std::size_t(layers_.layers[std::size_t(node.layer + 1)].n_out);
        std::vector<std::int32_t> &units = task.after_units;
        units.assign(from.after.units, from.after.units + from.after.n);
        units.resize(units.size() + n_next);
        to.after.units = units.data();
        to.after.places = to.after.units + from.after.n;
        for (int i = 0; i < from.n; ++i)
            units[std::size_t(from.after.n + from.units[i])] = from.after.places[from.units[i]];
        keep(to.after.columns, columns_of_after);
        keep(to.after.numbers, unit_numbers * after);
    }
    keep(to.base_after, 3 * after);
    keep(to.columns_after, std::size_t(from.n_open) * after);
    task.terms_after.assign(node.terms_after, node.terms_after + node.n_terms_after);
    for (Term &term : task.terms_after) term.weights = to.columns_after + (term.weights - from.columns_after);
}

Node Splitter::unpack(const Task &task) {
    const int n = int(task.x.size());
    Node node{};
    node.layer = task.layer;
    node.polygon = take_polygon(n);
    std::copy(task.x.begin(), task.x.end(), node.polygon.x);
    std::copy(task.y.begin(), task.y.end(), node.polygon.y);
    std::copy(task.e.begin(), task.e.end(), node.polygon.e);
    for (int i = 0; i < n; ++i) {
        node.polygon.sides[i] = task.sides[std::size_t(i)];
        node.polygon.sides[i].line = &task.lines[std::size_t(i)];
    }
    node.n_candidates = int(task.candidates.size());
    node.candidates = arena_.take<Candidate>(task.candidates.size());
    for (int i = 0; i < node.n_candidates; ++i) {
        node.candidates[i] = task.candidates[std::size_t(i)];
        node.candidates[i].line = &task.lines[std::size_t(n + i)];
    }
    node.n_sloped = task.n_sloped;
    node.n_nonzero = task.n_nonzero;
    if (!task.base.empty() || task.looked_ahead) {  // nothing may be left to look at
        double *const base = arena_.take<double>(task.base.size());
        std::copy(task.base.begin(), task.base.end(), base);
        node.base = base;
        node.terms = arena_.take<Term>(task.terms.size());
        std::copy(task.terms.begin(), task.terms.end(), node.terms);
        node.n_terms = int(task.terms.size());
        if (task.looked_ahead) {
            node.ahead = &task.ahead;
            node.n_terms_after = int(task.terms_after.size());
            node.terms_after = arena_.take<Term>(task.terms_after.size() + 1);
            std::copy(task.terms_after.begin(), task.terms_after.end(), node.terms_after);
        }
    }
    std::copy(task.row.begin(), task.row.end(), row_.begin());
    for (auto &frame : frames_) {
        frame->exact.reset();
        frame->balls_known = false;
    }
    if (task.layer >= 0) {
        Frame &frame = *frames_[std::size_t(task.layer)];
        std::copy(task.forms.begin(), task.forms.end(), frame.forms);
        const auto unpack_bounds = [](const Errors &errors, const std::vector<double> &by_unit, FormBounds &bounds) {
            bounds.set(errors);
            bounds.by_unit = !by_unit.empty();
            const auto half = by_unit.begin() + std::ptrdiff_t(by_unit.size() / 2);
            std::copy(by_unit.begin(), half, bounds.ab);
            std::copy(half, by_unit.end(), bounds.c);
        };
        unpack_bounds(task.errors, task.bounds, frame.bounds);
        unpack_bounds(task.next_errors, task.next_bounds, frame.next);
        frame.serial = task.serial;
        frame.open = task.open;
        frame.above = task.above;
    }
    return node;
}

}  // namespace leadlight::geometry
