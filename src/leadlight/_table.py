"""Tables of results: columns by name, that also turn into a pandas DataFrame."""

from __future__ import annotations

import importlib
from typing import Any

from ._notebook import table_html
from .errors import LeadlightError

__all__ = ["Table"]


class Table(dict):
    """Columns by name, all of one length: a dict that also turns into a pandas DataFrame."""

    def _repr_html_(self) -> str:
        return table_html(self)

    def to_pandas(self) -> Any:
        """The same as a `pandas.DataFrame`; pandas is not among leadlight's dependencies."""
        try:
            pandas = importlib.import_module("pandas")
        except ImportError:
            raise LeadlightError(
                "to_pandas() needs pandas, which is not installed: pip install pandas."
            ) from None
        return pandas.DataFrame(dict(self))
