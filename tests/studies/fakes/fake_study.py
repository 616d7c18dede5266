"""A study for the tests of the framework: adds one piece of each kind, then ends as ``mode`` says."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from leadlight.studies import Page, parameter


@dataclass(frozen=True)
class Parameters:
    mode: str = parameter(
        "good", "how to end", choices=("good", "crash", "mistake", "exit", "killed", "hang", "deaf", "noisy")
    )
    n: int = parameter(40, "random numbers", minimum=1, maximum=1000, quick=4)
    rates: tuple[float, ...] = parameter((0.1, 0.01), "learning rates", above=0.0)
    data: Path | None = parameter(None, "a folder")
    flag: bool = parameter(False, "a switch")


def run(parameters: Parameters, page: Page) -> None:
    from matplotlib.figure import Figure

    values = page.rng("values").standard_normal((parameters.n, 50))
    gram = values @ values.T
    page.method("Drawn from $N(0, 1)$.")
    figure = Figure()
    axes = figure.subplots()
    axes.imshow(gram)
    axes.plot(values[0], "o-", clip_on=True, label=r"$x^2$")
    axes.legend()
    page.figure("gram", figure, "A Gram matrix.", alt="a square image")
    page.table(
        "rates", ["rate", "middle"], [[r, page.interval(values[0])] for r in parameters.rates], "Rates.",
        formats={"rate": ".3g"},
    )  # fmt: skip
    page.claim("positive", "The trace is positive.", np.trace(gram) > 0, {"trace": np.trace(gram)})
    page.number("trace", np.trace(gram))
    page.number("seeds", page.seeds("runs", 3))
    page.answer("Why?", "Because.")
    page.mend("Sign", "A sign was wrong.", wrong=-1, right=1)
    page.derivation("Trace", ["$a = b$"], "computed twice", 0.0, 1e-12)
    page.limits("Anything else.", "Or more.")
    page.progress("counting", 3)(3)
    match parameters.mode:
        case "crash":
            raise ZeroDivisionError("on purpose")
        case "mistake":
            from leadlight.errors import DataError

            raise DataError("The data are bad: give better ones.")
        case "exit":
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(60)
        case "deaf":
            while True:
                try:
                    page.progress("not listening", 4)(4)  # from here on an interrupt is caught
                    time.sleep(60)
                except KeyboardInterrupt:
                    page.number("heard", True)
        case "noisy":
            print("words on stdout", flush=True)
            os.write(1, b"and on its descriptor\n")
