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
    frame.balls_known = false;
    frame.serial = serial_++;
    frame.bounds.set(Errors());
    if (options_.certified) {
        if (is_from_balls(l))
            start_from_balls(node, frame, l);
        else if (l > 0)
            take_bounds(node, frames_[std::size_t(l - 1)]->next, frame.bounds, layer);
        else if (!(layer.max_row_norm < huge && layer.max_abs_bias < huge))
            frame.bounds.set({infinity, infinity, infinity});
    }
    int survivors;
    double max_ab = 0.0, max_c = 0.0;
    if (layer.kind == Kind::single) {
        survivors = scan(node, frame, l, max_ab, max_c);
        const double steep = options_.certified ? never_poor(frame.bounds, layer) : 0.0;
        const auto poor = [&](std::int32_t unit) {
            const double slope = larger(std::fabs(frame.forms[unit]), std::fabs(frame.forms[layer.stride + unit]));
            return !(slope >= steep) && is_poor(frame, layer, unit);
        };
        const auto begin = frame.survivors.begin();
        if (can_be_renewed(l) && std::any_of(begin, begin + survivors, poor) && renew_forms(node, frame, l)) {
            node.ahead = nullptr;  // which is as poor
            survivors = scan(node, frame, l, max_ab, max_c);
        }
        const auto unknown = [&](std::int32_t unit) { return is_unknown(frame, layer, unit); };
        if (frame.balls_known && std::any_of(begin, begin + survivors, unknown)) {
            renew_one_by_one(node, frame, l);
            survivors = scan(node, frame, l, max_ab, max_c);
        }
        float_signs_ += (node.ahead ? node.ahead->n : layer.n_out) - survivors;
        if (layer.repeats) survivors = merge_repeats(frame, l, survivors);
        for (int i = 0; i < survivors; ++i)
            make_line(frame, l, frame.survivors[std::size_t(i)], 0, frame.lines[std::size_t(i)]);
    } else {
        survivors = try_all(node, frame, l);
        for (int j = 0; j < layer.n_out; ++j) {
            max_ab = larger(max_ab, larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j])));
            max_c = larger(max_c, std::fabs(frame.forms[2 * layer.stride + j]));
        }
    }
    const Ahead *const ahead = node.ahead;
    Term *const terms_after = node.terms_after;
    const int n_terms_after = node.n_terms_after;
    node.layer = l;
    node.base = nullptr;
    node.terms = nullptr;
    node.n_terms = 0;
    node.ahead = nullptr;
    node.terms_after = nullptr;
    node.n_terms_after = 0;
    node.tried = 0;
    if (survivors) {
        Candidate *const tried = arena_.take<Candidate>(std::size_t(survivors));
        for (int i = 0; i < survivors; ++i) tried[i] = {&frame.lines[std::size_t(i)], 0, 0};
        filter(node, tried, survivors, nullptr);
    }
    if (layer.kind == Kind::several)
        for (int j = 0; j < layer.n_out; ++j)
            if (frame.open[std::size_t(j)] == 0) set_piece(l, j, frame.above[std::size_t(j)]);
    frame.next.set(Errors());
    if (needs_forms_after(l)) {
        const Layer &next = layers_.layers[std::size_t(l + 1)];
        const int n_more = ahead ? ahead->n_roundings + n_terms_after : 0;
        frame.next.set(next_errors(frame.bounds, layer, next, most_open(node), n_more, max_ab, max_c));
        if (layer.kind == Kind::single) list_open_units(node, frame, layer);
        bound_next_forms(node, frame, l);
        if (ahead && ahead->after.units) {
            Ahead *const listed = arena_.take<Ahead>(1);
            *listed = Ahead{ahead->after, ahead->n, 0.0, 0.0, 0, 0, 0, {}, nullptr, nullptr};
            node.ahead = listed;
        }
        start_next_forms(node, frame, l, ahead, terms_after, n_terms_after);
        if (is_worth_looking(node)) look_ahead(node);
    }
}

// The forms of a layer whose units have one breakpoint each, and which of these may cut; returns how many.
int Splitter::scan(const Node &node, Frame &frame, int l, double &max_ab, double &max_c) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const Box box = box_of(node.polygon, options_.certified);
    Scan scan = scan_of(box, frame.bounds, layer);
    if (frame.bounds.by_unit) {
        const double reach = box.reach * slack;
        for (long j = 0; j < layer.stride; ++j) frame.scan_bounds[j] = frame.bounds.ab[j] * reach + frame.bounds.c[j];
        scan.row_norms = frame.scan_bounds;
        scan.K_row = slack;
        scan.K_b = 0.0;
    }
    scan.base = node.base;
    scan.terms = node.terms;
    scan.n_terms = node.n_terms;
    scan.survivors = frame.survivors.data();
    if (node.ahead) return scan_ahead(*node.ahead, frame, l, scan, max_ab, max_c);
    scan.forms = frame.forms;
    scan.above = row_.data() + layer.pattern_start;
    int survivors = kernels_.scan_forms(&scan);
    while (survivors && scan.survivors[survivors - 1] >= layer.n_out) --survivors;  // padding
    max_ab = scan.max_ab;
    max_c = scan.max_c;
    return survivors;
}

// Of the units that were not decided when one looked ahead.
int Splitter::scan_ahead(const Ahead &ahead, Frame &frame, int l, Scan &scan, double &max_ab, double &max_c) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const Arena::Mark mark = arena_.mark();
    scan.stride = ahead.stride;
    scan.breakpoints = ahead.breakpoints();
    scan.row_norms = ahead.row_norms();
    scan.abs_biases = ahead.abs_biases();
    scan.forms = arena_.take<double>(3 * std::size_t(ahead.stride));
    scan.above = arena_.take<std::uint8_t>(std::size_t(ahead.stride) / 8);
    int survivors = kernels_.scan_forms(&scan);
    while (survivors && scan.survivors[survivors - 1] >= ahead.n) --survivors;  // padding
    // Often nobody asks for the forms of units that do not cut, nor, after the last layer, for pieces where cells are
    // counted.
    const bool cuts_only = !needs_forms_after(l);
    const auto keep_form = [&](int i) {
        double *const to = frame.forms + ahead.units[i];
        for (int k = 0; k < 3; ++k) to[k * layer.stride] = scan.forms[k * ahead.stride + i];
    };
    if (l + 1 < layers_.n_hidden || !options_.count) {
        std::uint8_t *const row = row_.data() + layer.pattern_start;
        for (int i = 0; i < ahead.n; ++i) {
            const int unit = ahead.units[i], above = scan.above[i / 8] >> (i % 8) & 1;
            row[unit / 8] = std::uint8_t((row[unit / 8] & ~(1 << unit % 8)) | above << unit % 8);
        }
    }
    for (int i = 0; !cuts_only && i < ahead.n; ++i) keep_form(i);
    for (int i = 0; i < survivors; ++i) {
        if (cuts_only) keep_form(scan.survivors[i]);
        scan.survivors[i] = ahead.units[scan.survivors[i]];
    }
    max_ab = larger(scan.max_ab, ahead.max_ab);
    max_c = larger(scan.max_c, ahead.max_c);
    arena_.release(mark);
    return survivors;
}

// The forms of a layer some units of which have no breakpoint or several; makes all its lines.
int Splitter::try_all(Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const auto add_up = [&] {
        kernels_.add_terms(frame.forms, node.base, nullptr, node.terms, node.n_terms, layer.stride);
    };
    add_up();
    if (layer.kind == Kind::straight) return 0;
    if (can_be_renewed(l)) {
        // Which units may cut is not known yet: those of the larger slopes must do.
        int steepest = 0;
        const auto slope = [&](int j) {
            return larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j]));
        };
        for (int j = 1; j < layer.n_out; ++j)
            if (slope(j) > slope(steepest)) steepest = j;
        if (is_poor(frame, layer, steepest) && renew_forms(node, frame, l)) add_up();
    }
    int n = 0;
    for (int j = 0; j < layer.n_out; ++j) {
        frame.open[std::size_t(j)] = layer.pieces[j].n_breakpoints;
        frame.above[std::size_t(j)] = 0;
        for (int k = 0; k < layer.pieces[j].n_breakpoints; ++k)
            if (!layer.repeats || is_first(layer, j, k)) make_line(frame, l, j, k, frame.lines[std::size_t(n++)]);
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

void Splitter::make_line(const Frame &frame, int l, int unit, int breakpoint, Line &line) const {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const double t = layer.pieces[unit].breakpoints[breakpoint];
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
}

}  // namespace leadlight::geometry
