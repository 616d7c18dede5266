"""The right coordinates make it linear: logistic regression on (x, y) against (r^2, theta)."""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset
from leadlight.studies.page import Page

__all__ = ["logistic_regressions", "polar"]


def polar(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return radius and angle in [0, 2 pi) of points (n, 2)."""
    return np.hypot(X[:, 0], X[:, 1]), np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi)


def logistic_regressions(page: Page, data: Dataset) -> None:
    """Fit scikit-learn's logistic regression to three choices of coordinates."""
    from sklearn.linear_model import LogisticRegression

    r, theta = polar(data.X)
    choices = {
        "x, y": data.X,
        "r², θ": np.column_stack([r**2, theta]),
        "r, θ": np.column_stack([r, theta]),
    }
    rows, shares, cuts = [], {}, {}
    for name, features in choices.items():
        model = LogisticRegression(max_iter=1000).fit(features, data.y)
        shares[name] = 100 * float(model.score(features, data.y))
        a, b = (float(v) for v in model.coef_[0])
        c = float(model.intercept_[0])
        if name != "x, y":
            at = -(c + b * np.array([0.0, 2 * np.pi])) / a  # the cut at both ends of the angles
            cuts[name] = sorted((np.sqrt(at) if name.startswith("r²") else at).tolist())
        cut = f"{cuts[name][0]:.3f} to {cuts[name][1]:.3f}" if name in cuts else "none"
        rows.append([name, shares[name], a, b, c, cut])
    fixed = 100 * float(np.mean((r > 2) == (data.y == 1)))
    rows.append(["rule: ring where r > 2", fixed, None, None, None, "2.000"])
    page.table(
        "coordinates",
        ["coordinates", "per cent right", "first weight", "second weight", "intercept", "cut at radius"],
        rows,
        "Logistic regression (scikit-learn, its default penalty) on three choices of coordinates; the radius "
        "at which it cuts, over all angles.",
        formats=[None, ".2f", ".3f", ".4f", ".3f", None],
        section="The right coordinates",
    )
    page.claim(
        "polar-is-linear",
        "A linear model fails on (x, y) and makes no error on (r², θ), nor does the cut at r = 2.",
        shares["x, y"] < 75 and shares["r², θ"] == 100 and fixed == 100,
        {"per cent right on (x, y)": shares["x, y"], "on (r², θ)": shares["r², θ"], "with r > 2": fixed},
    )
    low, high = cuts["r², θ"]
    page.answer(
        "Compare logistic regression on (x, y) with one on (r², θ), cut at r = 2.",
        f"On (x, y) it gets {shares['x, y']:.1f} per cent right, since no line parts a disc from the ring "
        f"around it; on (r², θ) it gets {shares['r², θ']:.1f}, cutting at a radius of {low:.3f} to {high:.3f}. "
        f"The cut at r = 2 gets {fixed:.1f}: it is the middle of the gap from 1 to 3 in $r$, while the middle "
        f"in $r^2$ is at $\\sqrt{{5}} = {np.sqrt(5):.3f}$; any cut inside the gap does. The angle carries "
        "nothing, and its weight is near 0.",
    )
