"""Reports in words: a figure with its currency, the lines of a table, a table for letters and lines for a file. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mutuals.base import money
from mutuals.insights.pivot import Line, Pivot

BLANK = "–"


def figure_words(told: Pivot, line: Line | None, number: int, value: Decimal | None) -> str:
    """A figure as people read it: "1,234.50 EUR", "17", "2.5"; a dash where there is none."""
    if value is None:
        return BLANK
    if not told.money[number]:
        short = (
            value.quantize(Decimal("0.01")).normalize()
            if value != value.to_integral_value()
            else value.to_integral_value()
        )
        return f"{short:,f}"
    currency = told.currency or (line.values[-1].words if line and told.apart else "")
    digits = money.digits(currency)
    return f"{money.rounded(value, currency):,.{digits}f} {currency}".strip()


def heads(told: Pivot) -> list[str]:
    """The heads of the table: what goes down, then each column with each figure."""
    across = [
        " ".join(one for one in (column.words, kind if len(told.kinds) > 1 or not told.across else "") if one)
        for column in told.columns
        for kind in told.kinds
    ]
    return [*told.heads, *across]


def lines(told: Pivot) -> Iterator[list[str]]:
    """The rows of the table in words, the totals last."""
    for line in told.lines:
        cells = [figure_words(told, line, at, one) for cell in line.cells for at, one in enumerate(cell)]
        yield [*(one.words for one in line.values), *cells]
    if told.totals and told.heads:
        cells = [figure_words(told, None, at, one) for cell in told.totals for at, one in enumerate(cell)]
        yield ["All", *[""] * (len(told.heads) - 1), *cells]


def text_table(told: Pivot, most: int) -> str:
    """The table as plain text in columns, at most so many lines."""
    rows = [heads(told), *lines(told)]
    if not told.lines:
        return "Nothing to count."
    shown, left = rows[: most + 1], len(rows) - most - 1
    wide = [max(len(row[place]) for row in shown) for place in range(len(rows[0]))]
    many = len(told.heads)
    text = [
        "  ".join(one.ljust(wide[at]) if at < many else one.rjust(wide[at]) for at, one in enumerate(row)).rstrip()
        for row in shown
    ]
    return "\n".join([*text, *([f"{left} more lines"] if left > 0 else []), *told.notes])


def plain_rows(told: Pivot) -> Iterator[list[str]]:
    """The table for programs and files: figures without commas, the currency in a column of its own where there is one."""
    yield [*told.heads, *(["Currency"] if told.currency else []), *heads(told)[len(told.heads) :]]
    for line in told.lines:
        cells = ["" if one is None else f"{one.normalize():f}" for cell in line.cells for one in cell]
        values = ["" if one.raw is None else one.words for one in line.values]
        yield [*values, *([told.currency] if told.currency else []), *cells]
