"""depth: networks of one to five hidden layers with the same number of parameters, on the arms of a spiral.

Every seed is trained at every depth under two budget rules, on the same data in the same order, and has a draw of
the data of its own; which depth is best, and how sure that is, comes from a bootstrap over seeds. Then what changes
with depth is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...budget import n_parameters, widths_for_budget
from ..page import Page
from ..parameters import parameter
from .answers import answer
from .best import judge
from .compare import compare, seeds_and_data
from .maps import decision_maps, typical_seed
from .mistakes import evaluated_string
from .pictures import accuracy_by_depth, losses
from .reasons import reasons
from .samples import half_width, samples
from .wider import remedies, wider

__all__ = ["Parameters", "run"]

SHEET = {1: (14, 102), 2: (7, 109), 3: (6, 130), 4: (5, 129), 5: (4, 112)}  # widths and parameters

Shapes = dict[tuple[str, int], tuple[int, ...]]  # widths by (rule, depth)


@dataclass(frozen=True)
class Parameters:
    """What depth runs."""

    depths: tuple[int, ...] = parameter((1, 2, 3, 4, 5), "numbers of hidden layers", minimum=1, maximum=10)
    budget: int = parameter(100, "parameters of each network", minimum=20, maximum=5000)
    budgets: tuple[int, ...] = parameter(
        (200, 400), "greater budgets to repeat with", minimum=20, quick=(400,)
    )
    seeds: int = parameter(200, "runs for each depth and rule", minimum=2, maximum=1000, quick=12)
    data_sets: int = parameter(
        200, "draws of the data, at most one a seed, the seeds dealt out to them", minimum=1, quick=12
    )
    n_per_class: int = parameter(1000, "points on each arm of the spiral", minimum=20)
    epochs: int = parameter(100, "epochs of training", minimum=1, quick=40)
    longer: int = parameter(4, "train on to so many times the epochs", minimum=1, quick=1)
    batch: int = parameter(128, "samples in a batch", minimum=1)
    resolution: int = parameter(500, "pixels a side of the decision maps", minimum=20)
    data: Path | None = parameter(
        None, "CSV with two numeric columns and a class column, in place of the spirals"
    )


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    depths = sorted(set(p.depths))
    pairs = samples(page, p.data, p.n_per_class, min(p.data_sets, p.seeds), p.batch)
    n_inputs, n_outputs = pairs[0][0].n_features, pairs[0][0].n_classes
    widths = {
        (rule, depth): widths_for_budget(n_inputs, n_outputs, depth, p.budget, rule)
        for rule in ("at_least", "fair")
        for depth in depths
    }
    dealt = seeds_and_data(page, pairs, p.seeds)
    what = (
        f"{n_outputs} spiral arms of {p.n_per_class:,} points, drawn {_times(len(dealt))}"
        if p.data is None
        else f"the {n_outputs} classes of {p.data.name}, split {_times(len(dealt))}, standardised on the training part"
    )
    page.method(
        f"Data: {what}; {len(pairs[0][0]):,} points to train and {len(pairs[0][1]):,} to test. ReLU networks "
        f"of {depths[0]} to {depths[-1]} hidden layers, torch's default initialisation, {p.seeds} seeds for each "
        f"depth and rule; Adam at 0.001, batches of {p.batch}, the last partial one dropped, {p.epochs} epochs"
        + (f" (trained on to {p.epochs * p.longer})" if p.longer > 1 else "")
        + ", cross-entropy on logits, float32. A seed has the same data and the same batch orders at every depth and "
        f"under both rules. *At least* is the course's rule: the smallest equal width with at least {p.budget} "
        f"parameters. *Fair*: widths as equal as possible, within 2 of {p.budget} parameters."
    )
    budget_table(page, widths, n_inputs, n_outputs, p.budget)
    runs = compare(
        page, "training at every depth", dealt, widths, epochs=p.epochs, longer=p.longer, batch=p.batch
    )
    accuracy_by_depth(page, runs, p.epochs)
    best = judge(page, runs, p.epochs, p.longer)
    budget_claims(page, widths, n_inputs, n_outputs, p.budget)
    losses(page, runs)
    shown = typical_seed(runs.table("test", "at_least"))
    decision_maps(
        page,
        {depth: runs.networks["at_least", depth][shown] for depth in depths},
        [pair[1] for pair, seeds in dealt for _ in seeds][shown],
        half_width(pairs, p.data),
        p.resolution,
    )
    measured = reasons(page, runs, half_width(pairs, p.data))
    grown = wider(page, runs, dealt, p.budget, p.budgets, epochs=p.epochs, batch=p.batch)
    he = remedies(page, runs, dealt, grown, epochs=p.epochs, longer=p.longer, batch=p.batch)
    answer(page, runs, best, measured, grown, he)
    evaluated_string(page)
    page.limits(
        f"One kind of data, one budget rule at a time and one optimizer with one learning rate: the best depth of "
        f"{p.budget} parameters here is not the best depth elsewhere.",
        f"{p.seeds} seeds on {len(dealt)} draw{'s' * (len(dealt) > 1)} of the data: intervals speak of "
        + ("arms like these, drawn anew." if len(dealt) == p.seeds else "these draws."),
        "Best means the highest mean accuracy, which counts the runs that never learn; medians, and who wins seed by "
        "seed, need not agree with it.",
        "Gradients, dead units and cells go along with depth; that they cause the loss of accuracy is supported by the "
        "wider networks, not proved.",
        "The course's rule gives the middle depths more parameters than the ends; only the fair rule compares equals.",
    )


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def budget_table(page: Page, widths: Shapes, n_inputs: int, n_outputs: int, budget: int) -> None:
    """List widths and parameters under both rules, beside the sheet's."""
    sheet = (n_inputs, n_outputs, budget) == (2, 4, 100)
    rows = []
    for depth in sorted({d for _, d in widths}):
        row: list = [depth]
        for rule in ("at_least", "fair"):
            shape = widths[rule, depth]
            row += ["-".join(map(str, shape)), n_parameters([n_inputs, *shape, n_outputs])]
        rows.append(row + ([SHEET.get(depth, (None, None))[1]] if sheet else []))
    page.table(
        "budget",
        ["layers", "widths, at least", "parameters", "widths, fair", "parameters"]
        + (["sheet: parameters"] if sheet else []),
        rows,
        f"Networks of about {budget} parameters with {n_inputs} inputs and {n_outputs} outputs, by hidden layers.",
    )


def budget_claims(page: Page, widths: Shapes, n_inputs: int, n_outputs: int, budget: int) -> None:
    """Claim that the widths are the sheet's, and that the fair rule is fair."""
    sheet = (n_inputs, n_outputs, budget) == (2, 4, 100)
    counts = {key: n_parameters([n_inputs, *shape, n_outputs]) for key, shape in widths.items()}
    known = [d for d in SHEET if ("at_least", d) in widths]
    if sheet and known:
        page.claim(
            "the-sheets-widths",
            "The course's rule gives 1 to 5 layers the widths 14, 7, 6, 5, 4 and 102, 109, 130, 129, 112 parameters.",
            all(
                (widths["at_least", d], counts["at_least", d]) == ((SHEET[d][0],) * d, SHEET[d][1])
                for d in known
            ),
            {f"parameters at depth {d}": counts["at_least", d] for d in known},
        )
    off = {d: abs(counts[rule, d] - budget) for rule, d in widths if rule == "fair"}
    page.claim(
        "fair-within-two",
        f"Under the fair rule every network is within 2 of {budget} parameters.",
        max(off.values()) <= 2,
        {f"off by, depth {d}": gap for d, gap in off.items()},
        must_hold=sheet and set(off) <= set(SHEET),
    )
