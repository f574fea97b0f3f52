"""`mutuals fields`: fields of the house's own making, and their values."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.base.fields import FieldKind
from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, verb
from mutuals.people import organisations, persons
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.records import definitions, holders, values
from mutuals.records.models import CustomField
from mutuals.staff.permissions import require

PLACE = 35  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `fields` and its verbs."""
    verbs = groups.add_parser("fields", help="fields of your own making").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", show, "which fields there are, and how many records fill them")
    parser.add_argument("record", nargs="?", default="", help="person, organisation (all)")
    parser = verb(
        verbs,
        "add",
        add,
        "a new field",
        examples=[
            'mutuals fields add person "Renewal month" number --required',
            "mutuals fields add person Grade choice --option Gold --option Tin",
            'mutuals fields add organisation Total formula --formula "price * pieces"',
        ],
    )
    parser.add_argument("record")
    parser.add_argument("label")
    parser.add_argument("kind", choices=list(FieldKind), metavar="KIND", help=", ".join(FieldKind))
    parser.add_argument("--option", action="append", default=[], help="of a choice; of a reference its record")
    parser.add_argument("--formula", default="")
    parser.add_argument("--section", default="")
    parser.add_argument("--help-text", default="")
    parser.add_argument("--required", action="store_true")
    parser.add_argument("--unique", action="store_true")
    for name, act, words in (
        ("retire", retire, "nobody sees or fills it from now on"),
        ("bring-back", back, "use it again"),
    ):
        parser = verb(verbs, name, act, words)
        parser.add_argument("record")
        parser.add_argument("key")
    parser = verb(
        verbs,
        "fill",
        fill,
        "write values of one record; an empty one empties the field",
        examples=[
            "mutuals fields fill person 12 renewal_month=7 grade=gold",
            "mutuals fields fill organisation 3 grade=",
        ],
    )
    parser.add_argument("record", choices=["person", "organisation"])
    parser.add_argument("id", type=int)
    parser.add_argument("values", nargs="+", metavar="KEY=VALUE")


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The fields of one kind of record, or of all."""
    require(me(args), "field.view")
    kinds = [holders.holder(args.record)] if args.record else holders.kinds()
    found = []
    for kind in kinds:
        counts = definitions.filled(kind.record)
        rows = CustomField.objects.filter(record=kind.record).order_by("position", "pk")
        found += [_told(row, None if counts is None else counts.get(row.key, 0)) for row in rows]
    return found


def add(args: argparse.Namespace) -> dict[str, Any]:
    """Make one."""
    row = definitions.add(
        args.record,
        by=me(args),
        now=clock.now(),
        label=args.label,
        kind=args.kind,
        options=args.option,
        formula=args.formula,
        section=args.section,
        help=args.help_text,
        is_required=args.required,
        is_unique=args.unique,
    )
    return _told(row, 0)


def retire(args: argparse.Namespace) -> dict[str, Any]:
    """Take one out of use."""
    row = definitions.retire(_field(args), by=me(args), now=clock.now())
    return _told(row, None)


def back(args: argparse.Namespace) -> dict[str, Any]:
    """Bring one back."""
    row = definitions.bring_back(_field(args), by=me(args))
    return _told(row, None)


def fill(args: argparse.Namespace) -> dict[str, Any]:
    """Write values of one person or organisation."""
    by, told = me(args), {}
    for one in args.values:
        key, is_parted, value = one.partition("=")
        if not is_parted:
            raise Refusal(f"“{one[:60]}” is not written as KEY=VALUE.")
        told[key] = value
    if args.record == "person":
        person = visible_to(by).filter(cluster=args.id).first()
        if person is None:
            raise Missing(f"There is no person {args.id}.")
        row: Any = persons.edit(person, by=by, changes={"custom": told}, now=clock.now())
    else:
        firm = organisations_visible_to(by).filter(pk=args.id).first()
        if firm is None:
            raise Missing(f"There is no organisation {args.id}.")
        row = organisations.edit(firm, by=by, changes={"custom": told}, now=clock.now())
    return {"id": row.pk, "name": str(row), **values.plain(args.record, row.custom, viewer=by)}


def _field(args: argparse.Namespace) -> CustomField:
    row = CustomField.objects.filter(record=args.record, key=args.key).first()
    if row is None:
        raise Missing(f"There is no field {args.key} of {args.record}.")
    return row


def _told(row: CustomField, filled: int | None) -> dict[str, Any]:
    return {
        "record": row.record,
        "key": row.key,
        "label": row.label,
        "kind": row.kind,
        "required": row.is_required,
        "unique": row.is_unique,
        "retired": row.retired_at is not None,
        "filled": filled,
    }
