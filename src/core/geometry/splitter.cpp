#include "splitter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace leadlight::geometry {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double slack = 1.0 + 0x1p-40;  // more than any handful of roundings
constexpr double huge = 0x1p900, tiny = 0x1p-900;

double larger(double a, double b) { return a > b ? a : b; }

// Whether new forms of a layer in double-doubles cost so much that one does without where one can.
bool is_wide(const Layer &layer) { return double(layer.n_in) * layer.n_out > 1024.0; }

}  // namespace

struct Splitter::Frame {
    std::vector<double> storage;
    double *forms;  // a, b and c of the layer's units
    Errors errors, next;
    double max_ab = 0.0;  // of the forms' linear parts
    std::vector<Line> lines;
    std::vector<std::int32_t> survivors;
    std::uint64_t serial = 0;
    std::vector<int> open, above;      // kind several: lines of a unit that cut, and that are below
    std::vector<std::uint8_t> pieces;  // of the layer before, for `exact`
    std::optional<Context> exact;
};

Splitter::Splitter(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, Growing &out,
                   std::uint64_t first_serial, int deepest)
    : kernels_(kernels.geometry), layers_(layers), options_(options), progress_(progress), out_(out),
      row_(std::size_t(layers.pattern_bytes) + 8), layer_counts_(std::size_t(layers.n_hidden) + 1),
      serial_(first_serial), deepest_(deepest),
      predicates_(layers.net),
      counter_(predicates_, [this](const Line &line) { return reference(line); }, options.certified, options.max_pairs,
               progress.stop),
      matcher_(layers, predicates_, options.certified), size_(0.0) {
    std::size_t most = 1;
    for (int l = 0; l < layers.n_hidden; ++l) {
        const Layer &layer = layers.layers[std::size_t(l)];
        const auto n_lines = std::size_t(layer.first_line[layer.n_out] - layer.first_line[0]);
        auto frame = std::make_unique<Frame>();
        frame->storage.resize(3 * std::size_t(layer.stride) + 8);
        frame->forms = frame->storage.data();
        while (reinterpret_cast<std::uintptr_t>(frame->forms) % 64) ++frame->forms;
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

Polygon Splitter::take_polygon(int n) {
    const std::size_t padded = (std::size_t(n) + 7) / 8 * 8;
    Polygon polygon;
    polygon.n = n;
    polygon.x = arena_.take<double>(3 * padded);
    polygon.y = polygon.x + padded;
    polygon.e = polygon.y + padded;
    polygon.sides = arena_.take<Side>(std::size_t(n));
    return polygon;
}

namespace {

void pad(Polygon &polygon) {
    for (int i = polygon.n; i % 8; ++i) {
        polygon.x[i] = polygon.x[0];
        polygon.y[i] = polygon.y[0];
        polygon.e[i] = polygon.e[0];
    }
}

// Beyond these sizes the float filter's bounds do not hold.
bool trusted(double v) { return v == 0.0 || (std::fabs(v) > 0x1p-100 && std::fabs(v) < 0x1p100); }

// Bounds for a line whose coefficients are off by at most e_ab (a and b) and e_c.
void set_bounds(Line &line, double e_ab, double e_c, bool certified) {
    if (!certified) {
        line.A = line.N = line.C = 0.0;
        return;
    }
    const double largest = larger(std::fabs(line.a), std::fabs(line.b));
    const double least = largest == 0.0 && e_ab == 0.0 ? 0.0 : tiny;
    line.A = (e_ab + 0x1p-51 * largest) * slack + least;
    line.N = (std::fabs(line.a) + std::fabs(line.b) + 2.0 * e_ab) * slack + least;
    line.C = (e_c + 0x1p-51 * std::fabs(line.c)) * slack;
    if (!(largest < huge && std::fabs(line.c) < huge)) line.C = infinity;
}

}  // namespace

// Positive inside, like those of the predicates.
std::vector<Line> domain_sides(const Net &net, bool certified) {
    const int n = net.n_corners();
    std::vector<Line> lines(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) {
        const double *const p = net.corners.data() + 2 * k, *const q = net.corners.data() + 2 * ((k + 1) % n);
        Line &line = lines[std::size_t(k)];
        line.crease = -1 - k;
        line.unit = k;
        line.layer = -1;
        double e_ab = 0.0, e_c = 0.0;
        if (p[0] == q[0]) {
            line.a = p[1] > q[1] ? 1.0 : -1.0, line.b = 0.0, line.c = -line.a * p[0];
        } else if (p[1] == q[1]) {
            line.a = 0.0, line.b = p[0] < q[0] ? 1.0 : -1.0, line.c = -line.b * p[1];
        } else {
            line.a = p[1] - q[1];
            line.b = q[0] - p[0];
            line.c = p[0] * q[1] - q[0] * p[1];
            e_ab = 0x1p-53 * larger(std::fabs(line.a), std::fabs(line.b)) * slack;
            e_c = 0x1p-52 * (std::fabs(p[0] * q[1]) + std::fabs(q[0] * p[1])) * slack + 0x1p-1000;
        }
        set_bounds(line, e_ab, e_c, certified);
    }
    return lines;
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
    pad(node.polygon);
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

std::int32_t Splitter::add_vertex(const Point &at, double error, std::int32_t crease) {
    if (options_.count) return 0;  // nobody asks where
    const std::size_t n = out_.vertices.size();
    if (n >= std::size_t(std::numeric_limits<std::int32_t>::max()) - 64) throw TooLarge();
    out_.vertices.push(at);
    out_.errors.push(error);
    if (options_.edges) out_.aliases.push(-1);
    if (options_.edges && !layers_.continuous) out_.vertex_creases.push(crease);
    return std::int32_t(n);
}

// ---- Contexts -------------------------------------------------------------------------------------------------------

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
        frame.next = next_errors(frame.errors, layer, layers_.layers[std::size_t(l + 1)], node.n_candidates, max_ab, max_c);
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
            frame.lines[std::size_t(n++)] = make_line(frame, l, j, k);
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
        for (int i = 0; i < node.n_candidates; ++i) frame.survivors[std::size_t(i)] = node.candidates[i].line->unit;
        std::sort(frame.survivors.begin(), frame.survivors.begin() + node.n_candidates);
        frame.survivors[std::size_t(node.n_candidates)] = std::numeric_limits<std::int32_t>::max();
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

void Splitter::add_term(Node &node, const Frame &frame, int l, int unit, int piece) const {
    const Layer &layer = layers_.layers[std::size_t(l)];
    double slope = 1.0, intercept = 0.0;
    if (layer.pieces) {
        slope = layer.pieces[unit].slopes[piece];
        intercept = layer.pieces[unit].intercepts[piece];
    }
    if (slope == 0.0 && intercept == 0.0) return;
    const double *const weights = layers_.layers[std::size_t(l + 1)].weights + layers_.layers[std::size_t(l + 1)].stride * unit;
    Term &term = node.terms[node.n_terms++];
    ++node.n_nonzero;
    if (slope == 0.0) {
        term = {weights, 0.0, 0.0, intercept};
        return;
    }
    ++node.n_sloped;
    const double *const form = frame.forms + unit;
    term = {weights, slope * form[0], slope * form[layer.stride], slope * form[2 * layer.stride] + intercept};
}

// ---- Patterns -------------------------------------------------------------------------------------------------------

void Splitter::set_piece(int l, int unit, int piece) {
    const Layer &layer = layers_.layers[std::size_t(l)];
    const int bits = layer.pattern_bits;
    if (bits == 0) return;
    std::uint8_t &byte = row_[std::size_t(layer.pattern_start + long(unit) * bits / 8)];
    const int shift = unit * bits % 8;
    byte = std::uint8_t((byte & ~(((1 << bits) - 1) << shift)) | piece << shift);
}

void Splitter::decide(Node &node, const Line &line, bool above) {
    const int l = line.layer, unit = line.unit;
    const Layer &layer = layers_.layers[std::size_t(l)];
    int piece = above;
    if (layer.kind != Kind::single) {
        Frame &frame = *frames_[std::size_t(l)];
        frame.above[std::size_t(unit)] += above;
        decisions_.push_back({l, unit, above});
        if (--frame.open[std::size_t(unit)]) return;
        piece = frame.above[std::size_t(unit)];
    }
    set_piece(l, unit, piece);
    if (node.terms) add_term(node, *frames_[std::size_t(l)], l, unit, piece);
}

void Splitter::leave(std::size_t decisions) {
    for (; decisions_.size() > decisions; decisions_.pop_back()) {
        const Decision &last = decisions_.back();
        Frame &frame = *frames_[std::size_t(last.layer)];
        ++frame.open[std::size_t(last.unit)];
        frame.above[std::size_t(last.unit)] -= last.above;
    }
}

// ---- Signs ----------------------------------------------------------------------------------------------------------

const Context &Splitter::exact_context(int l) {
    Frame &frame = *frames_[std::size_t(l)];
    if (frame.exact) return *frame.exact;
    if (l == 0) {
        frame.exact.emplace(layers_.net);
    } else {
        const Context &parent = exact_context(l - 1);
        const int n = layers_.layers[std::size_t(l - 1)].n_out;
        frame.pieces.resize(std::size_t(n));
        for (int j = 0; j < n; ++j) frame.pieces[std::size_t(j)] = std::uint8_t(piece_of(l - 1, j));
        frame.exact.emplace(parent, layers_.layers[std::size_t(l - 1)].pieces ? frame.pieces.data() : nullptr);
    }
    return *frame.exact;
}

LineRef Splitter::reference(const Line &line) {
    if (line.layer < 0) return {nullptr, line.unit, 0};
    return {&exact_context(line.layer), line.unit, line.breakpoint};
}

// What the later stages say; uncertified, what the float did not decide counts as 0.
int Splitter::sign(const Line &f, const Polygon &polygon, int corner) {
    const Line *const before = polygon.sides[corner ? corner - 1 : polygon.n - 1].line;
    const Line *const after = polygon.sides[corner].line;
    if (!options_.certified || &f == before || &f == after) return 0;
    return predicates_.sign_at(reference(f), {reference(*before), reference(*after)});
}

int Splitter::float_sign(const Line &f, const Polygon &polygon, int i) {
    const double x = polygon.x[i], y = polygon.y[i];
    const double value = (f.a * x + f.b * y) + f.c;
    const double bound = (f.A * (std::fabs(x) + std::fabs(y)) + f.N * polygon.e[i]) + f.C;
    ++float_signs_;
    if (value > bound) return 1;
    if (-value > bound) return -1;
    if (value == 0.0 && bound == 0.0) return 0;
    --float_signs_;
    return sign(f, polygon, i);
}

// Finds out whether a line cuts; if not, its signs at all corners are known after that.
bool Splitter::settle(const Polygon &polygon, Candidate &candidate) {
    candidate.positive = candidate.negative = 0;
    bool positive = false, negative = false;
    for (int i = 0; i < polygon.n; ++i) {
        const int s = float_sign(*candidate.line, polygon, i);
        positive |= s > 0;
        negative |= s < 0;
        if (i < 32) {
            candidate.positive |= std::uint32_t(s > 0) << i;
            candidate.negative |= std::uint32_t(s < 0) << i;
        }
        if (positive && negative) return true;
    }
    if (positive) candidate.positive |= 1u << 31;  // where polygons are large the side counts, not the corners
    return false;
}

// Tries lines on a node's polygon: those that cut become its candidates, the others are decided. With a cut: the
// polygon is new, its last two corners the chord's ends.
void Splitter::filter(Node &node, const Candidate *candidates, int n, Cut *cut) {
    const Polygon &polygon = node.polygon;
    Sorted sorted{arena_.take<Candidate>(std::size_t(n) + 1), decided_.data(), unsure_.data(), 0, 0, 0};
    if (polygon.n <= 31) {
        kernels_.filter_lines(candidates, n, polygon.x, polygon.y, polygon.e, polygon.n, &sorted);
        float_signs_ += std::int64_t(n) * polygon.n;
    } else {
        std::copy(candidates, candidates + n, sorted.unsure);
        sorted.n_unsure = n;
    }
    for (int i = 0; i < sorted.n_unsure; ++i) {
        Candidate candidate = sorted.unsure[i];
        if (settle(polygon, candidate)) {
            sorted.cut[sorted.n_cut++] = candidate;
            continue;
        }
        sorted.decided[sorted.n_decided++] = candidate;
        if (cut && options_.certified && candidate.line->crease < cut->crease &&
            float_sign(*candidate.line, polygon, polygon.n - 2) == 0 &&
            float_sign(*candidate.line, polygon, polygon.n - 1) == 0)
            cut->crease = candidate.line->crease;
    }
    node.candidates = sorted.cut;
    node.n_candidates = sorted.n_cut;
    arena_.shrink(sorted.cut, std::size_t(sorted.n_cut));
    for (int i = 0; i < sorted.n_decided; ++i) decide(node, *sorted.decided[i].line, sorted.decided[i].positive != 0);
}

// ---- Splitting ------------------------------------------------------------------------------------------------------

std::int32_t Splitter::cross(const Line &f, const Polygon &polygon, int side, Point &at, double &error) {
    const Line &g = *polygon.sides[side].line;
    const double X = f.b * g.c - g.b * f.c, Y = f.c * g.a - g.c * f.a, D = f.a * g.b - g.a * f.b;
    at = {X / D, Y / D};
    error = 0.0;
    if (options_.certified) {
        const double size = larger(std::fabs(at.x), std::fabs(at.y));
        const double dD = f.A * g.N + g.A * f.N, left = std::fabs(D) - dD * slack;
        double dX = f.A * std::fabs(g.c) + g.A * std::fabs(f.c) + f.N * g.C + g.N * f.C;
        if (f.c != 0.0 || g.c != 0.0 || dX != 0.0) dX += 0x1p-1060;
        error = ((dX + size * dD) / left + 0x1p-52 * size) * slack;
        const int end = side + 1 < polygon.n ? side + 1 : 0;
        const double length = std::fabs(polygon.x[side] - polygon.x[end]) + std::fabs(polygon.y[side] - polygon.y[end]);
        const double allowed = allowed_[std::size_t(std::max<int>(std::max(f.layer, g.layer), 0))] * size_;
        if (!(left > tiny && error < allowed && error < 0x1p-6 * length)) {  // nearly parallel
            double xy[2];
            predicates_.coordinates({reference(f), reference(g)}, xy);
            at = {xy[0], xy[1]};
            error = 0x1p-52 * larger(std::fabs(at.x), std::fabs(at.y)) + 0x1p-1074;
        }
        if (!(trusted(at.x) && trusted(at.y))) {
            const std::int32_t vertex = add_vertex(at, error, f.crease);
            error = infinity;
            return vertex;
        }
    }
    return add_vertex(at, error, f.crease);
}

namespace {

// Where the corners of one sign begin, how many follow, and how many there are.
struct Run {
    int first, count, total;
};

Run run_of(std::uint32_t bits, int n) {
    const std::uint32_t full = std::uint32_t((std::uint64_t(1) << n) - 1);
    const std::uint32_t before = (bits << 1 | bits >> (n - 1)) & full;
    const int first = __builtin_ctz(bits & ~before);
    const std::uint32_t turned = (bits >> first | bits << (n - first)) & full;
    return {first, __builtin_ctz(~turned), __builtin_popcount(bits)};
}

Run run_of(const std::vector<signed char> &signs, int wanted) {
    const int n = int(signs.size());
    Run run{0, 0, int(std::count(signs.begin(), signs.end(), wanted))};
    while (signs[std::size_t(run.first)] != wanted || signs[std::size_t((run.first + n - 1) % n)] == wanted) ++run.first;
    while (signs[std::size_t((run.first + run.count) % n)] == wanted) ++run.count;
    return run;
}

}  // namespace

Cut Splitter::split(Node &node, Node &below, Node &above) {
    const Polygon &polygon = node.polygon;
    const int n = polygon.n, chosen = node.n_candidates / 2;
    Candidate candidate = node.candidates[chosen];
    std::swap(node.candidates[chosen], node.candidates[node.n_candidates - 1]);
    const Line &line = *candidate.line;

    Run negative, positive;
    if (n <= 31) {
        std::uint32_t unknown = ((1u << n) - 1) & ~(candidate.positive | candidate.negative);
        for (; unknown; unknown &= unknown - 1) {
            const int corner = __builtin_ctz(unknown), s = float_sign(line, polygon, corner);
            candidate.positive |= std::uint32_t(s > 0) << corner;
            candidate.negative |= std::uint32_t(s < 0) << corner;
        }
        negative = run_of(candidate.negative, n);
        positive = run_of(candidate.positive, n);
    } else {
        std::vector<signed char> signs(static_cast<std::size_t>(n));
        for (int i = 0; i < n; ++i) signs[std::size_t(i)] = static_cast<signed char>(float_sign(line, polygon, i));
        negative = run_of(signs, -1);
        positive = run_of(signs, 1);
    }
    if (!options_.certified) {  // floats may contradict one another: then all but one run counts as below
        const int gap = (negative.first - positive.first - positive.count + 2 * n) % n;
        const int other_gap = (positive.first - negative.first - negative.count + 2 * n) % n;
        if (gap > 1 || other_gap > 1 || positive.count < positive.total || negative.count < negative.total)
            negative = {(positive.first + positive.count) % n, n - positive.count, 0};
    }
    const auto at = [n](int i) { return i >= n ? i - n : i; };
    // The chord leads from where the line comes up (p) to where it goes down (q), seen from below: a corner, or a point
    // inside the side that ends at the first corner above, or below.
    const int up = at(positive.first + n - 1), down = at(negative.first + n - 1);  // sides cut in two, or that begin there
    const bool at_up = up != at(negative.first + negative.count - 1);
    const bool at_down = down != at(positive.first + positive.count - 1);
    Point p, q;
    double p_error, q_error;
    std::int32_t p_vertex, q_vertex;
    if (at_up) {
        p = {polygon.x[up], polygon.y[up]}, p_error = polygon.e[up], p_vertex = polygon.sides[up].vertex;
    } else {
        p_vertex = cross(line, polygon, up, p, p_error);
    }
    if (at_down) {
        q = {polygon.x[down], polygon.y[down]}, q_error = polygon.e[down], q_vertex = polygon.sides[down].vertex;
    } else {
        q_vertex = cross(line, polygon, down, q, q_error);
    }

    Cut cut{&line, line.crease, -1, -1, q_vertex, {-1, -1}, {-1, -1}};
    Side up_above = polygon.sides[up], down_below = polygon.sides[down];
    if (options_.edges) {
        cut.below = new_slot();
        cut.above = new_slot();
        if (!at_up) {
            cut.side[0] = up_above.slot;
            cut.rest[0] = up_above.slot = new_slot();
        }
        if (!at_down) {
            cut.side[1] = down_below.slot;
            cut.rest[1] = down_below.slot = new_slot();
        }
    }
    const auto part = [&](Node &node_part, Run run, Side chord, const Side &closing, const Point &first, double first_error,
                          std::int32_t first_vertex, const Point &second, double second_error, std::int32_t second_vertex) {
        Polygon to = take_polygon(run.count + 2);
        int i = run.first;
        for (int k = 0; k < run.count; ++k) {
            to.x[k] = polygon.x[i];
            to.y[k] = polygon.y[i];
            to.e[k] = polygon.e[i];
            to.sides[k] = polygon.sides[i];
            if (++i == n) i = 0;
        }
        const int k = run.count;
        to.x[k] = first.x, to.y[k] = first.y, to.e[k] = first_error;
        chord.vertex = first_vertex;
        to.sides[k] = chord;
        to.x[k + 1] = second.x, to.y[k + 1] = second.y, to.e[k + 1] = second_error;
        to.sides[k + 1] = closing;
        to.sides[k + 1].vertex = second_vertex;
        pad(to);
        node_part.polygon = to;
        node_part.layer = node.layer;
    };
    part(below, negative, {&line, cut.below, 0}, down_below, p, p_error, p_vertex, q, q_error, q_vertex);
    part(above, positive, {&line, cut.above, 0}, up_above, q, q_error, q_vertex, p, p_error, p_vertex);
    return cut;
}

void Splitter::enter(const Node &node, Cut &cut, bool above, Node &part) {
    part.base = node.base;
    part.n_terms = node.n_terms;
    part.n_sloped = node.n_sloped;
    part.n_nonzero = node.n_nonzero;
    part.terms = nullptr;
    if (node.base) {
        part.terms = arena_.take<Term>(std::size_t(node.n_terms + node.n_candidates));
        std::copy(node.terms, node.terms + node.n_terms, part.terms);
    }
    decide(part, *cut.line, above);
    filter(part, node.candidates, node.n_candidates - 1, &cut);
    if (part.n_candidates && part.n_terms >= 2) {
        const long stride = layers_.layers[std::size_t(node.layer + 1)].stride;
        double *const base = arena_.take<double>(3 * std::size_t(stride));
        kernels_.add_terms(base, part.base, nullptr, part.terms, part.n_terms, stride);
        part.base = base;
        part.n_terms = 0;
    }
}

TreeNode Splitter::tree_node(const Cut &cut) const {
    const Line &f = *cut.line;
    return {f.a, f.b, f.c, (f.A * 2.0 * size_ + f.C) * slack, {0, 0}, f.crease};
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

std::int32_t Splitter::add_cell(const Node &node) {
    const Polygon &polygon = node.polygon;
    const auto n = std::size_t(polygon.n);
    const std::size_t cell = out_.n_cells(), first = out_.corners.size();
    ++layer_counts_[std::size_t(layers_.n_hidden)];
    if ((cell & 255) == 0) check_progress();
    if (first + n >= std::size_t(std::numeric_limits<std::int32_t>::max()) - 64) throw TooLarge();
    out_.starts.push(std::int64_t(first));
    std::int32_t *const corners = out_.corners.extend(n);
    for (std::size_t k = 0; k < n; ++k) corners[k] = polygon.sides[k].vertex;
    if (options_.edges) {
        std::int32_t *const links = out_.links.extend(n), *const owners = out_.owners.extend(n);
        for (std::size_t k = 0; k < n; ++k) {
            const auto h = std::int32_t(first + k);
            links[k] = -1;
            owners[k] = std::int32_t(cell);
            slots_[std::size_t(polygon.sides[k].slot)] = {h, h};
        }
    }
    out_.patterns.append(row_.data(), std::size_t(layers_.pattern_bytes));
    if (options_.maps) {
        const Layer &last = layers_.layers.back();
        const Arena::Mark mark = arena_.mark();
        double *const forms = arena_.take<double>(3 * std::size_t(last.stride));
        kernels_.add_terms(forms, node.base, nullptr, node.terms, node.n_terms, last.stride);
        Errors errors;
        if (layers_.n_hidden) errors = frames_.back()->next;
        if (node.n_sloped == 0) errors.ab = 0.0;
        if (node.n_nonzero == 0) errors.c = errors.b = 0.0;
        for (int j = 0; j < last.n_out; ++j) {
            double *const map = out_.maps.extend(3), *const bounds = out_.map_errors.extend(2);
            for (int i = 0; i < 3; ++i) map[i] = forms[i * last.stride + j];
            bounds[0] = errors.ab * last.row_norms[j] * slack;
            bounds[1] = (errors.c * last.row_norms[j] + errors.b * last.abs_biases[j]) * slack;
        }
        arena_.release(mark);
    }
    return std::int32_t(cell);
}

void Splitter::count_cells_of(const Node &node) {
    const Polygon &polygon = node.polygon;
    counted_.clear();
    for (int i = 0; i < polygon.n; ++i) counted_.push_back(polygon.sides[i].line);
    for (int i = 0; i < node.n_candidates; ++i) counted_.push_back(node.candidates[i].line);
    layer_counts_[std::size_t(layers_.n_hidden)] +=
        counter_.count(polygon.x, polygon.y, polygon.e, counted_.data(), polygon.n, counted_.data() + polygon.n, node.n_candidates);
    if (layer_counts_[std::size_t(layers_.n_hidden)] - told_cells_ > 1000) check_progress();
}

std::int32_t Splitter::solve(Node &node) {
    const Arena::Mark start = arena_.mark();
    const bool cut_again = descend(node);
    if (options_.count && (!cut_again || counts(node))) {
        count_cells_of(node);
        arena_.release(start);
        return -1;
    }
    if (!cut_again) {
        const std::int32_t cell = add_cell(node);
        arena_.release(start);
        return -1 - cell;
    }
    if (++depth_ > deepest_) throw TooLarge();
    const std::size_t n_slots = slots_.size(), n_decisions = decisions_.size();
    Node below, above;
    Cut cut = split(node, below, above);
    std::int32_t place = -1;
    if (options_.tree) {
        place = std::int32_t(out_.tree.size());
        out_.tree.push(tree_node(cut));
    }
    const Arena::Mark parts = arena_.mark();
    enter(node, cut, false, below);
    const std::int32_t first = solve(below);
    leave(n_decisions);
    arena_.release(parts);
    enter(node, cut, true, above);
    const std::int32_t second = solve(above);
    leave(n_decisions);
    arena_.release(start);
    if (options_.tree) {
        TreeNode &tree_node = out_.tree[std::size_t(place)];
        tree_node.children[0] = first;
        tree_node.children[1] = second;
    }
    if (options_.edges) {
        matcher_.match(out_, slots_, cut);
        slots_.resize(n_slots);
    }
    --depth_;
    return place;
}

// ---- Tasks ----------------------------------------------------------------------------------------------------------

std::unique_ptr<Task> Splitter::pack(const Node &node) {
    auto task = std::make_unique<Task>();
    const Polygon &polygon = node.polygon;
    task->layer = node.layer;
    task->x.assign(polygon.x, polygon.x + polygon.n);
    task->y.assign(polygon.y, polygon.y + polygon.n);
    task->e.assign(polygon.e, polygon.e + polygon.n);
    task->sides.assign(polygon.sides, polygon.sides + polygon.n);
    task->candidates.assign(node.candidates, node.candidates + node.n_candidates);
    for (const Side &side : task->sides) task->lines.push_back(*side.line);
    for (const Candidate &candidate : task->candidates) task->lines.push_back(*candidate.line);
    task->n_sloped = node.n_sloped;
    task->n_nonzero = node.n_nonzero;
    if (node.base) {
        task->base.assign(node.base, node.base + 3 * layers_.layers[std::size_t(node.layer + 1)].stride);
        task->terms.assign(node.terms, node.terms + node.n_terms);
    }
    task->row = row_;
    if (node.layer >= 0) {
        const Frame &frame = *frames_[std::size_t(node.layer)];
        task->forms.assign(frame.forms, frame.forms + 3 * layers_.layers[std::size_t(node.layer)].stride);
        task->errors = frame.errors;
        task->next_errors = frame.next;
        task->max_ab = frame.max_ab;
        task->serial = frame.serial;
        task->open = frame.open;
        task->above = frame.above;
    }
    // Pairs of lines of this layer, and for the layers to come pairs of units on this part of the domain.
    double area = 0.0;
    for (int i = 0; i < polygon.n; ++i) {
        const int j = (i + 1) % polygon.n;
        area += 0.5 * (polygon.x[i] * polygon.y[j] - polygon.x[j] * polygon.y[i]);
    }
    task->area = std::isfinite(area) ? area : 0.0;
    return task;
}

Node Splitter::unpack(const Task &task) {
    const int n = int(task.x.size());
    Node node{};
    node.layer = task.layer;
    node.polygon = take_polygon(n);
    std::copy(task.x.begin(), task.x.end(), node.polygon.x);
    std::copy(task.y.begin(), task.y.end(), node.polygon.y);
    std::copy(task.e.begin(), task.e.end(), node.polygon.e);
    pad(node.polygon);
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
    if (!task.base.empty()) {
        double *const base = arena_.take<double>(task.base.size());
        std::copy(task.base.begin(), task.base.end(), base);
        node.base = base;
        node.terms = arena_.take<Term>(task.terms.size());
        std::copy(task.terms.begin(), task.terms.end(), node.terms);
        node.n_terms = int(task.terms.size());
    }
    std::copy(task.row.begin(), task.row.end(), row_.begin());
    for (auto &frame : frames_) frame->exact.reset();
    if (task.layer >= 0) {
        Frame &frame = *frames_[std::size_t(task.layer)];
        std::copy(task.forms.begin(), task.forms.end(), frame.forms);
        frame.errors = task.errors;
        frame.next = task.next_errors;
        frame.max_ab = task.max_ab;
        frame.serial = task.serial;
        frame.open = task.open;
        frame.above = task.above;
    }
    return node;
}

}  // namespace leadlight::geometry
