"""Where records and their lists are opened: text keys and record names to addresses of the house."""

from __future__ import annotations

from typing import Any

from mutuals.staff.permissions import may
from mutuals.web.frame.rail import address

_ROWS: dict[str, tuple[str, str]] = {  # record: the path before a row's number and after it, and the right to open it
    "person": ("/customers/{}/", "person.view"),
    "organisation": ("/organisations/{}/", "organisation.view"),
    "order": ("/sales/orders/{}/", "order.view"),
    "product": ("/sales/products/{}/edit/", "product.edit"),
}
_LISTS = {"person": "customers", "organisation": "organisations", "order": "orders", "product": "products"}
"""Lists that have a screen of their own, and the name of its address. All others stand at /lists/RECORD/."""


def opens(record: str, *, row: str = "", right: str = "", listed: str = "") -> None:
    """Registry: where a row of a record is opened ("/sales/deals/{}/") and by whom; the name of its own list's address."""
    if row:
        _ROWS[record] = (row, right)
    if listed:
        _LISTS[record] = listed


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
    return address(_LISTS[record]) if record in _LISTS else ""
