"""What the runs say: the table of the models, the claims, and the answer to the sheet's question."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..page import Page
from .models import Fit
from .outside import mean_interval
from .pictures import CHANCE

__all__ = ["SHEET", "answer", "claims", "compare_with_sheet", "table_of_models"]

SHEET = {"train": 69.88, "test": 72.62}  # the sheet's single run
Rules = Mapping[str, Mapping[str, float]]


def table_of_models(page: Page, fits: Mapping[str, Fit], rules: Rules, is_the_sheets: bool) -> None:
    """Accuracy inside and outside, and how sure the models are outside."""
    rows: list[list] = [
        [
            name,
            one.n_parameters,
            *(page.interval(v) for v in (one.train, one.test, one.outside, one.confidence)),
        ]
        for name, one in fits.items()
    ]
    if is_the_sheets:
        rows.insert(
            1, ["the same, the sheet's single run", rows[0][1], SHEET["train"], SHEET["test"], None, None]
        )
    names = {
        "frozen edge": "direction alone, arms frozen at t = 1",
        "the rule": "best guess, knowing how the points were made",
    }
    rows += [[names[name], None, None, rule["test"], rule["outside"], None] for name, rule in rules.items()]
    rows.append(["chance", None, None, CHANCE, CHANCE, None])
    page.table(
        "models",
        ["model", "parameters", "train", "test", "outside", "confidence outside"],
        rows,
        "Accuracy in per cent, median and quartiles of the seeds; last, the mean probability that softmax gives the "
        "class it chooses on the outside points. The two rules were not trained.",
        formats=[None, None, ".2f", ".2f", ".1f", ".1f"],
    )


def claims(page: Page, raw: Fit, scaled: Fit, network: Fit, rules: Rules, last: np.ndarray) -> None:
    """Claim what a wide model does inside and outside (`last`: raw, near the arms' end); each may fail."""
    rng = page.rng("claims")
    drop = mean_interval(raw.test - raw.outside, rng)
    page.claim(
        "worse-outside",
        "The wide raw model is less accurate outside its training range than on test points inside: the interval of "
        "the mean fall lies above zero.",
        drop.low > 0,
        {"fall in points": drop, "runs stopped as diverged": raw.diverged},
        must_hold=False,
    )
    level = mean_interval(raw.outside, rng)
    page.claim(
        "better-than-chance",
        "Outside, the wide raw model is still better than chance: the interval of its mean accuracy lies above 25 %.",
        level.low > CHANCE,
        {"accuracy outside": level},
        must_hold=False,
    )
    end = mean_interval(last, rng)
    page.claim(
        "the-end-fools-it",
        "On the last stretch, t from 1.2 to 1.3, the wide raw model is worse than chance: the arms have turned to "
        "where it expects their neighbours.",
        end.high < CHANCE,
        {"accuracy there": end},
        must_hold=False,
    )
    lead = mean_interval(network.outside - raw.outside, rng)
    page.claim(
        "the-mlp-does-better",
        "Outside, the MLP is more accurate than the wide raw model: the interval of the mean lead lies above zero.",
        lead.low > 0,
        {"lead in points": lead, "the MLP's accuracy outside": mean_interval(network.outside, rng)},
        must_hold=False,
    )
    edge = rules["frozen edge"]["outside"]
    means = {
        "raw": float(raw.outside.mean()),
        "standardised": float(scaled.outside.mean()),
        "MLP": float(network.outside.mean()),
    }
    page.claim(
        "nobody-follows-the-arms",
        "Outside, no trained model has a higher mean accuracy than going by direction alone as if the arms stopped "
        "turning at t = 1.",
        max(means.values()) <= edge,
        {"direction alone": edge, **means},
        must_hold=False,
    )
    gain = mean_interval(scaled.test - raw.test, rng)
    page.claim(
        "scale-matters-inside",
        "Standardised monomials give a higher test accuracy than raw ones after the same training: the interval of the "
        "mean gain lies above zero.",
        gain.low > 0,
        {"gain in points, test": gain},
        must_hold=False,
    )
    loss = mean_interval(raw.outside - scaled.outside, rng)
    page.claim(
        "scale-costs-outside",
        "Outside, standardised monomials are less accurate than raw ones: the interval of the mean loss lies above "
        "zero.",
        loss.low > 0,
        {"loss in points, outside": loss},
        must_hold=False,
    )


def compare_with_sheet(page: Page, raw: Fit, fresh: np.ndarray) -> None:
    """Claim that the sheet's single run is one like ours; `fresh`: test accuracies (n_seeds, n_tests)."""
    seen = {"train": raw.train, "test": np.concatenate([raw.test, fresh.ravel()])}
    page.claim(
        "the-sheets-accuracy",
        f"The sheet's single run, {SHEET['train']} % (train) and {SHEET['test']} % (test), lies within the range of "
        "ours: all seeds for training, all seeds on their own and on fresh test sets of the same size for testing.",
        all(values.min() <= SHEET[what] <= values.max() for what, values in seen.items()),
        {
            **{
                f"{end} {what}": float(getattr(v, end)())
                for what, v in seen.items()
                for end in ("min", "max")
            },
            "test accuracies": seen["test"].size,
            "of them as high as the sheet's": int((seen["test"] >= SHEET["test"]).sum()),
        },
        must_hold=False,
    )


def answer(page: Page, raw: Fit, scaled: Fit, network: Fit, rules: Rules, degree: int) -> None:
    """Answer the sheet's question in branches of this run's means."""
    mean = {
        name: float(np.mean(one.outside))
        for name, one in (("raw", raw), ("scaled", scaled), ("mlp", network))
    }
    fall = float(np.mean(raw.test)) - mean["raw"]
    edge, rule = rules["frozen edge"]["outside"], rules["the rule"]["outside"]
    verdict = "No" if mean["raw"] < edge and fall > 0 else "On these points it seems so"
    lead = mean_interval(network.outside - raw.outside, page.rng("answer"))
    better = "does better" if lead.low > 0 else "does worse" if lead.high < 0 else "does about as well"
    fails = "still fails to follow the arms" if mean["mlp"] < edge else "beats that too"
    page.answer(
        "Does a wide model generalise outside its training range?",
        f"{verdict}: on the arms continued to t = 1.3 the raw model of degree {degree} has {mean['raw']:.1f} % "
        f"(standardised {mean['scaled']:.1f} %), chance is {CHANCE:g} %, and on test points inside it had "
        f"{np.mean(raw.test):.1f} %; it is sure of its answers all the same (mean probability "
        f"{np.mean(raw.confidence):.0f} %). Above chance is little: going by direction alone, as if the arms stopped "
        f"turning at t = 1, gives {edge:.1f} %, and knowing how the points were made {rule:.1f} %. The MLP {better} "
        f"({mean['mlp']:.1f} %) and {fails}.",
    )
