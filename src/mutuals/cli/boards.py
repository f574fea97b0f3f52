"""`mutuals boards` and `mutuals digest`: topics side by side under a name, and what one should know of."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.listening import queries
from mutuals.listening.board import boards, counts, digest
from mutuals.listening.board.counts import Span
from mutuals.listening.models import Board, Rhythm, Topic
from mutuals.staff.models import Role

PLACE = 170  # among the groups of `mutuals --help`

_DAYS = 30


def register(groups: Any) -> None:
    """Add `boards` and `digest` with their verbs."""
    verbs = groups.add_parser("boards", help="topics side by side").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "your boards, and those that are shared with you")
    parser = verb(
        verbs, "save", save, "keep topics under a name",
        examples=["mutuals boards save Rivals Leaks Pots --query days=90&tone=negative --for lead"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("topics", nargs="+", help="names of topics, at most eight")
    parser.add_argument("--query", default="", help="stretch and filters as the address of a board has them")
    parser.add_argument("--for", dest="roles", action="append", default=[], choices=list(Role.values))
    parser.add_argument("--first", action="store_true", help="listening opens with it")
    verb(verbs, "delete", delete, "delete a board of yours").add_argument("board", type=int)
    verb(verbs, "restore", restore, "bring a deleted board back").add_argument("board", type=int)
    parser = verb(verbs, "beside", beside, "topics side by side: mentions, share of voice, mood")
    parser.add_argument("topics", nargs="+", help="names of topics, at most eight")
    parser.add_argument("--days", type=int, default=_DAYS, help="how many days up to now (30)")
    verbs = groups.add_parser("digest", help="what you should know of").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "show", show, "your newest digest, with why each item is shown")
    verb(verbs, "make", make, "make one now")
    parser = verb(verbs, "wish", wish, "how often you want one, and of how many items at most")
    parser.add_argument("rhythm", choices=list(Rhythm.values))
    parser.add_argument("--most", type=int, default=8, help="items at most (8)")
    parser.add_argument("--topic", action="append", default=[], help="only these; as often as needed")
    parser.add_argument("--mail", action="store_true", help="by mail too, from a mailbox of ours; without it no mails")
    parser = verb(verbs, "judge", judge, "say whether an item was worth it; that tunes what comes next")
    parser.add_argument("item", type=int)
    parser.add_argument("worth", choices=["yes", "no", "unsay"])


def _topics(args: argparse.Namespace, names: list[str]) -> list[Topic]:
    known = {one.name: one for one in queries.visible_to(me(args)).filter(name__in=names)}
    missing = next((name for name in names if name not in known), None)
    if missing is not None:
        raise Missing(f"There is no topic {missing[:80]}.")
    return [known[name] for name in names]


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a board."""
    by = me(args)
    first = boards.first_of(by)
    return [_board(row, first) for row in boards.visible_to(by)]


def save(args: argparse.Namespace) -> dict[str, Any]:
    """The board that was kept."""
    by, numbers = me(args), [one.pk for one in _topics(args, args.topics)]
    made = boards.keep(args.name, topics=numbers, query=args.query, roles=args.roles, by=by, now=clock.now())
    if args.first:
        boards.open_first(made, by=by)
    return _board(made, boards.first_of(by))


def delete(args: argparse.Namespace) -> dict[str, Any]:
    """What was deleted."""
    by = me(args)
    row = boards.visible_to(by).filter(pk=args.board).first()
    if row is None:
        raise Missing(f"There is no board {args.board}.")
    boards.delete(row, by=by, now=clock.now())
    return {"deleted": row.name, "bring it back": f"mutuals boards restore {row.pk}"}


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The board that is back."""
    by = me(args)
    return _board(boards.restore(args.board, by=by), boards.first_of(by))


def beside(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a topic."""
    now = clock.now()
    span = Span(now - timedelta(days=max(1, min(args.days, counts.LONGEST.days))), now, "UTC")
    found = [
        (one, counts.board(one.version_id, span) if one.version_id else counts.Board())
        for one in _topics(args, args.topics)[: boards.TOPICS]
    ]
    whole = sum(board.n for _, board in found)
    return [
        {
            "topic": one.name,
            "kind": one.kind,
            "mentions": board.n,
            "share of voice": f"{100 * board.n / whole:.0f} %" if whole else "",
            "before": board.before.n if board.before else 0,
            "net sentiment": board.net,
            "by customers": board.by_customers,
        }
        for one, board in found
    ]


def show(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line an item."""
    return [
        {"item": one.told.pk, "why": one.told.why, "text": " ".join(one.row.text.split())[:120], "id": one.row.pk}
        for one in digest.newest_of(me(args))
    ]


def make(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The digest that was made."""
    digest.make(me(args), now=clock.now())
    return show(args)


def wish(args: argparse.Namespace) -> dict[str, Any]:
    """How one is told from now on."""
    numbers = [one.pk for one in _topics(args, args.topic)]
    held = digest.wish(by=me(args), rhythm=args.rhythm, most=args.most, topics=numbers, by_mail=args.mail)
    return {"rhythm": held.rhythm, "most": held.most, "topics": len(held.topics) or "all", "by mail": held.by_mail}


def judge(args: argparse.Namespace) -> dict[str, Any]:
    """What was said of the item."""
    said = {"yes": True, "no": False, "unsay": None}[args.worth]
    row = digest.judge(args.item, is_relevant=said, by=me(args))
    return {"item": row.pk, "worth it": row.is_relevant}


def _board(row: Board, first: Board | None) -> dict[str, Any]:
    names = ", ".join(one.name for one in boards.topics_on(row))
    return {
        "id": row.pk,
        "name": row.name,
        "topics": names,
        "query": row.query,
        "for": ", ".join(row.roles) or "you",
        "opens first": first is not None and first.pk == row.pk,
    }
