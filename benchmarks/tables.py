"""What the benchmarks print: tables in Markdown, and the floors that were missed."""

from __future__ import annotations

from typing import Any

__all__ = ["Report", "row", "table"]


class Report:
    """What was measured, and which floors were missed."""

    def __init__(self, **content: Any) -> None:
        self.missed: list[str] = []
        self.content: dict[str, Any] = {**content, "missed": self.missed}

    def check(self, what: str, value: float, floor: float) -> str:
        """The floor as a cell of a table, with a word where it is not reached."""
        if value >= floor:
            return f"{floor:g}"
        self.missed.append(f"{what}: {value:.3g}, floor {floor:g}")
        return f"{floor:g} MISSED"

    def limit(self, what: str, value: float, most: float) -> str:
        """The most that a value may be as a cell of a table, with a word where it is more."""
        if value <= most:
            return f"{most:.3g}"
        self.missed.append(f"{what}: {value:.3g}, at most {most:.3g}")
        return f"{most:.3g} MISSED"

    def tell_missed(self) -> None:
        print("\nMissed: " + "; ".join(self.missed) if self.missed else "\nNo floor was missed.")


def table(header: str) -> None:
    print(f"\n{header}\n{'|---' * (header.count('|') - 1)}|", flush=True)


def row(*cells: Any) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
