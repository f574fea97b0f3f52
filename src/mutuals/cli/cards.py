"""`mutuals cards` and `mutuals playbooks`: what waits for somebody, who is behind it, what rises, and when a topic rings."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from mutuals.base import clock
from mutuals.base.filters import from_query
from mutuals.base.refusals import Refusal
from mutuals.cli._say import Missing, me, verb
from mutuals.history.models import Interaction
from mutuals.inbox import problem
from mutuals.listening import queries
from mutuals.listening.board import counts
from mutuals.listening.card import acted, behind, cards, playbooks, rise, warn
from mutuals.listening.models import Card, CardKind, Playbook, Topic
from mutuals.staff.models import User

PLACE = 180  # among the groups of `mutuals --help`

_DAYS, _YEAR = 90, 365
_NAMED = 4  # customers that are named of a set of words


def register(groups: Any) -> None:
    """Add `cards` and `playbooks` with their verbs."""
    verbs = groups.add_parser("cards", help="what somebody has to look at").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(verbs, "list", listed, "what waits, the gravest first")
    parser.add_argument("--state", default="open", choices=["open", "acted", "delegated", "dismissed"])
    _card(verb(verbs, "show", show, "one card: who is behind it, what is at stake, its steps"))
    parser = _card(verb(verbs, "settle", settle, "say what was done about a card"))
    parser.add_argument("state", choices=["acted", "delegated", "dismissed"])
    parser.add_argument("--reason", default="")
    parser.add_argument("--to", default="", metavar="EMAIL")
    _card(verb(verbs, "reopen", reopen, "take back what was said of it"))
    parser = _card(
        verb(verbs, "problem", opening, "a case and a draft for each customer touched; nothing is sent",
             examples=['mutuals cards problem 3 "Lid leaks since May" --draft "Hello {first}, we are looking into it."'])
    )  # fmt: skip
    parser.add_argument("title")
    parser.add_argument("--draft", default="", help="{first} and {name} are filled in")
    parser.add_argument("--priority", default="high", choices=["low", "normal", "high", "urgent"])
    parser = _card(verb(verbs, "start", start, "start a playbook: its steps become the checklist of the card"))
    parser.add_argument("playbook")
    parser.add_argument("--to", default="", metavar="EMAIL", help="who does it (yourself)")
    parser = _card(verb(verbs, "tick", tick, "say that a step is done"))
    parser.add_argument("step", type=int, help="its place in the list, from 1")
    parser.add_argument("--undo", action="store_true")
    verb(verbs, "measure", measure, "the share acted on, by week and by kind").add_argument(
        "--days", type=int, default=_DAYS
    )
    _words(verb(verbs, "words", words, "pairs and triples of words that rise in a topic"))
    parser = verb(verbs, "rehearse", rehearse, "what would have rung in the last ninety days, or more")
    parser.add_argument("topic")
    parser.add_argument("--days", type=int, default=_DAYS, help="how many days (90), up to 365")
    parser.add_argument("--budget", default="", help='false alarms that are borne: "one a month"')
    parser.add_argument("--keep", action="store_true", help="keep this budget")
    parser.add_argument(
        "--seen", type=int, metavar="EDITION", help="keep it only where nobody changed the topic since this edition"
    )
    verbs = groups.add_parser("playbooks", help="short lists of steps").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", books, "all playbooks")
    parser = verb(
        verbs, "keep", keep, "write one, or change the one of this name",
        examples=["mutuals playbooks keep Leak 'Read the examples' 'Tell the workshop' --kind rising"],
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("steps", nargs="+", metavar="STEP")
    parser.add_argument("--kind", default="", choices=["", *CardKind.values])
    parser.add_argument("--level", type=int, default=1, choices=[1, 2, 3], help="from watch, act or crisis on")
    parser.add_argument(
        "--seen", default="", metavar="WHEN", help="refuse where it was changed since then, as list says it"
    )
    verb(verbs, "remove", remove, "take one away").add_argument("name")
    verb(verbs, "begin", begin, "the three that one may begin with")


def _card(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("card", type=int)
    return parser


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic")
    parser.add_argument("--until", default="", metavar="DAY", help="the seven days before this day (now)")
    parser.add_argument("--who", action="append", default=[], metavar="FILTER", help="as in lists: city:is:Porto")
    parser.add_argument("--bought", default="", metavar="PRODUCT")
    parser.add_argument("--mood", default="", choices=["", "positive", "neutral", "negative"])


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a card."""
    return [_told(row) for row in cards.visible_to(me(args)).filter(state=args.state)[:100]]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The card, the people behind it and its steps."""
    by = me(args)
    card = _found(args, by)
    told = behind.of_card(card, viewer=by)
    return _told(card) | {
        "stakes": [f"{value} {currency}" for currency, value in told.stakes],
        "bought": [f"{name} ({many})" for name, many in told.bought],
        "people": [f"{one.name} ({one.value} {one.currency})" for one in told.people],
        "cases": [f"{one.reference} {one.state}" for one in problem.parts(card, viewer=by)],
        "playbook": card.playbook,
        "steps": [f"[{'x' if one.done_at else ' '}] {one.words}" for one in card.steps.order_by("place")],
    }


def settle(args: argparse.Namespace) -> dict[str, Any]:
    """The card as it is now."""
    by = me(args)
    to = _staff(args.to) if args.to else None
    return _told(cards.settle(_found(args, by), args.state, reason=args.reason, to=to, by=by, now=clock.now()))


def reopen(args: argparse.Namespace) -> dict[str, Any]:
    """The card as it is now."""
    by = me(args)
    return _told(cards.reopen(_found(args, by), by=by))


def opening(args: argparse.Namespace) -> dict[str, Any]:
    """What was opened."""
    by = me(args)
    done = problem.open_problem(
        _found(args, by), by=by, now=clock.now(), title=args.title, text=args.draft, priority=args.priority
    )
    return {"cases": [one.reference for one in done.cases], "open before": done.were_open, "drafts": done.drafts}


def start(args: argparse.Namespace) -> dict[str, Any]:
    """The steps."""
    by = me(args)
    book = _book(args.playbook, by)
    made = playbooks.start(_found(args, by), book, by=by, now=clock.now(), to=_staff(args.to) if args.to else by)
    return {"playbook": book.name, "steps": [one.words for one in made]}


def tick(args: argparse.Namespace) -> dict[str, Any]:
    """The step as it is now."""
    by = me(args)
    step = _found(args, by).steps.select_related("card").filter(place=args.step - 1).first()
    if step is None:
        raise Missing(f"Card {args.card} has no step {args.step}.")
    done = playbooks.tick(step, by=by, now=clock.now(), is_done=not args.undo)
    return {"step": done.words, "done": done.done_at is not None}


def measure(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line for all, one a week, one a kind."""
    told = acted.measured(viewer=me(args), since=clock.now() - timedelta(days=max(1, args.days)))
    return [
        {
            "of": str(row.week) if row.week else row.kind or "all",
            "made": row.made,
            "acted": row.acted,
            "delegated": row.delegated,
            "dismissed": row.dismissed,
            "acted on, %": row.acted_share,
            "hours": None if row.hours is None else round(row.hours, 1),
        }
        for row in (told.whole, *told.weeks, *told.kinds)
    ]


def words(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a pair or triple."""
    by = me(args)
    until = datetime.fromisoformat(args.until).replace(tzinfo=UTC) if args.until else clock.now()
    where = from_query(args.who) if args.who else None
    topic = _topic(args.topic, by)
    told = rise.found(rise.Asked(topic, until, where, args.bought, args.mood), viewer=by)
    touched = behind.customers_of(topic, [one.said for one in told.sets], viewer=by)
    firsts = Interaction.objects.in_bulk([one.examples[0] for one in told.sets if one.examples])
    return [
        {
            "words": " + ".join(one.words),
            "mentions": one.mentions,
            "before": one.before,
            "people": one.authors,
            "customers": one.customers,
            "growth": counts.grown(one.mentions, one.before),
            "line": " ".join(map(str, one.line)),
            "touched": ", ".join(name for _, name in who[:_NAMED]) + _more(len(who) - _NAMED),
            "example": " ".join(firsts[one.examples[0]].text.split())[:120] if firsts.keys() & one.examples[:1] else "",
        }
        for one, who in zip(told.sets, touched, strict=True)
    ]


def _more(many: int) -> str:
    return f" and {many} more" if many > 0 else ""


def rehearse(args: argparse.Namespace) -> dict[str, Any]:
    """The alarms that would have rung, and how strict that is."""
    by = me(args)
    topic = _topic(args.topic, by)
    if not 1 <= args.days <= _YEAR:
        raise Refusal(f"From 1 to {_YEAR} days; more are looked back over by: mutuals topics back")
    if args.keep and args.budget:
        topic = warn.allow(topic, args.budget, by=by, now=clock.now(), seen=args.seen)
    told = warn.rehearse(topic, now=clock.now(), allowed=args.budget, days=args.days)
    return {
        "budget": told.allowed,
        "strictness": told.strictness,
        "weeks": round(told.weeks, 1),
        "alarms": [f"{one.since:%Y-%m-%d %H:%M} {playbooks.LEVELS[one.level]}: {one.words}" for one in told.rings],
    }


def books(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a playbook."""
    return [_line(row) for row in playbooks.visible_to(me(args))]


def keep(args: argparse.Namespace) -> dict[str, Any]:
    """The playbook as it is now."""
    by = me(args)
    book = playbooks.visible_to(by).filter(name__iexact=args.name).first()
    seen = clock.read(args.seen)
    if args.seen and seen is None:
        raise Refusal("Say when you saw it as the list does: 2026-05-04T09:00:00+00:00.")
    told = {"kind": args.kind, "level": args.level, "by": by, "now": clock.now(), "seen": seen}
    return _line(playbooks.keep(args.name, args.steps, book=book, **told))


def remove(args: argparse.Namespace) -> dict[str, Any]:
    """What is gone."""
    by = me(args)
    book = _book(args.name, by)
    playbooks.remove(book, by=by)
    return {"removed": book.name}


def begin(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What was made."""
    return [_line(row) for row in playbooks.begin(by=me(args), now=clock.now())]


def _found(args: argparse.Namespace, by: User) -> Card:
    row = cards.visible_to(by).filter(pk=args.card).first()
    if row is None:
        raise Missing(f"There is no card {args.card}.")
    return row


def _topic(name: str, by: User) -> Topic:
    found = queries.visible_to(by).filter(name=name).first()
    if found is None:
        raise Missing(f"There is no topic {name}.")
    return found


def _book(name: str, by: User) -> Playbook:
    found = playbooks.visible_to(by).filter(name__iexact=name).first()
    if found is None:
        raise Missing(f"There is no playbook {name}.")
    return found


def _staff(email: str) -> User:
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise Missing(f"Nobody who works here has the address {email}.")
    return found


def _line(row: Playbook) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind or "any",
        "from": playbooks.LEVELS[row.level],
        "steps": len(row.steps),
        "changed": row.changed_at.isoformat(),
    }


def _told(row: Card) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "level": playbooks.LEVELS[row.level],
        "words": row.words,
        "customers": row.touched,
        "value": f"{row.value} {row.currency}".strip(),
        "state": row.state,
    }
