"""Numbers as text: sensible digits, thousands apart, nothing rounded to what it is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.report import numbers
from leadlight.studies.result import Interval


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (81, "81"),
        (3200, "3,200"),
        (-7, "−7"),
        (2**100, "1.267 × 10³⁰"),
        (0.0, "0"),
        (0.5, "0.5"),
        (1 / 3, "0.3333"),
        (69.88, "69.88"),
        (0.99995, "0.99995"),
        (99.996, "99.996"),
        (123456.789, "123,457"),
        (1e-16, "10⁻¹⁶"),
        (-2.5e-7, "−2.5 × 10⁻⁷"),
        (3e12, "3 × 10¹²"),
        (math.inf, "∞"),
        (math.nan, "not a number"),
        (True, "yes"),
        (None, "–"),
        ("text", "text"),
        ((1, 2.5), "1, 2.5"),
    ],
)
def test_text(value: object, shown: str) -> None:
    assert numbers.text(value) == shown


def test_a_format_replaces_the_choice_of_digits() -> None:
    assert numbers.text(0.123456, ".2f") == "0.12"
    assert numbers.text(0.123456, ".1%") == "12.3%"
    assert numbers.text(7, "03d") == "007"


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        (Interval(0.8912, 0.8794, 0.9031, 20), "0.891 [0.879, 0.903]"),
        (Interval(185.0, 180.5, 193.0, 20), "185 [180, 193]"),
        (Interval(-0.5, -0.75, -0.25, 3), "−0.50 [−0.75, −0.25]"),
        (Interval(1e-9, 5e-10, 2e-9, 3), "10⁻⁹ [5 × 10⁻¹⁰, 2 × 10⁻⁹]"),
    ],
)
def test_an_interval_is_median_low_high_with_the_same_decimals(interval: Interval, shown: str) -> None:
    assert numbers.text(interval) == shown


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-300, max_value=1e300))
def test_rounding_is_to_four_digits_or_better(value: float) -> None:
    shown = numbers.text(value).replace(",", "")
    superscript = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    if "10" in shown and ("×" in shown or shown.translate(superscript) != shown):
        mantissa, _, power = shown.rpartition(" × ")
        back = float(mantissa or 1) * 10.0 ** int(power.removeprefix("10").translate(superscript))
    else:
        back = float(shown)
    assert back == pytest.approx(value, rel=6e-4)


def test_what_stands_flush_right() -> None:
    assert numbers.is_number(1)
    assert numbers.is_number(0.5)
    assert numbers.is_number(Interval(1.0, 0.0, 2.0, 3))
    assert not numbers.is_number(True)
    assert not numbers.is_number("1")
    assert not numbers.is_number(None)
