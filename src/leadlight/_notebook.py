"""Tables as HTML, as notebooks show them: escaped, and only the first rows and columns of long ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

__all__ = ["MOST_ROWS", "table_html"]

MOST_ROWS = 20


def table_html(columns: Mapping[str, Sequence[Any]], caption: str = "") -> str:
    """Columns of one length as an HTML table.

    Parameters
    ----------
    columns : mapping of str to sequence
        Floats are shown with six digits, None as an empty cell.
    caption : str
        Above the table, as text.

    Examples
    --------
    >>> table_html({"a<b": [1, 0.123456789], "c": [None, "&"]}).count("<tr>")
    3
    """
    n = len(next(iter(columns.values()), ()))
    rows = [[_cell(values[i]) for values in columns.values()] for i in range(min(n, MOST_ROWS))]
    if n > MOST_ROWS:
        rows.append([f'<td colspan="{len(columns)}">… {n - MOST_ROWS:,} more</td>'])
    head = "".join(f"<th>{escape(str(name))}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, bool):
        return f"<td>{value}</td>"
    if isinstance(value, int):
        return f"<td>{value:,}</td>"
    return f"<td>{value:.6g}</td>" if isinstance(value, float) else f"<td>{escape(str(value))}</td>"
