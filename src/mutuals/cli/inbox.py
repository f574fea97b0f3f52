"""`mutuals inbox`: whose turn is it, from the terminal."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.history import queries as history
from mutuals.history import search
from mutuals.inbox import answer, queries, work
from mutuals.inbox.models import Outcome, Purpose, Turn, TurnState
from mutuals.rules import queries as rules
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import require

PLACE = 50  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `inbox` and `search`."""
    verbs = groups.add_parser("inbox", help="whose turn is it").add_subparsers(required=True, metavar="VERB")
    parser = verb(verbs, "list", show_list, "conversations that wait")
    parser.add_argument("--tab", choices=queries.TABS, default="all")
    parser.add_argument("--state", choices=TurnState.values, default=TurnState.OPEN)
    parser.add_argument("--limit", type=int, default=20)
    for name, act, words in (
        ("show", show, "one conversation"),
        ("reply", reply, "answer through the profile it came in by; leaves after ten seconds"),
        ("note", note, "write an internal note"),
        ("assign", assign, "give it to somebody"),
        ("close", close, "end it with purpose and outcome"),
        ("reopen", reopen, "take it up again"),
        ("drop-prepared", drop_prepared, "throw away the answer that a rule laid ready"),
    ):
        parser = verb(verbs, name, act, words)
        parser.add_argument("id", type=int)
        if name in ("reply", "note"):
            parser.add_argument("text")
        if name == "reply":
            words = "the message that is answered, as `inbox show` told it: refused if a newer one came since"
            parser.add_argument("--answers", type=int, metavar="ID", help=words)
            parser.add_argument("--private", action="store_true", help="refused if everybody would see it")
        if name == "assign":
            parser.add_argument("--to", metavar="EMAIL", help="whom; left out: nobody")
        if name == "close":
            parser.add_argument("--purpose", choices=Purpose.values, required=True)
            parser.add_argument("--outcome", choices=Outcome.values, required=True)
    parser = verb(groups, "search", find, "find words in everything that was said")
    parser.add_argument("text")
    parser.add_argument("--limit", type=int, default=20)


def _turn(viewer: User, number: int) -> Turn:
    turn = queries.visible_to(viewer).select_related("conversation__source", "assignee").filter(pk=number).first()
    if turn is None:
        raise Missing(f"There is no conversation {number}.")
    return turn


def _line(turn: Turn) -> dict[str, Any]:
    conversation = turn.conversation
    return {
        "id": turn.pk,
        "from": str(conversation.opener.person or conversation.opener) if conversation.opener else "unknown",
        "network": turn.network,
        "public": turn.is_public,
        "state": turn.state,
        "assignee": str(turn.assignee) if turn.assignee else "",
        "moved": turn.moved_at,
        "text": conversation.snippet,
    }


def show_list(args: argparse.Namespace) -> list[dict[str, Any]]:
    """A page of the inbox."""
    listed = queries.turns(me(args), queries.Asked(tab=args.tab, state=args.state), limit=min(args.limit, 200))
    return [_line(turn) for turn in listed.turns]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """A conversation with its newest messages, oldest first."""
    viewer = me(args)
    turn = _turn(viewer, args.id)
    rows = history.thread(turn.conversation, limit=50).rows[::-1]
    by_rules = rules.writers(rows, viewer)
    said = [
        {
            "id": row.pk,
            "at": row.occurred_at,
            "who": by_rules.get(row.pk) or str(row.by or row.profile or "unknown"),
            "status": row.status,
            "text": row.text,
        }
        for row in rows
    ]
    ways = answer.ways(turn, by=viewer)
    return {
        **_line(turn),
        "cannot be answered": ways.refused,
        "answers": ways.target.pk if ways.target else None,
        "answer is public": ways.is_public,
        "prepared": turn.draft,
        "messages": said,
    }


def reply(args: argparse.Namespace) -> dict[str, Any]:
    """An answer on its way."""
    by = me(args)
    public = False if args.private else None
    row = answer.reply(_turn(by, args.id), by=by, text=args.text, answers=args.answers, public=public, now=clock.now())
    return {"interaction": row.pk, "status": row.status, "public": row.is_public}


def note(args: argparse.Namespace) -> dict[str, Any]:
    """A note."""
    by = me(args)
    return {"interaction": work.note(_turn(by, args.id), by=by, text=args.text, now=clock.now()).pk}


def assign(args: argparse.Namespace) -> dict[str, Any]:
    """Whose it is now."""
    by = me(args)
    to = staff.by_email(args.to) if args.to else None
    if args.to and to is None:
        raise Missing(f"There is no user {args.to}.")
    return _line(work.assign(_turn(by, args.id), by=by, to=to, now=clock.now()))


def close(args: argparse.Namespace) -> dict[str, Any]:
    """Closed."""
    by = me(args)
    return _line(work.close(_turn(by, args.id), by=by, purpose=args.purpose, outcome=args.outcome, now=clock.now()))


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """Open again."""
    by = me(args)
    return _line(work.reopen(_turn(by, args.id), by=by, now=clock.now()))


def drop_prepared(args: argparse.Namespace) -> dict[str, Any]:
    """Without it."""
    by = me(args)
    turn = _turn(by, args.id)
    work.drop_draft(turn, by=by)
    return _line(turn)


def find(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Newest first."""
    viewer = me(args)
    require(viewer, "search.everything")
    rows = search.find(args.text, limit=min(args.limit, 200)).rows
    return [
        {"id": row.pk, "at": row.occurred_at, "conversation": row.conversation_id, "text": row.text} for row in rows
    ]
