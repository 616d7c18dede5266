// The network as the splitter wants it: transposed, padded, with the norms and quanta that the error bounds need.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "equal_lines.hpp"
#include "network.hpp"

namespace leadlight::geometry {

enum class Kind {
    straight,  // no unit has a breakpoint: nothing is cut
    single,    // every unit has one: the fast path
    several,   // anything else
};

// Lines of a layer that are the same line in every cell: one stands for all.
struct Repeats {
    std::vector<EqualLine> first;   // of each line of the layer: the one that stands for it, often itself
    std::vector<int> starts;        // (n_lines + 1,)
    std::vector<EqualLine> copies;  // of line i, itself not among them: copies[starts[i]] to copies[starts[i + 1]]
};

constexpr int unit_numbers = 7;

struct Layer {
    int n_in, n_out;
    long stride;            // n_out rounded up to 8; what is beyond n_out is 0 in all arrays
    const double *weights;  // (n_in, stride): column u of W as row u
    const double *biases;   // (stride,)
    // (unit_numbers, stride), what follows in its order; row norms are those of L1, rounded up.
    const double *numbers, *breakpoints, *row_norms, *abs_biases, *slopes[2], *intercepts[2];
    double max_row_norm, max_abs_bias;
    bool bounds_by_unit;           // whether errors of its forms are bounded for each unit
    bool in_ball_range;            // of ball_terms.hpp: its weights and biases, its slopes and intercepts
    bool from_balls;               // its forms are rounded from double-doubles in every context, not summed in floats
    double quantum_ab, quantum_c;  // all exact coefficients of its preactivations are multiples, if forms are exact

    // Hidden layers only.
    Kind kind;
    const Pieces *pieces;    // (n_out,)
    const int *first_line;   // (n_out + 1,): the unit's breakpoints among all of the network
    const Repeats *repeats;  // null where all lines differ
    bool zero_below;         // kind single: the lower piece is 0 for all units (relu)
    double max_slope, max_intercept;
    bool slopes_round;  // some slope is not 0 or +-1
    double quantum_h_ab, quantum_h_c;
    int pattern_bits;    // of a unit: 0, 1, 2, 4 or 8
    long pattern_start;  // byte of the row

    int piece_in(const std::uint8_t *row, int unit) const {
        if (pattern_bits == 0) return 0;
        const int bit = unit * pattern_bits;
        return row[pattern_start + bit / 8] >> (bit % 8) & ((1 << pattern_bits) - 1);
    }
};

// Whether new forms of a layer in double-doubles cost so much that one does without where one can.
inline bool is_wide(const Layer &layer) { return double(layer.n_in) * layer.n_out > 1024.0; }

// What a line is of: all (layer, unit, breakpoint) in order are numbered.
struct LineName {
    int layer, unit, breakpoint;
};

class Layers {
  public:
    explicit Layers(const Net &net);

    const Net &net;
    std::vector<Layer> layers;  // the output layer last
    int n_hidden;
    long pattern_bytes;
    std::vector<LineName> lines;
    bool continuous;          // every activation, exactly
    bool uses_input[2] = {};  // whether some weight of it is not 0

  private:
    std::vector<std::vector<double>> numbers_;
    std::vector<std::vector<int>> first_lines_;
    std::vector<std::unique_ptr<Repeats>> repeats_;
};

}  // namespace leadlight::geometry
