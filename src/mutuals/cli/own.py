"""`mutuals own`: types of the house's own making, and their records."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mutuals.base import clock, lists
from mutuals.base.filters import from_query
from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, verb
from mutuals.records import book, bringing, own, packs, queries, types, values
from mutuals.records.kinds import Kind
from mutuals.records.models import Own, Type
from mutuals.rules.engine import zone_of
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 36  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `own` and its verbs."""
    verbs = groups.add_parser("own", help="records of types of your own making").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "types", show_types, "which types there are")
    parser = verb(verbs, "add-type", add_type, "a new type", examples=["mutuals own add-type Machine --prefix M"])
    parser.add_argument("name")
    parser.add_argument("--plural", default="", help="as its list is called (the name with an s)")
    parser.add_argument("--icon", choices=list(types.ICONS), default="box", metavar="ICON", help=", ".join(types.ICONS))
    parser.add_argument("--title-label", default="Name", help="what each is called by (Name)")
    parser.add_argument("--prefix", default="", help="letters before numbers")
    for name, act, words in (("retire-type", retire, "take it out of use"), ("bring-back-type", back, "use it again")):
        verb(verbs, name, act, words).add_argument("type", metavar="TYPE")
    verb(verbs, "packs", show_packs, "ready-made types that can be put in")
    for name, act, words in (
        ("put-in", put_in, "a ready-made type, with fields, lists and process"),
        ("take-out", take_out, "it again, while nothing stands in it"),
    ):
        verb(verbs, name, act, words).add_argument("pack", metavar="PACK", help=", ".join(packs.PACKS))
    parser = verb(
        verbs, "list", listed, "records of a type, by a condition",
        examples=["mutuals own list machine --where custom.built:before:2020-01-01 --sort title"],
    )  # fmt: skip
    parser.add_argument("type", metavar="TYPE", help="its key")
    parser.add_argument("--where", action="append", default=[], metavar="TEST", help="FIELD:OP:VALUE or JSON")
    parser.add_argument("--sort", default="", help="newest, title or changed")
    parser.add_argument("--limit", type=int, default=50)
    parser = verb(verbs, "find", find, "records of all types by words of their title, or by what people call them")
    parser.add_argument("words")
    parser = verb(
        verbs, "add", add, "write one down", examples=['mutuals own add machine "Kettle 3000" serial=A1 customer=12']
    )
    parser.add_argument("type", metavar="TYPE")
    parser.add_argument("title")
    parser.add_argument("values", nargs="*", metavar="KEY=VALUE")
    parser = verb(verbs, "edit", edit, "change values; an empty one empties the field")
    _which(parser)
    parser.add_argument("values", nargs="*", metavar="KEY=VALUE")
    parser.add_argument("--title", default="")
    parser.add_argument("--owner", default="", metavar="EMAIL")
    for name, act, words in (
        ("show", show, "one record"),
        ("trash", trash, "into the trash, for thirty days"),
        ("restore", restore, "out of the trash"),
        ("take-back", take_back, "undo the last edit"),
    ):
        _which(verb(verbs, name, act, words))
    parser = verb(
        verbs, "import", bring, "take a file of them in: CSV, XLSX, Parquet, JSON Lines",
        examples=["mutuals own import machine machines.csv --match serial --check"],
    )  # fmt: skip
    parser.add_argument("type", metavar="TYPE")
    parser.add_argument("file", type=Path)
    parser.add_argument("--match", default="", help="number, or the key of a unique field, by which rows are known")
    parser.add_argument("--check", action="store_true", help="only look")


def show_types(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All types."""
    require(me(args), "own.view")
    return [_type(row) for row in Type.objects.order_by("pk")]


def add_type(args: argparse.Namespace) -> dict[str, Any]:
    """Make one."""
    told = {name: getattr(args, name) for name in ("name", "plural", "icon", "title_label", "prefix")}
    return _type(types.add(by=me(args), now=clock.now(), **told))


def retire(args: argparse.Namespace) -> dict[str, Any]:
    """Take one out of use."""
    return _type(types.retire(Type.objects.get(pk=_kind(args).id), by=me(args), now=clock.now()))


def back(args: argparse.Namespace) -> dict[str, Any]:
    """Use one again."""
    return _type(types.bring_back(Type.objects.get(pk=_kind(args).id), by=me(args)))


def show_packs(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All packs, and which are in."""
    require(me(args), "own.view")
    return [
        {"key": one.key, "name": one.name, "in": packs.is_in(one), "words": one.words} for one in packs.PACKS.values()
    ]


def put_in(args: argparse.Namespace) -> dict[str, Any]:
    """Put one in; twice is once."""
    return _type(packs.put_in(packs.pack(args.pack), by=me(args), now=clock.now()))


def take_out(args: argparse.Namespace) -> dict[str, Any]:
    """Take one out while it is not used."""
    told = packs.pack(args.pack)
    packs.take_out(told, by=me(args))
    return {"pack": told.key, "in": packs.is_in(told)}


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of a type's list."""
    kind, by = _kind(args), me(args)
    require(by, "own.view")
    where = from_query(args.where) if args.where else None
    asked = lists.Asked(by, zone_of(by), clock.now(), where=where, sort=args.sort)
    page = lists.walk(lists.listing(kind.record), asked, limit=args.limit)
    ids = [row.pk for row in page.rows]
    rows = queries.visible_to(by, kind).select_related("owner").in_bulk(ids)
    return [_told(kind, rows[number], by) for number in ids if number in rows]


def find(args: argparse.Namespace) -> list[dict[str, Any]]:
    """By words."""
    by = me(args)
    require(by, "own.view")
    return [{"type": kind.key, **_told(kind, row, by)} for kind, row in queries.find(by, args.words, limit=50)]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """One."""
    kind, row = _found(args)
    return _told(kind, row, me(args))


def add(args: argparse.Namespace) -> dict[str, Any]:
    """Write one down."""
    kind, by = _kind(args), me(args)
    return _told(kind, own.add(kind, by=by, now=clock.now(), title=args.title, custom=_values(args)), by)


def edit(args: argparse.Namespace) -> dict[str, Any]:
    """Change one."""
    kind, row = _found(args)
    by, changes = me(args), dict[str, Any](custom=_values(args))
    if args.title:
        changes["title"] = args.title
    if args.owner:
        owner = User.objects.filter(email__iexact=args.owner, is_active=True).first()
        if owner is None:
            raise Missing(f"There is no active user {args.owner}.")
        changes["owner"] = owner
    return _told(kind, own.edit(row, by=by, changes=changes, now=clock.now()), by)


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """Into the trash."""
    kind, row = _found(args)
    return _told(kind, own.trash(row, by=me(args), now=clock.now()), me(args))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """Out of it."""
    kind, row = _found(args)
    return _told(kind, own.restore(row, by=me(args)), me(args))


def take_back(args: argparse.Namespace) -> dict[str, Any]:
    """Undo the last edit."""
    kind, row = _found(args)
    return _told(kind, own.take_back(row, by=me(args), now=clock.now()), me(args))


def bring(args: argparse.Namespace) -> dict[str, Any]:
    """A file."""
    kind = _kind(args)
    told = bringing.bring_file(kind, args.file, by=me(args), now=clock.now(), match=args.match, is_check=args.check)
    same = ("made", "changed", "same", "lost", "match", "columns")
    left = [{"row": number, "reason": why} for number, why in told.left_out]
    return {name: getattr(told, name) for name in same} | {"left_out": left}


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE")
    parser.add_argument("record", metavar="NUMBER", help="as people say it: 12, or M-12")


def _kind(args: argparse.Namespace) -> Kind:
    found = book.kind(args.type)
    if found is None:
        raise Missing(
            f"There is no type {args.type}. There are: {', '.join(one.key for one in book.kinds()) or 'none'}."
        )
    return found


def _found(args: argparse.Namespace) -> tuple[Kind, Own]:
    kind = _kind(args)
    digits = str(args.record).rpartition("-")[2]
    rows = queries.with_gone(me(args), kind).select_related("owner")
    row = rows.filter(number=int(digits)).first() if digits.isdecimal() and len(digits) < 10 else None
    if row is None:
        raise Missing(f"There is no {kind.name.lower()} {args.record}.")
    return kind, row


def _values(args: argparse.Namespace) -> dict[str, str]:
    told = {}
    for one in args.values:
        key, is_parted, value = one.partition("=")
        if not is_parted:
            raise Refusal(f"“{one[:60]}” is not written as KEY=VALUE.")
        told[key] = value
    return told


def _type(row: Type) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.name,
        "plural": row.plural,
        "record": row.kind.record,
        "retired": row.retired_at is not None,
    }


def _told(kind: Kind, row: Own, by: User) -> dict[str, Any]:
    told = {
        "id": row.pk,
        "number": kind.reference(row.number),
        "title": row.title,
        "owner": row.owner.name if row.owner else "",
        "trashed": row.trashed_at is not None,
    }
    return {**told, **values.plain(kind.record, row.custom, viewer=by)}
