"""Numbers as a reader wants them: sensible digits, thousands set apart, intervals as median [low, high].

The full value stays reachable (as the title of the cell), so that rounding hides nothing.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["is_number", "text"]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MINUS = "\N{MINUS SIGN}"


def is_number(value: object) -> bool:
    """True for what is set flush right: numbers and intervals, not truth values."""
    return not isinstance(value, bool) and (isinstance(value, int | float) or _is_interval(value))


def text(value: Any, spec: str | None = None) -> str:
    """One value as text.

    Parameters
    ----------
    value : str, bool, int, float, None or Interval
        An interval is anything with ``median``, ``low`` and ``high``.
    spec : str, optional
        A format specification such as ``".3f"`` that replaces the choice of digits.

    Examples
    --------
    >>> text(3200), text(0.66524), text(1.5e-13), text(-2.0), text(None), text(True)
    ('3,200', '0.6652', '1.5 × 10⁻¹³', '−2', '–', 'yes')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_interval(value):
        return _interval(value, spec)
    if isinstance(value, int):
        return format(value, spec or ",").replace("-", _MINUS) if abs(value) < 10**15 or spec else _big(value)
    if isinstance(value, float):
        return (format(value, spec) if spec and math.isfinite(value) else _float(value)).replace("-", _MINUS)
    if isinstance(value, list | tuple):
        return ", ".join(text(v, spec) for v in value)
    return str(value)


def _is_interval(value: object) -> bool:
    return all(hasattr(value, name) for name in ("median", "low", "high"))


def _float(value: float, digits: int = 4) -> str:
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    while (
        magnitude < 3
        and digits < 7
        and float(f"{value:.{digits - 1}e}").is_integer()
        and not value.is_integer()
    ):
        digits += 1  # 0.99995 is not 1
    if -4 < magnitude < 9:
        shown = f"{value:,.{max(digits - 1 - magnitude, 0)}f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa} × {power}"


def _big(value: int) -> str:
    """An integer too long to read digit by digit, e.g. 2^100: leading digits and a power of ten."""
    digits = str(abs(value))
    sign = _MINUS if value < 0 else ""
    return f"{sign}{digits[0]}.{digits[1:4]} × 10{str(len(digits) - 1).translate(_SUPERSCRIPT)}"


def _interval(interval: Any, spec: str | None) -> str:
    """The same number of decimals thrice: two digits of the interval's width, or four of the median."""
    low, median, high = (float(interval.low), float(interval.median), float(interval.high))
    width = high - low
    if spec is None and math.isfinite(width) and 1e-4 < max(abs(low), abs(high)) < 1e7:
        scale = width if width > 0 else abs(median) / 100 or 1.0
        spec = f",.{min(max(1 - math.floor(math.log10(scale)), 0), 6)}f"
    middle, left, right = (text(v, spec) for v in (median, low, high))
    return f"{middle} [{left}, {right}]"
