"""Study `rings`: how many hidden units separate a disc from the ring around it, and what does each unit do?

Networks of one to five sigmoid units, and of one to six ReLUs, are trained on the sheet's rings with many
seeds. Their unit lines, the codes of the regions between them and the hidden activations in the unit cube
explain the loss; a proof says why two units never suffice.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.data import rings
from leadlight.errors import ParameterError
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from . import (
    coordinates,
    cube,
    enclosing,
    entropy,
    loss_and_width,
    mistakes,
    plain_list,
    rectified,
    regions,
    shuffling,
    triples,
)
from .widths import train_widths

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What can be changed about the study."""

    n_per_class: int = parameter(
        1000, "points of the disc and of the ring, each", minimum=100, maximum=20_000
    )
    widths: tuple[int, ...] = parameter(
        (1, 2, 3, 4, 5), "hidden sigmoid units (2, 3 and 5 must be among them)", minimum=1, maximum=50
    )
    seeds: int = parameter(50, "sigmoid networks a width", minimum=2, maximum=1000, quick=3)
    relu_widths: tuple[int, ...] = parameter(
        (1, 2, 3, 4, 5, 6), "hidden ReLUs (2 and 3 must be among them)", minimum=1, maximum=50
    )
    relu_seeds: int = parameter(100, "ReLU networks a width", minimum=2, maximum=1000, quick=5)
    epochs: int = parameter(10_000, "full-batch steps of Adam", minimum=10, maximum=200_000, quick=2000)
    lr: float = parameter(1e-3, "learning rate", above=0, maximum=1, quick=5e-3)
    first_epochs: int = parameter(100, "steps of the first network, at 1e-2", minimum=1, maximum=10_000)
    shuffle_epochs: int = parameter(300, "steps of the shuffling test", minimum=1, maximum=5000, quick=100)


def run(parameters: Parameters, page: Page) -> None:
    """Write the study's page."""
    p = parameters
    _require("widths", p.widths, {2, 3, 5})
    _require("relu_widths", p.relu_widths, {2, 3})
    data = rings(p.n_per_class, seed=page.seeds("data", 1)[0])
    page.method(
        f"{p.n_per_class:,} points of a disc (radius uniform on (0, 1)) and {p.n_per_class:,} of a ring around "
        "it (radius uniform on (3, 4)), angles uniform. Networks 2-$n$-1 with one logit as output are "
        "trained on binary cross-entropy by full-batch Adam in float32 from torch's default initialisation, "
        f"{p.epochs:,} epochs at learning rate {p.lr:g}: {p.seeds} seeds for each of "
        f"{_listed(p.widths)} sigmoid units and {p.relu_seeds} for each of {_listed(p.relu_widths)} ReLUs. "
        "A logit above 0 says ring. The loss counts as zero when it is below 0.05 and no point is wrong."
    )
    if page.quick:
        page.method(
            f"This is a quick run: fewer seeds, and {p.epochs:,} epochs at a higher learning rate in place "
            "of 10,000 at 0.001, so that the sheet's losses at epoch 9,000 have no counterpart here."
        )
    trained = train_widths(page, data, "sigmoid", sorted(set(p.widths)), p.seeds, p.lr, p.epochs)
    relu = train_widths(page, data, "relu", sorted(set(p.relu_widths)), p.relu_seeds, p.lr, p.epochs)
    loss_and_width.losses(page, trained, p.lr, p.epochs)
    loss_and_width.maps(page, data, trained)
    loss_and_width.first_network(page, data, p.seeds, p.first_epochs)
    enclosing.two_units(page, data, [trained, relu])
    enclosing.explain_the_loss(page, data, trained)
    regions.seven(page, data, trained)
    cube.corners(page, data, trained)
    cube.separability(page, data, trained)
    triples.three_of_five(page, data, trained)
    rectified.question(page, data, trained, relu)
    entropy.values(page)
    entropy.why_logits(page)
    coordinates.logistic_regressions(page, data)
    shuffling.full_batch(page, data, p.shuffle_epochs)
    plain_list.untrained(page, data)
    mistakes.shapes(page, data, trained.typical(3))
    mistakes.in_place(page, data, trained.typical(2))
    page.limits(
        "Shares of seeds hold for this data, torch's initialisation, Adam and this many epochs. A run that is "
        "stuck here might come free later, at another rate or from another start.",
        "The proof that two units cannot enclose the disc speaks of the whole plane and of monotone "
        "activations; units with a hump (such as GELU) or a bent input (such as $x^2 + y^2$) are not meant.",
        "All figures of loss and error are of the points trained on. The gap between disc and ring is wide, "
        "so fresh points would fare the same; with noise or a narrower gap they might not.",
        "Two inputs let every unit be seen as a line. In many dimensions the cube has as many corners but "
        "no picture.",
    )


def _require(name: str, widths: tuple[int, ...], needed: set[int]) -> None:
    missing = sorted(needed - set(widths))
    if missing:
        option = "--" + name.replace("_", "-")
        raise ParameterError(
            f"{option} is {' '.join(map(str, widths))}, but the study's questions need "
            f"{_listed(sorted(needed))}: add {_listed(missing)}."
        )


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    """Say numbers as in a sentence: 2, 3 and 5."""
    words = [str(n) for n in numbers]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
