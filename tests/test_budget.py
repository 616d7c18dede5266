"""Parameter counts and widths for a budget, against brute force and torch."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from leadlight.budget import Summary, SummaryRow, n_parameters, widths_for_budget
from leadlight.errors import ParameterError


def test_counts_of_the_course():
    assert n_parameters([2, 20, 1]) == 81
    assert n_parameters([2, 5, 5, 5, 5, 1]) == 111
    assert n_parameters([1325, 4]) == 1325 * 4 + 4


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_counts_are_torchs(sizes):
    layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    assert n_parameters(sizes) == sum(p.numel() for layer in layers for p in layer.parameters())


def test_the_courses_widths():
    widths = [widths_for_budget(2, 4, depth, 100) for depth in range(1, 6)]
    assert widths == [(14,), (7, 7), (6, 6, 6), (5, 5, 5, 5), (4, 4, 4, 4, 4)]
    assert [n_parameters([2, *w, 4]) for w in widths] == [102, 109, 130, 129, 112]


def test_the_fair_widths_at_the_courses_budget():
    widths = [widths_for_budget(2, 4, depth, 100, rule="fair") for depth in range(1, 6)]
    assert widths == [(14,), (6, 7), (5, 5, 5), (5, 4, 4, 4), (5, 3, 4, 4, 3)]
    assert [n_parameters([2, *w, 4]) for w in widths] == [102, 99, 99, 99, 100]


sizes = st.integers(1, 6)


@given(sizes, sizes, st.integers(1, 6), st.integers(1, 3000))
def test_at_least_is_the_smallest_equal_width(n_in, n_out, depth, budget):
    widths = widths_for_budget(n_in, n_out, depth, budget)
    assert len(widths) == depth
    assert len(set(widths)) == 1
    assert n_parameters([n_in, *widths, n_out]) >= budget
    narrower = widths[0] - 1
    assert narrower == 0 or n_parameters([n_in, *[narrower] * depth, n_out]) < budget


@given(sizes, sizes, st.integers(1, 3), st.integers(1, 120))
def test_fair_is_what_brute_force_finds(n_in, n_out, depth, budget):
    if n_parameters([n_in, *[1] * depth, n_out]) > budget + 2:
        with pytest.raises(ParameterError, match="more than the budget"):
            widths_for_budget(n_in, n_out, depth, budget, rule="fair")
        return
    limit = max(widths_for_budget(n_in, n_out, depth, budget)) + 18
    candidates = []
    for widths in itertools.product(range(1, limit), repeat=depth):
        spread, gap = max(widths) - min(widths), abs(n_parameters([n_in, *widths, n_out]) - budget)
        if spread <= 16:
            candidates.append((spread, gap, tuple(-w for w in widths)))
    close = [candidate for candidate in candidates if candidate[1] <= 2]
    if close:  # the most equal, then the closest, then the wider layers first
        expected = min(close)
    else:  # the closest, then the most equal
        expected = min(candidates, key=lambda candidate: (candidate[1], candidate[0], candidate[2]))
    assert widths_for_budget(n_in, n_out, depth, budget, rule="fair") == tuple(-w for w in expected[2])


@pytest.mark.parametrize("depth", [3, 8, 20])
def test_fair_reaches_large_budgets(depth):
    widths = widths_for_budget(2, 4, depth, 20_000, rule="fair")
    assert abs(n_parameters([2, *widths, 4]) - 20_000) <= 2
    assert max(widths) - min(widths) <= 5


def test_bad_arguments():
    for arguments in [(0, 4, 1, 100), (2, 4, 0, 100), (2, 4.5, 1, 100), (2, 4, 1, -3), (2, 4, True, 9)]:
        with pytest.raises(ParameterError, match="integer of at least 1"):
            widths_for_budget(*arguments)
    with pytest.raises(ParameterError, match='"at_least" or "fair"'):
        widths_for_budget(2, 4, 1, 100, rule="unfair")
    with pytest.raises(ParameterError, match="layer size"):
        n_parameters([2, 0, 1])


def test_the_summary_is_aligned_and_totals():
    summary = Summary((SummaryRow("hidden 1", (1000, 3072), "leaky_relu(0.1)", 3073000),))
    lines = str(summary).splitlines()
    assert summary.total == 3073000
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split() == ["hidden", "1", "3,072", "1,000", "leaky_relu(0.1)", "3,073,000"]
    assert lines[-1].split() == ["total", "3,073,000"]
