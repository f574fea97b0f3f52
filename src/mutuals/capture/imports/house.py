"""Fields and kinds of the house's own making, as what columns of a file may become; each value read by its kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from mutuals.base.fields import FieldKind, stored
from mutuals.base.fields import Shape as OwnShape
from mutuals.capture.imports.decisions import Pair
from mutuals.capture.models import Brought, Import
from mutuals.connectors.files.fields import OF_HOUSE, TITLE, Field, Shape, Target
from mutuals.connectors.files.mapping import OF_CURRENCY, Reading
from mutuals.connectors.files.synonyms import normal
from mutuals.connectors.files.times import parse_date, parse_time
from mutuals.connectors.files.values import parse_bool, parse_email, parse_money, parse_phone
from mutuals.people.models import Profile
from mutuals.people.profiles import stored_key
from mutuals.records import book, values
from mutuals.records.kinds import PREFIX, Kind

RECORDS = {
    Target.PEOPLE.value: "person",
    Target.ORGANISATIONS.value: "organisation",
    Target.DEALS.value: "deal",
    Target.CASES.value: "case",
}
"""Which record the fields of a target are of; kinds of the house's own are named as their records are."""
_LIKE = {
    FieldKind.DAY: Shape.DATE,
    FieldKind.TIME: Shape.TIME,
    FieldKind.NUMBER: Shape.NUMBER,
    FieldKind.MONEY: Shape.MONEY,
}
_UTC = ZoneInfo("UTC")


def fields(target: str) -> tuple[Field, ...]:
    """What a house added to a target; all fields of a kind of its own; () for what there is not."""
    if target in RECORDS:
        return _own(RECORDS[target])
    kind = kind_of(target)
    if kind is None or kind.is_retired:
        return ()
    title = Field(
        TITLE.name, kind.title_label, required=True, key=True, weak=True, words=("name", "title", normal(kind.name))
    )
    return (
        Field("id", "Its number in that system", key=True, words=("id", "record id", "external id")),
        Field("number", "Our number of it", key=True, words=("number", "no", "nr")),
        title,
        *_own(target),
    )


def kind_of(target: str) -> Kind | None:
    """The kind of the house's own that rows of this target are; None = none."""
    return book.kind(target.removeprefix(PREFIX)) if target.startswith(PREFIX) else None


def kinds() -> list[Kind]:
    """The kinds of the house's own that files may bring."""
    return [one for one in book.kinds() if not one.is_retired]


def custom_of(told: dict[str, Any]) -> dict[str, Any]:
    """The values of own fields among those of a row, by key."""
    return {
        name.removeprefix(OF_HOUSE): value
        for name, value in told.items()
        if name.startswith(OF_HOUSE) and not name.endswith(OF_CURRENCY)
    }


def refer(of: Import) -> Callable[[OwnShape, str], str]:
    """How a text of a file names another record: by that system's number, an address, "person:12", or a name that only one has.

    The same text is asked once for a file.
    """
    known: dict[tuple[str, str], str] = {}

    def found(shape: OwnShape, text: str) -> str:
        asked = (shape.key, text)
        if asked not in known:
            known[asked] = _named(of, shape, text)
        return known[asked]

    return found


def _own(record: str) -> tuple[Field, ...]:
    found: list[Field] = []
    for one in book.shapes(record):
        if one.kind is FieldKind.FORMULA:
            continue
        words = (normal(one.label), normal(one.key))
        name = f"{OF_HOUSE}{one.key}"
        like = _LIKE.get(one.kind, Shape.TEXT)
        is_key = one.is_unique and record.startswith(PREFIX)
        found.append(Field(name, one.label, like, key=is_key, check=partial(_checked, one), words=words))
        if one.kind is FieldKind.MONEY:
            heads = (
                f"{normal(one.label)} currency",
                f"currency {normal(one.label)}",
                f"currency of {normal(one.label)}",
            )
            label = f"{one.label}: currency"
            found.append(Field(f"{name}{OF_CURRENCY}", label, Shape.CURRENCY, words=heads))
    return tuple(found)


def _checked(shape: OwnShape, text: str, reading: Reading) -> Any:
    """A text as the field keeps it, as far as the row alone tells; ValueError says what the field takes."""
    if shape.kind is FieldKind.REFERENCE:
        return reading.refer(shape, text) if reading.refer else text
    if shape.kind is FieldKind.MONEY:
        told = parse_money(text, decimal=reading.decimal)
        # The currency may stand in a column of its own: XXX, "no currency" of ISO 4217, lets the amount alone be checked here.
        made = stored(shape, {"amount": str(told.amount), "currency": told.currency or "XXX"}, zone=_UTC)
        return {**made, "currency": told.currency or ""}
    return stored(shape, _READ.get(shape.kind, _as_it_is)(text, reading), zone=_UTC)


def _as_it_is(text: str, _reading: Reading) -> Any:
    return text


_READ: dict[FieldKind, Callable[[str, Reading], Any]] = {
    FieldKind.NUMBER: lambda text, reading: str(parse_money(text, decimal=reading.decimal).amount),
    FieldKind.DAY: lambda text, reading: parse_date(text, day_first=reading.day_first),
    FieldKind.TIME: lambda text, reading: parse_time(text, zone=reading.zone, day_first=reading.day_first).utc,
    FieldKind.YES: lambda text, _: parse_bool(text),
    FieldKind.PHONE: lambda text, reading: parse_phone(text, region=reading.region),
    FieldKind.MANY: lambda text, _: [part.strip() for part in text.replace("|", ";").replace(",", ";").split(";")],
}


def _named(of: Import, shape: OwnShape, text: str) -> str:
    words = text.strip()
    if pair := _pair(of, shape.leads_to, words):
        held = "person__canonical_id" if shape.leads_to == "person" else "organisation_id"
        row = Profile.objects.filter(network=pair[0], key=pair[1]).values_list(held, flat=True).first()
        if row is not None:
            return f"{shape.leads_to}:{row}"
        if "@" in words:
            raise ValueError(
                f"“{shape.label}”: nobody with the address {words[:80]} is known. Bring the file of people first."
            )
    rows = Brought.objects.filter(source=of.source_id, record=shape.leads_to, key=words[:200])
    if (about := rows.values_list("about", flat=True).first()) is not None:
        return str(about)
    if words.isdecimal():
        raise ValueError(f"“{shape.label}”: no {shape.leads_to} has the number {words[:40]} in {of.source.name}.")
    return str(values.read(shape.leads_to and _record_of(shape), {shape.key: words}, by=of.by)[shape.key])


def _record_of(shape: OwnShape) -> str:
    """The record that has this field."""
    rows = [*RECORDS.values(), *(one.record for one in kinds())]
    return next(record for record in rows if any(one.id == shape.id for one in book.shapes(record)))


def _pair(of: Import, record: str, text: str) -> Pair | None:
    if record == "person" and "@" in text:
        return "email", parse_email(text)
    network = {"person": "crm", "organisation": "crm-org"}.get(record)
    return stored_key(f"{network}:{of.source_id}", text) if network and text else None
