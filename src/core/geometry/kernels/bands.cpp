// The kernels of bands.hpp, compiled once per vector level.
#include "bands.hpp"

#include "lanes.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::Band;
using geometry::Line;
using geometry::LineBands;
using geometry::UnitBands;

namespace {

// Eight numbers or fewer of a unit.
struct Activations {
    VectorF64 t, slopes[2], intercepts[2];
    double max_slope, max_intercept;
};

// What units give where their forms run from low to high.
struct Chords {
    VectorF64 slope, offset, radius;
};

// `size` bounds the sum of all absolute values in a form.
inline Chords chords_of(const Activations &units, VectorF64 low, VectorF64 high, VectorF64 size) {
    const VectorF64 t = units.t, steep = all(units.max_slope);
    const VectorF64 at_low = units.slopes[0] * low + units.intercepts[0];
    const VectorF64 at_high = units.slopes[1] * high + units.intercepts[1];
    VectorF64 slope = (at_high - at_low) / (high - low);
    slope = slope > steep ? steep : slope < -steep ? -steep : slope;
    VectorF64 least = at_low - slope * low, most = least;
    const VectorF64 others[3] = {(units.slopes[0] * t + units.intercepts[0]) - slope * t,
                                 (units.slopes[1] * t + units.intercepts[1]) - slope * t, at_high - slope * high};
    for (int i = 0; i < 3; ++i) {
        least = others[i] < least ? others[i] : least;
        most = larger(others[i], most);
    }
    const VectorF64 offset = 0.5 * (least + most);
    const VectorF64 whole = size * units.max_slope + (absolute(offset) + units.max_intercept);
    return {slope, offset, 0.5 * (most - least) + 0x1p-40 * whole};
}

}  // namespace

void enclose_lines(LineBands *bands) {
    const LineBands &given = *bands;
    for (int first = 0; first < given.n; first += lanes) {
        double numbers[11][lanes];
        for (int i = 0; i < lanes; ++i) {  // beyond the last the last once more
            const Line &line = *given.lines[first + i < given.n ? first + i : given.n - 1].line;
            const double *const form = given.forms + line.unit;
            const double of_line[11] = {form[0],
                                        form[given.stride],
                                        form[2 * given.stride],
                                        line.A,
                                        line.N,
                                        line.C,
                                        given.breakpoints[line.unit],
                                        given.slopes[0][line.unit],
                                        given.slopes[1][line.unit],
                                        given.intercepts[0][line.unit],
                                        given.intercepts[1][line.unit]};
            for (int k = 0; k < 11; ++k) numbers[k][i] = of_line[k];
        }
        const VectorF64 a = load(numbers[0]), b = load(numbers[1]), c = load(numbers[2]);
        const VectorF64 A = load(numbers[3]), N = load(numbers[4]), C = load(numbers[5]);
        const Activations units{load(numbers[6]),
                                {load(numbers[7]), load(numbers[8])},
                                {load(numbers[9]), load(numbers[10])},
                                given.max_slope,
                                given.max_intercept};
        VectorF64 low = units.t, high = units.t, nothing = all(0.0);  // 0, or not finite
        for (int k = 0; k < given.n_corners; ++k) {
            const double x = given.x[k], y = given.y[k], sum = __builtin_fabs(x) + __builtin_fabs(y);
            const VectorF64 z = (a * x + b * y) + c, error = (A * sum + N * given.e[k]) + C;
            const VectorF64 least = z - error, most = z + error;
            low = least < low ? least : low;
            high = larger(most, high);
            nothing += (least - least) + (most - most);
        }
        const VectorF64 size =
            (absolute(low) + absolute(high)) + ((absolute(a) + absolute(b)) * given.size + absolute(c));
        const Chords chords = chords_of(units, low, high, size);
        double *const out = given.out + first;
        store(out, chords.slope * a);
        store(out + given.out_stride, chords.slope * b);
        store(out + 2 * given.out_stride, chords.slope * c + chords.offset);
        store(out + 3 * given.out_stride, chords.radius + nothing);
    }
}

void enclose_units(UnitBands *bands) {
    constexpr double slack = 1.0 + 0x1p-40, tiny = 0x1p-1000;
    const UnitBands &given = *bands;
    const long n = given.n;
    for (long j = 0; j < n; j += lanes) {
        const Activations units{load(given.breakpoints + j),
                                {load(given.slopes[0] + j), load(given.slopes[1] + j)},
                                {load(given.intercepts[0] + j), load(given.intercepts[1] + j)},
                                given.max_slope,
                                given.max_intercept};
        const VectorF64 a = load(given.forms + j), b = load(given.forms + n + j), c = load(given.forms + 2 * n + j);
        const VectorF64 size_a = absolute(a), size_b = absolute(b), t = units.t;
        const VectorF64 size = (size_a + size_b) * given.size + absolute(c);
        const VectorF64 error =
            load(given.row_norms + j) * given.K_row + (load(given.abs_biases + j) * given.K_b + tiny);
        const VectorF64 off = (load(given.forms + 3 * n + j) + (error + 0x1p-48 * size)) * slack;
        const VectorF64 middle = (a * given.x + b * given.y) + c, half = (size_a * given.rx + size_b * given.ry) + off;
        const VectorF64 least = middle - half, most = middle + half;
        const VectorF64 whole = size + absolute(least) + absolute(most) + absolute(t);
        Chords chords = chords_of(units, t < least ? t : least, most < t ? t : most, whole);
        // Of a unit on one side of its breakpoint the chord is its piece.
        const VectorI64 is_above = least > t, is_below = most < t;
        chords.slope = is_above ? units.slopes[1] : is_below ? units.slopes[0] : chords.slope;
        chords.offset = is_above ? units.intercepts[1] : is_below ? units.intercepts[0] : chords.offset;
        const VectorF64 rounded = 0x1p-40 * (whole * given.max_slope + given.max_intercept);
        chords.radius = is_above | is_below ? rounded : chords.radius;
        const VectorI64 is_zero = (is_above | is_below) & (chords.slope == 0.0) & (chords.offset == 0.0);
        store(given.out + j, chords.slope * a);
        store(given.out + n + j, chords.slope * b);
        store(given.out + 2 * n + j, chords.slope * c + chords.offset);
        store(given.out + 3 * n + j, is_zero ? all(0.0) : chords.radius + absolute(chords.slope) * off);
    }
}

namespace {

template <int width>
inline void add_to(double *out, const double *base, const Band *bands, int n_bands, long n, long j) {
    VectorF64 a[width], b[width], c[width], radius[width];
    for (int v = 0; v < width; ++v) {
        const long k = j + v * lanes;
        a[v] = load(base + k), b[v] = load(base + n + k), c[v] = load(base + 2 * n + k);
        radius[v] = all(0.0);
    }
    for (int t = 0; t < n_bands; ++t) {
        const Band &band = bands[t];
        for (int v = 0; v < width; ++v) {
            const VectorF64 w = load(band.weights + j + v * lanes);
            a[v] += w * band.a;
            b[v] += w * band.b;
            c[v] += w * band.c;
            radius[v] += absolute(w) * band.radius;
        }
    }
    for (int v = 0; v < width; ++v) {
        const long k = j + v * lanes;
        store(out + k, a[v]);
        store(out + n + k, b[v]);
        store(out + 2 * n + k, c[v]);
        store(out + 3 * n + k, radius[v]);
    }
}

}  // namespace

// out = base + sum of bands: a, b and c of n units (a multiple of 8), n apart, and their radii.
void add_bands(double *out, const double *base, const Band *bands, int n_bands, long n) {
    constexpr int wide = 3;
    long j = 0;
    for (; j + wide * lanes <= n; j += wide * lanes) add_to<wide>(out, base, bands, n_bands, n, j);
    for (; j < n; j += lanes) add_to<1>(out, base, bands, n_bands, n, j);
}

}  // namespace leadlight::LEADLIGHT_LEVEL
