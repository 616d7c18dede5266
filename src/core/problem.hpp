// A network on a domain, bound to Python: what the enumerator needs of the two is found once, and serves any number of
// calls, of several threads at once.
#pragma once

#include <nanobind/nanobind.h>

#include "geometry/network/layers.hpp"
#include "geometry_arrays.hpp"

namespace leadlight {

class Problem {
  public:
    // The arrays are kept, and not to be written to.
    Problem(const Array<int> &widths, const Array<double> &weights, const Array<double> &biases,
            const Array<int> &pieces, const Array<int> &table_starts, const Array<double> &breakpoints,
            const Array<double> &slopes, const Array<double> &intercepts, const Array<double> &corners)
        : kept_{weights, biases, breakpoints, slopes, intercepts},
          description_(widths, weights, biases, pieces, table_starts, breakpoints, slopes, intercepts, corners),
          layers_(description_.net) {
        const auto n_hidden = std::size_t(layers_.n_hidden);
        const std::vector<geometry::Layer> &layers = layers_.layers;
        pattern_starts_ = constants<std::int64_t>({n_hidden + 1}, [&](std::size_t l) {
            return l < n_hidden ? layers[l].pattern_start : layers_.pattern_bytes;
        });
        pattern_bits_ = constants<std::int32_t>({n_hidden}, [&](std::size_t l) { return layers[l].pattern_bits; });
        const std::size_t n_lines = layers_.lines.size();
        lines_ = constants<std::int32_t>({3, n_lines}, [&](std::size_t i) {
            const geometry::LineName &name = layers_.lines[i % n_lines];
            return i < n_lines ? name.layer : i < 2 * n_lines ? name.unit : name.breakpoint;
        });
    }
    Problem(const Problem &) = delete;
    Problem &operator=(const Problem &) = delete;

    const geometry::Layers &layers() const { return layers_; }
    nanobind::object pattern_starts() const { return pattern_starts_; }
    nanobind::object pattern_bits() const { return pattern_bits_; }
    nanobind::object lines() const { return lines_; }

  private:
    // An array that all results share.
    template <typename T, typename Value>
    static nanobind::object constants(std::initializer_list<std::size_t> shape, Value &&value) {
        std::size_t n = 1;
        for (const std::size_t size : shape) n *= size;
        return give<const T>(filled<T>(n, value), shape);
    }

    const Array<double> kept_[5];
    const Description description_;
    const geometry::Layers layers_;
    nanobind::object pattern_starts_, pattern_bits_, lines_;
};

}  // namespace leadlight
