// What the bindings of geometry share: flat arrays to a Net, and arrays given to Python without a copy.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "geometry/network/network.hpp"
#include "geometry/splitting/complex.hpp"

namespace leadlight {

template <typename T>
using Array = nanobind::ndarray<const T, nanobind::c_contig, nanobind::device::cpu>;

inline void require(bool holds, const char *what) {
    if (!holds) throw nanobind::value_error(what);
}

inline bool finite(const Array<double> &values) {
    return std::all_of(values.data(), values.data() + values.size(), [](double v) { return std::isfinite(v); });
}

// A network over the caller's arrays.
struct Description {
    geometry::Net net;
    std::vector<std::vector<geometry::Pieces>> pieces;

    Description(const Array<int> &widths, const Array<double> &weights, const Array<double> &biases,
                const Array<int> &unit_tables, const Array<int> &table_starts, const Array<double> &breakpoints,
                const Array<double> &slopes, const Array<double> &intercepts, const Array<double> &corners) {
        require(widths.ndim() == 1 && widths.size() >= 2 && widths.data()[0] == 2, "the network must have 2 inputs");
        const int n_layers = int(widths.size()) - 1, n_tables = int(table_starts.size()) - 1;
        require(n_tables >= 0 && table_starts.data()[0] == 0, "table_starts must begin with 0");
        for (int t = 0; t < n_tables; ++t) {
            const int from = table_starts.data()[t], to = table_starts.data()[t + 1];
            require(from <= to && to - from < 256 && std::size_t(to) <= breakpoints.size(), "tables do not fit");
            for (int i = from; i + 1 < to; ++i)
                require(breakpoints.data()[i] < breakpoints.data()[i + 1], "breakpoints must ascend");
        }
        const std::size_t n_pieces = breakpoints.size() + std::size_t(n_tables);
        require(std::size_t(table_starts.data()[n_tables]) == breakpoints.size() && slopes.size() == n_pieces &&
                    intercepts.size() == n_pieces,
                "pieces do not fit");
        require(finite(weights) && finite(biases) && finite(breakpoints) && finite(slopes) && finite(intercepts) &&
                    finite(corners),
                "all numbers must be finite");
        require(corners.ndim() == 2 && corners.shape(0) >= 3 && corners.shape(1) == 2,
                "a polygon has 3 corners or more");
        net.corners.assign(corners.data(), corners.data() + corners.size());
        std::size_t weight = 0, bias = 0, unit = 0;
        pieces.resize(std::size_t(n_layers));
        for (int l = 0; l < n_layers; ++l) {
            const int n_in = widths.data()[l], n_out = widths.data()[l + 1];
            require(n_out >= 1, "every layer must have a unit");
            geometry::NetworkLayer layer{n_in, n_out, weights.data() + weight, biases.data() + bias, nullptr};
            weight += std::size_t(n_in) * std::size_t(n_out);
            bias += std::size_t(n_out);
            require(weight <= weights.size() && bias <= biases.size(), "weights do not fit");
            if (l + 1 < n_layers) {
                require(unit + std::size_t(n_out) <= unit_tables.size(), "pieces do not fit");
                bool straight = true;
                for (int j = 0; j < n_out; ++j) {
                    const int t = unit_tables.data()[unit++];
                    require(t >= 0 && t < n_tables, "no such table");
                    const int from = table_starts.data()[t];
                    pieces[std::size_t(l)].push_back({table_starts.data()[t + 1] - from, breakpoints.data() + from,
                                                      slopes.data() + from + t, intercepts.data() + from + t});
                    const geometry::Pieces &last = pieces[std::size_t(l)].back();
                    straight &= last.n_breakpoints == 0 && last.slopes[0] == 1.0 && last.intercepts[0] == 0.0;
                }
                if (!straight) layer.pieces = pieces[std::size_t(l)].data();
            }
            net.layers.push_back(layer);
        }
        require(weight == weights.size() && bias == biases.size() && unit == unit_tables.size(), "weights do not fit");
    }
};

template <typename T>
nanobind::object give(geometry::Storage storage, std::initializer_list<std::size_t> shape) {
    if (!storage.data) geometry::grow(storage, 0, 1);
    auto *const kept = new geometry::Storage(storage);
    const nanobind::capsule owner(kept, [](void *p) noexcept {
        auto *const given = static_cast<geometry::Storage *>(p);
        geometry::release(*given);
        delete given;
    });
    return nanobind::cast(nanobind::ndarray<nanobind::numpy, T>(storage.data, shape.size(), shape.begin(), owner));
}

template <typename T, typename Value>
geometry::Storage filled(std::size_t n, Value &&value) {
    geometry::Buffer<T> buffer;
    T *const data = buffer.extend(n);
    for (std::size_t i = 0; i < n; ++i) data[i] = value(i);
    return buffer.give();
}

}  // namespace leadlight
