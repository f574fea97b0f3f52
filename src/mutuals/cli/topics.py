"""`mutuals topics`: what is listened for, and what it found."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mutuals.base import clock
from mutuals.cli._line import Line
from mutuals.cli._say import Missing, me, verb
from mutuals.listening import queries
from mutuals.listening.board import counts, voices
from mutuals.listening.board.counts import Span
from mutuals.listening.card import back, late, playbooks, rise, warn
from mutuals.listening.models import Kind, State, Topic
from mutuals.listening.topic import fill, sampling, topics, without
from mutuals.people.visibility import sees_contacts, shown_name

PLACE = 160  # among the groups of `mutuals --help`

_DAYS = 30


def register(groups: Any) -> None:
    """Add `topics` with its verbs."""
    verbs = groups.add_parser("topics", help="what is listened for").add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "all topics with their mentions of the last thirty days")
    parser = verb(
        verbs, "add", add, "listen for something; the worker reads history",
        examples=["mutuals topics add Leaks 'kettle AND leak* NOT toy' --kind product"],
    )  # fmt: skip
    _asking(parser)
    parser.add_argument("--here", action="store_true", help="read history now, until it is done")
    parser = verb(
        verbs, "change", change, "ask or call it otherwise; what is not said stays as it is",
        examples=["mutuals topics change Leaks --budget 'two a month' --seen 3"],
        more="The version before is shown until the next one has read history.",
    )  # fmt: skip
    _asking(parser, is_new=False)
    parser.add_argument("--called", default="", metavar="NAME", help="its name from now on")
    parser.add_argument(
        "--seen",
        type=int,
        metavar="EDITION",
        help="refuse where somebody changed it since this edition, as list says it",
    )
    _asking(verb(verbs, "try", try_out, "what words would find, before anything is saved"))
    parser = verb(verbs, "mentions", mentions, "the newest mentions of a topic")
    parser.add_argument("name")
    parser.add_argument("--many", type=int, default=20, help="how many (20)")
    parser = verb(verbs, "voices", voiced, "who speaks most, what they link to, and where they are, of thirty days")
    parser.add_argument("name")
    parser = verb(
        verbs, "without", leave_out, "what a topic loses without a word; with --do its next version does without it"
    )
    parser.add_argument("name")
    parser.add_argument("word", help="a word, or words in a row")
    parser.add_argument("--do", action="store_true", help="make the next version")
    parser.add_argument("--back", action="store_true", help="take that back")
    verb(verbs, "away", away, "listen no more").add_argument("name")
    parser = verb(
        verbs, "back", look_back, "look back for bursts over history that came late, now",
        examples=["mutuals topics back Leaks", "mutuals topics back Leaks --days 365"],
        more="Without days: over all that came when its hours had been looked at, as an import brings it.",
    )  # fmt: skip
    parser.add_argument("name")
    parser.add_argument("--days", type=int, help="how many, up to 3650")
    parser = verb(verbs, "look", look, "read history, look for bursts and for rising words, now")
    parser.add_argument("name", nargs="?", default="", help="of this topic alone (all)")


def _asking(parser: argparse.ArgumentParser, *, is_new: bool = True) -> None:
    """What a topic is; of one that is there all may be left out."""
    parser.add_argument("name")
    parser.add_argument(
        "words", nargs=None if is_new else "?", help='such as: kettle AND (leak* OR "hot water" NEAR(5) floor) NOT toy'
    )
    parser.add_argument("--kind", choices=list(Kind.values), default=Kind.THEME.value if is_new else None)
    parser.add_argument(
        "--language", action="append", default=[] if is_new else None, help="only these; as often as needed"
    )
    parser.add_argument(
        "--without", action="append", default=[] if is_new else None, metavar="AUTHOR", help="whose words do not count"
    )
    parser.add_argument(
        "--budget", default="one a month" if is_new else None, help="false alarms that are borne (one a month)"
    )


def _wanted(args: argparse.Namespace) -> topics.Wanted:
    return topics.Wanted(args.name, args.words, args.kind, tuple(args.language), tuple(args.without), args.budget)


def _changed(args: argparse.Namespace, held: topics.Wanted) -> topics.Wanted:
    """What it is, but for what was said; an empty language or author means none at all."""
    said = {"name": args.called, "words": args.words, "kind": args.kind, "budget": args.budget}
    listed = {"languages": args.language, "without": args.without}
    told: dict[str, Any] = {name: value for name, value in said.items() if value}
    told |= {name: tuple(one for one in some if one) for name, some in listed.items() if some is not None}
    return replace(held, **told)


def _topic(args: argparse.Namespace) -> Topic:
    found = queries.visible_to(me(args)).filter(name=args.name).first()
    if found is None:
        raise Missing(f"There is no topic {args.name[:80]}.")
    return found


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a topic."""
    now, found = clock.now(), []
    for topic in queries.visible_to(me(args)):
        board = (
            counts.board(topic.version_id, Span(now - timedelta(days=_DAYS), now, "UTC")) if topic.version_id else None
        )
        version = queries.versions_of([topic.pk]).get(topic.pk)
        newest = version or topic.version
        found.append(
            {
                "id": topic.pk,
                "name": topic.name,
                "kind": topic.kind,
                "words": topic.version.words if topic.version else "",
                "version": newest.number if newest else 0,
                "edition": topic.edition,
                "budget": topic.budget,
                "mentions": board.n if board else 0,
                "net sentiment": board.net if board else None,
                "history read": f"{queries.filled(version)} %" if version else "all",
            }
        )
    return found


def add(args: argparse.Namespace) -> dict[str, Any]:
    """The topic that was made."""
    made = topics.make(_wanted(args), by=me(args), now=clock.now())
    if args.here and made.version_id:
        fill.fill(made.version_id)
    return {"id": made.pk, "name": made.name}


def change(args: argparse.Namespace) -> dict[str, Any]:
    """The topic as it asks now."""
    topic = _topic(args)
    wanted = _changed(args, topics.held_by(topic, topic.versions.order_by("-number").first()))
    done = topics.change(topic, wanted, by=me(args), now=clock.now(), seen=args.seen)
    newest = done.versions.order_by("-number")[0]
    told = {"id": done.pk, "name": done.name, "kind": done.kind, "budget": done.budget}
    return told | {"version": newest.number, "edition": done.edition, "words": newest.words}


def try_out(args: argparse.Namespace) -> dict[str, Any]:
    """How many are met, and how much of it is noise."""
    found = sampling.sample(_wanted(args), by=me(args))
    noise = found.noise
    return {
        "met": found.many,
        "of the newest": found.looked,
        "noise": f"{noise.share:.0%} (from {noise.low:.0%} to {noise.high:.0%})" if noise else "unknown",
        **found.why,
        "newest": [row.text[:200] for row in found.newest],
    }


def mentions(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a mention."""
    topic = _topic(args)
    rows = (
        queries.stream(topic.version_id, queries.Wanted(), limit=max(1, min(args.many, 200)))[0]
        if topic.version_id
        else []
    )
    return [
        {
            "id": one.row.pk,
            "at": one.mention.occurred_at,
            "network": one.mention.network,
            "mood": one.mention.mood,
            "intents": ", ".join(one.reading.intents) if one.reading else "",
            "copies": one.copies,
            "text": " ".join(one.row.text.split())[:120],
        }
        for one in rows
    ]


def voiced(args: argparse.Namespace) -> dict[str, Any]:
    """Names with how often they stand."""
    topic, now = _topic(args), clock.now()
    if topic.version_id is None:
        return {}
    span, full = Span(now - timedelta(days=_DAYS), now, "UTC"), sees_contacts(me(args))
    around = voices.around(topic.version_id, span)
    return {
        "voices": {shown_name(one.profile, full=full): one.n for one in voices.voices(topic.version_id, span)},
        "links": {name: len(ids) for name, ids in around.links},
        "places": {name: len(ids) for name, ids in around.places},
    }


def leave_out(args: argparse.Namespace) -> dict[str, Any]:
    """What falls away, or what the topic asks from now on."""
    topic, by = _topic(args), me(args)
    if args.do or args.back:
        act = without.take_back if args.back else without.leave_out
        done = act(topic, args.word, by=by, now=clock.now())
        return {"name": done.name, "words": done.versions.order_by("-number")[0].words}
    found = without.trial(topic, args.word, by=by)
    return {
        "would ask": found.words,
        "falls away": found.many,
        "of the newest": found.looked,
        "newest": [row.text[:200] for row in found.newest],
    }


def away(args: argparse.Namespace) -> dict[str, Any]:
    """What was put away."""
    topic = _topic(args)
    topics.put_away(topic, by=me(args), now=clock.now())
    return {"put away": topic.name}


def look_back(args: argparse.Namespace) -> dict[str, Any]:
    """Over what was looked back, and what would have rung."""
    topic = _topic(args)
    came = late.waiting(topic)
    begun = back.begin(topic, by=me(args), now=clock.now(), days=args.days)
    line = Line(quiet=args.json)
    try:
        back.run(topic.pk, told=line.draw)
    finally:
        line.end()
    done = back.last(topic) or begun
    return {
        "came late": came.n if came else 0,
        "since": done.since,
        "until": done.until,
        "posts": done.read,
        "budget": done.allowed,
        "would have rung": [
            f"{one['since']:.16} {playbooks.LEVELS[one['level']]}: {one['words']}" for one in done.rings
        ],
    }


def look(args: argparse.Namespace) -> list[dict[str, Any]]:
    """What the worker does by the clock, done now: one line a topic, with what was looked at."""
    fill.catch_up()
    now, found = clock.now(), []
    for topic in [_topic(args)] if args.name else list(queries.visible_to(me(args)).select_related("version")):
        is_live = topic.version is not None and topic.version.state == State.LIVE
        board = counts.board(topic.version_id, Span(now - timedelta(days=14), now, "UTC")) if topic.version_id else None
        found.append(
            {
                "name": topic.name,
                "mentions of two weeks": board.n if board else 0,
                "came late": came.n if (came := late.waiting(topic)) else 0,
                "cards of bursts": warn.watch(topic, now=now) if is_live else 0,
                "words that rise": rise.rise(topic, now=now) if is_live else 0,
            }
        )
    return found
