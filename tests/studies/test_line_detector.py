"""line-detector: every fact of the sheet, pinned, and the tools against brute force and torch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leadlight import studies
from leadlight.data import line_image
from leadlight.errors import ShapeError
from leadlight.studies.line_detector.detect import (
    KERNELS,
    Scene,
    filter_response,
    line_pixels,
    patches,
    score,
)
from leadlight.studies.line_detector.limits import (
    all_patches,
    best_separation,
    find_contradiction,
    run_end_patches,
)

binary_images = arrays(np.int8, st.tuples(st.integers(3, 9), st.integers(3, 9)), elements=st.integers(0, 1))


@pytest.fixture(scope="module")
def result():
    return studies.run("line-detector")


@pytest.fixture(scope="module")
def scene():
    return Scene.of(line_image())


def test_every_claim_holds(result):
    assert result.status == "ok"
    assert [claim.name for claim in result.claims if not claim.holds] == []
    assert len(result.claims) == 11
    assert all(d.holds for d in result.derivations)


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {"image", "responses", "kernels", "run-ends", "contradiction"}
    assert (len(result.answers), len(result.mends), len(result.derivations)) == (5, 5, 2)
    assert len(result.limits) >= 3


def test_the_interior_holds_thirty_pixels_of_each_direction(scene):
    assert scene.horizontal.shape == scene.vertical.shape == (18, 18)
    assert (scene.horizontal.sum(), scene.vertical.sum()) == (30, 30)
    assert np.sum(scene.horizontal & scene.vertical) == 5


@pytest.mark.parametrize(
    ("kernel", "bias", "found", "missed", "zeros", "false_alarms"),
    [
        ("line", -2.5, 30, 0, 0, 0),
        ("middle row", -2.0, 26, 4, 9, 0),
        ("middle row", -2.5, 26, 4, 0, 0),
        ("middle row", -1.5, 30, 0, 0, 5),
        ("edge", -2.0, 0, 30, 7, 21),
        ("mean", -0.5, 4, 26, 0, 15),
    ],
)
def test_scores_of_the_sheets_kernels(scene, kernel, bias, found, missed, zeros, false_alarms):
    result = score(filter_response(scene.image, KERNELS[kernel], bias), scene.horizontal)
    assert (result.found, result.missed, result.zeros, result.false_alarms) == (
        found,
        missed,
        zeros,
        false_alarms,
    )
    assert result.exact == (missed == zeros == false_alarms == 0)


@pytest.mark.parametrize("bias", [-2.999, -2.5, -2.001])
def test_the_line_kernels_are_exact_for_every_bias_between_minus_three_and_minus_two(scene, bias):
    assert score(filter_response(scene.image, KERNELS["line"], bias), scene.horizontal).exact
    assert score(filter_response(scene.image, KERNELS["line"].T, bias), scene.vertical).exact


@pytest.mark.parametrize("bias", [-3.0, -2.0])
def test_the_ends_of_that_interval_are_not(scene, bias):
    assert not score(filter_response(scene.image, KERNELS["line"], bias), scene.horizontal).exact


def test_the_four_pixels_missed_are_the_rectangles_corners(scene):
    missed = scene.horizontal & (filter_response(scene.image, KERNELS["middle row"], -2.0) <= 0)
    assert (np.argwhere(missed) + 1).tolist() == [[1, 12], [1, 17], [6, 12], [6, 17]]


def test_of_all_patches_the_middle_row_marks_those_with_the_middle_lit():
    cases = all_patches()
    assert cases.shape == (512, 3, 3)
    assert len(np.unique(cases, axis=0)) == 512
    marked = np.einsum("nij,ij->n", cases, KERNELS["middle row"]) - 2.5 > 0
    np.testing.assert_array_equal(marked, cases[:, 1].all(axis=1))
    assert marked.sum() == 64


def test_the_ends_of_runs_of_two_and_three_look_alike():
    for short, long in zip(run_end_patches(2), run_end_patches(3), strict=True):
        np.testing.assert_array_equal(short, long)
    assert any(not np.array_equal(a, b) for a, b in zip(run_end_patches(1), run_end_patches(2), strict=True))


def test_no_kernel_of_the_worked_example_separates_the_image(scene):
    windows = patches(scene.image).astype(int)
    assert best_separation(windows, scene.horizontal.ravel(), (1, 3, 1)).margin == pytest.approx(-0.5)
    proof = find_contradiction(windows, scene.horizontal.ravel(), (1, 3, 1))
    assert proof is not None
    assert proof.excess == 1
    assert proof.line.tolist() == [[0, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert proof.other.tolist() == [[1, 1, 1], [1, 1, 0], [0, 1, 0]]


def test_separable_patches_are_separated_and_have_no_contradiction(scene):
    windows = patches(scene.image).astype(int)
    found = best_separation(windows, scene.horizontal.ravel())
    assert found.margin == pytest.approx(0.25)  # half the line kernel's, whose entries go up to 2
    responses = np.einsum("nij,ij->n", windows, found.kernel) + found.bias
    assert np.all((responses > 0) == scene.horizontal.ravel())
    assert find_contradiction(windows, scene.horizontal.ravel(), (-3, 6, -3)) is None


@given(binary_images, st.integers(2, 4), st.booleans())
def test_line_pixels_against_brute_force(image, minimum_run, vertical):
    view = image.T if vertical else image
    expected = np.zeros(view.shape, dtype=bool)
    for row in range(view.shape[0]):
        for start in range(view.shape[1] - minimum_run + 1):
            if view[row, start : start + minimum_run].all():
                expected[row, start : start + minimum_run] = True
    np.testing.assert_array_equal(
        line_pixels(image, minimum_run, vertical=vertical), expected.T if vertical else expected
    )


def test_the_response_is_what_torch_calls_a_convolution(scene):
    import torch

    kernel = np.random.default_rng(0).normal(size=(3, 3))
    by_torch = torch.nn.functional.conv2d(
        torch.from_numpy(scene.image)[None, None],
        torch.from_numpy(kernel)[None, None],
        torch.tensor([0.3], dtype=torch.float64),
    )
    np.testing.assert_allclose(filter_response(scene.image, kernel, 0.3), by_torch[0, 0].numpy(), atol=1e-12)


def test_another_bias_is_judged_by_its_own_numbers():
    result = studies.run("line-detector", bias=-2.0)
    claim = result.claim("horizontal-exact")
    assert not claim.holds
    assert not claim.must_hold
    assert claim.evidence["exactly 0"] == 4


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match="two axes"):
        line_pixels(np.zeros(5))
    with pytest.raises(ShapeError, match="interior"):
        score(np.zeros((3, 3)), np.zeros((5, 5), dtype=bool))
