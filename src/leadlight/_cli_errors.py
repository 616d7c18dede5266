"""A command line that does not parse, said in one sentence: what was given, what was expected, what to do."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

from cyclopts import exceptions

from leadlight.errors import UnknownNameError

if TYPE_CHECKING:
    from cyclopts import CycloptsError

__all__ = ["sentence"]

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "Path": "a path",
}


def sentence(error: CycloptsError) -> str:
    """The sentence for an error of cyclopts."""
    match error:
        case exceptions.UnknownCommandError(unused_tokens=[token, *_]):
            return _unknown_command(error, token)
        case exceptions.UnknownOptionError(token=token):
            return _unknown_option(error, token.keyword or token.value)
        case exceptions.CoercionError(token=token) if token is not None and error.msg is None:
            return f"{_name(error)} must be {_expected(error)}; got {token.value!r}."
        case exceptions.MissingArgumentError() if error.argument is not None:
            if not _name(error).startswith("-"):
                return f"{_name(error)} is missing: {_help(error)} says what it can be."
            return f"{_name(error)} needs a value: {_expected(error)}."
        case exceptions.RepeatArgumentError(token=token):
            return f"{token.keyword} was given more than once; give it once."
        case exceptions.UnusedCliTokensError(unused_tokens=[token, *_]):
            return _unexpected(error, token)
    error.verbose = False
    return " ".join(str(error).split())


def _unknown_command(error: Any, token: str) -> str:
    if tuple(error.command_chain or ()) == ("run",):
        from leadlight._cli_run import study_names

        return str(UnknownNameError("study", token, [*study_names(), "all"]))
    return str(UnknownNameError("command", token, ["list", "run", "regions", "doctor"]))


def _unknown_option(error: Any, option: str) -> str:
    if not option.startswith("-"):
        return _unexpected(error, option)
    chain = list(error.command_chain or ())
    kind = "parameter" if chain[:1] == ["run"] and chain[1:] not in ([], ["all"]) else "option"
    known = [name[2:] for a in error.argument_collection for name in a.names[:1] if name.startswith("--")]
    # without the dashes, which would make any two names look alike
    return str(UnknownNameError(kind, option.split("=")[0].lstrip("-"), known))


def _unexpected(error: Any, token: str) -> str:
    return f"Unexpected argument {token!r}: {_help(error)} lists what can be given."


def _help(error: Any) -> str:
    return f"`{' '.join(('leadlight', *(error.command_chain or ())))} --help`"


def _name(error: Any) -> str:
    token = getattr(error, "token", None)
    if token is not None and token.keyword:
        return token.keyword
    return error.argument.name if error.argument is not None else "A value"


def _expected(error: Any) -> str:
    hint = getattr(error, "target_type", None) or getattr(error.argument, "hint", None)
    if typing.get_origin(hint) is tuple:
        return "one or more of them, with spaces between"
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(map(str, typing.get_args(hint)))
    name = getattr(hint, "__name__", str(hint))
    return _TYPES.get(name, f"of type {hint}".replace("typing.", ""))
