"""Maps and tree of a complex, found when first asked for.

The core numbers cells alike whatever else it makes of them. So `regions` asks for polygons, patterns and edges; the
affine maps (rank-one updates from cell to cell) and the tree of cuts come from a run of their own once they are
needed, which spares their time and memory where they are not. The run for the maps may take twice as long as the
first, which need not follow the units of the last layer that cannot cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ... import _core
from ...network import Network
from .._flat import prepared
from ..domain import Domain

__all__ = ["Details", "FoundDetails"]


Tree = tuple[np.ndarray, ...]  # lines, errors, children, creases


@dataclass(frozen=True, eq=False)
class FoundDetails:
    """Those that are there already."""

    maps: np.ndarray  # (C, n_outputs, 3)
    map_errors: np.ndarray  # (C, n_outputs, 2): of the linear part, of the constant
    tree: Tree

    @classmethod
    def of(cls, found: dict[str, Any]) -> FoundDetails:
        return cls(found["maps"], found["map_errors"], _tree(found))


@dataclass(frozen=True, eq=False)
class Details:
    """Those of a network on a domain, by another run."""

    network: Network
    domain: Domain
    certified: bool
    threads: int

    @cached_property
    def _mapped(self) -> tuple[np.ndarray, np.ndarray]:
        found = self._run(maps=True)
        return found["maps"], found["map_errors"]

    @property
    def maps(self) -> np.ndarray:
        return self._mapped[0]

    @property
    def map_errors(self) -> np.ndarray:
        return self._mapped[1]

    @cached_property
    def tree(self) -> Tree:
        return _tree(self._run(tree=True))

    def _run(self, maps: bool = False, tree: bool = False) -> dict[str, Any]:
        return _core.enumerate_cells(
            prepared(self.network, self.domain).problem,
            threads=self.threads,
            certified=self.certified,
            want_edges=False,
            want_maps=maps,
            want_tree=tree,
            max_cells=0,
            progress=None,
        )


def _tree(found: dict[str, Any]) -> Tree:
    return found["tree_lines"], found["tree_errors"], found["tree_children"], found["tree_creases"]
