"""Binary cross-entropy: the sheet's four values, and why it is better computed from logits."""

from __future__ import annotations

import numpy as np

from leadlight.functions import bce
from leadlight.studies.page import Page

from . import pictures

__all__ = ["both_ways", "values", "why_logits"]

PROBABILITIES = (0.01, 0.3, 0.5, 1.0)
SHEET = (4.6052, 1.2040, 0.6931, 0.0)


def values(page: Page) -> None:
    """Compute the cross-entropy of the sheet's probabilities at target 1."""
    import torch

    ours = np.asarray(bce(np.array(PROBABILITIES), 1.0))
    p = torch.tensor(PROBABILITIES, dtype=torch.float64)
    theirs = torch.nn.functional.binary_cross_entropy(p, torch.ones_like(p), reduction="none").numpy()
    page.table(
        "cross-entropy",
        ["p", "cross-entropy at target 1", "torch's BCELoss", "sheet"],
        [[p, a, abs(b), c] for p, a, b, c in zip(PROBABILITIES, ours.tolist(), theirs.tolist(), SHEET)],
        "$-\\log p$ for four predictions of a point whose class is 1.",
        formats=["g", ".4f", ".4f", ".4f"],
        section="Cross-entropy",
    )
    page.claim(
        "cross-entropy-values",
        "The cross-entropy of $p = 0.01, 0.3, 0.5, 1$ at target 1 is 4.6052, 1.2040, 0.6931 and 0, and that "
        "of $p = 0$ is 100, the logarithm being clamped.",
        bool(np.all(np.round(ours, 4) == SHEET)) and float(bce(np.array([0.0]), 1.0)[0]) == 100.0,  # type: ignore[index]
        {
            "greatest difference from the sheet": float(np.abs(ours - SHEET).max()),
            "greatest difference from torch": float(np.abs(ours - theirs).max()),
            "of p = 0": float(np.asarray(bce(np.array([0.0]), 1.0))[0]),
        },
    )


def both_ways(logits: np.ndarray, target: float) -> dict[str, np.ndarray]:
    """Return loss and gradient (by the logit) in float32, through the probability and from the logit.

    Keys "loss by p", "gradient by p", "loss by logit", "gradient by logit", each (n,) float64.
    """
    import torch

    found = {}
    for name in ("p", "logit"):
        z = torch.tensor(logits, dtype=torch.float32, requires_grad=True)
        t = torch.full_like(z, target)
        if name == "p":
            loss = torch.nn.functional.binary_cross_entropy(torch.sigmoid(z), t, reduction="none")
        else:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(z, t, reduction="none")
        loss.sum().backward()
        assert z.grad is not None
        found[f"loss by {name}"] = loss.detach().double().numpy()
        found[f"gradient by {name}"] = z.grad.double().numpy() + 0.0  # no -0
    return found


def why_logits(page: Page) -> None:
    """Compare both ways where a prediction is sure and wrong."""
    rows, worst = [], 0.0
    cases = {0.0: np.array([2.0, 10.0, 16.0, 17.0, 20.0, 100.0]), 1.0: -np.array([20.0, 30.0, 90.0, 110.0])}
    lost = {}
    for target, z in cases.items():
        found = both_ways(z, target)
        exact = np.logaddexp(0.0, np.where(target == 1.0, -z, z))
        worst = max(worst, float(np.abs(found["loss by logit"] / exact - 1).max()))
        slope = 1 / (1 + np.exp(-z)) - target
        for i in range(len(z)):
            rows.append(
                [int(target), z[i].item(), float(exact[i]), found["loss by p"][i].item(),
                 found["loss by logit"][i].item(), float(slope[i]), found["gradient by p"][i].item(),
                 found["gradient by logit"][i].item()]
            )  # fmt: skip
        lost[target] = found
    page.table(
        "logits",
        ["target", "logit", "loss", "by probability", "by logit", "gradient", "by probability ", "by logit "],
        rows,
        "Sure and wrong predictions: the loss and its gradient by the logit as they are, and in float32 "
        "through the probability (sigmoid, then BCELoss) and straight from the logit (BCEWithLogitsLoss).",
        formats=[None, "g", ".6g", ".6g", ".6g", ".4g", ".4g", ".4g"],
        section="Cross-entropy",
    )
    reach = np.linspace(0.0, 120.0, 481)
    page.figure(
        "logits",
        pictures.logits(reach, both_ways(reach, 0.0), both_ways(-reach, 1.0)),
        "A wrong prediction grows surer to the right. Straight from the logit the loss grows in proportion "
        "and its gradient stays 1. Through a float32 probability the loss jumps to the clamp and the gradient "
        "dies: above a logit of about 17 for target 0, where $p$ rounds to 1, and below about −28 for target "
        "1, where torch floors the denominator $p (1 - p)$.",
        alt="Loss and gradient against the size of a wrong logit; the curves through p saturate and vanish.",
        section="Cross-entropy",
    )
    at_20 = {name: float(v[list(cases[0.0]).index(20.0)]) for name, v in lost[0.0].items()}
    page.claim(
        "probabilities-saturate",
        "In float32 a point of target 0 with logit 20 has no gradient through its probability, but a gradient "
        "of 1 straight from its logit.",
        at_20["gradient by p"] == 0.0 and abs(at_20["gradient by logit"] - 1.0) < 1e-6,
        {
            "gradient by probability": at_20["gradient by p"],
            "gradient by logit": at_20["gradient by logit"],
            "loss by probability": at_20["loss by p"],
            "loss by logit": at_20["loss by logit"],
        },
    )
    _gradient_of_logits(page)
    page.answer(
        "Why are logits preferred to probabilities?",
        f"From a logit of 20 at target 0 the loss is {at_20['loss by logit']:.6g} with gradient "
        f"{at_20['gradient by logit']:.4g}; through the float32 probability, which rounds to 1, the loss is "
        f"the clamp's {at_20['loss by p']:.4g} and the gradient {at_20['gradient by p']:.4g}: the worst "
        "mistakes are those that would not be trained. From logits the relative error of the loss is "
        f"{worst:.0e} at most in the table, and no logarithm need be clamped.",
    )


def _gradient_of_logits(page: Page) -> None:
    z, step = np.linspace(-30.0, 30.0, 121), 1e-4
    worst = 0.0
    for t in (0.0, 1.0):
        loss = [np.logaddexp(0.0, z + s) - t * (z + s) for s in (-step, step)]
        difference = (loss[1] - loss[0]) / (2 * step)
        worst = max(worst, float(np.abs(difference - (1 / (1 + np.exp(-z)) - t)).max()))
    page.derivation(
        "The gradient of the cross-entropy by the logit is prediction minus target",
        [
            "With $p = 1 / (1 + e^{-z})$ we have $-\\log p = \\log(1 + e^{z}) - z$ and "
            "$-\\log(1 - p) = \\log(1 + e^{z})$.",
            "So $L = -y \\log p - (1 - y) \\log(1 - p) = \\log(1 + e^{z}) - y z$, which no rounding of $p$ "
            "enters.",
            "Its derivative is $\\frac{dL}{dz} = \\frac{e^{z}}{1 + e^{z}} - y = p - y$: never 0 for a wrong "
            "answer, whose gradient tends to 1 in size.",
            "Through $p$ the same is the product $\\frac{p - y}{p (1 - p)} \\cdot p (1 - p)$, in which the "
            "second factor rounds to 0 once $p$ rounds to 1.",
        ],
        "Greatest difference from central differences on 121 logits from −30 to 30, both targets.",
        worst,
        1e-6,
    )
