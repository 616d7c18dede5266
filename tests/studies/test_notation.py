"""Numbers in sentences: what is written reads back as the number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.studies.notation import scientific, signed


@given(st.floats(-1e300, 1e300))
def test_a_power_of_ten_reads_back(value):
    text = scientific(value, digits=3).strip("$").replace(r" \times ", "*")
    if text == "0" or text == "-0":
        assert value == 0
        return
    factor, exponent = text.replace("}", "").split("10^{")
    mantissa = {"": 1.0, "-": -1.0}.get(factor) or float(factor.rstrip("*"))
    assert mantissa * 10.0 ** int(exponent) == pytest.approx(value, rel=1e-3)


@given(st.floats(-1e6, 1e6))
def test_a_signed_number_has_no_hyphen_and_reads_back(value):
    text = signed(value, ".6f")
    assert "-" not in text
    assert float(text.replace("\N{MINUS SIGN}", "-")) == pytest.approx(value, abs=1e-6)
