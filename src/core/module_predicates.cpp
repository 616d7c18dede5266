// Exact forms and signs of single cells, bound to Python. Documented in src/leadlight/_core.pyi.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <deque>
#include <optional>
#include <tuple>
#include <vector>

#include "geometry/exact/predicates.hpp"
#include "geometry/network/equal_lines.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace leadlight::geometry;

using Array = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;
using Bytes = nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using UnitPieces = std::tuple<Array, Array, Array>;  // breakpoints, slopes, intercepts
using Layer = std::tuple<Array, Array, std::optional<std::vector<UnitPieces>>>;
using Line = std::tuple<int, int, int>;  // context (-1: an edge of the domain), unit, breakpoint
using Corner = std::tuple<Line, Line>;

void require(bool holds, const char *what) {
    if (!holds) throw nb::value_error(what);
}

// An integer of Python and a power of two.
nb::tuple rational(const Dyadic &value) {
    const nb::bytes limbs(value.limbs(), sizeof(Limb) * std::size_t(value.size()));
    nb::object number = nb::module_::import_("builtins").attr("int").attr("from_bytes")(limbs, "little");
    if (value.sign() < 0) number = number.attr("__neg__")();
    return nb::make_tuple(number, 64 * value.exponent());
}

class ExactCells {
  public:
    ExactCells(const std::vector<Layer> &layers, const Array &corners) {
        require(!layers.empty(), "at least one layer");
        int n_in = 2;
        for (std::size_t l = 0; l < layers.size(); ++l) {
            const auto &[W, b, pieces] = layers[l];
            require(W.ndim() == 2 && b.ndim() == 1 && W.shape(0) == b.shape(0) && int(W.shape(1)) == n_in,
                    "weights (out, in) and biases (out,) that fit, from two inputs on");
            const int n_out = int(W.shape(0));
            const Pieces *unit_pieces = nullptr;
            if (pieces) {
                require(l + 1 < layers.size() && int(pieces->size()) == n_out,
                        "pieces for each unit of a hidden layer");
                std::vector<Pieces> &table = pieces_.emplace_back();
                for (const auto &[breakpoints, slopes, intercepts] : *pieces) {
                    const std::size_t n = breakpoints.size();
                    require(n < 255 && slopes.size() == n + 1 && intercepts.size() == n + 1,
                            "one piece more than breakpoints, at most 255");
                    table.push_back({int(n), keep(breakpoints), keep(slopes), keep(intercepts)});
                }
                unit_pieces = table.data();
            }
            net_.layers.push_back({n_in, n_out, keep(W), keep(b), unit_pieces});
            n_in = n_out;
        }
        require(corners.ndim() == 2 && corners.shape(0) >= 3 && corners.shape(1) == 2, "corners (n, 2), n at least 3");
        const double *const data = keep(corners);
        net_.corners.assign(data, data + corners.size());
        contexts_.emplace_back(net_);
        predicates_.emplace(net_);
    }
    ExactCells(const ExactCells &) = delete;

    int context(int parent, const Bytes &pieces) {
        const Context &before = at(parent);
        require(std::size_t(before.layer) + 1 < net_.layers.size(), "no layer after the last");
        const NetworkLayer &layer = net_.layers[std::size_t(before.layer)];
        require(int(pieces.size()) == layer.n_out, "one piece for each unit");
        for (int unit = 0; unit < layer.n_out; ++unit)
            require(pieces.data()[unit] <= (layer.pieces ? layer.pieces[unit].n_breakpoints : 0), "no such piece");
        patterns_.emplace_back(pieces.data(), pieces.data() + pieces.size());
        contexts_.emplace_back(before, patterns_.back().data());
        return int(contexts_.size()) - 1;
    }

    nb::tuple exact_form(int context, int unit) {
        const ExactForm &form = at(context, unit).exact_form(unit);
        return nb::make_tuple(rational(form.a), rational(form.b), rational(form.c));
    }

    std::vector<std::tuple<double, double, double>> ball_form(int context, int unit) {
        const BallForm &form = at(context, unit).ball_form(unit);
        std::vector<std::tuple<double, double, double>> result;
        for (const Ball &ball : {form.a, form.b, form.c}) result.emplace_back(ball.high, ball.low, ball.error);
        return result;
    }

    int sign_at(Line f, Corner v) { return predicates_->sign_at(line(f), corner(v)); }
    int sign_of_direction(Line f, Line g) { return predicates_->sign_of_direction(line(f), line(g)); }
    bool same_line(Line f, Line g) { return predicates_->same_line(line(f), line(g)); }
    int constant_sign(Line f) { return predicates_->constant_sign(line(f)); }
    int compare_along(Line f, Corner p, Corner q) { return predicates_->compare_along(line(f), corner(p), corner(q)); }
    std::tuple<double, double> coordinates(Corner v) {
        double xy[2];
        predicates_->coordinates(corner(v), xy);
        return {xy[0], xy[1]};
    }
    bool equal_outputs(int a, int b) {
        const int last = int(net_.layers.size()) - 1;
        require(at(a).layer == last && at(b).layer == last, "contexts of the last layer");
        return predicates_->equal_outputs(at(a), at(b));
    }
    std::vector<std::tuple<int, int, int>> equal_lines(int layer) {
        require(layer >= 0 && layer < int(net_.layers.size()), "no such layer");
        std::vector<std::tuple<int, int, int>> result;
        for (const EqualLine &equal : find_equal_lines(net_, layer).equals)
            result.emplace_back(equal.unit, equal.breakpoint, equal.sign);
        return result;
    }
    std::tuple<std::int64_t, std::int64_t> decided() const {
        return {predicates_->decided_by_double_double(), predicates_->decided_exactly()};
    }

  private:
    const double *keep(const Array &array) {
        for (std::size_t i = 0; i < array.size(); ++i) require(std::isfinite(array.data()[i]), "finite numbers");
        return numbers_.emplace_back(array.data(), array.data() + array.size()).data();
    }
    const Context &at(int context) const {
        require(context >= 0 && context < int(contexts_.size()), "no such context");
        return contexts_[std::size_t(context)];
    }
    const Context &at(int context, int unit) const {
        const Context &found = at(context);
        require(unit >= 0 && unit < net_.layers[std::size_t(found.layer)].n_out, "no such unit");
        return found;
    }
    LineRef line(Line f) const {
        const auto [context, unit, breakpoint] = f;
        if (context == -1) {
            require(unit >= 0 && unit < net_.n_corners(), "no such edge of the domain");
            return {nullptr, unit, 0};
        }
        const Context &found = at(context, unit);
        const Pieces *const pieces = net_.layers[std::size_t(found.layer)].pieces;
        require(breakpoint >= 0 && breakpoint < (pieces ? pieces[unit].n_breakpoints : 1), "no such breakpoint");
        return {&found, unit, breakpoint};
    }
    // Lines that do not cross would have an arbitrary answer.
    CornerRef corner(Corner v) {
        const LineRef first = line(std::get<0>(v)), second = line(std::get<1>(v));
        const int n = net_.n_corners();
        if (!first.context && !second.context)
            require((first.unit + 1) % n == second.unit || (second.unit + 1) % n == first.unit, "neighbouring edges");
        else
            require(predicates_->sign_of_direction(first, second) != 0, "lines that cross");
        return {first, second};
    }

    std::deque<std::vector<double>> numbers_;
    std::deque<std::vector<Pieces>> pieces_;
    std::deque<std::vector<std::uint8_t>> patterns_;
    Net net_;
    std::deque<Context> contexts_;
    std::optional<Predicates> predicates_;
};

}  // namespace

void bind_predicates(nb::module_ &m) {
    nb::class_<ExactCells>(m, "ExactCells")
        .def(nb::init<const std::vector<Layer> &, const Array &>(), "layers"_a, "corners"_a)
        .def("context", &ExactCells::context, "parent"_a, "pieces"_a)
        .def("exact_form", &ExactCells::exact_form, "context"_a, "unit"_a)
        .def("ball_form", &ExactCells::ball_form, "context"_a, "unit"_a)
        .def("sign_at", &ExactCells::sign_at, "f"_a, "v"_a)
        .def("sign_of_direction", &ExactCells::sign_of_direction, "f"_a, "g"_a)
        .def("same_line", &ExactCells::same_line, "f"_a, "g"_a)
        .def("constant_sign", &ExactCells::constant_sign, "f"_a)
        .def("compare_along", &ExactCells::compare_along, "line"_a, "p"_a, "q"_a)
        .def("coordinates", &ExactCells::coordinates, "v"_a)
        .def("equal_outputs", &ExactCells::equal_outputs, "a"_a, "b"_a)
        .def("equal_lines", &ExactCells::equal_lines, "layer"_a)
        .def("decided", &ExactCells::decided);
}
