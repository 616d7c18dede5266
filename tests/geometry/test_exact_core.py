"""The exact forms and signs of the compiled core against Python's fractions, on degenerate networks above all.

The oracle computes every form a x + b y + c of every unit as three `fractions.Fraction`, and every sign from
determinants of those; it shares nothing with the core but the floats it is given.
"""

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest

from leadlight import _core

CORNERS = np.array([[-1.0, -1.5], [2.0, -1.0], [1.0, 1.25], [-0.75, 1.0]])
RELU = ([0.0], [0.0, 1.0], [0.0, 0.0])
ABS = ([0.0], [-1.0, 1.0], [0.0, 0.0])
HARDTANH = ([-1.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0])
STEP = ([0.0], [0.0, 0.0], [0.0, 1.0])
BENT = ([-0.1, 0.3], [0.1, -0.7, 1.1], [0.2, 0.0, -0.5])  # neither continuous nor of few bits


def leaky(slope):
    return [0.0], [slope, 1.0], [0.0, 0.0]


class Oracle:
    """The forms of one cell, layer by layer, in fractions."""

    def __init__(self, layers, patterns):
        exact = np.vectorize(Fraction, otypes=[object])
        h = exact(np.eye(3)[:2])
        self.forms = []
        for (W, b, pieces), pattern in zip(layers, [*patterns, None]):
            z = exact(W) @ h
            z[:, 2] += exact(b)
            self.forms.append(z)
            if pattern is None:
                break
            h = z.copy()
            for unit, piece in enumerate(pattern if pieces else ()):
                h[unit] = Fraction(pieces[unit][1][piece]) * z[unit]
                h[unit, 2] += Fraction(pieces[unit][2][piece])

    def line(self, layers, line):
        context, unit, breakpoint = line
        if context == -1:
            (x0, y0), (x1, y1) = ([Fraction(v) for v in CORNERS[i % 4]] for i in (unit, unit + 1))
            return np.array([y0 - y1, x1 - x0, x0 * y1 - x1 * y0])
        form = self.forms[context].copy()[unit]
        pieces = layers[context][2]
        if pieces is not None:
            form[2] -= Fraction(pieces[unit][0][breakpoint])
        return form


def sign(value):
    return (value > 0) - (value < 0)


def cross(f, g):
    return np.array([f[1] * g[2] - f[2] * g[1], f[2] * g[0] - f[0] * g[2], f[0] * g[1] - f[1] * g[0]])


def numbers(rng, kind, shape):
    if kind == "integers":
        return rng.integers(-2, 3, shape).astype(float)
    values = rng.standard_normal(shape)
    if kind == "float32":
        return values.astype(np.float32).astype(float)
    if kind == "huge and tiny":
        return values * rng.choice([1e-30, 1.0, 1e30], shape) * rng.integers(0, 2, shape)
    if kind == "beyond range":
        return values * rng.choice([1e-200, 1.0, 1e200], shape)
    if kind == "subnormal":
        return rng.choice([5e-324, -5e-324, 1e-310, 2.0**-1074, 1.0, -1.0, 0.0], shape)
    return values  # "float64"


KINDS = ["integers", "float32", "float64", "huge and tiny", "beyond range", "subnormal"]


def random_case(rng, kind, depth):
    """Layers with duplicated, scaled, dead and bias-free units, and the pieces of one chain of cells."""
    widths = [2, *rng.integers(1, 5, depth), rng.integers(1, 3)]
    layers, patterns = [], []
    for l, (n_in, n_out) in enumerate(pairwise(widths)):
        W, b = numbers(rng, kind, (n_out, n_in)), numbers(rng, kind, n_out)
        if rng.random() < 0.3:
            b[:] = 0
        for j in range(1, n_out):
            if rng.random() < 0.3:
                factor = rng.choice([1.0, -1.0, 2.0, -0.5])
                W[j], b[j] = factor * W[j - 1], factor * b[j - 1]
        if l == depth:
            layers.append((W, b, None))
            break
        menu = [RELU, RELU, leaky(0.1), leaky(-2.0), ABS, HARDTANH, STEP, BENT]
        pieces = None if rng.random() < 0.1 else [menu[k] for k in rng.integers(0, len(menu), n_out)]
        pattern = [rng.integers(0, len(pieces[j][1])) if pieces else 0 for j in range(n_out)]
        layers.append((W, b, pieces))
        patterns.append(np.array(pattern, dtype=np.uint8))
    return layers, patterns


def build(layers):
    as_arrays = [
        (W, b, None if pieces is None else [(np.array(t), np.array(s), np.array(c)) for t, s, c in pieces])
        for W, b, pieces in layers
    ]
    return _core.ExactCells(as_arrays, CORNERS)


def chain(cells, patterns):
    contexts = [0]
    for pattern in patterns:
        contexts.append(cells.context(contexts[-1], pattern))
    return contexts


def as_fractions(form):
    return [Fraction(n) * Fraction(2) ** power for n, power in form]


def lines_of(layers):
    edges = [(-1, i, 0) for i in range(4)]
    return edges + [
        (context, unit, k)
        for context, (_, b, pieces) in enumerate(layers)
        for unit in range(len(b))
        for k in range(len(pieces[unit][0]) if pieces else 1)
    ]


CASES = [(kind, depth, seed) for kind, depth, seed in product(KINDS, (1, 2, 3), range(6))] + [
    ("huge and tiny", 5, 0),
    ("subnormal", 5, 1),
    ("beyond range", 5, 2),
]


@pytest.mark.parametrize(("kind", "depth", "seed"), CASES)
def test_forms(kind, depth, seed):
    layers, patterns = random_case(np.random.default_rng([seed, depth]), kind, depth)
    oracle, cells = Oracle(layers, patterns), build(layers)
    for context, forms in zip(chain(cells, patterns), oracle.forms):
        for unit, form in enumerate(forms):
            assert as_fractions(cells.exact_form(context, unit)) == list(form)
            for (high, low, error), exact in zip(cells.ball_form(context, unit), form):
                if math.isfinite(high) and math.isfinite(error):
                    assert abs(Fraction(high) + Fraction(low) - exact) <= Fraction(error)


@pytest.mark.parametrize(("kind", "depth", "seed"), CASES)
def test_signs(kind, depth, seed):
    rng = np.random.default_rng([seed, depth])
    layers, patterns = random_case(rng, kind, depth)
    oracle, cells = Oracle(layers, patterns), build(layers)
    chain(cells, patterns)
    lines = lines_of(layers)
    forms = {line: oracle.line(layers, line) for line in lines}
    for f in lines:
        constant = not any(forms[f][:2])
        assert cells.constant_sign(f) == (sign(forms[f][2]) if constant else 2)
    for _ in range(150):
        f, g, h, k = (lines[i] for i in rng.integers(0, len(lines), 4))
        x, y, w = cross(forms[f], forms[g])
        assert cells.sign_of_direction(f, g) == sign(w)
        if any(forms[f][:2]) and any(forms[g][:2]):
            assert cells.same_line(f, g) == (f == g or not any((x, y, w)))
        if w == 0:
            with pytest.raises(ValueError, match=r"cross|neighbouring"):
                cells.sign_at(h, (f, g))
            continue
        if f[0] == g[0] == -1 and abs(f[1] - g[1]) == 2:
            continue  # opposite edges of the domain meet in no corner
        assert cells.sign_at(h, (f, g)) == sign(forms[h] @ (x, y, w)) * sign(w)
        check_coordinates(cells.coordinates((f, g)), (x / w, y / w))
        other = cross(forms[f], forms[k])
        if other[2] and not (f[0] == k[0] == -1 and abs(f[1] - k[1]) == 2):
            along, along_other = (
                forms[f][0] * p[1] - forms[f][1] * p[0] for p in ((x / w, y / w), other / other[2])
            )
            assert cells.compare_along(f, (f, g), (k, f)) == sign(along - along_other)


def check_coordinates(got, exact):
    for value, expected in zip(got, exact):
        if abs(expected) >= Fraction(2) ** 1024:
            assert math.isinf(value)
        elif math.isfinite(value):
            unit = max(math.ulp(value), 5e-324)
            slack = Fraction(51, 100) if abs(expected) >= Fraction(2) ** -1022 else 1
            assert abs(Fraction(value) - expected) <= slack * Fraction(unit)
            assert (value == 0) or expected != 0
        else:
            assert abs(expected) > Fraction(1.79e308)


def test_most_signs_of_float32_networks_need_no_exact_numbers_and_extreme_ones_do():
    counts = {}
    for kind in ("float32", "beyond range"):
        layers, patterns = random_case(np.random.default_rng(5), kind, 2)
        cells = build(layers)
        chain(cells, patterns)
        lines = lines_of(layers)
        for f, g in product(lines, lines):
            cells.sign_of_direction(f, g)
        counts[kind] = cells.decided()
    assert counts["float32"][0] > 4 * counts["float32"][1]
    assert counts["beyond range"][1] > 0


def test_three_lines_through_a_point_that_floats_miss():
    # 0.1, 0.2, 0.3 are not a tenth and so on: the third line misses the crossing by 5.6e-17
    rows = np.array([[1.0, 0.0, -0.1], [0.0, 1.0, -0.2], [1.0, 1.0, -0.3], [1.0, 1.0, -0.3]])
    rows[3, 2] = -(0.1 + 0.2)  # rounded up: misses it on the other side
    cells = build([(rows[:, :2].copy(), rows[:, 2].copy(), [RELU] * 4), (np.ones((1, 4)), np.zeros(1), None)])
    corner = ((0, 0, 0), (0, 1, 0))
    sums = [Fraction(0.1) + Fraction(0.2) - Fraction(v) for v in (0.3, 0.1 + 0.2)]
    assert [cells.sign_at((0, unit, 0), corner) for unit in (2, 3)] == [sign(v) for v in sums] == [1, -1]


def test_a_crossing_closer_than_double_doubles_tell():
    tiny = 2.0**-400
    W, b = np.array([[1.0, 0.0], [0.0, 1.0], [tiny, -1.0]]), np.array([-1.0, -tiny, tiny * tiny])
    cells = build([(W, b, [RELU] * 3), (np.ones((1, 3)), np.zeros(1), None)])
    assert cells.sign_at((0, 2, 0), ((0, 0, 0), (0, 1, 0))) == 1  # tiny - tiny + tiny^2 at (1, tiny)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_lines(kind):
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(20):
        W, b = numbers(rng, kind, (8, 3)), numbers(rng, kind, 8)
        menu = [RELU, HARDTANH, BENT]
        pieces = [menu[k] for k in rng.integers(0, 3, 8)]
        for j in range(1, 8):
            i = rng.integers(0, j)
            match rng.integers(0, 4):
                case 0:
                    factor = rng.choice([1.0, -1.0, 2.0, -4.0])
                    W[j], b[j] = factor * W[i], factor * b[i]
                case 1:
                    W[j], b[j] = -W[i], -b[i]  # hardtanh: -1 and 1 swap
                case 2:
                    W[j] = 0
        layers = [
            (np.eye(3, 2), np.zeros(3), [RELU] * 3),
            (W, b, pieces),
            (np.ones((1, 8)), np.zeros(1), None),
        ]
        lines, expected, known = [(j, k) for j in range(8) for k in range(len(pieces[j][0]))], [], []
        for j, k in lines:
            row = [*map(Fraction, W[j]), Fraction(b[j]) - Fraction(pieces[j][0][k])]
            if not any(row[:3]):
                expected.append((-1, k, sign(row[3])))
                continue
            scale = next(v for v in row if v)
            unit_row = [v / scale for v in row]
            match = next((m for m in known if m[0] == unit_row), None)
            if match is None:
                known.append(match := (unit_row, j, k, sign(scale)))
            else:
                found += 1
            expected.append((match[1], match[2], match[3] * sign(scale)))
        assert build(layers).equal_lines(1) == expected
    assert found >= 15


def test_rows_that_differ_in_the_last_bit_are_not_equal_lines():
    W = np.array([[0.1, 0.3], [0.2, 0.6], [0.2, np.nextafter(0.6, 1)], [1e-200, 1e200], [2e-200, 2e200]])
    b = np.array([1.0, 2.0, 2.0, 0.0, 0.0])
    layers = [(W, b, [RELU] * 5), (np.ones((1, 5)), np.zeros(1), None)]
    assert build(layers).equal_lines(0) == [(0, 0, 1), (0, 0, 1), (2, 0, 1), (3, 0, 1), (3, 0, 1)]


def test_equal_outputs():
    W0, W1 = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[0.1, -0.1, 0.3], [0.2, -0.2, 1e-300]])
    cells = build([(W0, np.array([0.1, 0.1, 0.0]), [RELU] * 3), (W1, np.array([0.5, -1.0]), None)])
    patterns = [np.array(p, dtype=np.uint8) for p in product((0, 1), repeat=3)]
    contexts = [cells.context(0, pattern) for pattern in patterns]
    for (p, a), (q, b) in product(zip(patterns, contexts), repeat=2):
        # the first two units cancel where both are on or both off
        assert cells.equal_outputs(a, b) == (int(p[0]) - int(p[1]) == int(q[0]) - int(q[1]) and p[2] == q[2])


def test_what_does_not_fit_is_refused():
    W, b = np.ones((1, 2)), np.zeros(1)
    with pytest.raises(ValueError, match="that fit"):
        _core.ExactCells([(np.ones((1, 3)), b, None)], CORNERS)
    with pytest.raises(ValueError, match="finite"):
        _core.ExactCells([(W * np.nan, b, None)], CORNERS)
    cells = build([(W, b, [RELU]), (np.ones((1, 1)), b, None)])
    with pytest.raises(ValueError, match="piece"):
        cells.context(0, np.array([2], dtype=np.uint8))
    with pytest.raises(ValueError, match="context"):
        cells.exact_form(1, 0)
    with pytest.raises(ValueError, match="unit"):
        cells.exact_form(0, 1)
    with pytest.raises(ValueError, match="last layer"):
        cells.equal_outputs(0, 0)
