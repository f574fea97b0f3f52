"""`mutuals promises`: what we promised to customers."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from mutuals.base import clock
from mutuals.cli._asked import asks, rows_of
from mutuals.cli._say import Missing, me, verb
from mutuals.cli.people import person
from mutuals.inbox import promises, promises_found, promises_listed, queries
from mutuals.inbox.models import Promise, PromiseState
from mutuals.people.queries import cluster
from mutuals.staff import queries as staff

PLACE = 62  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `promises` and its verbs."""
    words = "what we promised to customers"
    verbs = groups.add_parser("promises", help=words).add_subparsers(required=True, metavar="VERB")
    parser = verb(
        verbs, "list", listed, "promises, the soonest due first", examples=["mutuals promises list --tab late"]
    )
    parser.add_argument("--tab", choices=promises_listed.TABS, default="all")
    parser.add_argument("--state", choices=[*PromiseState.values, "any"], default=PromiseState.OPEN)
    parser.add_argument("--person", type=int, help="only those made to this person")
    asks(parser)
    verb(verbs, "show", show, "one promise").add_argument("id", type=int)
    parser = verb(verbs, "make", make, "write down a promise to a person, or in a conversation")
    parser.add_argument("words")
    parser.add_argument("--person", type=int)
    parser.add_argument("--conversation", type=int)
    parser.add_argument("--due", type=moment, help="until when, such as 2026-11-24T17:00")
    parser = verb(verbs, "read", read, "what a text promises (from standard input without one); nothing is kept")
    parser.add_argument("text", nargs="?")
    parser = verb(verbs, "confirm", confirm, "say that what was suggested is a promise")
    parser.add_argument("id", type=int)
    parser.add_argument("--due", type=moment)
    parser = verb(verbs, "move", move, "give it another moment")
    parser.add_argument("id", type=int)
    parser.add_argument("due", type=moment)
    parser.add_argument("reason")
    parser = verb(verbs, "hand", hand, "let a colleague see to it")
    parser.add_argument("id", type=int)
    parser.add_argument("to", metavar="EMAIL")
    verb(verbs, "keep", keep, "it is done; the answer that tells the customer is prepared").add_argument("id", type=int)
    verb(verbs, "told", told, "the customer knows that it was kept").add_argument("id", type=int)
    parser = verb(verbs, "break", broken, "it was not kept and will not be")
    parser.add_argument("id", type=int)
    parser.add_argument("reason")
    parser = verb(verbs, "withdraw", withdraw, "take it back")
    parser.add_argument("id", type=int)
    parser.add_argument("reason", nargs="?", default="")
    verb(verbs, "reopen", reopen, "take up again what was ended").add_argument("id", type=int)


def moment(text: str) -> datetime:
    """A moment as it is typed; without a zone it is one of the clock of whoever acts."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a moment is written 2026-11-24T17:00") from None


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    viewer = me(args)
    who = person(viewer, args.person) if args.person else None
    ids = cluster(who) if who else None
    asked = promises_listed.Asked(args.tab, "" if args.state == "any" else args.state, person_ids=ids)
    rows = promises_listed.rows_of(viewer, asked, clock.now()).select_related(*promises_listed.RELATED)
    return [_line(row) for row in rows_of(args, "promise", rows)]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """All that is kept of one."""
    row = _found(args)
    told = {"reason": row.reason, "said in": row.said_in, "about": row.about, "case": str(row.case or "")}
    return {**_line(row), **told, "made by": row.made_by, "made": row.made_at, "kept": row.kept_at, "told": row.told_at}


def make(args: argparse.Namespace) -> dict[str, Any]:
    """The promise, and whether it was made now."""
    by, turn = me(args), None
    if args.conversation:
        rows = queries.visible_to(by).select_related("conversation__opener__person__canonical")
        turn = rows.filter(pk=args.conversation).first()
        if turn is None:
            raise Missing(f"There is no conversation {args.conversation}.")
    who = person(by, args.person) if args.person else None
    made, is_new = promises.make(by=by, now=clock.now(), words=args.words, due_at=_due(args), turn=turn, person=who)
    return {**_line(made), "new": is_new}


def read(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Each promise that stands in it."""
    text = args.text if args.text is not None else sys.stdin.read(20_000)
    found = promises_found.promised(text, writer=me(args), now=clock.now())
    return [{"words": one.words, "due": one.due_at, "language": one.language} for one in found]


def confirm(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(promises.confirm(_found(args), by=me(args), now=clock.now(), due_at=_due(args)))


def move(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    due = _due(args)
    assert due is not None
    return _line(promises.move(_found(args), by=me(args), now=clock.now(), due_at=due, reason=args.reason))


def hand(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    to = staff.by_email(args.to)
    if to is None or not to.is_active:
        raise Missing(f"Nobody who works here has the address {args.to}.")
    return _line(promises.hand(_found(args), by=me(args), to=to))


def keep(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now, and what there is to tell."""
    kept = promises.keep(_found(args), by=me(args), now=clock.now())
    return {**_line(kept.promise), "text": kept.text, "drafted": kept.is_drafted}


def told(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(promises.tell(_found(args), by=me(args), now=clock.now()))


def broken(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(promises.give_up(_found(args), by=me(args), now=clock.now(), reason=args.reason))


def withdraw(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(promises.withdraw(_found(args), by=me(args), now=clock.now(), reason=args.reason))


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    return _line(promises.reopen(_found(args), by=me(args), now=clock.now()))


def _line(row: Promise) -> dict[str, Any]:
    late = row.state == PromiseState.OPEN and row.due_at is not None and row.due_at <= clock.now()
    return {
        "id": row.pk,
        "words": row.words,
        "state": "late" if late else row.state,
        "due": row.due_at,
        "owner": str(row.owner),
        "person": str(row.person.canonical) if row.person else "",
        "conversation": row.conversation_id,
        "told": row.told_at,
    }


def _due(args: argparse.Namespace) -> datetime | None:
    due: datetime | None = args.due
    return due.replace(tzinfo=promises_found.zone_of(me(args))) if due and due.tzinfo is None else due


def _found(args: argparse.Namespace) -> Promise:
    row = promises_listed.one(me(args), args.id)
    if row is None:
        raise Missing(f"There is no promise {args.id}.")
    return row
