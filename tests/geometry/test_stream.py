import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ModelError, ParameterError, ShapeError, TooLargeError
from leadlight.geometry import RegionStatistics
from leadlight.geometry.cells import measures

BOX = [(-3, 3), (-3, 3)]


def random_network(n_inputs, widths, seed=0, activation="relu", n_outputs=1):
    return ll.mlp(
        n_inputs, widths, n_outputs, activation=activation, init="he_normal", bias="normal(0.5)", seed=seed
    )


def assert_same_cells(stream, cx):
    """The batches have the cells of the complex: same numbers, patterns, maps; corners up to rounding."""
    first = 0
    for batch in stream:
        cells = slice(first, first + len(batch))
        assert batch.first == first
        assert list(batch.numbers) == list(range(len(cx)))[cells]
        np.testing.assert_array_equal(batch.patterns, cx.patterns[cells])
        np.testing.assert_array_equal(batch.n_corners, cx.n_corners[cells])
        for ours, theirs in zip(batch.affine_maps(), cx.affine_maps()):
            np.testing.assert_array_equal(ours, theirs[cells])
        corners = cx.cell_vertices[cx.cell_starts[first] : cx.cell_starts[first + len(batch)]]
        # Of the copies of a vertex the complex keeps one, and its bound; no bound is larger than this in narrow layers.
        assert np.abs(batch.vertices - cx.vertices[corners]).max() <= 2e-9 * np.abs(cx.domain.corners).max()
        first += len(batch)
    assert first == len(cx) == stream.n_cells
    np.testing.assert_array_equal(stream.layer_counts, cx.layer_counts)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_are_those_of_the_complex_on_degenerate_networks(kind):
    _compare_seeds(range(list(KINDS).index(kind), 120, len(KINDS)))


@pytest.mark.long
def test_cells_are_those_of_the_complex_on_three_thousand_networks():
    _compare_seeds(range(120, 3120))


def _compare_seeds(seeds):
    for seed in seeds:
        net, box, kind = random_case(seed, max_units=24)
        cx = ll.regions(net, box)
        threads, batch = 1 + seed % 3, (1, 2, 5, 1000)[seed % 4]
        try:
            assert_same_cells(ll.iter_regions(net, box, threads=threads, batch=batch), cx)
        except AssertionError as error:
            raise AssertionError(f"seed {seed} ({kind}), {net!r}") from error


@pytest.mark.parametrize("widths", [[300], [40, 40, 40], [12] * 6])
@pytest.mark.parametrize(("threads", "batch"), [(1, None), (2, 999), (5, 20_000)])
def test_cells_are_those_of_the_complex_on_networks_of_many_parts(widths, threads, batch):
    net = random_network(2, widths)
    assert_same_cells(ll.iter_regions(net, BOX, threads=threads, batch=batch), ll.regions(net, BOX))


@pytest.mark.parametrize("activation", ["abs", "hardtanh", "leaky_relu(0.1)", "step"])
def test_other_activations(activation):
    net = random_network(2, [30, 20], activation=activation, n_outputs=3)
    stream = ll.iter_regions(net, BOX, threads=2, batch=100)
    cx = ll.regions(net, BOX)
    assert_same_cells(stream, cx)
    if activation != "step":  # where jumps are, edges are matched by signs of their own
        assert stream.signs == cx.signs


def test_batches_are_the_same_bits_for_any_number_of_threads():
    net = random_network(2, [60, 60])

    def all_bits(threads):
        return [
            (b.vertices.tobytes(), b.cell_starts.tobytes(), b.packed_patterns.tobytes(), b._maps.tobytes())
            for b in ll.iter_regions(net, BOX, threads=threads, batch=777)
        ]

    one = all_bits(1)
    assert len(one) > 5
    assert one == all_bits(2) == all_bits(4)


def test_all_batches_but_the_last_are_full():
    net = random_network(2, [40])
    n = int(ll.count_regions(net, BOX))
    for batch in (1, n - 1, n, n + 1):
        sizes = [len(cells) for cells in ll.iter_regions(net, BOX, batch=batch)]
        assert sizes == [batch] * (n // batch) + [n % batch] * (n % batch > 0)


@pytest.mark.parametrize("size", [1.0, 1e-160, 1e-310, 3e153, 1e300])
def test_areas_at_the_ends_of_the_floats_range(size):
    net = ll.Network.from_arrays([[[1, 0], [1, 1]], [[1, 1]]], [[0, 0], [0]])
    domain = [(-size, 2 * size), (-size, size)]
    cells = next(ll.iter_regions(net, domain))
    np.testing.assert_array_equal(cells.areas, measures.areas(cells))
    np.testing.assert_allclose(cells.areas, ll.regions(net, domain).areas, rtol=1e-15)


@pytest.mark.parametrize("widths", [[], [50], [20, 20, 20]])
@pytest.mark.parametrize("threads", [1, 3])
def test_cells_of_an_interval_ascend(widths, threads):
    net = random_network(1, widths, activation="relu" if widths else [], n_outputs=2)
    cx = ll.regions(net, (-4, 5))
    assert_same_cells(ll.iter_regions(net, (-4, 5), threads=threads, batch=7), cx)
    ends = np.concatenate(
        [batch.vertices.reshape(-1, 2) for batch in ll.iter_regions(net, (-4, 5), threads=threads, batch=7)]
    )
    assert (ends[:-1, 1] == ends[1:, 0]).all()
    assert (ends[0, 0], ends[-1, 1]) == (-4, 5)


@pytest.mark.parametrize("seed", range(24))
def test_cells_of_an_interval_ascend_on_degenerate_networks(seed):
    net, box, _ = random_case(seed)
    line = ll.slice_line([box[0][0], box[1][0]], [box[0][1], box[1][1]])
    cx = ll.regions(net, (0, 1), slice=line)
    assert_same_cells(ll.iter_regions(net, (0, 1), slice=line, threads=2, batch=3), cx)


def test_cells_of_slices():
    net = random_network(6, [24, 24], n_outputs=2)
    rng = np.random.default_rng(0)
    plane = ll.slice_plane(*rng.normal(size=(3, 6)))
    cx = ll.regions(net, BOX, slice=plane)
    assert_same_cells(ll.iter_regions(net, BOX, slice=plane, threads=2, batch=50), cx)
    batch = next(ll.iter_regions(net, BOX, slice=plane))
    assert batch.patterns.shape == (len(batch), 48)
    assert [len(part) for part in batch.pattern(3)] == [24, 24]


def test_a_batch_answers_what_a_complex_does_of_its_cells():
    net = random_network(2, [16, 16], n_outputs=2)
    cx = ll.regions(net, BOX)
    stream = ll.iter_regions(net, BOX, batch=40)
    next(stream)
    batch = next(stream)
    cells = slice(40, 80)
    assert repr(batch) == "CellBatch(cells 40 to 79 on Domain([-3, 3] x [-3, 3]))"
    np.testing.assert_allclose(batch.areas, cx.areas[cells], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(batch.perimeters, cx.perimeters[cells], rtol=1e-9)
    np.testing.assert_allclose(batch.centroids, cx.centroids[cells], atol=1e-9)
    np.testing.assert_allclose(batch.polygon(-1), cx.polygon(79), atol=1e-12)
    assert len(list(batch.polygons())) == 40
    assert batch.affine_map_exact(7) == cx.affine_map_exact(47)
    assert [part.tolist() for part in batch.pattern(7)] == [part.tolist() for part in cx.pattern(47)]
    with pytest.raises(ParameterError, match="There is no cell 40: cells are numbered 0 to 39"):
        batch.polygon(40)


def test_statistics_are_those_of_the_complex():
    net = random_network(2, [30, 30])
    cx = ll.regions(net, BOX)
    ours, theirs = ll.iter_regions(net, BOX, batch=100).statistics(), RegionStatistics.of(cx)
    assert ours.n_cells == theirs.n_cells == len(cx)
    np.testing.assert_array_equal(ours.sides, theirs.sides)
    np.testing.assert_array_equal(ours.gradients.bin_counts, theirs.gradients.bin_counts)
    assert ours.areas.total == pytest.approx(36.0, rel=1e-12)


def test_what_was_not_asked_for_is_not_there():
    net = random_network(2, [16])
    cells = next(ll.iter_regions(net, BOX, patterns=False, maps=False))
    assert cells.areas.sum() == pytest.approx(36.0)
    with pytest.raises(ParameterError, match="without patterns"):
        _ = cells.patterns
    with pytest.raises(ParameterError, match="without patterns"):
        cells.affine_map_exact(0)
    with pytest.raises(ParameterError, match="without affine maps"):
        cells.affine_maps()


def test_uncertified_cells_are_the_same_where_floats_do():
    net = random_network(2, [40, 40])
    plain = list(ll.iter_regions(net, BOX, certified=False, batch=500))
    assert not plain[0].certified
    proven = ll.iter_regions(net, BOX, batch=500)
    for ours, theirs in zip(plain, proven, strict=True):
        np.testing.assert_array_equal(ours.packed_patterns, theirs.packed_patterns)


def test_a_deep_polygon_with_many_corners_and_a_domain_with_many():
    angles = 2 * np.pi * (np.arange(45) + 0.3) / 45
    net = ll.Network.from_arrays(
        [np.c_[np.cos(angles), np.sin(angles)], np.ones((1, 45))], [-np.ones(45), [0.0]]
    )
    domain = 2.5 * np.c_[np.cos(np.arange(100) * 0.02 * np.pi), np.sin(np.arange(100) * 0.02 * np.pi)]
    assert_same_cells(ll.iter_regions(net, domain, batch=10), ll.regions(net, domain))


# ---- Errors -------------------------------------------------------------------------------------------------------


def test_bad_arguments_are_refused_at_once():
    net = random_network(2, [4])
    with pytest.raises(ModelError, match="curved"):
        ll.iter_regions(ll.mlp(2, [4], 1, activation="tanh"), BOX)
    with pytest.raises(ShapeError):
        ll.iter_regions(net, (0, 1))
    for batch in (0, -1, 1.5, True, 2**31):
        with pytest.raises(ParameterError, match="batch must be a number of cells, at least 1, not"):
            ll.iter_regions(net, BOX, batch=batch)
    for name in ("certified", "patterns", "maps"):
        with pytest.raises(ParameterError, match=f"{name} must be True or False"):
            ll.iter_regions(net, BOX, **{name: 1})
    with pytest.raises(ParameterError, match="threads"):
        ll.iter_regions(net, BOX, threads=0)


def test_too_many_cells_for_a_complex_point_to_the_stream():
    with pytest.raises(TooLargeError, match=r"ll\.iter_regions"):
        ll.regions(random_network(2, [100]), BOX, max_cells=1000)
