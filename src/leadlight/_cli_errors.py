"""A command line that does not parse, said in one sentence: what was given, what was expected, what to do."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cyclopts import exceptions

from leadlight.errors import UnknownNameError

if TYPE_CHECKING:
    from cyclopts import App, CycloptsError

__all__ = ["sentence"]

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "Path": "a path",
}


def sentence(error: CycloptsError, app: App) -> str:
    """The sentence for an error of cyclopts: of a mistyped option sooner than of the required one it is not."""
    mistyped = _mistyped_option(error, app)
    if mistyped is not None:
        return _unknown_option(error, app, mistyped)
    match error:
        case exceptions.UnknownCommandError(unused_tokens=[token, *_]):
            return _unknown_command(error, token)
        case exceptions.UnknownOptionError(token=token):
            return _unknown_option(error, app, token.keyword or token.value)
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
    chain = tuple(error.command_chain or ())
    if token.startswith("-"):
        first = "the study" if chain == ("run",) else "a command"
        return f"{token} came too early: options go after {first}; {_help(error)} lists what there is."
    if chain == ("run",):
        from leadlight._cli_run import study_names

        return str(UnknownNameError("study", token, [*study_names(), "all"]))
    return str(UnknownNameError("command", token, ["list", "run", "regions", "doctor"]))


def _mistyped_option(error: Any, app: App) -> str | None:
    """The first word that looks like an option and is none of the command's."""
    chain = tuple(error.command_chain or ())
    if isinstance(error, exceptions.UnknownCommandError) or chain in ((), ("run",)):
        return None
    known = _options(app, chain, aliases=True)
    names = [token.split("=")[0] for token in error.unused_tokens or () if token.startswith("--")]
    return next((name for name in names if name not in ("--", *known)), None)


def _options(app: App, chain: Sequence[str], aliases: bool = False) -> list[str]:
    """The options of a command, with their dashes."""
    command = app
    for name in chain:
        command = command[name]
    names = (argument.names for argument in command.assemble_argument_collection())
    return [
        name for all_of_it in names for name in (all_of_it if aliases else all_of_it[:1]) if name[:2] == "--"
    ]


def _unknown_option(error: Any, app: App, option: str) -> str:
    if not option.startswith("-"):
        return _unexpected(error, option)
    chain = list(error.command_chain or ())
    kind = "parameter" if chain[:1] == ["run"] and chain[1:] not in ([], ["all"]) else "option"
    known = sorted(_options(app, chain))
    # compared without the dashes, which would make any two names look alike
    bare = option.split("=")[0].lstrip("-")
    near = difflib.get_close_matches(bare, [name[2:] for name in known], n=1, cutoff=0.4)
    hint = f"; did you mean --{near[0]}?" if near else "."
    return f"Unknown {kind} {option.split('=')[0]}{hint} Known: {', '.join(known)}."


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
