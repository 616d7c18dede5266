"""How many monomials of two variables there are up to a degree: derived, and checked by listing them."""

from __future__ import annotations

from ...data import polynomial_exponents
from ..page import Page

__all__ = ["count_terms", "terms"]


def terms(degree: int) -> int:
    """Monomials x1^i x2^j with 1 <= i + j <= degree.

    Examples
    --------
    >>> terms(2), terms(50)
    (5, 1325)
    """
    return (degree + 1) * (degree + 2) // 2 - 1


def count_terms(page: Page, degree: int) -> None:
    """Derive the number of terms, and list them for every degree up to the given one."""
    listed = []
    for d in range(1, degree + 1):
        exponents = polynomial_exponents(2, d)
        distinct = {(int(i), int(j)) for i, j in exponents if 1 <= i + j <= d}
        listed.append(len(distinct) if len(distinct) == len(exponents) else -1)
    off = max(abs(found - terms(d)) for d, found in enumerate(listed, start=1))
    page.derivation(
        "The number of terms",
        [
            r"Of total degree $d$ there are the $d + 1$ monomials $x_1^i x_2^{d-i}$, $i = 0, \ldots, d$.",
            r"All degrees from 1 to $P$: $\sum_{d=1}^{P} (d+1) = \frac{P(P+1)}{2} + P$.",
            r"This is $\frac{P^2 + 3P}{2} = \frac{(P+1)(P+2)}{2} - 1$: the pairs $(i, j)$ with $i + j \leq P$ fill a "
            r"triangle of $\frac{(P+1)(P+2)}{2}$ points, and the constant is left out.",
        ],
        f"All distinct monomials listed for every degree from 1 to {degree} ({listed[-1]:,} at {degree}); the greatest "
        "difference from the formula",
        float(off),
        0.0,
    )
    page.claim(
        "terms",
        f"There are (P + 1)(P + 2)/2 - 1 monomials of degree 1 to P: {terms(degree):,} for P = {degree}.",
        off == 0,
        {"listed": listed[-1], "formula": terms(degree), "degrees checked": degree},
    )
