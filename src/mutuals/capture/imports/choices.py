"""What is asked of a choice of the wizard before a file is checked row by row; each refusal names the question it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from mutuals.connectors.files.fields import EXTRA, Field, Shape, Target, field_of
from mutuals.connectors.files.shapes import Sniffed, Value
from mutuals.connectors.files.times import NeedsOrder, NeedsZone, parse_date, parse_time
from mutuals.connectors.files.values import NeedsDecimal, parse_bool, parse_money, parse_phone

Known = tuple[Field, ...]
"""The catalogue of a target, read once."""


class Unusable(ValueError):
    """A choice with which the import cannot run; `field` names the question of the form that it answers."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


def usual_keys(known: Known, mapping: Mapping[str, str]) -> list[str]:
    """The match keys that a file has, without those that are only words: two deals may have one title."""
    return [one.name for one in known if one.key and not one.weak and one.name in mapping.values()]


def check_mapping(
    fields: Mapping[str, str], told: Mapping[str, Any], sniffed: Sniffed, target: str, known: Known
) -> None:
    """Refuse unknown columns and fields, a field that is fed twice, and missing ones."""
    constants = told.get("constants", {})
    if not isinstance(constants, Mapping):
        raise Unusable("Constants are a field and its value each.", field="constants")
    for column in fields:
        if column not in sniffed.columns:
            raise Unusable(f"The file has no column “{column[:80]}”.", field=column)
    used: set[str] = set()
    for column, name in [*fields.items(), *((name, name) for name in constants)]:
        one = field_of(target, name, known)
        if one is None and name != EXTRA:
            allowed = ", ".join(every.name for every in known)
            raise Unusable(f"“{name[:40]}” is no field of {target}. There are: {allowed}.", field=column)
        if one and not one.many and name in used:
            raise Unusable(f"Two columns are to become “{one.label}”; only one can.", field=column)
        used.add(name)
    for required in [one for one in known if one.required and one.name not in used]:
        raise Unusable(f"No column says “{required.label}”, which is needed.", field=required.name)
    _check_target(used, target)


def _check_target(used: set[str], target: str) -> None:
    if target == Target.PEOPLE and not used & {"id", "name", "given_name", "family_name", "email", "phone"}:
        raise Unusable("No column says who it is: a name, an address, a number or their id.", field="name")
    whom = {"person_id", "person_email", "person_name", "organisation_id", "organisation_domain", "organisation_name"}
    if target in (Target.DEALS, Target.CASES) and not used & {*whom, "id", "reference"}:
        raise Unusable("No column says whom they are for: a person or an organisation.", field="person_id")
    if target == Target.DEALS and "amount" in used and "currency" not in used:
        raise Unusable("No column names the currency; choose one for the whole file.", field="currency")
    if target == Target.PRODUCTS and "price" in used and "currency" not in used:
        raise Unusable("No column names the currency; choose one for the whole file.", field="currency")
    if target == Target.ORDERS:
        if "placed_at" not in used:
            raise Unusable("No column says when it was ordered, which is needed.", field="placed_at")
        if "currency" not in used:
            raise Unusable("No column names the currency; choose one for the whole file.", field="currency")
        if not used & {"total", "lines", "line_unit_price"}:
            raise Unusable("No column holds an amount: a total, or lines with a price.", field="total")


def match(fields: Mapping[str, str], told: Mapping[str, Any], target: str, known: Known) -> list[str]:
    """The match keys that were chosen, else all that the file has. Only a key with a column can match."""
    usable = [one.name for one in known if one.key and one.name in fields.values()]
    wanted = told.get("match", usual_keys(known, fields))
    if not isinstance(wanted, Sequence) or isinstance(wanted, str):
        raise Unusable("Match keys are a list of fields.", field="match")
    for name in wanted:
        if name not in usable:
            one = field_of(target, str(name), known)
            why = "has no column" if one and one.key else "cannot tell who it is"
            raise Unusable(
                f"“{one.label if one else str(name)[:40]}” {why}, so rows cannot be matched by it.", field="match"
            )
    return [name for name in usable if name in wanted]


def check_options(told: Mapping[str, Any], target: str) -> None:
    """Refuse what an option cannot be, and options that are not for these rows."""
    if not isinstance(told.get("history_only", False), bool):
        raise Unusable("History only is yes or no.", field="history_only")
    if told.get("history_only") and target != Target.POSTS:
        raise Unusable("Only posts and mails open work, so only they can be history only.", field="history_only")
    if not isinstance(told.get("self_told", False), bool):
        raise Unusable("Told by themselves is yes or no.", field="self_told")
    if told.get("zone") and told["zone"] not in available_timezones():
        raise Unusable("There is no such time zone; they are named like Europe/Lisbon.", field="zone")
    if not isinstance(told.get("day_first", False), bool):
        raise Unusable("Day first is yes or no.", field="day_first")
    if told.get("decimal", ".") not in (".", ","):
        raise Unusable("The decimal sign is a point or a comma.", field="decimal")
    if told.get("region"):
        try:
            parse_phone("0221 123456", region=str(told["region"]))
        except ValueError as error:
            raise Unusable("A country is two letters, such as DE.", field="region") from error


def check_values(
    fields: Mapping[str, str], told: Mapping[str, Any], sniffed: Sniffed, target: str, known: Known
) -> None:
    """Refuse what the first rows leave open: the zone of times, day or month first, the decimal sign."""
    zone, day_first, decimal = told.get("zone"), told.get("day_first"), told.get("decimal")
    for shape in (Shape.TIME, Shape.DATE, Shape.MONEY, Shape.NUMBER):
        for text in texts(sniffed, fields, target, shape, known):
            try:
                if shape is Shape.TIME:
                    parse_time(text, zone=zone, day_first=day_first)
                elif shape is Shape.DATE:
                    parse_date(text, day_first=day_first)
                else:
                    parse_money(text, decimal=decimal)
            except NeedsZone as error:
                raise Unusable(
                    f"Times such as “{text[:40]}” name no time zone: where did that clock hang?", field="zone"
                ) from error
            except NeedsOrder as error:
                raise Unusable(f"In “{text[:40]}”, does the day or the month come first?", field="day_first") from error
            except NeedsDecimal as error:
                raise Unusable(f"Is “{text[:40]}” thousands or a fraction?", field="decimal") from error
            except ValueError:
                continue  # the check names this row


def check_public(fields: Mapping[str, str], told: Mapping[str, Any]) -> None:
    """Nobody but who brings the file knows who could read its posts; a guess would hide or publish them all."""
    if "public" in fields.values():
        return
    said = told.get("constants", {}).get("public")
    if said in (None, ""):
        raise Unusable("No column says who could read these posts: were they public, or private?", field="public")
    try:
        parse_bool(str(said))
    except ValueError as error:
        raise Unusable("Posts are public or private: yes or no.", field="public") from error


def texts(sniffed: Sniffed, fields: Mapping[str, str], target: str, shape: Shape, known: Known) -> list[str]:
    """The sample values that are to become fields of one shape."""
    columns = [
        column for column, name in fields.items() if (one := field_of(target, name, known)) and one.shape is shape
    ]
    found: list[Value] = [row.get(column, "") for row in sniffed.sample_rows for column in columns]
    return [text for text in found if isinstance(text, str) and text.strip()]
