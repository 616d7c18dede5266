// What a line does to a polygon: floats first, then exact contexts made on demand.
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

void Splitter::leave(std::size_t decisions) {
    for (; decisions_.size() > decisions; decisions_.pop_back()) {
        const Decision &last = decisions_.back();
        Frame &frame = *frames_[std::size_t(last.layer)];
        ++frame.open[std::size_t(last.unit)];
        frame.above[std::size_t(last.unit)] -= last.above;
    }
}

const Context &Splitter::exact_context(int l) {
    Frame &frame = *frames_[std::size_t(l)];
    if (frame.exact) return *frame.exact;
    const Layer &layer = layers_.layers[std::size_t(l)];
    if (l == 0) {
        frame.exact.emplace(layers_.net);
    } else {
        const Context &parent = exact_context(l - 1);
        const int n = layers_.layers[std::size_t(l - 1)].n_out;
        frame.pieces.resize(std::size_t(n));
        for (int j = 0; j < n; ++j) frame.pieces[std::size_t(j)] = std::uint8_t(piece_of(l - 1, j));
        frame.exact.emplace(parent, layers_.layers[std::size_t(l - 1)].pieces ? frame.pieces.data() : nullptr);
    }
    // Of a wide second layer the few forms that are asked for are sooner made one by one.
    if ((l != 1 || !is_wide(layer)) && make_balls(l)) frame.exact->use_balls(frame.balls, layer.stride);
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
    // Where polygons are large the side counts, not the corners.
    candidate.positive |= std::uint32_t(positive) << 31;
    candidate.negative |= std::uint32_t(negative) << 31;
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
    take_sorted(node, sorted, cut);
    arena_.shrink(sorted.cut, std::size_t(sorted.n_cut));
}

// The same where the kernel has tried n lines on both parts.
void Splitter::take_tried(Node &part, Division &division, bool above, int n) {
    const Parts &parts = division.parts;
    Candidate *const lines = parts.lines[above];
    const int n_cut = parts.n_cut[above];
    if (parts.n_unsure[above] == 0) {
        part.candidates = lines;
        part.n_candidates = n_cut;
        for (int i = n; i-- > n_cut;) decide(part, *lines[i].line, lines[i].positive ? 1 : -1);
        return;
    }
    const std::uint32_t full = std::uint32_t((std::uint64_t(1) << part.polygon.n) - 1);
    Sorted sorted{lines, decided_.data(), unsure_.data(), n_cut, 0, 0};
    for (int i = n; i-- > n_cut;) {
        const bool is_sure = lines[i].positive == full || lines[i].negative == full;
        (is_sure ? sorted.decided[sorted.n_decided++] : sorted.unsure[sorted.n_unsure++]) = lines[i];
    }
    take_sorted(part, sorted, &division.cut);
}

void Splitter::take_sorted(Node &node, Sorted &sorted, Cut *cut) {
    const Polygon &polygon = node.polygon;
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
    for (int i = 0; i < sorted.n_decided; ++i) {
        const Candidate &decided = sorted.decided[i];
        decide(node, *decided.line, (decided.positive != 0) - (decided.negative != 0));
    }
}

}  // namespace leadlight::geometry
