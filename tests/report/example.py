"""A run made by hand that holds one of everything a report can show."""

from __future__ import annotations

import io

from leadlight.studies.result import (
    Answer,
    Claim,
    Derivation,
    FigureFile,
    Interval,
    Mend,
    StudyResult,
    StudyResults,
    Table,
)

INK, MUTED, GRID = "#1b1f24", "#6e7781", "#d0d7de"


def svg(title: str = "loss", size: tuple[float, float] = (4.4, 3.0)) -> bytes:
    """A real matplotlib figure in the neutral colours of the plots."""
    import numpy as np
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    colours = {"text.color": INK, "axes.edgecolor": MUTED, "axes.labelcolor": INK, "xtick.color": INK}
    colours |= {"ytick.color": INK, "grid.color": GRID, "axes.facecolor": "none", "svg.hashsalt": "leadlight"}
    with rc_context(colours):
        figure = Figure(figsize=size, layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        x = np.linspace(0, 10, 200)
        for k in range(3):
            axes.plot(x, np.exp(-x / 3) * np.cos(2 * x + k), label=f"seed {k}", clip_path=None)
        axes.axhline(0, color=MUTED, lw=0.8)
        axes.set(xlabel="step", ylabel=title, title=title.capitalize())
        axes.grid(True)
        axes.legend()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :].encode()


def png() -> bytes:
    """A small raster image."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (160, 100), (86, 180, 233)).save(buffer, format="PNG")
    return buffer.getvalue()


def complete(name: str = "softmax") -> StudyResult:
    """A study with one of everything, a failing claim and hostile text included."""
    accuracy = Interval(0.8912, 0.8794, 0.9031, 20)
    return StudyResult(
        name=name,
        title="Softmax and log-sum-exp",
        question="What is softmax soft *of*, and what becomes of it as $k$ grows or vanishes?",
        sheet="Decisions",
        seed=7,
        quick=True,
        seconds=12.34,
        command=f"leadlight run {name} --seed 7",
        parameters={"n_points": 101, "inverse_temperatures": [1.0, 10.0, 100.0], "data": None},
        method="We evaluate $\\operatorname{lse}(x; k) = \\frac{1}{k} \\log \\sum_j e^{k x_j}$ on a grid of "
        "**101** points a side, in float64, and compare it with the maximum. Nothing is trained.\n\n"
        "The gradient is checked against automatic differentiation. <script>alert(1)</script>",
        figures=(
            FigureFile(
                "lse", "The *log-sum-exp* at $k = 1$.", "Contours of lse", "image/svg+xml", svg("loss")
            ),
            FigureFile(
                "argmax", "The argument of the maximum.", 'A "map" & more', "image/svg+xml", svg("accuracy")
            ),
            FigureFile(
                "wide", "All of them.", "Three", "image/svg+xml", svg("wide", (11, 3)), "Near and far"
            ),
            FigureFile("photo", "An image.", "A blue box", "image/png", png(), "Near and far"),
            FigureFile("bad", "Ties go to one side.", "Wrong ties", "image/svg+xml", svg("bad")),
            FigureFile("good", "Ties are shared.", "Right ties", "image/svg+xml", svg("good")),
        ),
        tables=(
            Table(
                "values",
                "Softmax of three vectors; *the first two agree*.",
                ("vector", "$p_1$", "$p_2$", "$p_3$", "n", "accuracy", "same"),
                (
                    (
                        "(1, 2, 3)",
                        0.09003057317038046,
                        0.24472847105479764,
                        0.6652409557748219,
                        3200,
                        accuracy,
                        True,
                    ),
                    ("(10, 20, 30)", 2.06e-9, 4.54e-5, 0.9999545, 100, Interval(0.5, 0.5, 0.5, 3), False),
                    ("(0, 0, 0) <b>", 1 / 3, None, 1 / 3, 1, accuracy, True),
                ),
                (None, ".4f", None, None, None, None, None),
            ),
            Table(
                "wide",
                "Many columns.",
                tuple(f"column {i}" for i in range(14)),
                ((*range(14),),),
                (None,) * 14,
            ),
        ),
        claims=(
            Claim("same", "Softmax is the same on the first two vectors.", True, {"max_difference": 1.1e-16}),
            Claim(
                "bound",
                "$0 \\le \\operatorname{lse} - \\max \\le \\log(n)/k$ on the grid.",
                False,
                {"worst": -0.2},
            ),
            Claim(
                "taste",
                "The median beats 90 %.",
                False,
                {"accuracy": accuracy, "why": "a < b"},
                must_hold=False,
            ),
        ),
        answers=(
            Answer(
                "Is it invariant to an offset?",
                "Yes: the factor $e^{kc}$ cancels, and the run's error is 1e-16.",
            ),
            Answer("What happens as $k \\to 0$?", "It becomes uniform."),
        ),
        mends=(
            Mend("Ties", "The one-hot components gave ties to one side.", "bad", "good"),
            Mend("Overflow", "Naive `exp` overflows from $k x \\approx 709$.", "inf", 1001.0986),
        ),
        derivations=(
            Derivation(
                "The gradient of lse is softmax",
                (
                    "By the chain rule, $\\partial_j \\frac{1}{k} \\log \\sum_i e^{k x_i} = "
                    "\\frac{1}{k} \\frac{k e^{k x_j}}{\\sum_i e^{k x_i}}$,",
                    "which is $\\sigma(kx)_j$; also $\\sqrt{\\frac{2}{1 + a^2}}$ and "
                    "$\\mathbb{E}[\\varphi(\\sqrt{q^*} z)^2] = \\int_{-\\infty}^{\\infty} \\phi^2$.",
                ),
                "largest difference from automatic differentiation.",
                3e-16,
                1e-12,
            ),
        ),
        limits=("Nothing about *training*.", "Only two classes."),
        numbers={"lse": 1.5},
    )


def crashed() -> StudyResult:
    """A study that fell over after its method was written."""
    return StudyResult(
        name="rings",
        title="A ring around a disc",
        question="How many units?",
        sheet="Curves",
        seed=7,
        quick=True,
        status="failed",
        error="ValueError: <bad> value",
        traceback="Traceback (most recent call last):\n  File <x>\nValueError: <bad> value",
        exit_code=1,
        seconds=0.5,
        method="Ten seeds a width.",
    )


def results(**changes: object) -> StudyResults:
    """Three studies: one complete, one crashed, one interrupted before it had anything."""
    stopped = StudyResult(
        name="iris",
        title="Iris",
        question="How fast?",
        sheet="Tables",
        seed=7,
        quick=True,
        status="interrupted",
        exit_code=130,
    )
    values = {"seed": 7, "quick": True, "seconds": 321.0, "workers": 2, "interrupted": True, **changes}
    return StudyResults((complete(), crashed(), stopped), **values)  # type: ignore[arg-type]
