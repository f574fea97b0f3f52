"""`mutuals people merge`, `split`, `merges` and `undo`: two persons become one, and are parted again."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, parted, verb
from mutuals.identity import joins, merge, split
from mutuals.people import visibility
from mutuals.people.models import Person
from mutuals.staff.models import User


def register(verbs: Any) -> None:
    """Add the verbs to `people`."""
    parser = verb(
        verbs,
        "merge",
        merge_two,
        "say that two persons are one human",
        examples=[
            "mutuals people merge 12 40 --preview",
            "mutuals people merge 12 40 --keep 12 --take city=gone --take tags=both",
        ],
    )
    parser.add_argument("id", type=int)
    parser.add_argument("other", type=int)
    parser.add_argument("--keep", type=int, help="which of the two is kept (whoever is known longer)")
    parser.add_argument(
        "--take", action="append", default=[], metavar="FIELD=SIDE", help="whose value stands: kept or gone"
    )
    parser.add_argument("--anyway", action="store_true", help="although it was said that they are two")
    parser.add_argument("--preview", action="store_true", help="only tell what would stand; nothing is changed")
    parser = verb(
        verbs,
        "split",
        split_off,
        "say that profiles of a person are somebody else's",
        examples=[
            "mutuals people split 12 30 31 --preview",
            "mutuals people split 12 30 31 --to 40 --along affiliations=3",
        ],
    )
    parser.add_argument("id", type=int)
    parser.add_argument("profile", type=int, nargs="+")
    parser.add_argument("--to", type=int, help="whose they are (else a new person's)")
    parser.add_argument(
        "--along", action="append", default=[], metavar="KIND=ID", help="what goes as well: affiliations=3"
    )
    parser.add_argument(
        "--preview", action="store_true", help="only tell where each thing would go; nothing is changed"
    )
    parser = verb(verbs, "merges", merges, "merges and splits of a person, or of everybody, newest first")
    parser.add_argument("id", type=int, nargs="?")
    parser.add_argument("--limit", type=int, default=20)
    parser = verb(
        verbs,
        "undo",
        undo,
        "take back a merge or a split, or do again what was taken back",
        examples=[
            "mutuals people undo merge:12 --preview     # where each thing would go",
            "mutuals people undo merge:12 --for-good    # and no machine joins them again",
            "mutuals people undo unmerge:12             # joined once more",
        ],
    )
    parser.add_argument("key", help="as merge, split and merges tell it: merge:12")
    parser.add_argument(
        "--for-good", action="store_true", help="of a merge: they are two, and no machine joins them again"
    )
    parser.add_argument(
        "--preview", action="store_true", help="of a merge: only tell where each thing would go; nothing is changed"
    )


def merge_two(args: argparse.Namespace) -> dict[str, Any]:
    """What stands now."""
    by = me(args)
    one, other = _named(by, args.id), _named(by, args.other)
    keep = _named(by, args.keep) if args.keep is not None else None
    if args.preview:
        told = joins.together(one, other, viewer=by, keep=keep)
        return {
            "kept": f"{told.kept.pk} {told.kept}",
            "gone": f"{told.gone.pk} {told.gone}",
            "against": told.against,
            "fields": [
                {"field": row.name, "kept": row.kept, "gone": row.gone, "would be": row.result} for row in told.choices
            ],
            "things": [{"what": row.name, "kept": row.here, "gone": row.there} for row in told.shares],
        }
    choices = dict(parted(args.take, "--take"))
    return _told(merge.merge(one, other, by=by, now=clock.now(), keep=keep, choices=choices, anyway=args.anyway))


def split_off(args: argparse.Namespace) -> dict[str, Any]:
    """Whose they are now."""
    by = me(args)
    person = _named(by, args.id)
    to = _named(by, args.to) if args.to is not None else None
    if args.preview:
        return _goes(joins.apart(person, args.profile, viewer=by, to=to))
    along: dict[str, list[int]] = {}
    for kind, number in parted(args.along, "--along"):
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            raise ValueError(f"--along takes the number of a thing, as in affiliations=3, and not {number[:40]}.")
        along.setdefault(kind, []).append(int(number))
    return _told(split.some(person, args.profile, by=by, now=clock.now(), to=to, along=along))


def merges(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What was joined and split."""
    viewer = me(args)
    person = _named(viewer, args.id) if args.id is not None else None
    return [
        {
            "key": row.key,
            "at": row.at,
            "what": row.kind,
            "person": f"{row.person.pk} {row.names[0]}",
            "other": f"{row.other.pk} {row.names[1]}",
            "by": row.by,
            "undone": row.undone_at,
        }
        for row in joins.history(person, viewer=viewer, limit=args.limit)
    ]


def undo(args: argparse.Namespace) -> dict[str, Any]:
    """What stands now."""
    by = me(args)
    if args.preview:
        told = joins.apart_whole(joins.merge_of(args.key), viewer=by)
        return {
            "stays": f"{told.person.pk} {told.names['stays']}",
            "leaves": f"{told.other.pk} {told.names['goes']}" if told.other else "",
            **_goes(told),
        }
    if args.for_good:
        return _told(joins.part(args.key, by=by, now=clock.now()))
    return _told(joins.undo(args.key, by=by, now=clock.now()))


def _goes(told: joins.Apart) -> dict[str, Any]:
    things = [
        {"what": kind, "id": row.id, "words": row.words, "goes": "yes" if row.goes else "if named"}
        for kind, rows in told.asked.items()
        for row in rows
    ]
    return {
        "goes": [{"what": row.name, "stays": row.here, "goes": row.there} for row in told.shares],
        "things": things,
    }


def _told(done: merge.Done) -> dict[str, Any]:
    return {
        "key": done.key,
        "person": f"{done.person.pk} {done.person}",
        "other": f"{done.other.pk} {done.other}" if done.other else "",
        "changed": "yes" if done.is_new else "no, it was so before",
        "edited since, and kept": list(done.edited_since),
    }


def _named(viewer: User, number: int) -> Person:
    """The person of exactly this number, merged away or not."""
    row = visibility.row_of(viewer, number)
    if row is None:
        raise Missing(f"There is no person {number}.")
    return row
