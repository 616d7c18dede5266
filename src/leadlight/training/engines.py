"""Which engine trains what: a table of shapes in this source, never a measurement at run time.

The compiled engine is the default. Its advantage shrinks with width (a wide layer is a matrix product), and
some things only the torch engine does.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from ..errors import MissingExtraError, ParameterError
from .problem import Problem
from .runs import Runs

__all__ = ["ENGINES", "run_on"]

ENGINES = ("auto", "compiled", "torch")

MAX_LAYERS = 64
"""Layers of the deepest network that the compiled engine takes."""

TORCH_IS_FASTER_ABOVE = 1024
"""Geometric mean of the two sizes of a network's largest layer, from which `auto` takes torch.

Up to here the compiled engine was measured to be the faster of the two: 4 times at widths of 128 (batches of
128, Adam, AVX-512, one core), 2.6 at 256, 1.8 at 512, 2.2 with 3,072 inputs and widths of 64.
"""


def run_on(engine: str, problem: Problem, threads: int | None) -> Runs:
    """Train on the engine asked for, or on the one that the table says.

    Raises
    ------
    ParameterError
        The compiled engine was asked for what it does not do.
    MissingExtraError
        The torch engine is due, and torch is not installed.
    """
    impossible = _impossible(problem)
    if engine == "compiled" and impossible:
        raise ParameterError(f"engine='compiled' does not take this, {impossible}: use engine='auto'.")
    reason = impossible or _slower(problem) if engine == "auto" else ""
    if engine == "compiled" or (engine == "auto" and not reason):
        from ._compiled_engine import run

        return run(problem, threads)
    return replace(_on_torch(problem), routed=f"not the compiled engine: {reason}" if reason else "")


def _on_torch(problem: Problem) -> Runs:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtraError("torch", "torch", "This training") from None
    from ._torch_engine import run

    return run(problem)


def _impossible(problem: Problem) -> str:
    """Why only the torch engine can do it, or nothing."""
    if problem.device == "cuda":
        return "it runs on the CPU"
    if any(net.depth + 1 > MAX_LAYERS for net in problem.networks):
        return f"a network has more than {MAX_LAYERS} layers"
    phis = {phi for net in problem.networks for phi in (*net.activations, net.output_activation)}
    if any(phi.n_units is not None for phi in phis):
        return "a prelu has a slope for each unit"
    if any(phi.name == "hardtanh" and phi.parameters for phi in phis):
        return "a hardtanh has bounds other than -1 and 1"
    if problem.source.n_samples >= 2**32:
        return "there are 2^32 samples or more"
    return ""


def _slower(problem: Problem) -> str:
    """Why torch is the faster one, or nothing."""
    largest = max(
        n_in * n_out
        for sizes in {net.layer_sizes for net in problem.networks}
        for n_in, n_out in itertools.pairwise(sizes)
    )
    if largest >= TORCH_IS_FASTER_ABOVE**2:
        return f"a layer of {largest:,} weights is faster on torch"
    return ""
