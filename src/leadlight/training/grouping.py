"""Which networks share a stack: the same activations and depth, and widths near enough that padding pays.

A stack costs a fixed overhead a step plus its padded work. Networks are sorted by widths and cut into
consecutive stacks by dynamic programming on that cost (O(k^2) for k distinct shapes); a stack too big for
the cache is cut into equal parts. Only shapes steer it, nothing measured, so the same call groups the same
way on any machine.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..network import Network

__all__ = ["Group", "group"]

# In units of one float passing through one activation (about 1 ns): a stack's calls cost about 50 us a step.
OVERHEAD = 40_000
MULTIPLY_ADDS_PER_UNIT = 16
# Floats of a stack's hidden layers above which it no longer fits the cache.
STACK_LIMIT = 1_000_000


@dataclass(frozen=True)
class Group:
    """Runs that are trained in one stack."""

    runs: list[int]  # indices into the networks
    sizes: tuple[int, ...]  # inputs, padded widths, outputs


def group(networks: Sequence[Network], batch_size: int) -> list[Group]:
    """Cut the networks into stacks; each run is in exactly one."""
    families = defaultdict(lambda: defaultdict(list))
    for run, net in enumerate(networks):
        family = (*(phi.spec for phi in net.activations), net.output_activation.spec)
        families[family][tuple(net.layer_sizes)].append(run)
    groups = []
    for shapes in families.values():
        for members in _cut(sorted(shapes), shapes, batch_size):
            runs = sorted(run for sizes in members for run in shapes[sizes])
            groups += _split(runs, _padded(members), batch_size)
    return groups


def _cut(order: list[tuple[int, ...]], shapes: dict, batch_size: int) -> list[list[tuple[int, ...]]]:
    """Cheapest cut of the sorted shapes into consecutive stretches."""
    best: list[tuple[float, int]] = [(0.0, 0)]  # for the first j shapes: cost, start of the last stretch
    for end in range(1, len(order) + 1):
        choices = []
        n_runs = 0
        for start in range(end - 1, -1, -1):
            n_runs += len(shapes[order[start]])
            work = n_runs * _work(_padded(order[start:end]), batch_size)
            choices.append((best[start][0] + OVERHEAD + work, start))
        best.append(min(choices))
    stretches = []
    end = len(order)
    while end:
        start = best[end][1]
        stretches.append(order[start:end])
        end = start
    return stretches[::-1]


def _padded(members: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(max(sizes) for sizes in zip(*members, strict=True))


def _work(sizes: tuple[int, ...], batch_size: int) -> float:
    """Cost of one network's step: activations, products, the optimiser's pass over the parameters."""
    products = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))
    return batch_size * (sum(sizes[1:]) + products / MULTIPLY_ADDS_PER_UNIT) + products


def _split(runs: list[int], sizes: tuple[int, ...], batch_size: int) -> list[Group]:
    floats = len(runs) * batch_size * max(1, sum(sizes[1:]))
    parts = min(len(runs), -(-floats // STACK_LIMIT))
    cuts = [len(runs) * part // parts for part in range(parts + 1)]
    return [Group(runs[start:end], sizes) for start, end in itertools.pairwise(cuts)]
