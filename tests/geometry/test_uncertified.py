"""Float64 at its word on degenerate networks: cells may be wrong, but what they are asked gets an answer."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case


@pytest.mark.parametrize("kind", KINDS)
def test_vertices_stay_on_the_sides_they_cut_and_cells_fill_the_domain(kind):
    for seed in range(list(KINDS).index(kind) + 110_000, 110_000 + 40 * len(KINDS), len(KINDS)):
        net, box, _ = random_case(seed)
        cx = ll.regions(net, box, certified=False)
        low, high = cx.domain.bounds.T
        slack = 1e-12 * (high - low)
        assert ((cx.vertices >= low - slack) & (cx.vertices <= high + slack)).all(), seed
        area = sum(cells.areas.sum() for cells in ll.iter_regions(net, box, certified=False))
        assert area == pytest.approx(cx.domain.volume, rel=1e-9), seed


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_answered(kind):
    for seed in range(list(KINDS).index(kind) + 111_000, 111_000 + 10 * len(KINDS), len(KINDS)):
        net, box, _ = random_case(seed)
        cx = ll.regions(net, box, certified=False)
        assert cx.polygon_exact(0) == [tuple(map(Fraction, point)) for point in cx.polygon(0).tolist()]
        least, greatest = cx.extrema().minimum, cx.extrema().maximum
        assert least.exact <= greatest.exact
        cx.moments()
        cx.lipschitz()
        cx.statistics()
        cx.level_set(0.0)
        cx.preimage(0.0)
        cx.decision_partition()
        [crease.n_bends for crease in cx.creases()]
        assert (cx.locate(np.random.default_rng(seed).uniform(*cx.domain.bounds.T, (50, 2))) >= 0).all()
        assert len(cx.cells_meeting_ball(cx.domain.bounds.mean(axis=1), 100.0)) > 0


def test_on_an_interval_signs_at_the_foot_and_the_top_of_the_strip_may_differ():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        weights = [rng.normal(size=shape) for shape in ((3, 1), (2, 3), (2, 2), (2, 2), (1, 2))]
        activations = ["hardtanh(-0.5,2)", "leaky_relu(0.25)", "hardtanh(-0.5,2)", "relu"]
        biases = [np.zeros(len(W)) for W in weights]
        net = ll.Network.from_arrays(weights, biases, activations)
        found = list(ll.iter_regions(net, (-3, 2.5), certified=False))
        assert sum(cells.areas.sum() for cells in found) == pytest.approx(5.5, rel=1e-12)
        cx = ll.regions(net, (-3, 2.5), certified=False)
        assert (len(cx), cx.areas.sum()) == (sum(map(len, found)), pytest.approx(5.5, rel=1e-12))
