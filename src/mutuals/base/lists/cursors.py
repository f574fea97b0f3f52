"""Where a walk through a list stands, as a signed text: the one place that makes and reads such cursors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing

from mutuals.base.filters import Refused

_SALT = "base.lists"


def pack(place: Sequence[Any], *, of: str) -> str:
    """A place (texts, numbers, amounts, days, moments, None) of the list `of` as a text of letters that an address takes."""
    return signing.dumps([of, [_told(one) for one in place]], salt=_SALT, compress=True)


def unpack(cursor: str, *, of: str) -> list[Any]:
    """The place that `pack` was given; [] for no cursor. Refused (field "after"): forged, or of another list or order."""
    if not cursor:
        return []
    try:
        whose, place = signing.loads(cursor, salt=_SALT)
        read = [_read(one) for one in place]
    except (signing.BadSignature, ValueError, ArithmeticError, TypeError, KeyError) as error:
        raise Refused("This page of the list is not known; start from its beginning.", field="after") from error
    if whose != of:
        raise Refused("This page belongs to another list, or to one that is sorted otherwise.", field="after")
    return read


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _read(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    name, value = next(iter(told.items()))
    return _READ[name](value)


_READ: dict[str, Callable[[str], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}
