"""Fifty layers deep: second moments of signals and gradients, and the edge of chaos over measured points."""

from __future__ import annotations

import matplotlib
import numpy as np

from ...activations import Activation, activation
from ...plots import legends, style
from ..page import Page
from .signal import gradient_growth, propagate
from .theory import chi, critical_line, fixed_point

__all__ = ["fifty_layers", "phase_diagram", "piecewise_phase"]

COLOURS = {"below": "#0072b2", "at": "#009e73", "above": "#d55e00"}


def fifty_layers(page: Page, depth: int, width: int, n_networks: int) -> None:
    """Plot second moments forward and backward below, at and above the critical gain, for three activations."""
    names = ("leaky_relu(0.1)", "relu", "tanh")
    figure, axes = style.subplots(2, 3, figsize=(9.6, 5.4), sharex=True)
    report = page.progress("signals through deep networks", len(names) * 3)
    evidence: dict[str, float] = {}
    worst, done = 0.0, 0
    for column, name in enumerate(names):
        phi = activation(name)
        # chi = 1 at sigma_b = 0: for tanh at q* = 0, sigma_w = 1; for the ReLU family at its gain
        critical = 1.0 if name == "tanh" else phi.gain
        for label, factor in (("below", 0.8), ("at", 1.0), ("above", 1.25 if name != "tanh" else 1.6)):
            rng = page.rng(f"signals {name} {label}")
            runs = [propagate(phi, depth, width, factor * critical, 0.0, rng) for _ in range(n_networks)]
            for row, key in enumerate(("forward", "backward")):
                values = np.stack([getattr(run, key) for run in runs])
                ax, layers = axes[row, column], np.arange(depth + 1)
                low, middle, high = np.percentile(values, [25, 50, 75], axis=0)
                ax.plot(layers, middle, color=COLOURS[label], label=f"{label}: {factor * critical:.2f}")
                ax.fill_between(layers, low, high, color=COLOURS[label], alpha=0.2, linewidth=0)
                if name != "tanh":
                    steps = layers if row == 0 else depth - layers
                    theory = factor ** (2.0 * steps)
                    ax.plot(layers, theory, color=style.INK, linestyle=":", linewidth=1)
            growth = gradient_growth(runs, 0)
            evidence[f"{name} {label}: gradient factor a layer"] = growth
            if name != "tanh":
                worst = max(worst, abs(growth / factor**2 - 1))
            done += 1
            report(done)
        for row in (0, 1):
            axes[row, column].set_yscale("log")
            axes[row, column].grid(True)
            axes[row, column].spines[["top", "right"]].set_visible(False)
        axes[0, column].set_title(name)
        axes[1, column].set_xlabel("layer")
        legends.legend(axes[0, column], title="$\\sigma_w$", title_fontsize=8)
    axes[0, 0].set_ylabel("mean square of activations")
    axes[1, 0].set_ylabel("mean square of gradients")
    page.figure(
        "fifty-layers",
        figure,
        f"{depth} layers of {width} units, weights of standard deviation $\\sigma_w/\\sqrt{{{width}}}$, no bias; "
        f"median and quartiles of {n_networks} networks. Gradients run from the last layer back to the first. "
        "Dotted: theory for infinite width. tanh cannot explode forwards, its gradients can.",
        alt="Second moments against layer on a log axis: they fall below the critical gain, stay at it, rise above.",
    )
    page.claim(
        "fifty-layers",
        "In the ReLU family signals and gradients shrink below the critical gain and grow above it, by the "
        "square of the ratio each layer, to within 5 %.",
        worst < 0.05,
        {**evidence, "largest relative difference from theory": worst},
    )


def phase_diagram(page: Page, points: int, depth: int, width: int, n_networks: int) -> None:
    """Measure the growth of gradients over a grid of (sigma_w, sigma_b) for tanh beside the line chi = 1."""
    phi = activation("tanh")
    sigma_w = np.linspace(0.5, 2.5, points)
    sigma_b = np.linspace(0.0, 1.0, max(3, points // 2))
    settled = depth // 2
    report = page.progress("phase diagram", len(sigma_w) * len(sigma_b))
    measured = np.empty((len(sigma_b), len(sigma_w)))
    predicted = np.empty_like(measured)
    for i, b in enumerate(sigma_b):
        for j, w in enumerate(sigma_w):
            rng = page.rng(f"phase {i} {j}")
            runs = [propagate(phi, depth, width, w, b, rng, batch=8) for _ in range(n_networks)]
            measured[i, j] = gradient_growth(runs, settled)
            predicted[i, j] = chi(phi, w, fixed_point(phi, w, b))
            report(i * len(sigma_w) + j + 1)
    line_w, line_b = critical_line(phi, np.geomspace(1e-6, 6.0, 200))
    clear = np.abs(np.log(predicted)) > 0.1
    agree = (np.log(measured) > 0) == (np.log(predicted) > 0)
    error = np.abs(np.log(measured / predicted))
    page.claim(
        "edge-of-chaos",
        "For tanh, gradients in finite random networks shrink on one side of the line $\\chi = 1$ and grow on the "
        "other: every measured point with $|\\log \\chi| > 0.1$ in theory lies on the side that theory says.",
        bool(agree[clear].all()),
        {
            "points": int(clear.size),
            "points clear of the line": int(clear.sum()),
            "on the right side": int(agree[clear].sum()),
            "median |log(measured / theory)|": float(np.median(error)),
            "largest |log(measured / theory)|": float(error.max()),
        },
    )
    figure, axes = style.subplots(1, 2, figsize=(9.2, 3.9), width_ratios=(1.25, 1))
    figure.get_layout_engine().set(wspace=0.06)  # type: ignore[union-attr]
    ax = axes[0, 0]
    grid_w, grid_b = np.meshgrid(sigma_w, sigma_b)
    limit = max(0.5, float(np.log(measured).max()))  # vanishing goes further: the darkest blue and beyond
    dots = ax.scatter(
        grid_w, grid_b, c=np.log(measured), cmap=style.DIVERGING, vmin=-limit, vmax=limit,
        s=70, edgecolors=style.MUTED, linewidths=0.5,
    )  # fmt: skip
    ax.plot(line_w, line_b, color=style.INK, linewidth=2, label="theory: $\\chi = 1$")
    ax.set_xlim(0.4, 2.6)
    ax.set_ylim(-0.06, 1.2)  # room for the legend above the points
    ax.set_xlabel("$\\sigma_w$")
    ax.set_ylabel("$\\sigma_b$")
    legends.legend(ax, loc="upper left")
    with matplotlib.rc_context(style.rc()):
        figure.colorbar(dots, ax=ax, extend="min", label="log growth of squared gradients a layer")
    ax.set_title("tanh: the edge of chaos")
    piecewise_phase(page, axes[0, 1], depth, width, n_networks)
    page.figure(
        "phase-diagram",
        figure,
        f"Left: measured growth of squared gradients a layer in tanh networks of {depth} layers of {width} units "
        f"(the first {settled} layers left to settle); blue: gradients vanish (order), red: they explode (chaos); "
        "the line is theory. Right: for ReLU, leaky ReLU and abs the growth depends on $\\sigma_w$ alone, crossing "
        "1 at the gain, whatever $\\sigma_b$ (three values of $\\sigma_b$ lie on one another).",
        alt="Scatter of measured gradient growth over sigma_w and sigma_b with the theoretical critical line "
        "between blue and red points; lines of growth against sigma_w for three piecewise-linear activations.",
    )


def piecewise_phase(page: Page, ax, depth: int, width: int, n_networks: int) -> None:
    """Draw the measured growth for the ReLU family against sigma_w, for three sigma_b, and pin its crossing."""
    worst = 0.0
    for number, name in enumerate(("relu", "leaky_relu(0.1)", "abs")):
        phi: Activation = activation(name)
        colour = style.CLASS_COLOURS[number]
        scales = np.linspace(0.6, 1.4, 9) * phi.gain
        for marker, b in zip("os^", (0.0, 0.3, 0.6)):
            growth = np.array(
                [
                    gradient_growth(
                        [
                            propagate(phi, depth, width, w, b, page.rng(f"{name} {w:.6f} {b} {k}"), batch=8)
                            for k in range(n_networks)
                        ],
                        depth // 2,
                    )
                    for w in scales
                ]
            )
            theory = scales**2 * phi.derivative_second_moment(1.0)
            worst = max(worst, float(np.median(np.abs(growth / theory - 1))))
            ax.plot(
                scales, growth, marker, color=colour, markersize=4, alpha=0.7, label=name if b == 0 else None
            )
        fine = np.linspace(scales[0], scales[-1], 100)
        ax.plot(fine, fine**2 * phi.derivative_second_moment(1.0), color=colour, linewidth=1)
        ax.axvline(phi.gain, color=colour, linestyle=":", linewidth=1)
    ax.axhline(1.0, color=style.INK, linewidth=1)
    ax.set_yscale("log")
    ax.set_yticks([0.4, 0.6, 1.0, 1.5, 2.0], ["0.4", "0.6", "1", "1.5", "2"])
    ax.minorticks_off()
    ax.set_xlabel("$\\sigma_w$")
    ax.set_ylabel("growth of squared gradients a layer")
    ax.set_title("ReLU family: no chaotic phase")
    legends.legend(ax)
    ax.grid(True)
    ax.spines[["top", "right"]].set_visible(False)
    page.claim(
        "piecewise-critical",
        "For ReLU, leaky ReLU and abs the growth of gradients is $\\sigma_w^2 (1 + a^2)/2$ whatever $\\sigma_b$: the "
        "median measured difference stays below 10 % at each of three $\\sigma_b$.",
        worst < 0.10,
        {"largest median relative difference": worst, "values of sigma_b": "0, 0.3, 0.6"},
    )
