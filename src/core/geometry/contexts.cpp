// Entering a layer in one of its contexts: forms, bounds, and the lines that may cut.
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

// Whether a line of a layer with repeats stands for itself.
bool is_first(const Layer &layer, int unit, int breakpoint) {
    const int line = layer.first_line[unit] - layer.first_line[0] + breakpoint;
    const EqualLine &first = layer.repeats->first[std::size_t(line)];
    return first.unit == unit && first.breakpoint == breakpoint;
}

}  // namespace

bool Splitter::descend(Node &node) {
    while (node.n_candidates == 0 && node.layer + 1 < layers_.n_hidden) {
        ++layer_counts_[std::size_t(node.layer + 1)];
        enter_layer(node, node.layer + 1);
    }
    return node.n_candidates > 0;
}

void Splitter::enter_layer(Node &node, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    Frame &frame = *frames_[std::size_t(l)];
    frame.exact.reset();
    frame.serial = serial_++;
    frame.bounds.set(Errors());
    if (options_.certified) {
        if (l > 0)
            take_bounds(node, frames_[std::size_t(l - 1)]->next, frame.bounds, layer);
        else if (!(layer.max_row_norm < huge && layer.max_abs_bias < huge))
            frame.bounds.set({infinity, infinity, infinity});
    }
    int survivors;
    double max_ab = 0.0, max_c = 0.0;
    if (layer.kind == Kind::single) {
        survivors = scan(node, frame, l, max_ab, max_c);
        const auto poor = [&](std::int32_t unit) { return is_poor(frame, layer, unit); };
        const auto begin = frame.survivors.begin();
        if (can_be_renewed(l) && std::any_of(begin, begin + survivors, poor) && renew_forms(node, frame, l))
            survivors = scan(node, frame, l, max_ab, max_c);
        float_signs_ += layer.n_out - survivors;
        if (layer.repeats) survivors = merge_repeats(frame, l, survivors);
        for (int i = 0; i < survivors; ++i)
            frame.lines[std::size_t(i)] = make_line(frame, l, frame.survivors[std::size_t(i)], 0);
    } else {
        survivors = try_all(node, frame, l);
        for (int j = 0; j < layer.n_out; ++j) {
            max_ab = larger(max_ab, larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j])));
            max_c = larger(max_c, std::fabs(frame.forms[2 * layer.stride + j]));
        }
    }
    node.layer = l;
    node.base = nullptr;
    node.terms = nullptr;
    node.n_terms = 0;
    if (survivors) {
        Candidate *const tried = arena_.take<Candidate>(std::size_t(survivors));
        for (int i = 0; i < survivors; ++i) tried[i] = {&frame.lines[std::size_t(i)], 0, 0};
        filter(node, tried, survivors, nullptr);
    }
    if (layer.kind == Kind::several)
        for (int j = 0; j < layer.n_out; ++j)
            if (frame.open[std::size_t(j)] == 0) set_piece(l, j, frame.above[std::size_t(j)]);
    if (needs_forms_after(l)) {
        frame.next.set(next_errors(frame.bounds, layer, layers_.layers[std::size_t(l + 1)], most_open(node), max_ab, max_c));
        if (layer.kind == Kind::single) list_open_units(node, frame, layer);
        bound_next_forms(node, frame, l);
        start_next_forms(node, frame, l);
    }
}

// The forms of a layer whose units have one breakpoint each, and which of these may cut; returns how many.
int Splitter::scan(const Node &node, Frame &frame, int l, double &max_ab, double &max_c) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const Polygon &polygon = node.polygon;
    double x0 = polygon.x[0], x1 = x0, y0 = polygon.y[0], y1 = y0, e = polygon.e[0];
    for (int i = 1; i < polygon.n; ++i) {
        x0 = std::min(x0, polygon.x[i]), x1 = std::max(x1, polygon.x[i]);
        y0 = std::min(y0, polygon.y[i]), y1 = std::max(y1, polygon.y[i]);
        e = larger(e, polygon.e[i]);
    }
    Scan scan;
    scan.base = node.base;
    scan.terms = node.terms;
    scan.n_terms = node.n_terms;
    scan.stride = layer.stride;
    scan.forms = frame.forms;
    scan.breakpoints = layer.breakpoints;
    scan.row_norms = layer.row_norms;
    scan.abs_biases = layer.abs_biases;
    scan.x = 0.5 * (x0 + x1);
    scan.y = 0.5 * (y0 + y1);
    // Half the width and what is rounded: in the centre, in the width, and in the form there.
    const double size = std::fabs(scan.x) + std::fabs(scan.y) + (x1 - x0) + (y1 - y0);
    const double rounded = options_.certified ? 0x1p-50 * size + e : 0.0;
    scan.rx = (0.5 * (x1 - x0) + rounded) * slack;
    scan.ry = (0.5 * (y1 - y0) + rounded) * slack;
    scan.K_row = (frame.bounds.errors.ab * (size + 2.0 * rounded) + frame.bounds.errors.c) * slack;
    scan.K_b = frame.bounds.errors.b * slack;
    if (frame.bounds.by_unit) {
        const double reach = (size + 2.0 * rounded) * slack;
        for (long j = 0; j < layer.stride; ++j) frame.scan_bounds[j] = frame.bounds.ab[j] * reach + frame.bounds.c[j];
        scan.row_norms = frame.scan_bounds;
        scan.K_row = slack;
        scan.K_b = 0.0;
    }
    scan.above = row_.data() + layer.pattern_start;
    scan.survivors = frame.survivors.data();
    int survivors = kernels_.scan_forms(&scan);
    while (survivors && scan.survivors[survivors - 1] >= layer.n_out) --survivors;  // padding
    max_ab = scan.max_ab;
    max_c = scan.max_c;
    return survivors;
}

// The forms of a layer some units of which have no breakpoint or several; makes all its lines.
int Splitter::try_all(Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const auto add_up = [&] { kernels_.add_terms(frame.forms, node.base, nullptr, node.terms, node.n_terms, layer.stride); };
    add_up();
    if (layer.kind == Kind::straight) return 0;
    if (can_be_renewed(l)) {
        // Which units may cut is not known yet: those of the larger slopes must do.
        int steepest = 0;
        const auto slope = [&](int j) { return larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j])); };
        for (int j = 1; j < layer.n_out; ++j)
            if (slope(j) > slope(steepest)) steepest = j;
        if (is_poor(frame, layer, steepest) && renew_forms(node, frame, l)) add_up();
    }
    int n = 0;
    for (int j = 0; j < layer.n_out; ++j) {
        frame.open[std::size_t(j)] = layer.pieces[j].n_breakpoints;
        frame.above[std::size_t(j)] = 0;
        for (int k = 0; k < layer.pieces[j].n_breakpoints; ++k)
            if (!layer.repeats || is_first(layer, j, k)) frame.lines[std::size_t(n++)] = make_line(frame, l, j, k);
    }
    return n;
}

// Of units that are one line the first stands for all: it is decided already, and they with it, or it survives alone.
// Kind single; returns the number of survivors that are left.
int Splitter::merge_repeats(Frame &frame, int l, int survivors) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    std::vector<std::int32_t> &kept = frame.survivors;
    const auto begin = kept.begin();
    int n = 0;
    for (int i = 0; i < survivors; ++i)
        if (is_first(layer, kept[std::size_t(i)], 0)) kept[std::size_t(n++)] = kept[std::size_t(i)];
    for (int j = 0; j < layer.n_out; ++j) {
        const EqualLine &first = layer.repeats->first[std::size_t(j)];
        if (first.unit != j && !std::binary_search(begin, begin + n, first.unit))
            set_piece(l, j, (piece_of(l, first.unit) ? 1 : -1) * first.sign > 0);
    }
    return n;
}

Line Splitter::make_line(const Frame &frame, int l, int unit, int breakpoint) const {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const double t = layer.pieces[unit].breakpoints[breakpoint];
    Line line;
    line.a = frame.forms[unit];
    line.b = frame.forms[layer.stride + unit];
    line.c = frame.forms[2 * layer.stride + unit] - t;
    line.crease = layer.first_line[unit] + breakpoint;
    line.unit = unit;
    line.breakpoint = std::int16_t(breakpoint);
    line.layer = std::int16_t(l);
    line.spare = 0;
    double e_ab = frame.bounds.of_ab(layer, unit), e_c = frame.bounds.of_c(layer, unit);
    if (e_ab != 0.0) e_ab += 0x1p-1000;
    if (e_c != 0.0) e_c += 0x1p-1000;
    if (t != 0.0) e_c += 0x1p-53 * std::fabs(line.c);
    set_bounds(line, e_ab, e_c, options_.certified);
    return line;
}

}  // namespace leadlight::geometry
