// leadlight._core: everything that is bound to Python, in one place. Documented in src/leadlight/_core.pyi.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "kernels.hpp"
#include "measure.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using Input = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Output = nb::ndarray<nb::numpy, float>;

std::vector<std::string> vector_levels() {
    const leadlight::Kernels *available[leadlight::max_levels];
    const int n = leadlight::available_kernels(available);
    std::vector<std::string> names;
    for (int i = 0; i < n; ++i) names.emplace_back(leadlight::level_name(available[i]->level));
    return names;
}

void check_seconds(double seconds) {
    if (!(seconds > 0.0 && seconds <= 10.0)) throw nb::value_error("seconds must be above 0 and at most 10.");
}

double multiply_add_rate(const std::string &dtype, double seconds) {
    check_seconds(seconds);
    nb::gil_scoped_release release;
    if (dtype == "float32") return leadlight::measure_multiply_add_f32(leadlight::kernels(), seconds);
    if (dtype == "float64") return leadlight::measure_multiply_add_f64(leadlight::kernels(), seconds);
    throw std::invalid_argument("dtype must be 'float32' or 'float64', got '" + dtype + "'.");
}

double exp_rate(double seconds) {
    check_seconds(seconds);
    nb::gil_scoped_release release;
    return leadlight::measure_exp_f32(leadlight::kernels(), seconds);
}

Output exp_array(Input x) {
    float *out = new float[x.size() ? x.size() : 1];
    nb::capsule owner(out, [](void *p) noexcept { delete[] static_cast<float *>(p); });
    std::vector<size_t> shape(x.ndim());
    for (size_t axis = 0; axis < x.ndim(); ++axis) shape[axis] = x.shape(axis);
    {
        nb::gil_scoped_release release;
        leadlight::kernels().exp_f32(x.data(), out, x.size());
    }
    return Output(out, shape.size(), shape.data(), owner);
}

}  // namespace

void bind_training(nb::module_ &m);    // module_training.cpp
void bind_geometry(nb::module_ &m);    // module_geometry.cpp
void bind_predicates(nb::module_ &m);  // module_predicates.cpp
void bind_stream(nb::module_ &m);      // module_stream.cpp

NB_MODULE(_core, m) {
    // Chosen at load: a wrong LEADLIGHT_VECTOR_LEVEL is an ImportError with the sentence that says so.
    const leadlight::Kernels &chosen = leadlight::kernels();
    m.attr("__doc__") = "The compiled core: what this machine offers, and the kernels.";
    m.attr("vector_level") = leadlight::level_name(chosen.level);
    m.attr("vector_bytes") = chosen.vector_bytes;
    m.def("vector_levels", vector_levels);
    m.def("cpu_name", leadlight::cpu_name);
    m.def("usable_cores", leadlight::usable_cores);
    m.def("multiply_add_rate", multiply_add_rate, "dtype"_a = "float32", "seconds"_a = 0.02);
    m.def("exp_rate", exp_rate, "seconds"_a = 0.02);
    m.def("exp", exp_array, "x"_a.noconvert());
    bind_training(m);
    bind_geometry(m);
    bind_predicates(m);
    bind_stream(m);
}
