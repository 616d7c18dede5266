"""What no 3 x 3 filter can do: separation by a linear programme, and contradictions in whole numbers.

A kernel k and a bias b separate two sets of patches when k . p + b > 0 on the one and < 0 on the other.
Whether they exist, and with what margin, is a linear programme in ten unknowns (HiGHS, through scipy). Where
they do not, Farkas' lemma promises a proof: a combination of the patches whose responses cannot have the
signs asked for. On small binary patches a proof by just two patches is searched for exhaustively, in
integers: exact, whatever the solver's tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

__all__ = [
    "Contradiction",
    "Separation",
    "all_patches",
    "best_separation",
    "find_contradiction",
    "run_end_patches",
]


def all_patches() -> np.ndarray:
    """Return all binary 3 x 3 patches, (512, 3, 3), in counting order: the last pixel is the lowest bit."""
    return ((np.arange(512)[:, None] >> np.arange(8, -1, -1)) & 1).reshape(512, 3, 3)


def run_end_patches(length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the (3, 3) patches around the first and the last pixel of a run on an empty ground."""
    image = np.zeros((3, length + 4), dtype=int)
    image[1, 2 : 2 + length] = 1
    return image[:, 1:4], image[:, length : length + 3]


@dataclass(frozen=True)
class Separation:
    """The best kernel that a linear programme finds.

    `margin` is the least of |response| over all patches, negative when some patch must have the wrong sign;
    `kernel` has shape (3, 3).
    """

    margin: float
    kernel: np.ndarray
    bias: float

    @property
    def exists(self) -> bool:
        """Whether the patches can be separated at all (margins scale with the kernel: only the sign
        counts).
        """
        return self.margin > 1e-9


def best_separation(
    patches: np.ndarray, on_line: np.ndarray, row_sums: tuple[float, float, float] | None = None
) -> Separation:
    """Maximise the margin of a kernel and a bias over labelled patches.

    Parameters
    ----------
    patches : ndarray of shape (n, 3, 3)
    on_line : ndarray of bool, shape (n,)
        The patches that must respond above 0.
    row_sums : tuple of 3 floats, optional
        Sums that the kernel's rows must have. Then the entries are free and the margin is capped at 1;
        without row sums the entries lie in [-1, 1], which bounds it.

    Returns
    -------
    Separation
    """
    n = len(patches)
    sign = np.where(on_line, 1.0, -1.0)[:, None]
    # unknowns: nine kernel entries, the bias, the margin; sign (k . p + b) >= margin
    constraints = -np.hstack([sign * patches.reshape(n, 9), sign, -np.ones((n, 1))])
    equations = None
    entry: tuple[float | None, float | None] = (-1.0, 1.0)
    if row_sums is not None:
        equations = np.zeros((3, 11))
        for r in range(3):
            equations[r, 3 * r : 3 * r + 3] = 1
        entry = (None, None)
    solution = linprog(
        [0.0] * 10 + [-1.0],
        A_ub=constraints,
        b_ub=np.zeros(n),
        A_eq=equations,
        b_eq=row_sums,
        bounds=[entry] * 9 + [(None, None), (None, 1.0)],
        method="highs",
    )
    return Separation(float(solution.x[10]), solution.x[:9].reshape(3, 3), float(solution.x[9]))


@dataclass(frozen=True)
class Contradiction:
    """Two patches that no kernel with the given row sums can part, (3, 3) each, and by how much they clash.

    The response of `other` minus that of `line` is `excess` >= 0 for every such kernel and every bias,
    because the patches differ by whole rows only; yet `line` should be above 0 and `other` below.
    """

    line: np.ndarray
    other: np.ndarray
    excess: int


def find_contradiction(
    patches: np.ndarray, on_line: np.ndarray, row_sums: tuple[int, int, int]
) -> Contradiction | None:
    """Search all pairs of a line patch and another for an exact proof that they cannot be separated.

    Parameters
    ----------
    patches : ndarray of int, shape (n, 3, 3)
    on_line : ndarray of bool, shape (n,)
    row_sums : tuple of 3 ints
        The sums that the kernel's rows have.

    Returns
    -------
    Contradiction or None
        The pair with the greatest excess, the first one in lexical order; None proves nothing, as a proof may
        need more than two patches.

    Examples
    --------
    >>> patches = np.array([[[0] * 3, [1, 1, 0], [0] * 3], [[1] * 3, [1, 1, 0], [0] * 3]])
    >>> find_contradiction(patches, np.array([True, False]), (1, 3, 1)).excess
    1
    """
    lines = np.unique(patches[on_line], axis=0)
    others = np.unique(patches[~on_line], axis=0)
    difference = others[None].astype(int) - lines[:, None]
    whole_rows = np.all(difference == difference[..., :1], axis=(2, 3))
    excess = np.where(whole_rows, difference[..., 0] @ np.array(row_sums), -1)
    if excess.max(initial=-1) < 0:
        return None
    i, j = np.unravel_index(int(np.argmax(excess)), excess.shape)
    return Contradiction(lines[i].astype(int), others[j].astype(int), int(excess[i, j]))
