from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.errors import ParameterError, UnknownNameError
from leadlight.studies.parameters import checked_seed, command_line, describe, parameter, resolve


@dataclass(frozen=True)
class Parameters:
    n_seeds: int = parameter(20, "runs a width", minimum=1, maximum=1000, quick=3)
    lr: float = parameter(0.1, "learning rate", above=0)
    widths: tuple[int, ...] = parameter((1, 2, 5), "hidden units", minimum=1, quick=(1, 2))
    rates: tuple[float, ...] = parameter((0.5,), "rates", minimum=0, maximum=1)
    rule: str = parameter("fair", "budget rule", choices=("fair", "at_least"))
    data: Path | None = parameter(None, "folder of images")
    shuffle: bool = parameter(True, "shuffle the labels")


def test_defaults_quick_values_and_given_values_in_this_order():
    assert resolve(Parameters) == Parameters()
    assert resolve(Parameters, quick=True) == Parameters(n_seeds=3, widths=(1, 2))
    assert resolve(Parameters, {"n_seeds": 7}, quick=True) == Parameters(n_seeds=7, widths=(1, 2))


def test_harmless_conversions():
    found = resolve(
        Parameters,
        {"n-seeds": np.int64(4), "lr": 1, "widths": [3, 4], "data": "images", "rates": np.array([0.25])},
    )
    assert found == Parameters(n_seeds=4, lr=1.0, widths=(3, 4), data=Path("images"), rates=(0.25,))
    assert isinstance(found.lr, float)
    assert type(found.n_seeds) is int
    assert type(found.rates[0]) is float
    with pytest.raises(FrozenInstanceError):
        found.lr = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("n_seeds", 2.5, "--n-seeds must be a whole number, got 2.5 of type float"),
        ("n_seeds", "3", "whole number"),
        ("n_seeds", True, "whole number"),
        ("n_seeds", None, "whole number"),
        ("n_seeds", 0, "at least 1 and at most 1000, got 0"),
        ("n_seeds", 1001, "at most 1000"),
        ("lr", 0, "above 0, got 0"),
        ("lr", float("nan"), "a finite number above 0, got nan"),
        ("lr", float("inf"), "finite"),
        ("lr", "fast", "finite number, got 'fast' of type str"),
        ("lr", [0.1], "finite number"),
        ("widths", 3, "--widths must be several values"),
        ("widths", "345", "several values"),
        ("widths", (), "at least one value"),
        ("widths", (3, 0), "at least 1, got 0"),
        ("rates", (0.5, 2), "at most 1, got 2"),
        ("rule", "unfair", "one of fair, at_least, got 'unfair'"),
        ("rule", 3, "text"),
        ("data", 3, "a path"),
        ("data", "", "a path"),
        ("shuffle", 1, "true or false"),
        ("shuffle", "yes", "true or false"),
    ],
)
def test_wrong_types_and_ranges_are_one_sentence(name, value, words):
    with pytest.raises(ParameterError) as caught:
        resolve(Parameters, {name: value})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_parameter_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Unknown parameter 'seeds': did you mean 'n_seeds'"):
        resolve(Parameters, {"seeds": 3})


def test_description_for_the_help():
    infos = {info.name: info for info in describe(Parameters)}
    assert list(infos) == ["n_seeds", "lr", "widths", "rates", "rule", "data", "shuffle"]
    seeds = infos["n_seeds"]
    assert (seeds.option, seeds.type, seeds.default, seeds.quick, seeds.help) == (
        "--n-seeds", int, 20, 3, "runs a width",
    )  # fmt: skip
    assert (seeds.has_quick, infos["lr"].has_quick) == (True, False)
    assert (infos["widths"].type_name, infos["data"].type_name, infos["data"].optional) == (
        "int ...",
        "path",
        True,
    )


def test_unsupported_type_is_named():
    @dataclass(frozen=True)
    class Odd:
        table: dict[str, int] = parameter(None, "a table")

    with pytest.raises(ParameterError, match="has type dict"):
        describe(Odd)


def test_command_names_only_what_differs():
    assert command_line("depth", Parameters()) == "leadlight run depth --seed 0"
    assert command_line("depth", Parameters(n_seeds=3, widths=(1, 2)), quick=True) == (
        "leadlight run depth --seed 0 --quick"
    )
    assert command_line("depth", Parameters(shuffle=False, data=Path("my images"), lr=1e-5)) == (
        "leadlight run depth --seed 0 --lr 1e-05 --data 'my images' --no-shuffle"
    )


@given(st.lists(st.floats(min_value=0, max_value=1), min_size=1))
def test_resolving_twice_changes_nothing(rates):
    once = resolve(Parameters, {"rates": rates})
    assert once.rates == tuple(rates)
    assert resolve(Parameters, {"rates": once.rates}) == once


@pytest.mark.parametrize("seed", [-1, 1.5, "3", None, True])
def test_bad_seed(seed):
    with pytest.raises(ParameterError, match="--seed must be a whole number at least 0"):
        checked_seed(seed)
