"""`mutuals identity review` and `why`: pairs that may be one person, answers, and why two are held to be one."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.identity import queries, review, why
from mutuals.identity.evidence import percent
from mutuals.identity.models import Edge, Verdict
from mutuals.people import visibility
from mutuals.people.models import Person, Profile
from mutuals.staff.models import User


def register(verbs: Any) -> None:
    """Add the verbs to `identity`."""
    parser = verbs.add_parser("review", help="pairs that may be one person")
    acts = parser.add_subparsers(required=True, metavar="ACT")
    parser = verb(acts, "list", listed, "what waits, in the order of the review")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--after", default="", help="where to go on, as the list told it")
    parser = verb(acts, "answer", answer, "same, different for ever, or unsure: it goes to the end")
    parser.add_argument("pair", type=int)
    parser.add_argument("verdict", choices=[one.value for one in Verdict])
    parser.add_argument("--anyway", action="store_true", help="although it was said that they are two")
    parser.add_argument("--note", default="")
    parser = verb(acts, "undo", undo, "take an answer back")
    parser.add_argument("key", type=int, help="as answer told it")
    parser = verb(verbs, "why", reasons, "why two are held to be one, or not")
    parser.add_argument("one", help="person:12, profile:30, or a number of a person")
    parser.add_argument("other")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Pairs with how probable they are."""
    rows = queries.queue(me(args), after=args.after, limit=max(1, min(args.limit, 500)))
    return [
        {
            "pair": row.edge.pk,
            "one": row.one,
            "other": row.other,
            "sure": percent(row.edge.probability),
            "of": row.edge.pool,
            "place": row.place,
        }
        for row in rows
    ]


def answer(args: argparse.Namespace) -> dict[str, Any]:
    """What became of it, and the key that takes it back."""
    edge = Edge.objects.filter(pk=args.pair).first() if 0 < args.pair < 2**63 else None
    if edge is None:
        raise Missing(f"There is no pair {args.pair}.")
    done = review.answer(
        edge, Verdict(args.verdict), by=me(args), now=clock.now(), anyway=args.anyway, note=args.note[:300]
    )
    return {"done": done.words, "key": done.key}


def undo(args: argparse.Namespace) -> dict[str, Any]:
    """What is open again."""
    done = review.undo(args.key, by=me(args), now=clock.now())
    return {"done": done.words, "pair": done.edge}


def reasons(args: argparse.Namespace) -> list[dict[str, Any]] | str:
    """Thoughts, live ones first, each with its clues and their weights in bits."""
    viewer = me(args)
    found = why.why(_thing(viewer, args.one), _thing(viewer, args.other), viewer=viewer)
    if not found and not args.json:
        return "Nothing ever connected these two."
    if args.json:
        return [
            {
                "what": row.what,
                "verdict": row.verdict,
                "probability": row.probability,
                "pool": row.pool,
                "by": row.by,
                "since": row.since,
                "until": row.until,
                "said": row.said,
                "clues": [
                    {"words": one.words, "detail": one.detail, "bits": one.weight, "for": one.is_for, "seen": one.seen}
                    for one in row.clues
                ],
            }
            for row in found
        ]
    return "\n".join(_printed(row) for row in found)


def _printed(row: why.Reason) -> str:
    sure = f", {percent(row.probability)} among {row.pool:,}" if row.probability is not None and row.pool else ""
    over = f", until {row.until:%Y-%m-%d}" if row.until else ""
    lines = [f"{row.what}: {row.verdict}{sure}, by {row.by} since {row.since:%Y-%m-%d}{over}"]
    for step in row.steps or ():
        lines.append(f"  {step.end - step.start:+7.1f} bits  {step.words}{f' ({step.detail})' if step.detail else ''}")
    for clue in row.clues:
        if clue.weight is None or not row.steps:
            mark = "proof" if clue.is_proof else "for" if clue.is_for else "against"
            lines.append(f"  {mark:>12}  {clue.words}{f' ({clue.detail})' if clue.detail else ''}")
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in "\n".join(lines))


def _thing(viewer: User, text: str) -> Person | Profile:
    kind, _, number = text.rpartition(":")
    if kind not in ("", "person", "profile") or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise ValueError(f"“{text[:40]}” names nobody: write person:12 or profile:30.")
    rows = visibility.visible_to(viewer).filter(cluster=int(number))
    found = Profile.objects.select_related("person").filter(pk=number).first() if kind == "profile" else rows.first()
    if found is None:
        raise Missing(f"There is no {kind or 'person'} {number}.")
    return found
