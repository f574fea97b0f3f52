"""One measured number beside what is asked; needs no database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. `asked` is "<= 40" or ">= 5000" in the same unit, "" where nothing is asked."""

    name: str
    value: float
    unit: str
    asked: str = ""
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is what was asked."""
        sign, _, bound = self.asked.partition(" ")
        return not bound or (self.value <= float(bound) if sign == "<=" else self.value >= float(bound))


def line(figure: Figure) -> str:
    """A row of the table that is printed."""
    mark = "" if not figure.asked else "ok" if figure.ok else "MISSED"
    value = (
        f"{figure.value:,.0f}"
        if figure.value >= 100
        else f"{figure.value:.4f}"
        if figure.value < 1
        else f"{figure.value:.2f}"
    )
    return f"  {figure.name:<58} {value:>9} {figure.unit:<7} {figure.asked:<9} {mark:<6} {figure.note}"
