"""Study `linear-regions`: into how many flat pieces does a ReLU network cut the plane, and what is left
of them far away?

A shallow and a deep network of 20 hidden units each, as torch initialises them: drawn near and far, counted
exactly over many seeds beside the bounds, and followed to infinity, where the cones of the bias-free network
remain. No training.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.network import Network
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from . import arrangement, border, comparison, infinity, mistakes, near_far, randomness
from .constant import constant_seeds
from .counts import KINDS, networks

__all__ = ["Parameters", "run"]

NEAR, FAR_PICTURE = 5.0, 1e6


@dataclass(frozen=True)
class Parameters:
    """What can be changed about the study."""

    half_widths: tuple[float, ...] = parameter(
        (5.0, 10.0, 100.0, 500.0, 1000.0), "half-widths of the images", above=0, maximum=1e9
    )
    powers: tuple[int, ...] = parameter(
        (0, 2, 4, 6, 8, 10), "powers of ten that are half-widths of more images", minimum=-3, maximum=12
    )
    gradient_half_widths: tuple[float, ...] = parameter(
        (5.0, 500.0), "half-widths of the images of gradients", above=0, maximum=1e9
    )
    resolution: int = parameter(500, "pixels a side of an image", minimum=20, maximum=2000, quick=250)
    seeds: int = parameter(200, "networks of each kind that are counted exactly", minimum=2, quick=5)
    far_networks: int = parameter(20, "networks of each kind in the windows far away", minimum=1, quick=2)
    arrangements: int = parameter(5, "random arrangements for each number of lines", minimum=1, quick=1)
    law_networks: int = parameter(
        1000, "networks whose directions and biases are tested", minimum=100, quick=300
    )
    constant_networks: int = parameter(
        20000, "deep networks looked at for constant pictures", minimum=100, quick=3000
    )


def run(parameters: Parameters, page: Page) -> None:
    """Write the study's page."""
    nets = pictured_networks(page)
    seeds = page.seeds("counted", parameters.seeds)
    counted_nets = {kind: networks(kind, seeds) for kind in KINDS}
    page.method(
        "Two networks from the plane to one number with 20 hidden units each: shallow 2-20-1 and deep "
        "2-5-5-5-5-1, with ReLU and, on the same weights, with Abs; torch's default initialisation (weights "
        "and biases uniform, rounded to float32), no training. Images are evaluated in float64 at "
        f"{parameters.resolution} × {parameters.resolution} pixel centres, gradients exactly by the chain "
        "rule. Cells are found by `leadlight.regions` and certified: every sign that decides about one is "
        f"proven. They are counted on {parameters.seeds} seeds of each kind; a *cell* has one activation "
        "pattern, a *linear region* joins neighbouring cells with the same affine map. The networks drawn "
        f"have the first seed whose deep picture within ± {NEAR:g} is not constant."
    )
    counted = comparison.count_all(page, counted_nets)
    border.claim_cones(page, counted)
    _count_parameters(page, nets)
    near_far.show_images(
        page,
        nets,
        parameters.half_widths,
        [10.0**k for k in parameters.powers],
        parameters.gradient_half_widths,
        parameters.resolution,
    )
    near_far.show_cells(page, nets, NEAR, FAR_PICTURE)
    view = near_far.far_away(
        page, nets, near_far.far_view_widths((NEAR, *parameters.half_widths)), parameters.resolution
    )
    infinity.show_why(page, nets, {k: counted_nets[k][: parameters.far_networks] for k in KINDS}, view)
    near_far.explain_gradients(page, nets, parameters.gradient_half_widths, parameters.resolution)
    comparison.compare(page, counted_nets, counted, NEAR)
    arrangement.derive(page, parameters.arrangements)
    arrangement.show_general_position(page)
    randomness.directions_and_biases(
        page, networks("shallow ReLU", page.seeds("laws", parameters.law_networks))
    )
    randomness.constant_pictures(
        page, networks("deep ReLU", page.seeds("constant", parameters.constant_networks)), NEAR
    )
    mistakes.finite_differences(page, nets["deep ReLU"], NEAR, parameters.resolution)
    mistakes.repeated_half_width(page, nets["shallow ReLU"])
    mistakes.exchanged_axes(page, nets["deep ReLU"], NEAR, parameters.resolution)
    page.limits(
        "These are networks before training. Training moves the lines towards the data, and neither the "
        "counts nor the crowded directions need survive it.",
        "Two architectures of 20 units, one way to initialise them: that the shallow one has more cells here "
        "says nothing about what the deep one could have, nor about which learns better.",
        "A count of cells measures how finely the plane is cut, not how complicated the function is: "
        "neighbouring slopes may hardly differ.",
        "Counts are of the exact real numbers that the float32 weights denote. What a float32 evaluation "
        "makes of them near a crease, or at a distance of $10^{10}$, is another matter.",
        "The whole plane is a square of half-width $10^{10}$ here: a crossing farther out would be missed.",
    )


def pictured_networks(page: Page) -> dict[str, Network]:
    """Return one network of each kind, all with the first seed whose deep ReLU picture is not constant."""
    seeds = page.seeds("pictured", 64)
    dull = set(constant_seeds(networks("deep ReLU", seeds), NEAR))
    seed = next((seed for i, seed in enumerate(seeds) if i not in dull), seeds[0])
    return {kind: networks(kind, [seed])[0] for kind in KINDS}


def _count_parameters(page: Page, nets: dict[str, Network]) -> None:
    """Count the parameters of both networks layer by layer."""
    shallow, deep = nets["shallow ReLU"], nets["deep ReLU"]
    page.table(
        "parameters",
        ["network", "layer", "inputs", "units", "parameters"],
        [
            [name.removesuffix(" ReLU"), row.layer, row.shape[1], row.shape[0], row.parameters]
            for name, net in (("shallow ReLU", shallow), ("deep ReLU", deep))
            for row in net.summary().rows
        ],
        f"Weights and biases: {shallow.n_parameters} for the shallow network, {deep.n_parameters} for the "
        "deep one.",
    )
    page.claim(
        "parameters",
        "The shallow network has 81 parameters, the deep one 111.",
        (shallow.n_parameters, deep.n_parameters) == (81, 111),
        {"shallow": shallow.n_parameters, "deep": deep.n_parameters},
    )
    page.answer(
        "How many parameters do the networks have?",
        "The shallow one 2 · 20 weights and 20 biases, then 20 weights and 1 bias: "
        f"{shallow.n_parameters}. The deep one (2 · 5 + 5) + 3 (5 · 5 + 5) + (5 + 1) = "
        f"{deep.n_parameters}. Both have {shallow.n_units} hidden units.",
    )
