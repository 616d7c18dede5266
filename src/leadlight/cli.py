"""The `leadlight` command: one verb a line, one sentence for a mistake.

cyclopts parses; everything heavy (NumPy, torch, matplotlib, the studies) is imported only by the verb that
needs it, so that ``leadlight --help`` answers at once. Errors meant for the user (`leadlight.errors`, or a
command line that does not parse) are one sentence on stderr and an exit code, never a traceback:
0 done, 1 a study crashed (or `doctor` found a fault), 2 a mistake in the input, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from leadlight.errors import LeadlightError

__all__ = ["app", "main"]

INTERRUPTED = 130  # 128 + SIGINT, as shells expect


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("leadlight")
    except PackageNotFoundError:  # run from a source tree
        return "not installed"


app = App(
    name="leadlight",
    help="See through small neural networks, exactly: every course question answered by one command.",
    version=_version,
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
app.command(
    "leadlight._cli_run:run_app", name="run", help="Run one study, or all of them, and write a report."
)
app.command(
    "leadlight._cli_regions:regions",
    name="regions",
    help="Find the exact cells and linear regions of a network, count them, draw them, write them to files.",
)
app.register_install_completion_command(help="Install completion of commands and parameters for your shell.")


@app.command(name="list")
def list_(*, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Name the studies and the questions they answer.

    Parameters
    ----------
    json
        Print a JSON list instead of a table.
    """
    from leadlight._cli_terminal import print_studies

    print_studies(as_json=json)
    return 0


@app.command
def doctor(*, probe: bool = True) -> int:
    """Say what is installed, which engines work, and how fast this machine is.

    Parameters
    ----------
    probe
        Import torch to see whether it works (seconds).
    """
    from leadlight._cli_terminal import print_report
    from leadlight.doctor import report

    return 0 if print_report(report(probe=probe)) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``leadlight``; those of the process when not given.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(app(_tied(words)) or 0)
    except CycloptsError as error:
        from leadlight._cli_errors import sentence

        return _complain(sentence(error, app), 2)
    except LeadlightError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Stopped.", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output went away, as in `leadlight list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _tied(words: list[str]) -> list[str]:
    """Tie points such as -1,0,0 to their --slice, which would be taken for options."""
    if "--slice" not in words:
        return words
    tied = [f"--slice={word}" if re.match(r"-[0-9.][^=]*,", word) else word for word in words]
    return [
        word
        for word, after in zip(tied, [*tied[1:], ""])
        if not (word == "--slice" and after.startswith(word))
    ]


def _complain(message: str, code: int) -> int:
    print(f"leadlight: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
