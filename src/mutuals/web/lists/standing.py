"""A list as a board or as a month: what its page prints then."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format

from mutuals.base import house, lists
from mutuals.base.lists import Asked, Card, Lane, Listing, Total
from mutuals.staff.permissions import may
from mutuals.web.frame.compiled import fragment
from mutuals.web.lists import places
from mutuals.web.lists.asked import Address

_WORDS = {"list": "List", "board": "Board", "month": "Calendar"}


def ways(of: Listing, address: Address) -> list[tuple[str, str, bool]]:
    """How the list can be shown besides, and where; nothing for one that is always a list."""
    here = address.view or of.opens
    if len(of.shapes) == 1:
        return []
    shapes = sorted(of.shapes, key=lambda one: one != of.opens)
    return [
        (_WORDS[one], address.url(view="" if one == of.opens else one, month="", group=""), one == here)
        for one in shapes
    ]


def board(of: Listing, address: Address, asked: Asked, viewer: Any) -> dict[str, Any]:
    """The board of a list, printed."""
    found = lists.stand(of, asked)
    may_move = of.editing is not None and may(viewer, of.editing.right)
    values = {
        "lanes": [(lane, head(lane), _more(of, address, lane.key, lane.next)) for lane in found.lanes],
        "goals": [(key, one.label, one.asks) for key, one in found.goals.items()],
        "record": of.record,
        "query": address.query,
        "may_move": may_move,
        "noun": of.words[1],
        "row_of": _opener(of, viewer),
    }
    return {
        "board": fragment("lists/board.html", values) if found.lanes else "",
        "is_board": True,
        "foot": foot(found.totals, found.count, of),
        "is_empty": not found.lanes or (not found.count and not address.parts and not address.kept),
    }


def head(lane: Lane) -> Any:
    """What stands over a column: its name, how many, what they come to."""
    return fragment("lists/lane_head.html", {"lane": lane})


def foot(totals: list[Total], count: int, of: Listing) -> Any:
    """What the whole board comes to."""
    noun = of.words[0] if count == 1 else of.words[1]
    return fragment("lists/board_foot.html", {"totals": totals, "count": count, "noun": noun})


def cards(of: Listing, address: Address, found: list[Card], viewer: Any, lane: str, after: str) -> Any:
    """Cards, and the way to those after them."""
    values = {
        "cards": found,
        "record": of.record,
        "query": address.query,
        "may_move": of.editing is not None and may(viewer, of.editing.right),
        "more": _more(of, address, lane, after),
        "row_of": _opener(of, viewer),
    }
    return fragment("lists/kcards.html", values)


def _opener(of: Listing, viewer: Any) -> Any:
    """Where a row is opened, by its card; asked once for all cards of the list's own record."""
    before, _, behind = places.of_row(f"{of.record}:0", viewer).partition("0")

    def opened(card: Card) -> str:
        if card.key != f"{of.record}:{card.pk}":  # a card that stands for somebody else's row
            return places.of_row(card.key, viewer)
        return f"{before}{card.pk}{behind}" if before else ""

    return opened


def _more(of: Listing, address: Address, lane: str, after: str) -> str:
    """The address of the cards of a column after those that are shown."""
    if not after:
        return ""
    query = f"{address.query}&" if address.query else ""
    return f"{reverse('list_cards', args=[of.record])}?{query}{urlencode({'lane': lane, 'after': after})}"


def month(of: Listing, address: Address, asked: Asked, viewer: Any) -> dict[str, Any]:
    """The month that the address names; without one that of today."""
    today = asked.now.astimezone(asked.zone).date()
    first = date.fromisoformat(f"{address.month}-01") if address.month else today.replace(day=1)
    found = lists.month(of, asked, first, first_weekday=house.row().first_weekday)
    before = (first.year - (first.month == 1), (first.month - 2) % 12 + 1)
    after = (first.year + (first.month == 12), first.month % 12 + 1)
    column = next(one for one in of.columns if one.name == of.month)
    return {
        "is_month": True,
        "weekdays": [date_format(day.on, "l") for day in found.weeks[0]],
        "weeks": [
            [
                {
                    "on": day.on,
                    "is_other": day.is_other,
                    "is_today": day.on == today,
                    "words": date_format(day.on, "l, j F Y"),
                    "rows": [
                        (str(title), places.of_row(title.key, viewer) if isinstance(title, lists.Ref) else "")
                        for title in (of.value(of.title, row) for row in day.rows)
                    ],
                    "more": day.count - len(day.rows),
                    "way": _of_day(of, address, column, day.on),
                }
                for day in week
            ]
            for week in found.weeks
        ],
        "month_words": date_format(first, "F Y"),
        "month_of": of.label(column),
        "month_count": found.count,
        "back_url": address.url(month=f"{before[0]:04}-{before[1]:02}"),
        "next_url": address.url(month=f"{after[0]:04}-{after[1]:02}"),
        "today_url": address.url(month="") if address.month else "",
    }


def _of_day(of: Listing, address: Address, column: Any, on: date) -> str:
    part = f"{column.name}:on:{on.isoformat()}"
    return address.url(parts=(*address.parts, part), view="" if of.opens == "list" else "list", month="")
