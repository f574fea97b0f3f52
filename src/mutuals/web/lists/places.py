"""Where records and their lists are opened: text keys and record names to addresses of the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest

from mutuals.staff.permissions import may
from mutuals.web.frame.rail import address

_ROWS: dict[str, tuple[str, str]] = {  # record: the path before a row's number and after it, and the right to open it
    "person": ("/customers/{}/", "person.view"),
    "organisation": ("/organisations/{}/", "organisation.view"),
    "order": ("/sales/orders/{}/", "order.view"),
    "product": ("/sales/products/{}/edit/", "product.edit"),
    "deal": ("/sales/deals/{}/", "deal.view"),
    "idea": ("/ideas/{}/", "idea.view"),
    "segment": ("/segments/{}/", "segment.view"),
    "quote": ("/sales/quotes/{}/", "quote.view"),
    "invoice": ("/sales/invoices/{}/", "invoice.view"),
    "case": ("/cases/{}/", "case.view"),
    "promise": ("/promises/{}/", "promise.view"),
    "task": ("/tasks/{}/", "task.view"),
}
_LISTS = {"person": "customers", "organisation": "organisations", "order": "orders", "product": "products"} | {
    "deal": "deals",
    "idea": "ideas",
    "segment": "segments",
    "case": "cases",
    "task": "tasks",
    "promise": "promises",
    "lead": "leads",
    "quote": "quotes",
    "invoice": "invoices",
}
"""Lists that have a screen of their own, and its address or the name of that. All others stand at /lists/RECORD/."""


def opens(record: str, *, row: str = "", right: str = "", listed: str = "") -> None:
    """Registry: where a row of a record is opened ("/sales/deals/{}/") and by whom; the name of its own list's address."""
    if row:
        _ROWS[record] = (row, right)
    if listed:
        _LISTS[record] = listed


def moved(request: HttpRequest, ways: Mapping[str, str]) -> str:
    """The address in today's words where it uses those of before, else "".

    `ways` are words of before and what is said for them today: "tab=late" to "state=late", for any value "tab" to "whose={}".
    """
    told: list[str] = []
    for name, value in ((name, one) for name, values in request.GET.lists() for one in values):
        way = ways.get(f"{name}={value}", ways.get(name))
        told.append(urlencode({name: value}) if way is None else way.format(quote(value)))
    is_old = any(name in ways or f"{name}={value}" in ways for name, value in request.GET.items())
    return f"{request.path}?{'&'.join(one for one in told if one)}" if is_old else ""


def of_row(key: str, viewer: Any) -> str:
    """The address of "person:12"; "" where there is none, or not for this viewer."""
    record, _, number = key.partition(":")
    path, right = _ROWS.get(record, ("", ""))
    return path.format(number) if path and number.isdecimal() and (not right or may(viewer, right)) else ""


def of_list(record: str) -> str:
    """The address of a list."""
    return own_screen(record) or f"/lists/{record}/"


def own_screen(record: str) -> str:
    """The address of the screen that a list has of its own; "" = none."""
    told = _LISTS.get(record, "")
    return told if told.startswith("/") else address(told) if told else ""
