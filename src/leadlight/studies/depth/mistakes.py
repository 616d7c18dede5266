"""An activation built by evaluating a string, against a table: what the string could have done, and what ours does.

Nothing is evaluated here. Python's own parser says which calls each string holds.
"""

from __future__ import annotations

import ast

from ...activations import activation
from ...errors import LeadlightError
from ..page import Page

__all__ = ["HOSTILE", "calls_in", "evaluated_string", "is_refused"]

HOSTILE = (
    "__import__('os').system('echo hello')",
    "relu(__import__('os').getpid())",
    "ReLU()) or exit(",
    "(lambda: open('/etc/passwd').read())()",
    "leaky_relu(0.1).__class__",
    "leaky_relu(9**9**9)",
)


def calls_in(text: str) -> list[str]:
    """Return the calls that evaluating a text would make, as written; empty if it is no expression."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return []
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def is_refused(text: str) -> bool:
    """Whether our parser says no, in one sentence."""
    try:
        activation(text)
    except LeadlightError as error:
        return "\n" not in str(error)
    return False


def evaluated_string(page: Page) -> None:
    """Claim that no hostile string is read as an activation, and show the first beside our answer."""
    refused = [text for text in HOSTILE if is_refused(text)]
    reads = activation("leaky_relu(0.1)").spec == "leaky_relu(0.1)"
    page.claim(
        "strings-are-not-evaluated",
        "The parser of activations refuses every hostile string with one sentence, and reads a harmless one.",
        len(refused) == len(HOSTILE) and reads,
        {"hostile strings": len(HOSTILE), "refused": len(refused), "leaky_relu(0.1) is read": reads},
    )
    try:
        answer = str(activation(HOSTILE[0]))
    except LeadlightError as error:
        answer = str(error)
    calls = ", ".join(f"`{call}`" for call in calls_in(HOSTILE[0]))
    page.mend(
        "An activation built by evaluating a string",
        "The sheet builds `nn.ReLU()` by evaluating text. Then whatever the text says is run: Python's parser finds in "
        f"`{HOSTILE[0]}` the calls {calls}. Ours looks the name up in a table and reads the numbers in its brackets; "
        f"of {len(HOSTILE)} hostile strings it refuses {len(refused)}.",
        wrong=f"`eval(text)` would call `{calls_in(HOSTILE[0])[0]}`",
        right=f"``{answer}``",  # a code span: the underscores are not Markdown
    )
