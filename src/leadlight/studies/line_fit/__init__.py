"""Study `line-fit`: which line does gradient descent find, and is it the line that made the data?

Points of a noisy line are fitted by gradient descent on the mean squared error from two starts, each with a
hand-written gradient, with `loss.backward()` and with `torch.optim.SGD`. The paths are compared with one
another and with the line of least squares, which is found in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.data import noisy_line
from leadlight.errors import ParameterError
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from . import mistakes, optimum, pictures
from .animation import animate, frame_epochs
from .descent import Descent, by_backward, by_hand, by_torch_sgd, curvatures, least_squares, loss

__all__ = ["Parameters", "run"]

METHODS = {"hand-written gradient": by_hand, "loss.backward()": by_backward, "torch.optim.SGD": by_torch_sgd}


@dataclass(frozen=True)
class Parameters:
    """What can be changed about the study."""

    slope: float = parameter(-2.0, "true slope of the line")
    intercept: float = parameter(3.0, "true intercept of the line")
    noise: float = parameter(0.25, "standard deviation of the noise", minimum=0)
    points: int = parameter(100, "points, evenly spaced on [-1, 1]", minimum=3, maximum=100_000)
    lr: float = parameter(0.05, "learning rate (from 1 on the descent diverges)", above=0, maximum=0.99)
    epochs: int = parameter(200, "steps of gradient descent", minimum=10, maximum=20_000)
    start: tuple[float, ...] = parameter((1.1, 2.0), "slope and intercept at the first start")
    torch_start: tuple[float, ...] = parameter((-1.1, 0.2), "slope and intercept at the second start")
    other_slopes: tuple[float, ...] = parameter((4.0, 0.5, -1.0), "other true slopes to try")
    other_intercepts: tuple[float, ...] = parameter((-1.0, 0.0, 10.0), "other true intercepts, one a slope")
    data_sets: int = parameter(1000, "draws of the noise for the true line's loss", minimum=10, quick=200)
    frames: int = parameter(40, "frames of the animation", minimum=2, maximum=200, quick=16)


def run(parameters: Parameters, page: Page) -> None:
    """Write the study's page."""
    p = parameters
    starts = {"first start": _pair("start", p.start), "second start": _pair("torch_start", p.torch_start)}
    if len(p.other_slopes) != len(p.other_intercepts):
        raise ParameterError(
            f"--other-slopes has {len(p.other_slopes)} values and --other-intercepts "
            f"{len(p.other_intercepts)}; give one intercept for each slope."
        )
    seed = page.seeds("data", 1)[0]
    inputs, targets = noisy_line(p.points, p.slope, p.intercept, p.noise, seed=seed)
    x, y = inputs[:, 0], targets[:, 0]
    page.method(
        f"{p.points} points of $y = {p.slope:g} x + {p.intercept:g}$ on $[-1, 1]$ with normal noise of "
        f"standard deviation {p.noise:g} are fitted by {p.epochs} full-batch steps of gradient descent on "
        f"the mean squared error, learning rate {p.lr:g}, in float64, from two starts and by three programs "
        "each."
    )
    best = least_squares(x, y)
    descents = _three_programs(page, x, y, starts, p)
    _figures(page, x, y, descents, best, p)
    optimum.derive_gradient(page, x, y)
    optimum.derive_least_squares(page, x, y)
    optimum.true_line_is_not_best(page, x, y, (p.slope, p.intercept), p.noise, p.data_sets)
    _convergence(page, x, y, descents, best, p)
    mistakes.missing_factor(page, x, y, starts["first start"], p.lr, p.epochs)
    _other_lines(page, x, starts["first start"], p)
    page.limits(
        "A line under squared error has one lowest point in a smooth bowl, reached from everywhere: nothing "
        "here says that descent finds the best network.",
        "The loss is measured on the points that were fitted. A lower loss than the true line's is no better "
        "prediction: on fresh points the true line wins on average.",
        "Agreement of the three programs to the last digits holds in float64 on one thread for a sum of "
        f"{p.points} terms; in float32, on a GPU or with random batches they would part sooner.",
    )


def _pair(name: str, values: tuple[float, ...]) -> tuple[float, float]:
    if len(values) != 2:
        option = "--" + name.replace("_", "-")
        raise ParameterError(f"{option} has {len(values)} values; give two: slope and intercept.")
    return values[0], values[1]


def _moderate(p: Parameters) -> bool:
    """Whether all lines are small enough for absolute tolerances of float64."""
    return max(map(abs, (p.slope, p.intercept, p.noise, *p.start, *p.torch_start))) <= 10


def _gap(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.max(np.abs(a - b)))


def _three_programs(
    page: Page, x: np.ndarray, y: np.ndarray, starts: dict[str, tuple[float, float]], p: Parameters
) -> dict[str, Descent]:
    """Descend from each start by each program, compare the paths, and return those of the hand-written
    one.
    """
    rows, by_start, worst = [], {}, 0.0
    for start_name, start in starts.items():
        runs = {name: descend(x, y, start, p.lr, p.epochs) for name, descend in METHODS.items()}
        reference = by_start[start_name] = runs["hand-written gradient"]
        for name, run_ in runs.items():
            gap = max(_gap(run_.lines, reference.lines), _gap(run_.losses, reference.losses))
            worst = max(worst, gap)
            rows.append(
                [f"({start[0]:g}, {start[1]:g})", name, *run_.final_line, float(run_.losses[-1]), gap]
            )
    page.table(
        "programs",
        ["start", "program", "slope", "intercept", "loss", "difference"],
        rows,
        f"After {p.epochs} epochs. The last column is the greatest difference, over all epochs, of slope, "
        "intercept or loss from the hand-written program.",
        formats=[None, None, ".6f", ".6f", ".6f", ".1e"],
    )
    page.claim(
        "three-programs-agree",
        "The three programs take the same path: slope, intercept and loss agree to $10^{-12}$ at every "
        "epoch.",
        worst <= 1e-12,
        {"greatest difference": worst, "epochs": p.epochs, "starts": len(starts)},
        must_hold=_moderate(p),
    )
    page.answer(
        "Is there a difference between the hand-written gradient, `loss.backward()` and `torch.optim.SGD`?",
        f"None that matters: over {p.epochs} epochs from either start slope, intercept and loss differ by at "
        f"most {scientific(worst)}, the rounding of sums taken in another order. Autograd computes the same "
        "gradient as the formula, and plain SGD on the full batch is the same update.",
    )
    return by_start


def _figures(
    page: Page, x: np.ndarray, y: np.ndarray, descents: dict[str, Descent], best: np.ndarray, p: Parameters
) -> None:
    first, true = descents["first start"], (p.slope, p.intercept)
    page.figure(
        "fit",
        pictures.fit(
            x,
            y,
            {
                "first start": first.lines[0],
                f"after {p.epochs} epochs": first.lines[-1],
                "least squares": best,
                "true line": true,
            },
        ),
        "The points, the line before and after the descent, the line of least squares and the true line.",
    )
    levels = {"true line": float(loss(np.array(true), x, y)), "least squares": float(loss(best, x, y))}
    page.figure(
        "losses",
        pictures.curves({name: d.losses for name, d in descents.items()}, levels, levels["least squares"]),
        "Loss against epoch. The descent passes the loss of the true line and ends at that of least squares; "
        "its distance from it falls by a constant factor an epoch.",
    )
    page.figure(
        "bowl",
        pictures.bowl(x, y, descents, best, true),
        "The loss over slope and intercept (darker is lower) with both paths (a dot every ten epochs, a "
        "square at the start, a star at the minimum), and the neighbourhood of the minimum, where the true "
        "parameters lie higher.",
        alt="Contour maps of the loss with two descending paths that end at a star.",
    )
    report = page.progress("animation", len(frame_epochs(p.epochs, p.frames)))
    page.image(
        "descent",
        animate(x, y, first, best, p.frames, report),
        "image/webp",
        "The descent from the first start: the line over its points, and the point in the bowl.",
        alt="Animation: a line turns until it lies through its points while a point walks down a bowl.",
    )


def _convergence(
    page: Page, x: np.ndarray, y: np.ndarray, descents: dict[str, Descent], best: np.ndarray, p: Parameters
) -> None:
    """Compare the distance from the minimum with the factors that the curvature predicts."""
    slow, fast = (1 - p.lr * curvatures(x)).tolist()
    start = descents["first start"].lines[0] - best
    # x is symmetric about 0, so the axes of the bowl are those of slope and intercept
    predicted = best + start * np.array([slow, fast]) ** np.arange(p.epochs + 1)[:, None]
    gap = _gap(descents["first start"].lines, predicted)
    final = max(_gap(d.lines[-1], best) for d in descents.values())
    page.claim(
        "geometric-approach",
        f"Each epoch multiplies the distance from least squares by {slow:.4f} in the slope and {fast:.4f} in "
        "the intercept, as the curvatures of the bowl predict.",
        gap <= 1e-10,
        {
            "factor of the slope": slow,
            "factor of the intercept": fast,
            "greatest difference from the prediction": gap,
            "distance from least squares at the end": final,
        },
        must_hold=_moderate(p),
    )


def _other_lines(page: Page, x: np.ndarray, start: tuple[float, float], p: Parameters) -> None:
    """Fit data of other true lines with the same start, rate and number of epochs."""
    rows, deviations = [], []
    remaining = float(1 - p.lr * curvatures(x)[0]) ** p.epochs
    seeds = page.seeds("other lines", len(p.other_slopes))
    for slope, intercept, seed in zip(p.other_slopes, p.other_intercepts, seeds, strict=True):
        _, targets = noisy_line(p.points, slope, intercept, p.noise, seed=seed)
        best = least_squares(x, targets[:, 0])
        descent = by_hand(x, targets[:, 0], start, p.lr, p.epochs)
        rows.append([slope, intercept, *descent.final_line, *best.tolist(), float(descent.losses[-1])])
        before, after = descent.lines[0, 0] - best[0], descent.lines[-1, 0] - best[0]
        deviations.append(abs(after - remaining * before) / max(1.0, abs(before)))
    page.table(
        "other-lines",
        ["true a", "true b", "found a", "found b", "least-squares a",
         "least-squares b", "loss"],
        rows,
        f"Other true lines $y = a x + b$, from the same start ({start[0]:g}, {start[1]:g}) with the same "
        "rate and epochs.",
        formats=["g", "g", ".4f", ".4f", ".4f", ".4f", ".5f"],
    )  # fmt: skip
    spread = float(max(deviations))
    page.claim(
        "same-rate-for-every-line",
        f"Whatever the true line, {p.epochs} epochs leave the same share of the starting distance in the "
        "slope.",
        spread <= 1e-10,
        {"share left": remaining, "greatest deviation": spread, "lines": len(rows)},
    )
    page.answer(
        "What happens with other lines?",
        f"The same. From one start, {len(rows)} other lines are found with a share of "
        f"{scientific(remaining)} of the starting distance left in the slope, because that share depends on "
        "the inputs, the learning rate and the number of epochs alone; a line that is further from the start "
        "only ends proportionally further from its goal.",
    )
