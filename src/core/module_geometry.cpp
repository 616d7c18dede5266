// The enumeration of cells, bound to Python: flat arrays to a Net, and the arrays of the complex without a copy.
//
// src/leadlight/geometry is the caller; it has checked the values. Lengths are checked here again.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "geometry/enumeration/enumerate.hpp"
#include "geometry/locate.hpp"
#include "geometry/memory/spare.hpp"
#include "geometry_arrays.hpp"
#include "kernels.hpp"
#include "problem.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using namespace leadlight;
namespace geometry = leadlight::geometry;

namespace {

nb::dict to_python(geometry::Complex &complex, const geometry::Layers &layers, const geometry::Options &options) {
    geometry::Arrays &arrays = complex.arrays;
    if (complex.limit_reached) {
        arrays = geometry::Arrays();
        arrays.starts.push(0);
    }
    nb::dict result;
    const std::size_t n = arrays.starts.size() - 1, n_out = std::size_t(layers.layers.back().n_out);
    const std::size_t H = arrays.corners.size(), V = arrays.vertices.size(), E = arrays.edges.size();
    const auto n_counts = std::size_t(layers.n_hidden) + 1;
    result["n_cells"] = complex.n_cells;
    result["limit_reached"] = complex.limit_reached;
    result["layer_counts"] =
        give<std::int64_t>(filled<std::int64_t>(n_counts, [&](auto l) { return complex.layer_counts[l]; }), {n_counts});
    result["signs"] = nb::make_tuple(complex.signs[0], complex.signs[1], complex.signs[2]);
    result["vertices"] = give<double>(arrays.vertices.give(), {V, 2});
    result["vertex_errors"] = give<double>(arrays.errors.give(), {V});
    result["cell_starts"] = give<std::int64_t>(arrays.starts.give(), {n + 1});
    result["cell_vertices"] = give<std::int32_t>(arrays.corners.give(), {H});
    result["patterns"] = give<std::uint8_t>(arrays.patterns.give(), {n, std::size_t(layers.pattern_bytes)});
    if (options.edges) {
        const std::size_t n_links = arrays.links.size();
        result["cell_edges"] = give<std::int32_t>(arrays.links.give(), {n_links});
        result["edges"] = give<std::int32_t>(arrays.edges.give(), {E, 4});
        result["edge_creases"] = give<std::int32_t>(arrays.creases.give(), {E});
    }
    if (options.maps) {
        result["maps"] = give<double>(arrays.maps.give(), {n, n_out, 3});
        result["map_errors"] = give<double>(arrays.map_errors.give(), {n, n_out, 2});
    }
    if (options.tree) {
        const std::size_t T = arrays.tree_errors.size();
        result["tree_lines"] = give<double>(arrays.tree_lines.give(), {T, 3});
        result["tree_errors"] = give<double>(arrays.tree_errors.give(), {T});
        result["tree_children"] = give<std::int32_t>(arrays.tree_children.give(), {T, 2});
        result["tree_creases"] = give<std::int32_t>(arrays.tree_creases.give(), {T});
    }
    return result;
}

// Looks after Python meanwhile: signals and progress.
geometry::Complex &run(geometry::Enumeration &enumeration, const nb::object &progress) {
    std::exception_ptr error;
    const auto look = [&](std::int64_t cells) {
        const nb::gil_scoped_acquire acquire;
        try {
            if (PyErr_CheckSignals() != 0) throw nb::python_error();
            if (!progress.is_none()) progress(cells);
        } catch (...) {
            error = std::current_exception();
        }
        return !error;
    };
    {
        const nb::gil_scoped_release release;
        enumeration.run(look);
    }
    if (error) std::rethrow_exception(error);
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    try {
        return enumeration.result();
    } catch (const geometry::TooLarge &) {
        throw std::overflow_error("too many cells for 32-bit numbers of vertices and edges");
    }
}

nb::dict enumerate_cells(const Problem &problem, int threads, bool certified, bool want_edges, bool want_maps,
                         bool want_tree, std::int64_t max_cells, const nb::object &progress) {
    require(threads >= 1 && threads <= 1024 && max_cells >= 0, "threads must be at least 1, max_cells at least 0");
    const geometry::Options options{certified, want_edges, want_maps, want_tree, max_cells, false, 0};
    geometry::Enumeration enumeration(leadlight::kernels(), problem.layers(), options, threads);
    return to_python(run(enumeration, progress), problem.layers(), options);
}

nb::dict count_cells(const Problem &problem, int threads, bool certified, std::int64_t max_pairs,
                     const nb::object &progress) {
    require(threads >= 1 && threads <= 1024 && max_pairs >= 0, "threads must be at least 1, max_pairs at least 0");
    const geometry::Layers &layers = problem.layers();
    const geometry::Options options{certified, false, false, false, 0, true, max_pairs};
    geometry::Enumeration enumeration(leadlight::kernels(), layers, options, threads);
    const geometry::Complex &complex = run(enumeration, progress);
    nb::dict result;
    const auto n_counts = std::size_t(layers.n_hidden) + 1;
    result["n_cells"] = complex.n_cells;
    result["proven"] = complex.proven;
    result["layer_counts"] =
        give<std::int64_t>(filled<std::int64_t>(n_counts, [&](auto l) { return complex.layer_counts[l]; }), {n_counts});
    result["signs"] = nb::make_tuple(complex.signs[0], complex.signs[1], complex.signs[2]);
    return result;
}

nb::tuple locate_cells(Array<double> tree_lines, Array<double> tree_errors, Array<std::int32_t> tree_children,
                       Array<double> points, std::optional<Array<std::int32_t>> start, int threads) {
    const std::size_t n_nodes = tree_errors.size(), n = points.size() / 2;
    require(tree_lines.size() == 3 * n_nodes && tree_children.size() == 2 * n_nodes, "the tree's arrays do not fit");
    require(points.ndim() == 2 && points.shape(1) == 2, "points must be a matrix of two columns");
    require(!start || start->size() == n, "one start a point");
    require(threads >= 1 && threads <= 1024, "threads must be at least 1");
    const auto within = [&](std::int32_t node) { return node < std::int32_t(n_nodes); };
    require(std::all_of(tree_children.data(), tree_children.data() + 2 * n_nodes, within) &&
                (!start || std::all_of(start->data(), start->data() + n, within)),
            "no such node");
    const geometry::Tree tree{tree_lines.data(), tree_errors.data(), tree_children.data(), std::int64_t(n_nodes)};
    geometry::Buffer<std::int32_t> found, nodes;
    std::int32_t *const cells = found.extend(n), *const doubtful = nodes.extend(n);
    {
        nb::gil_scoped_release release;
        const auto part = [&](int i) {
            const auto at = [&](int k) { return std::int64_t(n) * k / threads; };
            geometry::locate(tree, points.data(), start ? start->data() : nullptr, at(i), at(i + 1), cells, doubtful);
        };
        std::vector<std::thread> others;
        for (int i = 1; i < threads; ++i) others.emplace_back(part, i);
        part(0);
        for (std::thread &other : others) other.join();
    }
    return nb::make_tuple(give<std::int32_t>(found.give(), {n}), give<std::int32_t>(nodes.give(), {n}));
}

}  // namespace

void bind_geometry(nb::module_ &m) {
    m.def("locate_cells", locate_cells, "tree_lines"_a.noconvert(), "tree_errors"_a.noconvert(),
          "tree_children"_a.noconvert(), "points"_a.noconvert(), "start"_a.noconvert().none() = nb::none(),
          "threads"_a = 1);
    nb::class_<Problem>(m, "Problem")
        .def(nb::init<const Array<int> &, const Array<double> &, const Array<double> &, const Array<int> &,
                      const Array<int> &, const Array<double> &, const Array<double> &, const Array<double> &,
                      const Array<double> &>(),
             nb::kw_only(), "widths"_a.noconvert(), "weights"_a.noconvert(), "biases"_a.noconvert(),
             "pieces"_a.noconvert(), "table_starts"_a.noconvert(), "breakpoints"_a.noconvert(), "slopes"_a.noconvert(),
             "intercepts"_a.noconvert(), "corners"_a.noconvert())
        .def_prop_ro("continuous", [](const Problem &problem) { return problem.layers().continuous; })
        .def_prop_ro("pattern_starts", &Problem::pattern_starts)
        .def_prop_ro("pattern_bits", &Problem::pattern_bits)
        .def_prop_ro("lines", &Problem::lines);
    m.def("enumerate_cells", enumerate_cells, "problem"_a, nb::kw_only(), "threads"_a, "certified"_a, "want_edges"_a,
          "want_maps"_a, "want_tree"_a, "max_cells"_a, "progress"_a.none());
    m.def("count_cells", count_cells, "problem"_a, nb::kw_only(), "threads"_a, "certified"_a, "max_pairs"_a,
          "progress"_a.none());
    m.def("spare_bytes", geometry::spare_bytes);
}
