"""Paper and pencil: Xavier's variances derived and checked, the gain of each activation, the mean that is not 0."""

from __future__ import annotations

import numpy as np

from ...activations import ACTIVATIONS, Activation, activation
from ...initialisation import initialise
from ..page import Page

__all__ = ["derive_xavier", "mend_mean", "tabulate_gains"]


def derive_xavier(page: Page, n_in: int = 300, n_out: int = 100, draws: int = 400) -> None:
    """Derive the forward and backward variances and both of Xavier's formulas, each checked on random layers."""
    rng = page.rng("xavier")
    s = 0.1
    forward, backward = [], []
    for _ in range(draws):
        w = rng.standard_normal((n_out, n_in)) * s
        forward.append(np.mean((w @ rng.standard_normal(n_in)) ** 2))
        backward.append(np.mean((w.T @ rng.standard_normal(n_out)) ** 2))
    measured = float(np.mean(forward)), float(np.mean(backward))
    expected = n_in * s**2, n_out * s**2
    page.derivation(
        "Variance forward and backward through a linear layer",
        [
            r"Forward $o_i = \sum_{j=1}^{n_{in}} w_{ij} x_j$ with independent $w_{ij}$ of mean 0 and variance "
            r"$s^2$, and $E[x_j^2] = \gamma^2$.",
            r"$E[o_i] = \sum_j E[w_{ij}] E[x_j] = 0$ and, as mixed terms vanish, "
            r"$\mathrm{Var}[o_i] = \sum_j E[w_{ij}^2] E[x_j^2] = n_{in} s^2 \gamma^2$.",
            r"Backward $g_j = \sum_{i=1}^{n_{out}} w_{ij} d_i$ has the same form with the other index summed: "
            r"$\mathrm{Var}[g_j] = n_{out} s^2 \gamma^2$.",
        ],
        f"Mean square over {draws} random {n_in} to {n_out} layers with s = {s:g}: forward {measured[0]:.4f} "
        f"(formula {expected[0]:.4f}), backward {measured[1]:.4f} (formula {expected[1]:.4f}); "
        "the greater relative error",
        max(abs(m / e - 1) for m, e in zip(measured, expected)),
        0.05,
    )
    errors, lines = [], []
    target = 2.0 / (n_in + n_out)
    for scheme in ("xavier_normal", "xavier_uniform"):
        weights = np.stack([initialise(n_in, n_out, scheme, rng)[0] for _ in range(40)])
        errors.append(abs(float(np.var(weights)) / target - 1))
        lines.append(f"{scheme}: variance {np.var(weights):.6f}, largest weight {np.abs(weights).max():.4f}")
    bound = np.sqrt(6.0 / (n_in + n_out))
    page.derivation(
        "Xavier's compromise, normal and uniform",
        [
            r"Forward asks for $n_{in} s^2 = 1$, backward for $n_{out} s^2 = 1$; both hold only if "
            r"$n_{in} = n_{out}$. The compromise is $\frac{1}{2}(n_{in} + n_{out}) s^2 = 1$.",
            r"Normal weights: standard deviation $s = \sqrt{2 / (n_{in} + n_{out})}$.",
            r"Uniform weights on $(-a, a)$ have variance $a^2/3$, so $a = \sqrt{3}\, s$, "
            r"that is $\sqrt{6 / (n_{in} + n_{out})}$.",
            r"An activation shrinks the second moment to $E[\varphi(z)^2]$; weights times the gain "
            r"$1/\sqrt{E[\varphi(z)^2]}$ make up for it. LeakyReLU with slope $a$: "
            r"$E[\varphi(z)^2] = (1 + a^2)/2$, gain $\sqrt{2/(1+a^2)}$.",
        ],
        f"40 draws of leadlight's initialisers ({'; '.join(lines)}; formula: variance {target:.6f}, bound "
        f"{bound:.4f}); the greater relative error of the variance",
        max(errors),
        0.02,
    )


def tabulate_gains(page: Page) -> None:
    """The gain of every activation of the table beside the value that torch uses, and a sampled check."""
    z = page.rng("gains").standard_normal(1_000_000)
    rows, worst = [], 0.0
    for name in ACTIVATIONS:
        phi = activation("leaky_relu(0.1)" if name == "leaky_relu" else name)
        sampled = 1.0 / float(np.sqrt(np.mean(phi.forward(z) ** 2)))
        worst = max(worst, abs(sampled / phi.gain - 1))
        mean = float(np.mean(phi.forward(z)))
        rows.append([phi.spec, phi.gain, sampled, phi.torch_gain, mean])
    page.table(
        "gains",
        [
            "activation",
            "gain",
            "sampled",
            "torch's gain",
            "mean of φ(z)",
        ],
        rows,
        "The gain $1/\\sqrt{E[\\varphi(z)^2]}$ that keeps a standard normal's second moment, the same from a million "
        "samples, and torch's `calculate_gain`. They agree for the "
        "ReLU family; torch's 5/3 for tanh is a rule of thumb and its 1 for sigmoid no gain at all.",
        formats=[None, ".4f", ".4f", ".4f", "+.4f"],
    )
    page.claim(
        "gain-formula",
        "For every activation of the table the gain from the formula agrees with a million samples to 1 %.",
        worst < 0.01,
        {"largest relative difference": worst, "activations": len(rows)},
    )
    relu, leaky, tanh = activation("relu"), activation("leaky_relu(0.1)"), activation("tanh")
    page.claim(
        "leaky-gain",
        "LeakyReLU with slope 0.1 has gain $\\sqrt{2 / 1.01} = 1.407$, which is also torch's value.",
        bool(
            abs(leaky.gain - np.sqrt(2 / 1.01)) < 1e-12 and abs((leaky.torch_gain or 0) - leaky.gain) < 1e-12
        ),
        {"gain": leaky.gain, "torch": leaky.torch_gain, "relu, for comparison": relu.gain},
    )
    page.claim(
        "tanh-gain-differs",
        "torch's gain for tanh is not the one that keeps the second moment.",
        bool(abs((tanh.torch_gain or 0) - tanh.gain) > 0.05),
        {"gain": tanh.gain, "torch": tanh.torch_gain},
    )


def mend_mean(page: Page, phi: Activation, slope: float) -> None:
    """LeakyReLU's outputs do not have mean zero, so the gain keeps the second moment, not the variance."""
    z = page.rng("mean").standard_normal(1_000_000)
    out = phi.gain * phi.forward(z)
    mean, variance, second = float(out.mean()), float(out.var()), float(np.mean(out**2))
    theory = (1 - slope) / np.sqrt(2 * np.pi)
    page.mend(
        "The mean after LeakyReLU is not zero",
        f"The sheet takes the mean after the activation as 0 and speaks of keeping the variance. For standard "
        f"normal input the mean is $(1-a)/\\sqrt{{2\\pi}}$ = {theory:.4f} (sampled: {mean / phi.gain:.4f}). What "
        f"the gain {phi.gain:.4f} keeps is the second moment; the variance is lower. The next layer's sum has "
        f"weights of mean 0, so the second moment is what it needs.",
        wrong=f"variance kept at 1 (it is {variance:.4f})",
        right=f"second moment kept at 1 (it is {second:.4f})",
    )
    page.claim(
        "second-moment",
        "With its gain, LeakyReLU keeps the second moment of a standard normal and not its variance.",
        abs(second - 1) < 0.01 and abs(variance - 1) > 0.05,
        {"second moment": second, "variance": variance, "mean": mean, "slope": slope},
    )
