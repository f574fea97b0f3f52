"""What is kept of a field -> how a screen, a file and a program show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.fields.shapes import FieldKind, Shape
from mutuals.base.fields.values import currency_key


def words(shape: Shape, custom: Mapping[str, Any], *, zone: ZoneInfo, names: Mapping[str, str] | None = None) -> str:
    """One field of a record in words, moments in `zone`; "" where it has no value. `names` are those of references."""
    value = custom.get(shape.key)
    if value is None:
        return ""
    if shape.kind is FieldKind.CHOICE:
        return dict(shape.options).get(value, str(value))
    if shape.kind is FieldKind.MANY:
        known = dict(shape.options)
        return ", ".join(known.get(one, str(one)) for one in value)
    if shape.kind is FieldKind.YES:
        return "yes" if value else "no"
    if shape.kind is FieldKind.TIME:
        return datetime.fromisoformat(value).astimezone(zone).isoformat(" ", "minutes")[:16]
    if shape.kind is FieldKind.MONEY:
        return f"{Decimal(str(value)):f} {custom.get(currency_key(shape.key), '')}".strip()
    if shape.kind in (FieldKind.NUMBER, FieldKind.FORMULA):
        return f"{Decimal(str(value)):f}"
    if shape.kind is FieldKind.REFERENCE:
        return (names or {}).get(value, str(value))
    return str(value)


def plain(shape: Shape, custom: Mapping[str, Any]) -> Any:
    """One field of a record for programs: as it is kept, an amount with its currency; None where it has no value."""
    value = custom.get(shape.key)
    if value is None or shape.kind is not FieldKind.MONEY:
        return value
    return {"amount": value, "currency": custom.get(currency_key(shape.key), "")}
