"""The exceptions: one sentence each, caught by the built-in types too, whole after a trip between processes."""

from __future__ import annotations

import pickle

import pytest

from leadlight import errors


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ParameterError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.DataError, ValueError),
        (errors.ModelError, ValueError),
        (errors.FileError, OSError),
    ],
)
def test_each_kind_is_a_leadlight_error_and_the_builtin_that_fits(kind, builtin):
    error = kind("Given that, do this.")
    assert isinstance(error, errors.LeadlightError)
    assert isinstance(error, builtin)
    assert str(error) == "Given that, do this."
    assert error.exit_code == 2


def test_an_unknown_name_offers_the_nearest_or_none():
    assert "did you mean 'rings'?" in str(errors.UnknownNameError("study", "ring", ["rings", "iris"]))
    text = str(errors.UnknownNameError("study", "xyzzy", ["rings", "iris"]))
    assert text == "Unknown study 'xyzzy'. Known: iris, rings."
    assert isinstance(errors.UnknownNameError("study", "ring", ["rings"]), KeyError)


def test_an_unknown_name_survives_copying():
    error = errors.UnknownNameError("study", "ring", ["rings", "iris"])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(again), again.kind, again.name, again.known) == (
        str(error),
        "study",
        "ring",
        ["iris", "rings"],
    )


def test_a_missing_extra_says_what_to_install():
    error = errors.MissingExtraError("torch", "torch", "Training")
    assert "pip install 'leadlight[torch]'" in str(error)
    assert isinstance(error, ImportError)
