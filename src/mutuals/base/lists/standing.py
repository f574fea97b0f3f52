"""How rows of a list stand in columns: what a room says of its board. Declarations only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Total:
    """What rows of one currency come to; `expected` is what of it may be hoped for (None = nobody reckons it)."""

    currency: str
    amount: Decimal
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One row on a board. `ways` the columns and ends to which it may go."""

    pk: int
    key: str  # "deal:12"
    title: str
    ways: tuple[str, ...] = ()
    whom: str = ""
    amount: Decimal | None = None
    currency: str = ""
    owner_id: int | None = None
    owner: str = ""
    note: str = ""  # "30 %"
    since: str = ""
    is_late: bool = False


@dataclass(slots=True)
class Lane:
    """One column: how many stand in it, how many of them for too long, what they come to, and the first of them.

    `next` is the cursor of the cards after those. `note` stands below its name.
    """

    key: str
    label: str
    note: str = ""
    count: int = 0
    late: int = 0
    totals: tuple[Total, ...] = ()
    cards: list[Card] = field(default_factory=list)
    next: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a card may go: a column or an end; `asks`: going there needs a reason or more, which a form asks."""

    label: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """How a list stands in columns.

    `entry` is the field of `Editing` that moving a card writes; `path` leads to the column of a row, `order` to the value by
    which cards stand in it, greatest first, then by key. `rows(rows, asked)` are those that stand on it at all;
    `lanes(rows, asked)` gives all columns in order with their figures, in one statement over the rows, and what all comes to.
    `cards(rows, viewer, now)` tells rows that `beside` fetched, in
    a fixed number of statements. `goals(asked)` names all ends and columns by their keys.
    """

    entry: str
    path: str
    order: str
    rows: Callable[[QuerySet[Any], Any], QuerySet[Any]]
    lanes: Callable[[QuerySet[Any], Any], tuple[list[Lane], list[Total]]]
    cards: Callable[[Sequence[Any], Any, Any], list[Card]]
    goals: Callable[[Any], Mapping[str, Goal]]
    beside: Callable[[QuerySet[Any]], QuerySet[Any]]
