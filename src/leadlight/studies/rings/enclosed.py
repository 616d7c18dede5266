"""The exact decision boundary of ReLU networks: is the region around the centre bounded, and by how many sides?

`leadlight.regions` certifies the cells and parts them by the sign of the logit; the cells of one sign that hang
together with the centre's are a region, bounded if none of them reaches the border of a square that stands for
the plane.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse
from scipy.sparse.csgraph import connected_components

from leadlight.geometry import regions
from leadlight.network import Network
from leadlight.studies.page import Page

from .widths import Trained

__all__ = ["FAR", "Enclosure", "closed_regions", "enclosure"]

FAR = 1e6  # half-width of the square that stands for the plane


@dataclass(frozen=True)
class Enclosure:
    """The region around the centre of the plane on which a network gives the centre's class."""

    inside: int  # that class
    bounded: bool
    sides: int  # straight pieces of its border, the square's not counted


def enclosure(net: Network) -> Enclosure:
    """Find the region around the centre exactly.

    Examples
    --------
    >>> diamond = [[1, 0], [-1, 0], [0, 1], [0, -1]]  # |x| + |y| - 1
    >>> enclosure(Network.from_arrays([diamond, [[1, 1, 1, 1]]], [[0] * 4, [-1]]))
    Enclosure(inside=0, bounded=True, sides=4)
    """
    parts = regions(net, [(-FAR, FAR)] * 2).decision_partition()
    cx, classes = parts.complex, parts.classes
    i, j = cx.edges.cells[cx.edges.interior].T
    alike = classes[i] == classes[j]
    joined = sparse.coo_array((alike[alike], (i[alike], j[alike])), shape=(len(cx), len(cx)))
    labels = connected_components(joined, directed=False)[1]
    centre = cx.locate([[0.0, 0.0]])[0]
    mine = labels == labels[centre]
    reaches = mine[cx.edges.cells[cx.edges.cells[:, 1] < 0, 0]]
    return Enclosure(int(classes[centre]), not reaches.any(), int((mine[i] != mine[j]).sum()))


def closed_regions(page: Page, relu: Trained) -> None:
    """Claim that the networks that enclose the disc are those without errors."""
    found: dict[bool, list[Enclosure]] = {True: [], False: []}
    widths = [w for w in relu.widths if w >= 3]
    report = page.progress("exact boundaries of ReLU networks", len(widths))
    for done, width in enumerate(widths):
        for net, errors in zip(relu.networks[width], relu.errors[width]):
            found[bool(errors == 0)].append(enclosure(net))
        report(done + 1)
    around = {clean: [e for e in found[clean] if e.inside == 0 and e.bounded] for clean in found}
    page.claim(
        "relus-enclose-the-disc",
        "Of the ReLU networks of three or more units just those without errors enclose the disc: the region around the "
        "centre in which they say disc, made of certified cells, is bounded in the plane.",
        len(around[True]) == len(found[True]) and not around[False],
        {
            "runs without errors": len(found[True]),
            "bounded regions of theirs": len(around[True]),
            "straight sides of these": page.interval([e.sides for e in around[True]])
            if around[True]
            else None,
            "runs with errors": len(found[False]),
            "bounded regions of those": len(around[False]),
        },
        must_hold=False,
    )
