"""Numbers inside a study's sentences: a true minus sign, and powers of ten as LaTeX instead of 1e-06."""

from __future__ import annotations

import math

__all__ = ["scientific", "signed"]


def signed(value: float, spec: str = "g") -> str:
    """Return a number with a minus sign rather than a hyphen.

    Examples
    --------
    >>> signed(-2.5)
    '−2.5'
    """
    return format(value, spec).replace("-", "\N{MINUS SIGN}")


def scientific(value: float, digits: int = 1) -> str:
    """Return a number as LaTeX: a power of ten, with a mantissa of `digits` decimals unless it is 1.

    Examples
    --------
    >>> scientific(2.73e-14), scientific(1e6), scientific(-1e-6), scientific(0.0)
    ('$2.7 \\\\times 10^{-14}$', '$10^{6}$', '$-10^{-6}$', '$0$')
    """
    if value == 0 or not math.isfinite(value):
        return f"${value:g}$"
    mantissa, exponent = f"{abs(value):.{digits}e}".split("e")
    sign = "-" if value < 0 else ""
    factor = "" if float(mantissa) == 1 else rf"{mantissa} \times "
    return f"${sign}{factor}10^{{{int(exponent)}}}$"
