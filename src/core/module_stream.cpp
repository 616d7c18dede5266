// The stream of cells, bound to Python as an object that gives one batch after another.
#include <nanobind/nanobind.h>

#include <memory>
#include <stdexcept>

#include "geometry/enumeration/stream.hpp"
#include "geometry_arrays.hpp"
#include "kernels.hpp"
#include "problem.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using namespace leadlight;

namespace {

class Stream {
  public:
    // The problem outlives it.
    Stream(const Problem &problem, int threads, bool certified, bool want_patterns, bool want_maps, bool ascending,
           std::int64_t batch_cells)
        : layers_(problem.layers()) {
        require(threads >= 1 && threads <= 1024 && batch_cells >= 1, "threads and batch_cells must be at least 1");
        geometry::Options options;
        options.certified = certified;
        options.edges = false;
        options.maps = want_maps;
        options.stream = true;
        options.patterns = want_patterns;
        options.ascending = ascending;
        stream_ = std::make_unique<geometry::CellStream>(leadlight::kernels(), layers_, options, threads, batch_cells);
    }

    // The arrays of the next batch, or None after the last and once closed.
    nb::object next(const nb::object &progress) {
        if (is_waiting_) throw std::runtime_error("the stream is being read already");
        if (!stream_) return nb::none();
        is_waiting_ = true;
        try {
            wait(progress);
        } catch (...) {
            is_waiting_ = false;
            throw;
        }
        is_waiting_ = false;
        const std::size_t n = stream_->batch().n_cells();
        if (is_closed_ || n == 0) return nb::none();
        return to_python(stream_->batch(), n);
    }

    // Stops the threads. Where somebody waits for a batch, from a signal's handler or on another thread, that one ends
    // without a batch, and they are joined when the object goes.
    void close() {
        is_closed_ = true;
        if (stream_) stream_->stop();
        if (is_waiting_) return;
        std::unique_ptr<geometry::CellStream> stream = std::move(stream_);
        const nb::gil_scoped_release release;
        stream.reset();
    }
    ~Stream() { close(); }

    nb::object layer_counts() const {
        require(stream_ != nullptr, "the stream is closed");
        const std::vector<std::int64_t> counts = stream_->layer_counts();
        const std::size_t n = counts.size();
        return give<std::int64_t>(filled<std::int64_t>(n, [&](auto l) { return counts[l]; }), {n});
    }

    nb::object signs() const {
        require(stream_ != nullptr, "the stream is closed");
        return give<std::int64_t>(filled<std::int64_t>(3, [&](auto i) { return stream_->signs(int(i)); }), {3});
    }

  private:
    void wait(const nb::object &progress) {
        for (bool is_whole = false; !is_whole && !is_closed_;) {
            try {
                const nb::gil_scoped_release release;
                is_whole = stream_->wait(0.05);
            } catch (const geometry::TooLarge &) {
                throw std::overflow_error("the creases are nested too deep for the stack of a thread");
            }
            if (PyErr_CheckSignals() != 0) throw nb::python_error();
            if (!progress.is_none()) progress(stream_->cells());
        }
    }

    nb::object to_python(geometry::Growing &batch, std::size_t n) const {
        const std::size_t H = batch.points.size(), n_out = std::size_t(layers_.layers.back().n_out);
        const auto n_bytes = std::size_t(layers_.pattern_bytes);
        const std::size_t n_rows = n_bytes ? batch.patterns.size() / n_bytes : n;
        const std::size_t n_maps = batch.maps.size() / (3 * n_out);
        batch.starts.push(std::int64_t(H));
        nb::dict result;
        result["starts"] = give<std::int64_t>(batch.starts.give(), {n + 1});
        result["vertices"] = give<double>(batch.points.give(), {H, 2});
        result["patterns"] = give<std::uint8_t>(batch.patterns.give(), {n_rows, n_bytes});
        result["maps"] = give<double>(batch.maps.give(), {n_maps, n_out, 3});
        result["areas"] = give<double>(batch.areas.give(), {n});
        return result;
    }

    const geometry::Layers &layers_;
    std::unique_ptr<geometry::CellStream> stream_;
    bool is_waiting_ = false, is_closed_ = false;
};

}  // namespace

void bind_stream(nb::module_ &m) {
    nb::class_<Stream>(m, "CellStream")
        .def(nb::init<const Problem &, int, bool, bool, bool, bool, std::int64_t>(), "problem"_a, nb::kw_only(),
             "threads"_a, "certified"_a, "want_patterns"_a, "want_maps"_a, "ascending"_a, "batch_cells"_a,
             nb::keep_alive<1, 2>())
        .def("next", &Stream::next, "progress"_a.none() = nb::none())
        .def("close", &Stream::close)
        .def_prop_ro("layer_counts", &Stream::layer_counts)
        .def_prop_ro("signs", &Stream::signs);
}
