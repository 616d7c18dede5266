// Layer-wise splitting of convex polygons, depth first.
//
// In a context (a cell of the layers before) every unit of a layer is one affine form. A node is a polygon inside a
// context with the lines that cut it; it is split along one of them, and the others are tried on both parts. A node
// that no line cuts any more is a cell of the layers so far: the context of the next layer, or a cell of the network.
// The forms of the next layer grow along the way by one term for each unit that is decided. Exact signs come from
// predicates.hpp wherever the bounds of filter.hpp do not suffice.
//
// The class is in files by idea: contexts.cpp (entering a layer), forms.cpp (the forms of the next), ahead.cpp and
// after.cpp (units of the layers to come, decided in advance), renewal.cpp (forms made anew), signs.cpp (what lines do
// to a polygon), cutting.cpp (a polygon in two), splitter.cpp (the recursion and its cells), maps.cpp (the outputs on a
// cell), tasks.cpp (nodes handed to other threads), nearby.cpp (nodes counted by floats alone).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "../../kernels.hpp"
#include "../counting/count.hpp"
#include "../exact/predicates.hpp"
#include "../kernels/filter.hpp"
#include "../memory/arena.hpp"
#include "../memory/team.hpp"
#include "../network/layers.hpp"
#include "complex.hpp"
#include "division.hpp"
#include "edges.hpp"
#include "nodes.hpp"

namespace leadlight::geometry {

// How many cells n lines make, where such a share of n^2 is of pairs that cross; at most half of the pairs do.
inline double cells_of(int n, double crossing) { return 1.0 + n + crossing * n * n; }
constexpr double most_crossing = 0.25;

// How many cells a node has, roughly: pairs of lines of its layer, and for the layers to come pairs of units on its
// part of the domain.
double work_of(int layer, int n_candidates, const Extent &extent, const Layers &layers, double domain_area);
Extent extent_of(const Polygon &polygon);

struct Box;

class Splitter {
  public:
    Splitter(const Kernels &kernels, const Layers &layers, const Options &options, Progress &progress, Growing &out,
             std::uint64_t first_serial, int deepest);
    ~Splitter();

    Node root(const std::vector<Line> &domain);
    // Descends until the node has candidates, or is a cell of the network; whether it has.
    bool descend(Node &node);
    // Splits a node that has candidates. Then each part is entered (its polygon made, the other lines decided there),
    // its cells made or the node packed, and left, one after the other.
    Division split(Node &node);
    void enter(const Node &node, Division &division, bool above, Node &part);
    void leave(std::size_t decisions);
    TreeNode tree_node(const Cut &cut) const;
    std::size_t decisions() const { return decisions_.size(); }
    void tell_cells();  // the progress: those not told yet
    // The cells of a node; returns its place in the tree.
    std::int32_t solve(Node &node);
    std::int32_t solve_parts(Node &node);          // of one that is cut
    void leave_rest(Rest *rest) { rest_ = rest; }  // from now on
    // Whether the part above a cut goes before that below. Of the strip over an interval the left part goes first;
    // sides run counter-clockwise, so if that is the one below, the chord leads up along it.
    bool is_above_first(const Division &division) const {
        return options_.ascending && division.parts.y[0] > division.parts.y[1];
    }

    std::unique_ptr<Task> pack(const Node &node);
    void pack_ahead(const Node &node, Task &task) const;
    Node unpack(const Task &task);  // must outlive the node; slots and vertices stay the task's

    std::int32_t add_vertex(const Point &at, double error, std::int32_t crease) {
        if (options_.count || options_.stream) return 0;  // nobody asks which
        const std::size_t n = out_.vertices.size();
        if (n >= std::size_t(std::numeric_limits<std::int32_t>::max()) - 64) throw TooLarge();
        out_.vertices.push({at, error, -1, crease});
        return std::int32_t(n);
    }
    std::int32_t new_slot() {
        slots_.extend(1);
        return std::int32_t(slots_.size() - 1);
    }
    Buffer<SideList> &slots() { return slots_; }
    Arena &arena() { return arena_; }
    EdgeMatcher &matcher() { return matcher_; }
    const std::vector<std::int64_t> &layer_counts() const { return layer_counts_; }
    std::int64_t signs(int stage) const;
    bool proven() const { return counter_.proven(); }  // whether what was counted is more than a bound
    // Whether a node's cells are counted, not made.
    bool counts(const Node &node) const {
        if (!options_.count) return false;
        return node.layer + 1 == layers_.n_hidden ||
               (node.layer + 2 == layers_.n_hidden && node.ahead && node.ahead->n == 0);
    }

    // Whether it is tried to count a node's cells by floats alone.
    bool is_worth_counting(const Node &node) const;

  private:
    struct Frame;
    class OpenUnits;
    struct Decision {
        int layer, unit;
        bool above;
    };

    void enter_layer(Node &node, int layer);
    int try_all(Node &node, Frame &frame, int layer);
    int scan(const Node &node, Frame &frame, int layer, double &max_ab, double &max_c);
    int scan_ahead(const Ahead &ahead, Frame &frame, int layer, Scan &scan, double &max_ab, double &max_c);
    void look_ahead(Node &node);
    const double *enclose_open(const Node &node, const Box &box, long &stride);
    bool is_worth_looking(const Node &node) const;
    void keep_open(Node &node, const Units &known, Ahead &ahead, const std::int32_t *kept, int n);
    void add_after(Node &node, const Units &known, Ahead &ahead, const double *forms, const Scan &scan);
    bool is_worth_listing(int layer) const;
    void list_after(Node &node, Ahead &ahead);
    bool is_from_balls(int layer) const { return options_.certified && layers_.layers[std::size_t(layer)].from_balls; }
    bool can_be_renewed(int layer) const { return layer > 0 && options_.certified && !is_from_balls(layer); }
    bool is_unknown(const Frame &frame, const Layer &layer, int unit) const;
    bool is_poor(const Frame &frame, const Layer &layer, int unit) const;
    double never_poor(const FormBounds &bounds, const Layer &layer) const;
    void list_open_units(const Node &node, Frame &frame, const Layer &layer) const;
    bool make_balls(int layer);
    bool renew_forms(Node &node, Frame &frame, int layer);
    void renew_one_by_one(Node &node, Frame &frame, int layer);
    void start_from_balls(Node &node, Frame &frame, int layer);
    void start_from_nothing(Node &node, Frame &frame, int layer);
    void take_bounds(const Node &node, const FormBounds &before, FormBounds &bounds, const Layer &layer) const;
    void start_next_forms(Node &node, Frame &frame, int layer, const Ahead *ahead, const Term *terms_after,
                          int n_terms_after);
    void bound_next_forms(const Node &node, Frame &frame, int layer);
    Errors next_errors(const FormBounds &bounds, const Layer &layer, const Layer &next, int n_open, int n_more,
                       double max_ab, double max_c) const;
    void make_line(const Frame &frame, int layer, int unit, int breakpoint, Line &line) const;
    Polygon take_polygon(int n);
    void filter(Node &node, const Candidate *candidates, int n, Cut *cut);
    void take_tried(Node &part, Division &division, bool above, int n);
    void take_sorted(Node &node, Sorted &sorted, Cut *cut);
    bool settle(const Polygon &polygon, Candidate &candidate);
    int sign(const Line &f, const Polygon &polygon, int corner);
    int float_sign(const Line &f, const Polygon &polygon, int corner);
    void find_chord(const Polygon &polygon, Candidate candidate, Division &division);
    void cross(const Line &f, const Polygon &polygon, const int (&sides)[2], const bool (&wanted)[2], Parts &at);
    void cross_anew(const Line &f, const Line &g, double most, Point &at, double &error);
    void decide(Node &node, const Line &line, int sign);
    void decide_one(Node &node, int layer, int unit, bool above);
    int merge_repeats(Frame &frame, int layer, int survivors);
    int most_open(const Node &node) const;
    void add_term(Node &node, const Frame &frame, int layer, int unit, int piece) const;
    void set_piece(int layer, int unit, int piece);
    int piece_of(int layer, int unit) const { return layers_.layers[std::size_t(layer)].piece_in(row_.data(), unit); }
    // Whether those of the next layer are summed in floats, and for anybody.
    bool needs_forms_after(int layer) const {
        return layer + 1 < layers_.n_hidden ? !is_from_balls(layer + 1) : options_.maps;
    }
    LineRef reference(const Line &line);
    const Context &exact_context(int layer);
    std::int32_t add_cell(const Node &node);
    void add_pattern();
    void add_maps(const Node &node);
    bool is_bias_alone(int output) const;
    bool is_known(const double *map, const double *bounds) const;
    void start_outputs(std::optional<Context> &outputs);
    std::size_t begin_cell(std::size_t n_corners);
    std::int32_t add_part(const Node &node, Division &division, bool above);
    void add_halves(const Node &node);
    // Whether a node without candidates is a cell to be made, and nothing else.
    bool is_cell(const Node &node) const { return node.layer + 1 == layers_.n_hidden && !options_.count && !rest_; }
    void count_cells_of(const Node &node);
    bool count_locally(Node &node);
    Errors errors_after(const Node &node, const Ahead &ahead) const;
    int open_after(const Node &node, const Ahead &ahead, const double *base, const double *base_after,
                   const Errors &errors);
    void check_progress();
    void look();

    const GeometryKernels &kernels_;
    const Layers &layers_;
    const Options options_;
    Progress &progress_;
    Growing &out_;
    Rest *rest_ = nullptr;
    Arena arena_;
    std::vector<std::unique_ptr<Frame>> frames_;
    std::vector<std::uint8_t> row_;
    Buffer<SideList> slots_;
    std::vector<Candidate> decided_, unsure_;
    std::vector<Decision> decisions_;  // in layers of kind several, on the way here
    std::vector<std::int64_t> layer_counts_;
    std::int64_t float_signs_ = 0, told_cells_ = 0;
    const std::int64_t told_every_;  // cells
    std::uint64_t serial_;
    int depth_ = 0, deepest_;
    int until_look_ = 16, between_looks_ = 16;  // nodes
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
    Predicates predicates_;
    ChordCounter counter_;
    std::unique_ptr<char[]> scratch_;    // of count_locally
    std::vector<const Line *> counted_;  // lines of the sides, then of the candidates
    EdgeMatcher matcher_;
    std::vector<double> allowed_;  // errors of crossings in each layer, relative to size_
    double size_;                  // the largest coordinate of the domain
};

}  // namespace leadlight::geometry
