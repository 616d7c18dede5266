"""The table of the studies: one entry for each question of the course sheets.

Importing this module imports no study, so the command line can list, complete and check names at once. A
study's module is imported by `Study.load`; it defines a frozen dataclass ``Parameters`` and a function
``run(parameters, page)``. ``weight`` is a rough cost in seconds of one core, used only to start the longest
studies first: it never changes a result.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from leadlight.errors import UnknownNameError

__all__ = ["STUDIES", "Study", "find_study", "list_studies"]

DECISIONS = "What networks do: arguments of the maximum, regions, depth"
IMAGES = "Images: hierarchy and initialisation"
CURVES = "Hidden units: rings and curves"
LINES = "First steps: lines, filters and gradients"
FLOWERS = "Tables: iris"


@dataclass(frozen=True)
class Study:
    """One question of the course: what it is called, where it lives, what it costs.

    Attributes
    ----------
    name : str
        The name on the command line.
    module : str
        The full name of the module that answers it.
    title, question : str
        The heading and the question of its section in the report.
    sheet : str
        The course sheet it belongs to.
    weight : float
        Rough cost in seconds, for scheduling only.
    """

    name: str
    module: str
    title: str
    question: str
    sheet: str
    weight: float = 1.0

    def load(self) -> ModuleType:
        """Import and return the study's module."""
        return importlib.import_module(self.module)


def _study(name: str, title: str, question: str, sheet: str, weight: float) -> Study:
    return Study(name, f"leadlight.studies.{name.replace('-', '_')}", title, question, sheet, weight)


_TABLE = (
    _study(
        "softmax",
        "Softmax and log-sum-exp",
        "What is softmax soft of, and what becomes of it as the inverse temperature grows or vanishes?",
        DECISIONS,
        6,
    ),
    _study(
        "linear-regions",
        "The linear regions of a ReLU network",
        "Into how many flat pieces does a ReLU network cut the plane, and what is left of them far away?",
        DECISIONS,
        60,
    ),
    _study(
        "region-counts",
        "How many cells, and how many at most",
        "How many cells has a network at the start and through training, and how many could it have?",
        DECISIONS,
        12,
    ),
    _study(
        "depth",
        "Why depth, and how much",
        "With the parameters held fixed, how deep should a network be to tell four spiral arms apart?",
        DECISIONS,
        55,
    ),
    _study(
        "polynomial",
        "A very wide polynomial model",
        "Does a linear model on all monomials up to a high degree generalise outside its training range?",
        DECISIONS,
        30,
    ),
    _study(
        "animal-faces",
        "What the first layer of an image classifier sees",
        "Are the first-layer features of a fully connected network on faces parts of faces or whole faces?",
        IMAGES,
        210,
    ),
    _study(
        "init-gain",
        "The gain of an initialisation",
        "How large must initial weights be for signals and gradients to survive the layers?",
        IMAGES,
        35,
    ),
    _study(
        "rings",
        "A ring around a disc",
        "How many hidden units separate a disc from the ring around it, and what does each unit do?",
        CURVES,
        40,
    ),
    _study(
        "damped-sine",
        "A damped sine from sigmoids",
        "How does a sum of sigmoids follow a damped oscillation, and why does one side fit so much better?",
        CURVES,
        20,
    ),
    _study(
        "line-fit",
        "Fitting a line by gradient descent",
        "Which line does gradient descent find, and is it the line that made the data?",
        LINES,
        7,
    ),
    _study(
        "line-detector",
        "A filter that finds lines",
        "Which 3 x 3 filters and biases are positive exactly on the pixels of horizontal or vertical lines?",
        LINES,
        4,
    ),
    _study(
        "iris",
        "Iris: learning rates and widths",
        "How do the learning rate and the number of hidden units change the loss and accuracy on iris?",
        FLOWERS,
        20,
    ),
)

STUDIES: dict[str, Study] = {study.name: study for study in _TABLE}


def list_studies() -> list[Study]:
    """Return all studies in the order of the course.

    Examples
    --------
    >>> [study.name for study in list_studies()][:3]
    ['softmax', 'linear-regions', 'region-counts']
    """
    return list(STUDIES.values())


def find_study(name: str | Study) -> Study:
    """Return the study of that name (a `Study` is returned as it is).

    Raises
    ------
    UnknownNameError
        If no study is called so; the nearest name is offered.
    """
    if isinstance(name, Study):
        return name
    key = str(name).replace("_", "-")
    if key not in STUDIES:
        raise UnknownNameError("study", str(name), STUDIES)
    return STUDIES[key]


def longest_first(studies: Iterable[Study]) -> list[Study]:
    """Order studies by falling weight (ties keep their order): the greedy schedule for few workers."""
    return sorted(studies, key=lambda study: -study.weight)
