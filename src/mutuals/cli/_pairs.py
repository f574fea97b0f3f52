"""`mutuals identity review` and `why`: pairs that may be one person, answers, and why two are held to be one."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, parted, verb
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
    parser = verb(
        acts,
        "list",
        listed,
        "what waits, in the order of the review",
        more="First where an answer tells most: doubt (near 50 %) x what both bought x how much would come together.\n"
        "Who they are is told as `mutuals identity why` takes it; pool: among how many people so probable.",
        examples=[
            "mutuals identity review list --limit 5",
            "mutuals identity review list --about person:12",
            "mutuals identity review list --json | jq '.[].pair'",
        ],
    )
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--after", default="", metavar="CURSOR", help="where to go on: the cursor of the last line")
    parser.add_argument("--about", metavar="WHO", help="only those about one: person:12 or profile:30, likeliest first")
    parser = verb(
        acts,
        "answer",
        answer,
        "same, different for ever, or unsure: it goes to the end",
        examples=[
            "mutuals identity review answer 12 same",
            "mutuals identity review answer 12 same --keep 40 --take city=gone   # of two people",
            "mutuals identity review answer 12 different --note 'rang them: brothers'",
        ],
    )
    parser.add_argument("pair", type=int)
    parser.add_argument("verdict", choices=[one.value for one in Verdict])
    parser.add_argument("--keep", type=int, help="of two people: who is kept (whoever is known longer)")
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="FIELD=SIDE",
        help="of two people: whose value stands, kept or gone",
    )
    parser.add_argument("--anyway", action="store_true", help="although it was said that they are two")
    parser.add_argument("--note", default="")
    parser = verb(
        acts,
        "accept",
        accept,
        "all pairs from a probability on are the same, at most 200 at once; for admins",
        examples=[
            "mutuals identity review accept 0.98 --preview   # how many, and how many of them wrongly",
            "mutuals identity review accept 0.98",
        ],
    )
    parser.add_argument("threshold", type=float, help="from 0.9 to 1")
    parser.add_argument("--preview", action="store_true", help="only tell how many would be wrong; nothing is changed")
    parser = verb(
        acts, "undo", undo, "take an answer back, or all of an accept", examples=["mutuals identity review undo 345"]
    )
    parser.add_argument("key", type=int, help="as answer and accept told it")
    verb(verbs, "quality", quality, "how often the review was right: answers by week and band of probability")
    parser = verb(
        verbs,
        "why",
        reasons,
        "why two are held to be one, or not",
        more="What is thought today stands first; clues with their weights in bits: one bit doubles the odds.\n"
        "Of the same two only the newest thought is told in full; --json tells all.",
        examples=[
            "mutuals identity why 12 40                   # two people",
            "mutuals identity why person:12 profile:30    # a person and a presence",
            "mutuals identity why 12 profile:30 --json",
        ],
    )
    parser.add_argument("one", help="person:12, profile:30, or a number of a person")
    parser.add_argument("other", help="the same")
    parser.add_argument("--all", action="store_true", help="older thoughts of the same two in full as well")


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Pairs with how probable they are."""
    limit = max(1, min(args.limit, 500))
    if args.about:
        rows = queries.about(_thing(me(args), args.about), me(args), limit=limit)
    else:
        rows = queries.queue(me(args), after=args.after, limit=limit)
    return [
        {
            "pair": row.edge.pk,
            "one": row.one,
            "other": row.other,
            "who": " ".join(queries.referred(row.edge)),
            "sure": percent(row.edge.probability),
            "pool": row.edge.pool,
            "cursor": row.cursor,
        }
        for row in rows
    ]


def answer(args: argparse.Namespace) -> dict[str, Any]:
    """What became of it, and the key that takes it back."""
    edge = Edge.objects.filter(pk=args.pair).first() if 0 < args.pair < 2**63 else None
    if edge is None:
        raise Missing(f"There is no pair {args.pair}.")
    by = me(args)
    keep = visibility.row_of(by, args.keep) if args.keep is not None else None
    if args.keep is not None and keep is None:
        raise Missing(f"There is no person {args.keep}.")
    choices = dict(parted(args.take, "--take"))
    verdict, note = Verdict(args.verdict), args.note[:300]
    done = review.answer(
        edge, verdict, by=by, now=clock.now(), keep=keep, choices=choices, anyway=args.anyway, note=note
    )
    return {"done": done.words, "key": done.key}


def accept(args: argparse.Namespace) -> dict[str, Any]:
    """What was accepted, and the key that takes all of it back; or how many of them would be wrong."""
    by = me(args)
    if args.preview:
        error = review.error_above(args.threshold, viewer=by, now=clock.now())
        return {
            "pairs": error.pairs,
            "wrong about": round(error.share * error.pairs, 2),
            "at worst": round(error.high * error.pairs, 2),
            "going by answers": error.judged,
        }
    done = review.accept_above(args.threshold, by=by, now=clock.now())
    return {"done": done.words, "key": done.key}


def quality(args: argparse.Namespace) -> dict[str, Any]:
    """Promised and found, and how often two colleagues agree."""
    found = review.quality(viewer=me(args), now=clock.now())
    return {
        "second looks": found.asked,
        "answered alike": found.alike,
        "bands": [
            {
                "week": row.week.date(),
                "from": row.low,
                "to": min(row.high, 1.0),
                "answers": row.answers,
                "same": row.same,
            }
            for row in found.bands
        ],
    }


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
    newest = {row.what: row for row in reversed(found)}
    lines = [_printed(row, in_full=args.all or newest[row.what] is row) for row in found]
    older = 0 if args.all else len(found) - len(newest)
    told = [f"{older} older, each in one line: --all tells their clues."] if older else []
    return "\n".join([*lines, *told])


def _printed(row: why.Reason, *, in_full: bool) -> str:
    sure = f", {percent(row.probability)} among {row.pool:,}" if row.probability is not None and row.pool else ""
    over = f", until {row.until:%Y-%m-%d %H:%M}" if row.until else ""
    lines = [
        f"{row.what}: {why.in_words(row.verdict, row.by)}{sure}, by {row.by} since {row.since:%Y-%m-%d %H:%M}{over}"
    ]
    if not in_full:
        return _printable(lines[0])
    for step in row.steps or ():
        bits = f"{step.end - step.start:+.1f} bits" if step.kind not in ("start", "sum") else step.told
        lines.append(f"  {bits:>12}  {step.words}{f' ({step.detail})' if step.detail else ''}")
    for clue in row.clues:
        if clue.weight is None or not row.steps:
            mark = "proof" if clue.is_proof else "for" if clue.is_for else "against"
            lines.append(f"  {mark:>12}  {clue.words}{f' ({clue.detail})' if clue.detail else ''}")
    return _printable("\n".join(lines))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def _thing(viewer: User, text: str) -> Person | Profile:
    kind, _, number = text.rpartition(":")
    if kind not in ("", "person", "profile") or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise ValueError(f"“{text[:40]}” names nobody: write person:12 or profile:30.")
    rows = visibility.visible_to(viewer).filter(cluster=int(number))
    found = Profile.objects.select_related("person").filter(pk=number).first() if kind == "profile" else rows.first()
    if found is None:
        raise Missing(f"There is no {kind or 'person'} {number}.")
    return found
