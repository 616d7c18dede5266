"""Spec strings: what is read, what is written back, what is refused and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight import specs
from leadlight.errors import ParameterError, UnknownNameError

KNOWN = {
    "plain": (),
    "one": (("slope", 0.01),),
    "two": (("first", None), ("second", 0.0)),
    "more": specs.OneOrMore("slope", 0.25),
    "bounds": specs.Bounds(("low", -1.0), ("high", 1.0)),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ("plain", ())),
        ("plain()", ("plain", ())),
        ("  Plain ( ) ", ("plain", ())),
        ("one", ("one", (0.01,))),
        ("one(0.1)", ("one", (0.1,))),
        ("ONE( slope = 1e-3 )", ("one", (1e-3,))),
        ("two(3)", ("two", (3.0, 0.0))),
        ("two(second=2, first=-1)", ("two", (-1.0, 2.0))),
        ("two(1, second=2)", ("two", (1.0, 2.0))),
        ("more", ("more", (0.25,))),
        ("more(slope=2)", ("more", (2.0,))),
        ("more(1, -2,3e-1)", ("more", (1.0, -2.0, 0.3))),
        ("bounds", ("bounds", ())),
        ("bounds( )", ("bounds", ())),
        ("bounds(0, 6)", ("bounds", (0.0, 6.0))),
        ("bounds(high=6)", ("bounds", (-1.0, 6.0))),
    ],
)
def test_reads_numbers_by_position_and_by_name(text, expected):
    assert specs.parse(text, "thing", KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one(0.1, 2)", "has 2 numbers, but one takes 1"),
        ("plain(1)", "has 1 number, but plain takes 0"),
        ("one(x)", "'x' where a number belongs"),
        ("one(1,)", "has 2 numbers"),
        ("more(1, x)", "'x' where a number belongs"),
        ("more(1, slope=2)", "'slope=2' where a number belongs"),
        ("more(1, )", "'' where a number belongs"),
        ("more(0.5, inf)", "finite slope, not inf"),
        ("one(=1)", "no parameter ''"),
        ("one(slop=1)", "no parameter 'slop'"),
        ("two(1, first=2)", "gives first twice"),
        ("two", "lacks its first"),
        ("two(second=1)", "lacks its first"),
        ("bounds(1)", "lower bound below its upper one, not 1.0 and 1.0: write"),
        ("bounds(low=-2, low=1)", "gives low twice"),
        ("bounds(0, 1, 2)", "has 3 numbers, but bounds takes 2"),
        ("bounds(0, nan)", "finite high, not nan"),
        ("one(nan)", "finite slope, not nan"),
        ("one(inf)", "finite slope, not inf"),
        ("one(__import__('os'))", "where a number belongs"),
        ("one(0.1", "Cannot read"),
        ("", "Cannot read"),
        ("nn.ReLU()", "Cannot read"),
        (3, "string"),
        (None, "string"),
    ],
)
def test_refuses_what_does_not_fit_in_one_sentence(text, words):
    with pytest.raises(ParameterError, match="thing") as caught:
        specs.parse(text, "thing", KNOWN)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message


def test_offers_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Unknown thing 'plane': did you mean 'plain'"):
        specs.parse("plane", "thing", KNOWN)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_canonical_string_reads_back_the_very_number(value):
    name, (back,) = specs.parse(specs.canonical("one", (value,)), "thing", KNOWN)
    assert name == "one"
    assert back.hex() == value.hex()
