"""Study `softmax`: what is softmax soft of, and what becomes of it as the inverse temperature grows or
vanishes?

Log-sum-exp and softmax with an inverse temperature are drawn on the square [-1, 1]^2 beside max and the
one-hot argmax; their invariances, gradient, bounds and limits are derived and checked against autograd. No
training; the seed only chooses the vectors of the checks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.functions import logsumexp, onehot_argmax, softmax
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from . import derivations, mistakes, pictures

__all__ = ["Parameters", "run"]

VECTORS = ((1.0, 2.0, 3.0), (11.0, 12.0, 13.0), (10.0, 20.0, 30.0))
COURSE_SHARES = ((0.09003, 0.24473, 0.66524), (0.09003, 0.24473, 0.66524), (0.0, 0.00005, 0.99995))
TIED = (1.0, 3.0, 3.0)


@dataclass(frozen=True)
class Parameters:
    """What can be changed about the study."""

    inverse_temperatures: tuple[float, ...] = parameter(
        (1.0, 10.0, 100.0), "inverse temperatures k of the maps", above=0, maximum=1e6
    )
    resolution: int = parameter(101, "points a side of the maps", minimum=11, maximum=1001, quick=51)
    checks: int = parameter(
        200, "random vectors of the numerical checks", minimum=1, maximum=100_000, quick=50
    )


def run(parameters: Parameters, page: Page) -> None:
    """Write the study's page."""
    ks = parameters.inverse_temperatures
    page.method(
        r"$\mathrm{lse}(x; k) = \frac{1}{k} \log \sum_j e^{k x_j}$ and "
        r"$\mathrm{softmax}(x; k)_j = e^{k x_j} / \sum_i e^{k x_i}$ with the inverse temperature $k$ (the "
        r"sheet's "
        r"lambda), in float64 and with the greatest entry taken out first. Maps are drawn on $[-1, 1]^2$ "
        r"with "
        f"{parameters.resolution} points a side; every derivation is checked on {parameters.checks} random "
        "vectors."
    )
    _three_vectors(page)
    _maps(page, ks, parameters.resolution)
    _temperatures(page)
    derivations.derive(page, ks, parameters.checks)
    _gradient(page, ks, parameters.checks)
    mistakes.overflow(page)
    mistakes.wrong_components(page, parameters.resolution)
    mistakes.axis_that_is_not_named(page)
    page.limits(
        "Shares that add up to 1 are not probabilities of anything until a model is trained and calibrated: "
        "softmax of any three numbers looks like confidence.",
        "The limits are statements about exact numbers. In float64 shares below about $10^{-308}$ are 0 and "
        "gaps below the rounding of the entries are ties.",
        "Nothing here was trained: how the temperature changes learning, or attention, is not looked at.",
    )


def _three_vectors(page: Page) -> None:
    """Compare softmax on the sheet's three vectors."""
    shares = softmax(np.array(VECTORS), axis=1)
    page.table(
        "vectors",
        ["x", "softmax 1", "softmax 2", "softmax 3", "lse"],
        [[_tuple(v), *s.tolist(), float(logsumexp(v))] for v, s in zip(VECTORS, shares, strict=True)],
        "Softmax and log-sum-exp (k = 1) of the sheet's three vectors.",
        formats=[None, ".5f", ".5f", ".5f", ".5f"],
    )
    offset = float(np.max(np.abs(shares[1] - shares[0])))
    rescaled = float(np.max(np.abs(shares[2] - shares[0])))
    known = float(np.max(np.abs(shares - np.array(COURSE_SHARES))))
    page.claim(
        "known-values",
        "The shares of the three vectors are those of the sheet to five decimals.",
        known <= 0.5e-5 + 1e-12,
        {"greatest difference": known},
    )
    page.claim(
        "same-after-offset",
        f"Softmax is the same on {_tuple(VECTORS[0])} and {_tuple(VECTORS[1])}, and another on "
        f"{_tuple(VECTORS[2])}.",
        offset <= 1e-15 and rescaled > 0.1,
        {"difference after the offset 10": offset, "difference after the factor 10": rescaled},
    )
    page.answer(
        "On which of the three vectors is softmax the same?",
        f"On {_tuple(VECTORS[0])} and {_tuple(VECTORS[1])}, which differ by the offset 10: "
        f"{_tuple(shares[0], '.5f')} both times. On {_tuple(VECTORS[2])}, ten times the first, it is "
        f"{_tuple(shares[2], '.5f')}.",
    )
    page.answer(
        "Is softmax invariant to an offset?",
        "Yes, always: the factor $e^{k c}$ stands in the numerator and in every term of the sum, and "
        f"cancels. Between {_tuple(VECTORS[0])} and {_tuple(VECTORS[1])} no share differs by more than "
        f"{scientific(offset)}.",
    )
    page.answer(
        "Is softmax invariant to a rescaling?",
        "No, unless all entries are equal: the factor $s$ raises every ratio of two shares to the power $s$, "
        "as $s$ times the inverse temperature would. The factor 10 moves the greatest share from "
        f"{shares[0, 2]:.5f} to {shares[2, 2]:.5f}.",
    )


def _maps(page: Page, ks: tuple[float, ...], resolution: int) -> None:
    """Draw the maps and measure how far lse is above max on the grid."""
    page.figure(
        "contours",
        pictures.contours(ks, resolution),
        "Log-sum-exp for growing inverse temperature, and the maximum: the round contours become corners.",
        alt="Maps of log-sum-exp whose rounded contour lines approach the right-angled ones of the maximum.",
    )
    page.figure(
        "components",
        pictures.components(ks, resolution),
        "Both components of softmax, and both of the one-hot argmax, which shares ties on the diagonal.",
        alt="Maps of two complementary shares whose soft edge on the diagonal becomes a sharp one.",
    )
    page.figure(
        "gap",
        pictures.gap_along_a_line(ks),
        "How far log-sum-exp is above the maximum on the line from (-1, 1) to (1, -1). The bound is met at "
        "the tie, t = 0.",
    )
    axis = np.linspace(-1, 1, resolution)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    rows = []
    for k in ks:
        gap = logsumexp(points, axis=1, inverse_temperature=k) - points.max(axis=1)
        distance = np.abs(softmax(points, 1, k) - onehot_argmax(points)).max(axis=1)
        rows.append([k, float(gap.max()), float(np.log(2) / k), float(gap.min()), float(np.mean(distance))])
    page.table(
        "grid",
        [
            "k",
            "greatest gap",
            "bound log(2)/k",
            "least gap",
            "distance from argmax",
        ],
        rows,
        "On the grid: the gap lse - max and its bound, and the mean distance of softmax from the one-hot argmax.",
        formats=["g", ".6f", ".6f", ".1e", ".5f"],
    )
    attained = max(abs(row[1] - row[2]) for row in rows)
    rounding = 1e-15 * max(1.0, 1 / min(ks))  # lse itself grows like 1/k
    page.claim(
        "bounds",
        r"On the whole grid $0 \leq \mathrm{lse} - \max \leq \log(2)/k$, with equality on the diagonal, "
        r"where both "
        "entries are equal.",
        all(row[1] <= row[2] + rounding and row[3] >= 0 for row in rows) and attained <= rounding,
        {
            **{f"greatest lse - max at k = {row[0]:g}": row[1] for row in rows},
            "greatest distance from the bound at the tie": attained,
        },
    )


def _temperatures(page: Page) -> None:
    """Go through all temperatures, from uniform shares to the one-hot argmax."""
    page.figure(
        "temperatures",
        pictures.temperatures((VECTORS[0], TIED), np.geomspace(1e-3, 1e3, 181)),
        "From uniform shares at small k to the argmax at large k, which a tie shares; and log-sum-exp, which "
        "grows without bound as k goes to 0 and tends to the maximum as k grows.",
        alt="Curves of shares and of log-sum-exp against the inverse temperature.",
    )
    hot, cold = derivations.HOT, derivations.COLD
    vectors = np.array([VECTORS[0], TIED])
    uniform = float(np.max(np.abs(softmax(vectors, 1, hot) - 1 / 3)))
    sharp = float(np.max(np.abs(softmax(vectors, 1, cold) - onehot_argmax(vectors))))
    x = np.array(VECTORS[0])
    mean = float(logsumexp(x, inverse_temperature=hot) - np.log(3) / hot)
    page.claim(
        "limits-of-softmax",
        f"At k = {scientific(hot)} softmax is uniform, at k = {scientific(cold)} it is the one-hot argmax "
        "with ties shared equally.",
        uniform <= 1e-5 and sharp <= 1e-15,
        {"greatest distance from 1/3": uniform, "greatest distance from the one-hot argmax": sharp},
    )
    page.claim(
        "limits-of-lse",
        "As k goes to 0, lse without log(n)/k tends to the mean; as k grows, lse tends to the maximum.",
        abs(mean - x.mean()) <= 1e-5 and abs(float(logsumexp(x, inverse_temperature=cold)) - x.max()) <= 1e-5,
        {
            f"lse - log(3)/k at k = {hot:g}": mean,
            f"lse at k = {cold:g}": float(logsumexp(x, inverse_temperature=cold)),
            "mean": float(x.mean()),
            "max": float(x.max()),
        },
    )
    low, high = (logsumexp(x, inverse_temperature=k) for k in (0.01, 100.0))
    page.answer(
        "What happens to lse and to softmax as k grows?",
        f"lse sinks to the maximum: it is at most log(n)/k above it, {np.log(3) / 100:.4f} for three entries "
        f"at k = 100, where lse of {_tuple(x)} is {high:.4f}. Softmax becomes the one-hot argmax; equal "
        f"greatest entries share, so {_tuple(TIED)} tends to "
        f"{_tuple(softmax(TIED, inverse_temperature=cold), '.2g')}.",
    )
    page.answer(
        "What happens to them as k goes to 0?",
        f"Softmax becomes uniform: {_tuple(softmax(x, inverse_temperature=0.01), '.4f')} at k = 0.01. lse "
        f"grows without bound like log(n)/k, to {low:.2f} there; what is left when that is taken off, "
        f"{low - np.log(3) / 0.01:.4f}, tends to the mean {x.mean():g}.",
    )


def _gradient(page: Page, ks: tuple[float, ...], n_checks: int) -> None:
    """Check the gradient and the Jacobian against autograd."""
    points = page.rng("autograd").normal(scale=2.0, size=(n_checks, 5))
    errors = [derivations.autograd_errors(points, k) for k in ks]
    gradient, jacobian = (max(column) for column in zip(*errors, strict=True))
    page.claim(
        "gradient-of-lse",
        "The gradient of lse is softmax, and the Jacobian of softmax is $k (\\mathrm{diag}(p) - p p^T)$: "
        "both agree with torch's autograd.",
        max(gradient, jacobian) <= derivations.rounding(ks),
        {
            "gradient, greatest error": gradient,
            "Jacobian / k, greatest error": jacobian,
            "vectors": n_checks * len(ks),
        },
    )
    page.answer(
        "Show that the gradient of lse is softmax, and that lse tends to max.",
        "Both are derived on this page: the chain rule brings down the factor k that the 1/k in front "
        "cancels, and the sum of exponentials lies between its greatest term and n times that. Against "
        f"autograd the gradient is off by at most {scientific(gradient)} over {n_checks * len(ks)} random "
        "vectors, and the bounds hold on every grid point.",
    )


def _tuple(values: np.ndarray | tuple[float, ...], spec: str = "g") -> str:
    return "(" + ", ".join(format(float(v), spec) for v in values) + ")"
