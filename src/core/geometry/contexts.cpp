// Entering a layer in one of its contexts: forms, bounds, and the lines that may cut.
#include <algorithm>
#include <cmath>
#include <limits>

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
    frame.errors = Errors();
    if (options_.certified) {
        if (l > 0) {
            frame.errors = frames_[std::size_t(l - 1)]->next;
            if (node.n_sloped == 0) frame.errors.ab = 0.0;
            if (node.n_nonzero == 0) frame.errors.c = frame.errors.b = 0.0;
            if (are_poor(frame.errors, l)) renew_forms(node, frame, l);
        } else if (!(layer.max_row_norm < huge && layer.max_abs_bias < huge)) {
            frame.errors = {infinity, infinity, infinity};
        }
    }

    const int n = layer.kind == Kind::single ? -1 : try_all(node, frame, layer);
    int survivors = n;
    double max_ab = 0.0, max_c = 0.0;
    if (layer.kind == Kind::single) {
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
        scan.K_row = (frame.errors.ab * (size + 2.0 * rounded) + frame.errors.c) * slack;
        scan.K_b = frame.errors.b * slack;
        scan.above = row_.data() + layer.pattern_start;
        scan.survivors = frame.survivors.data();
        survivors = kernels_.scan_forms(&scan);
        while (survivors && scan.survivors[survivors - 1] >= layer.n_out) --survivors;  // padding
        max_ab = scan.max_ab;
        max_c = scan.max_c;
        float_signs_ += layer.n_out - survivors;
        if (layer.repeats) survivors = merge_repeats(frame, l, survivors);
        for (int i = 0; i < survivors; ++i)
            frame.lines[std::size_t(i)] = make_line(frame, l, frame.survivors[std::size_t(i)], 0);
    } else {
        for (int j = 0; j < layer.n_out; ++j) {
            max_ab = larger(max_ab, larger(std::fabs(frame.forms[j]), std::fabs(frame.forms[layer.stride + j])));
            max_c = larger(max_c, std::fabs(frame.forms[2 * layer.stride + j]));
        }
    }
    frame.max_ab = max_ab;
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
        frame.next = next_errors(frame.errors, layer, layers_.layers[std::size_t(l + 1)], most_open(node), max_ab, max_c);
        start_next_forms(node, frame, l);
    }
}

// Bounds grow with every layer, by its largest row norm, much faster than errors do. Beyond these sizes too many signs
// and crossings would have to be found by other means; new forms cost more in wide layers.
bool Splitter::are_poor(const Errors &errors, int l) const {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const Frame &before = *frames_[std::size_t(l - 1)];
    const double allowed = is_wide(layer) ? 0x1p-18 : 0x1p-28;
    const double error = larger(errors.ab * layer.max_row_norm, errors.c * layer.max_row_norm / larger(size_, tiny));
    return error > allowed * before.max_ab && std::isfinite(error);
}

// The forms of a layer rounded from double-doubles, whose bounds are as small as floats allow.
void Splitter::renew_forms(Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    double *const forms = arena_.take<double>(3 * std::size_t(layer.stride));
    std::fill(forms, forms + 3 * layer.stride, 0.0);
    const Context &context = exact_context(l);
    Errors errors;
    for (int j = 0; j < layer.n_out; ++j) {
        const BallForm &form = context.ball_form(j);
        const auto rounded = [&](const Ball &ball, double &value) {
            value = ball.high;
            return (std::fabs(ball.low) + ball.error) * slack / layer.row_norms[j];
        };
        const double e_a = rounded(form.a, forms[j]), e_b = rounded(form.b, forms[layer.stride + j]);
        const double e_c = rounded(form.c, forms[2 * layer.stride + j]);
        if (layer.row_norms[j] == 0.0) continue;  // the bias, exactly
        errors.ab = larger(errors.ab, larger(e_a, e_b) * slack);
        errors.c = larger(errors.c, e_c * slack);
        if (!std::isfinite(e_a + e_b + e_c)) return;  // beyond the range of double-doubles: the old forms serve
    }
    frame.errors = errors;
    node.base = forms;
    node.n_terms = 0;
}

// The forms of a layer some units of which have no breakpoint or several; makes all its lines.
int Splitter::try_all(const Node &node, Frame &frame, const Layer &layer) {
    kernels_.add_terms(frame.forms, node.base, nullptr, node.terms, node.n_terms, layer.stride);
    if (layer.kind == Kind::straight) return 0;
    const int l = int(&layer - layers_.layers.data());
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
    const double norm = layer.row_norms[unit];
    double e_ab = frame.errors.ab * norm, e_c = frame.errors.c * norm + frame.errors.b * layer.abs_biases[unit];
    if (frame.errors.ab != 0.0 && norm != 0.0) e_ab += 0x1p-1000;
    if ((frame.errors.c != 0.0 || frame.errors.b != 0.0) && norm != 0.0) e_c += 0x1p-1000;
    if (t != 0.0) e_c += 0x1p-53 * std::fabs(line.c);
    set_bounds(line, e_ab, e_c, options_.certified);
    return line;
}

Errors Splitter::next_errors(const Errors &errors, const Layer &layer, const Layer &next, int n_open,
                             double max_ab, double max_c) const {
    if (!options_.certified) return Errors();
    const double M_ab = layer.max_slope * max_ab * slack, M_c = (layer.max_slope * max_c + layer.max_intercept) * slack;
    double E_ab = layer.max_slope * errors.ab * layer.max_row_norm;
    double E_c = layer.max_slope * (errors.c * layer.max_row_norm + errors.b * layer.max_abs_bias);
    if (errors.ab == 0.0) E_ab = 0.0;
    if (errors.c == 0.0 && errors.b == 0.0) E_c = 0.0;
    if (layer.slopes_round && !(E_ab == 0.0 && M_ab <= 0x1p53 * layer.quantum_h_ab)) E_ab += 0x1p-52 * M_ab;
    if ((layer.slopes_round || layer.max_intercept != 0.0) && !(E_c == 0.0 && M_c <= 0x1p53 * layer.quantum_h_c))
        E_c += 0x1p-51 * M_c;
    // Summed in blocks, and one by one those that are still open. A node with two terms or more adds them up as a block
    // too: one more rounding each.
    const double n_roundings = block_terms + layer.n_out / block_terms + 2.0 * n_open + 6.0;
    const double n = n_roundings * 0x1p-53, gamma = n / (1.0 - n);
    Errors result;
    if (M_ab != 0.0 && !(E_ab == 0.0 && next.max_row_norm * M_ab <= 0x1p52 * next.quantum_ab))
        result.ab = (E_ab + gamma * M_ab) * slack + 0x1p-1000;
    const double largest_c = next.max_row_norm * M_c + next.max_abs_bias;
    if (M_c != 0.0 && !(E_c == 0.0 && largest_c <= 0x1p52 * next.quantum_c)) {
        result.c = (E_c + gamma * M_c) * slack + 0x1p-1000;
        result.b = gamma * slack;
    }
    if (!(next.max_row_norm * M_ab < huge && largest_c < huge)) result = {infinity, infinity, infinity};
    return result;
}

void Splitter::start_next_forms(Node &node, Frame &frame, int l) {
    const Layer &layer = layers_.layers[std::size_t(l)], &next = layers_.layers[std::size_t(l + 1)];
    double *const base = arena_.take<double>(3 * std::size_t(next.stride));
    const Arena::Mark mark = arena_.mark();
    node.terms = arena_.take<Term>(std::size_t(layer.n_out));
    node.n_sloped = node.n_nonzero = 0;
    if (layer.kind == Kind::single) {
        std::int32_t *end = frame.survivors.data();
        for (int i = 0; i < node.n_candidates; ++i) {
            const int unit = node.candidates[i].line->unit;
            *end++ = unit;
            if (!layer.repeats) continue;
            const int *const starts = layer.repeats->starts.data() + unit;
            for (int k = starts[0]; k < starts[1]; ++k) *end++ = layer.repeats->copies[std::size_t(k)].unit;
        }
        std::sort(frame.survivors.data(), end);
        *end = std::numeric_limits<std::int32_t>::max();
        const std::int32_t *cut = frame.survivors.data();
        const std::uint8_t *const row = row_.data() + layer.pattern_start;
        for (int j = 0; j < layer.n_out; ++j) {
            if (layer.zero_below && j % 8 == 0 && row[j / 8] == 0) {
                j += 7;
                continue;
            }
            while (*cut < j) ++cut;
            const int piece = row[j / 8] >> (j % 8) & 1;
            if (j != *cut && (piece || !layer.zero_below)) add_term(node, frame, l, j, piece);
        }
    } else {
        for (int j = 0; j < layer.n_out; ++j)
            if (layer.kind == Kind::straight || frame.open[std::size_t(j)] == 0)
                add_term(node, frame, l, j, layer.kind == Kind::straight ? 0 : piece_of(l, j));
    }
    kernels_.add_terms(base, nullptr, next.biases, node.terms, node.n_terms, next.stride);
    arena_.release(mark);
    node.base = base;
    node.terms = nullptr;
    node.n_terms = 0;
}

}  // namespace leadlight::geometry
