"""`mutuals ideas`: what customers wish for."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.communities import decide, ideas, merge, queries
from mutuals.communities.models import Idea, IdeaState
from mutuals.history.models import Interaction
from mutuals.people.models import Person
from mutuals.people.visibility import visible_to as visible_people
from mutuals.sales.models import Product

PLACE = 65  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `ideas` and its verbs."""
    verbs = groups.add_parser("ideas", help="what customers wish for, who asked and who votes").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(
        verbs, "list", listed, "open ideas, those with most votes first", examples=["mutuals ideas list --sort value"]
    )
    parser.add_argument("--state", choices=["open", *IdeaState.values, "all"], default="open")
    parser.add_argument("--find", default="", metavar="WORDS", help="words of the title")
    parser.add_argument(
        "--sort", choices=list(queries.SORTS), default="votes", help="value: what those who asked have bought"
    )
    parser.add_argument("--limit", type=int, default=50)
    verb(verbs, "show", show, "one idea, with who asked and what was done").add_argument("idea", type=int)
    parser = verb(verbs, "add", add, "write an idea down; one of the same title is told instead")
    parser.add_argument("title")
    parser.add_argument("--text", default="")
    parser.add_argument("--product", default="", metavar="NUMBER", help="the article number")
    parser = verb(verbs, "ask", ask, "make an idea of a message, or let its author join one")
    parser.add_argument("message", type=int)
    parser.add_argument("--title", default="", help="without one its first line is it")
    parser.add_argument("--idea", type=int, help="the idea to join")
    parser = verb(verbs, "state", state, "how far it has come")
    parser.add_argument("idea", type=int)
    parser.add_argument("state", choices=IdeaState.values)
    parser.add_argument("--because", default="", help="needed where it is declined")
    verb(verbs, "start", start, "let it run in the usual process").add_argument("idea", type=int)
    for name, act, words in (("vote", vote, "a customer wants it too"), ("unvote", unvote, "a customer takes it back")):
        parser = verb(verbs, name, act, words)
        parser.add_argument("idea", type=int)
        parser.add_argument("person", type=int)
    parser = verb(verbs, "merge", merged, "let one idea go into another")
    parser.add_argument("idea", type=int)
    parser.add_argument("into", type=int)
    verb(verbs, "part", part, "take a merge back").add_argument("idea", type=int)
    verb(verbs, "trash", trash, "into the trash").add_argument("idea", type=int)
    verb(verbs, "restore", restore, "out of the trash").add_argument("idea", type=int)


def _line(row: Idea) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "state": row.state,
        "votes": row.votes,
        "asked by": row.askers,
        "bought": f"{row.worth} {row.worth_currency}".strip(),
        "product": row.product.name if row.product else "",
        "owner": str(row.owner or ""),
    }


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line each."""
    rows = queries.listed(
        me(args), state="" if args.state == "all" else args.state, text=args.find, sort=args.sort,
        limit=max(1, min(args.limit, 200)),
    )  # fmt: skip
    return [_line(row) for row in rows]


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The idea, who asked with where to answer, and its history, newest first."""
    viewer, row = me(args), _idea(args, args.idea)
    asked = [
        {
            "id": one.id,
            "at": one.at,
            "who": one.name,
            "words": one.words,
            "conversation": one.conversation_id,
            "told": one.is_told,
        }
        for one in queries.askers(row, viewer)
    ]
    done = [{"at": one.at, "what": one.kind, "by": one.by} for one in queries.history_of(row, viewer)]
    return {**_line(row), "text": row.text, "because": row.reason, "asked": asked, "done": done}


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The idea, and whether it is new."""
    product = Product.objects.filter(sku=args.product).first() if args.product else None
    if args.product and product is None:
        raise Missing(f"There is no product {args.product}.")
    row, is_new = ideas.add(by=me(args), now=clock.now(), title=args.title, text=args.text, product=product)
    return {**_line(row), "new": is_new}


def ask(args: argparse.Namespace) -> dict[str, Any]:
    """The idea, and whether it is new."""
    message = Interaction.objects.filter(pk=args.message).first()
    if message is None:
        raise Missing(f"There is no message {args.message}.")
    into = _idea(args, args.idea) if args.idea else None
    row, is_new = ideas.ask_from(message, by=me(args), now=clock.now(), title=args.title, idea=into)
    return {**_line(row), "new": is_new}


def state(args: argparse.Namespace) -> dict[str, Any]:
    """How it is now."""
    row = _idea(args, args.idea)
    return _line(decide.set_state(row, state=args.state, by=me(args), now=clock.now(), because=args.because))


def start(args: argparse.Namespace) -> dict[str, Any]:
    """In what it runs."""
    item = decide.start(_idea(args, args.idea), by=me(args), now=clock.now())
    return {"item": item.pk, "process": item.process.name, "step": item.step}


def vote(args: argparse.Namespace) -> dict[str, Any]:
    """How many there are."""
    row = _idea(args, args.idea)
    ideas.vote(row, person=_person(args), by=me(args), now=clock.now())
    return _line(_idea(args, row.pk))


def unvote(args: argparse.Namespace) -> dict[str, Any]:
    """How many there are."""
    row = _idea(args, args.idea)
    ideas.unvote(row, person=_person(args), by=me(args))
    return _line(_idea(args, row.pk))


def merged(args: argparse.Namespace) -> dict[str, Any]:
    """The idea that both are."""
    row, into = _idea(args, args.idea), _idea(args, args.into)
    return _line(merge.merge(row, into=into, by=me(args), now=clock.now()))


def part(args: argparse.Namespace) -> dict[str, Any]:
    """The idea, for itself."""
    return _line(merge.part(_idea(args, args.idea), by=me(args)))


def trash(args: argparse.Namespace) -> dict[str, Any]:
    """The idea."""
    return _line(merge.trash(_idea(args, args.idea), by=me(args), now=clock.now()))


def restore(args: argparse.Namespace) -> dict[str, Any]:
    """The idea."""
    return _line(merge.restore(_idea(args, args.idea), by=me(args)))


def _idea(args: argparse.Namespace, number: int) -> Idea:
    row = queries.with_gone(me(args)).select_related("product", "owner").filter(pk=number).first()
    if row is None:
        raise Missing(f"There is no idea {number}.")
    return row


def _person(args: argparse.Namespace) -> Person:
    row = visible_people(me(args)).filter(cluster=args.person).first()
    if row is None:
        raise Missing(f"There is no customer {args.person}.")
    return row
