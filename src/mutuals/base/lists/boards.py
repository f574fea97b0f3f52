"""A list as columns of cards: one statement for all counts and sums, two for the first cards of all columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from mutuals.base.filters import Refused
from mutuals.base.lists import cursors
from mutuals.base.lists.listing import Listing, along
from mutuals.base.lists.standing import Board, Card, Goal, Lane, Total
from mutuals.base.lists.walking import TOO_SLOW, Asked, rows_of
from mutuals.base.patience import within

CARDS = 50
"""So many cards of a column are read at first, and with each page more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A whole board: its columns with their first cards, what all comes to, and where cards may go."""

    lanes: list[Lane]
    totals: list[Total]
    count: int
    goals: Mapping[str, Goal]


def stand(of: Listing, asked: Asked, *, limit: int = CARDS) -> Standing:
    """The board of a list. Refused: one without a board, unusable conditions. TooSlow: there is too much to count."""
    board = board_of(of)
    with within(None, TOO_SLOW):
        rows = board.rows(rows_of(of, asked), asked)
        lanes, totals = board.lanes(rows, asked)
        by_key = {lane.key: lane for lane in lanes}
        found = _first(board, rows, limit)
        for row, one in zip(found, board.cards(found, asked.viewer, asked.now), strict=True):
            lane = by_key.get(str(along(row, board.path)))
            if lane is not None:  # it may have moved between two statements
                lane.cards.append(one)
                lane.next = _cursor(of, board, lane.key, row)
    for lane in lanes:
        if len(lane.cards) < limit or len(lane.cards) >= lane.count:
            lane.next = ""
    return Standing(lanes, totals, sum(lane.count for lane in lanes), board.goals(asked))


def heads(of: Listing, asked: Asked) -> Standing:
    """The same without cards: what the heads of the columns say now."""
    board = board_of(of)
    with within(None, TOO_SLOW):
        lanes, totals = board.lanes(board.rows(rows_of(of, asked), asked), asked)
    return Standing(lanes, totals, sum(lane.count for lane in lanes), board.goals(asked))


def more(of: Listing, asked: Asked, lane: str, *, after: str, limit: int = CARDS) -> tuple[list[Card], str]:
    """The cards of a column after a cursor, and the cursor after them ("" = there are none)."""
    board = board_of(of)
    place = cursors.unpack(after, of=f"{of.record} {lane}")
    rows = board.rows(rows_of(of, asked), asked).filter(**{board.path: lane})
    if place:
        value, pk = place[0], int(place[1])
        rows = rows.filter(Q(**{f"{board.order}__lte": value}))
        rows = rows.filter(Q(**{f"{board.order}__lt": value}) | Q(pk__lt=pk))
    with within(None, TOO_SLOW):
        found = list(board.beside(rows).order_by(f"-{board.order}", "-pk")[: limit + 1])
    cards = board.cards(found[:limit], asked.viewer, asked.now)
    return cards, _cursor(of, board, lane, found[limit - 1]) if len(found) > limit else ""


def card(of: Listing, asked: Asked, pk: int) -> tuple[Card, str] | None:
    """One card as it stands now, and its column; None where the viewer does not see it. "": it is on the board no more."""
    board = board_of(of)
    row = board.beside(of.visible_to(asked.viewer)).filter(pk=pk).first()
    if row is None:
        return None
    is_there = board.rows(of.visible_to(asked.viewer), asked).filter(pk=pk).exists()
    return board.cards([row], asked.viewer, asked.now)[0], str(along(row, board.path)) if is_there else ""


def board_of(of: Listing) -> Board:
    """How a list stands in columns. Refused: it does not."""
    if of.board is None:
        raise Refused(f"{of.words[1].capitalize()} have no board.", field="view")
    return of.board


def _first(board: Board, rows: QuerySet[Any], limit: int) -> list[Any]:
    """The first of each column. Their ids are read on their own: as a subselect they would be joined with all there are."""
    order = [F(board.order).desc(), F("pk").desc()]
    place = Window(RowNumber(), partition_by=F(board.path), order_by=order)
    first = list(rows.annotate(place=place).filter(place__lte=limit).values_list("pk", flat=True))
    found = rows.model._default_manager.filter(pk__in=first)
    return list(board.beside(found).order_by(f"-{board.order}", "-pk"))


def _cursor(of: Listing, board: Board, lane: str, row: Any) -> str:
    return cursors.pack([along(row, board.order), row.pk], of=f"{of.record} {lane}")
