"""`mutuals reader` and `mutuals phrases`: what is learned from corrections, what is asked, what phrases mean here."""

from __future__ import annotations

import argparse
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.listening.learning import asking, lessons, rereading, sayings
from mutuals.listening.learning.meant import LABELS
from mutuals.listening.models import Lesson, Rereading, Saying
from mutuals.listening.read import words_of
from mutuals.staff.permissions import require
from mutuals.text.labels import MOODS

PLACE = 150  # among the groups of `mutuals --help`


def register(groups: Any) -> None:
    """Add `reader` and `phrases` with their verbs."""
    verbs = groups.add_parser("reader", help="how the reader learns from corrections").add_subparsers(
        required=True, metavar="VERB"
    )
    verb(verbs, "status", status, "which version reads, what it was told, what waits")
    verb(verbs, "versions", versions, "versions and attempts with how they did, the newest first")
    verb(verbs, "learn", learn, "learn from all corrections, here and now; used if it does not get worse")
    parser = verb(
        verbs, "use", use, "go to a version, such as the one before", examples=["mutuals reader use 0"],
        more="0 is the reader as it came.",
    )  # fmt: skip
    parser.add_argument("number", type=int)
    parser = verb(verbs, "reread", reread, "read history again by the version in use")
    parser.add_argument("--here", action="store_true", help="now, until it is done; else the worker does it")
    parser.add_argument("--stop", action="store_true", help="read no further")
    parser = verb(verbs, "ask", ask, "what teaches most, to be answered")
    parser.add_argument("--many", type=int, default=asking.MANY, help=f"how many ({asking.MANY})")
    parser = verb(
        verbs, "answer", answer, "tell the mood of one, or skip it", examples=["mutuals reader answer 71 negative"]
    )
    parser.add_argument("interaction", type=int)
    parser.add_argument("mood", choices=[*MOODS, "skip"])
    verbs = groups.add_parser("phrases", help="what phrases mean here").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", phrases, "what phrases mean, the newest first")
    for name, act, words in (
        ("try", try_out, "what a phrase would change in the last 30 days"),
        ("add", add, "a phrase means something from now on"),
    ):
        parser = verb(verbs, name, act, words, examples=[f"mutuals phrases {name} 'war zone*' mood neutral"])
        parser.add_argument("words", help="words in a row; a star behind the last one stands for any ending")
        parser.add_argument("label", choices=list(LABELS))
        parser.add_argument("value")
    verb(verbs, "away", away, "a phrase means nothing more").add_argument("phrase", type=int, help="its id")


def status(args: argparse.Namespace) -> dict[str, Any]:
    """One line a fact."""
    require(me(args), "listening.view")
    used, told = lessons.in_use(), asking.progress()
    behind, of = rereading.behind()
    last = Rereading.objects.order_by("-pk").first()
    return {
        "version": rereading.version(),
        "learns by itself": "no, somebody went back" if used is not None and used.is_held else "yes",
        "labels told": f"{told.labels} of {asking.FIRST}" if not told.is_begun else told.labels,
        "answered": told.answered,
        "skipped": told.skipped,
        "right": f"{told.right.share:.0%} (from {told.right.low:.0%} to {told.right.high:.0%})"
        if told.right
        else "unknown",
        "not learned yet": lessons.unlearned(),
        "read by other versions": f"{behind} of the newest {of}",
        "history read again": f"{rereading.progress(last)} %, {last.changed} changed" if last else "never",
    }


def versions(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a version."""
    require(me(args), "listening.view")
    return [_line(row) for row in lessons.versions()[:30]]


def _line(row: Lesson) -> dict[str, Any]:
    state = "used" if row.is_used else "kept" if lessons.is_kept(row) else "gone" if row.is_taken else "not better"
    return {
        "number": row.number,
        "state": state,
        "at": row.at,
        "because": row.because + (f" by {row.by.name}" if row.by else ""),
        **{head: lessons.in_words(told) for head, told in row.figures.items()},
    }


def learn(args: argparse.Namespace) -> dict[str, Any]:
    """The version that was made."""
    made = lessons.learn(by=me(args), now=clock.now())
    return _line(made) if made else {"learned": f"nothing new; {lessons.unlearned()} corrections are not learned yet"}


def use(args: argparse.Namespace) -> dict[str, Any]:
    """What was used before."""
    row = Lesson.objects.filter(number=args.number).first() if 0 <= args.number < 2**31 else None
    if row is None:
        raise Missing(f"There is no version {args.number}.")
    was = lessons.use(row, by=me(args), now=clock.now())
    return {"used": row.number, "before": was.number}


def reread(args: argparse.Namespace) -> dict[str, Any]:
    """How far it is."""
    if args.stop:
        rereading.stop(by=me(args), now=clock.now())
    else:
        rereading.begin(by=me(args), now=clock.now())
        if args.here:
            rereading.run()
    last = Rereading.objects.order_by("-pk")[0]
    return {"read": last.read, "changed": last.changed, "percent": rereading.progress(last)}


def ask(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a question."""
    return [
        {
            "id": one.interaction.pk,
            "language": one.language,
            "mood": f"{one.mood} {one.chance / 10:.0f} %",
            "asked": "by chance" if one.is_random else "unsure",
            "text": words_of(one.interaction)[:300],
        }
        for one in asking.queue(by=me(args), many=args.many)
    ]


def answer(args: argparse.Namespace) -> dict[str, Any]:
    """How many are told."""
    if args.mood == "skip":
        asking.skip(args.interaction, by=me(args), now=clock.now())
    else:
        asking.answer(args.interaction, args.mood, by=me(args), now=clock.now())
    return {"labels told": asking.progress().labels}


def phrases(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a phrase."""
    require(me(args), "listening.view")
    return [
        {"id": row.pk, "words": row.words, "label": row.label, "value": row.value, "by": row.by.name if row.by else ""}
        for row in sayings.standing()
    ]


def try_out(args: argparse.Namespace) -> dict[str, Any]:
    """What it would change."""
    found = sayings.preview(args.words, args.label, args.value, by=me(args), now=clock.now())
    return {
        "looked at": found.looked,
        "hold it": found.met,
        "would change": found.changed,
        "corrected, stay": found.corrected,
        "newest": [f"{one.was} -> {one.will}: {words_of(one.interaction)[:200]}" for one in found.newest],
    }


def add(args: argparse.Namespace) -> dict[str, Any]:
    """What was said."""
    made = sayings.say(args.words, args.label, args.value, by=me(args), now=clock.now())
    return {"id": made.pk, "words": made.words, "means": made.value}


def away(args: argparse.Namespace) -> dict[str, Any]:
    """What means nothing more."""
    row = Saying.objects.filter(pk=args.phrase).first() if 0 < args.phrase < 2**63 else None
    if row is None:
        raise Missing(f"There is no phrase {args.phrase}.")
    sayings.take_back(row, by=me(args), now=clock.now())
    return {"words": row.words, "means": "nothing more"}
