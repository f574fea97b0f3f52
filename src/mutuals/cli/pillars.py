"""`mutuals pillars` and `mutuals drafts`: four readings of one stream, and what posts of ours will bring."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from mutuals.base import clock
from mutuals.cli._say import Missing, me, verb
from mutuals.history.models import Interaction
from mutuals.inbox.take import take as taking
from mutuals.listening.draft import drafts, presences
from mutuals.listening.draft.forecast import LEAST
from mutuals.listening.ears import words_of_pillars
from mutuals.listening.models import Bar, Forecast
from mutuals.listening.pillar import cues, fourfold
from mutuals.listening.pillar.pillars import LISTED, Way
from mutuals.staff.permissions import require

PLACE = 190  # among the groups of `mutuals --help`

_LETTERS = "ABCDEF"


def register(groups: Any) -> None:
    """Add `pillars` and `drafts` with their verbs."""
    verbs = groups.add_parser("pillars", help="what sales, service, marketing and innovation read in what is said")
    verbs = verbs.add_subparsers(required=True, metavar="VERB")
    verb(verbs, "list", listed, "all pillars with their bar, and how often they were right")
    parser = verb(
        verbs, "stream", stream, "what a pillar found, the newest first", examples=["mutuals pillars stream sales"]
    )
    _way(parser)
    parser.add_argument("--view", choices=list(fourfold.VIEWS), default="waiting")
    parser.add_argument("--many", type=int, default=20, help="how many (20)")
    verb(verbs, "read", read, "what every pillar reads in one mention, and why").add_argument("interaction", type=int)
    parser = verb(verbs, "judge", judge, "say whether a reading is right for us")
    _way(parser).add_argument("interaction", type=int)
    parser.add_argument("verdict", choices=["right", "wrong", "neither"])
    parser = verb(verbs, "take", take, "work on what a pillar found")
    _way(parser).add_argument("interaction", type=int)
    parser.add_argument("--back", action="store_true", help="give it back")
    parser = verb(verbs, "words", words, "the words that a pillar looks for, or others instead")
    _way(parser).add_argument("--language", default="", help="en, de, ...; left out: all languages")
    parser.add_argument("--set", metavar="WORDS", help='as in topics: "looking for" OR recommend*; empty: none')
    parser.add_argument("--ours", action="store_true", help="put back what came with Mutuals")
    verb(verbs, "undo", undo, "put a bar back where it stood").add_argument("bar", type=int)
    verb(verbs, "again", again, "ask the newest posts for the words of now, here", by_somebody=False)
    verbs = groups.add_parser("drafts", help="which draft will do better, for whom and when").add_subparsers(
        required=True, metavar="VERB"
    )
    parser = verb(
        verbs, "compare", compare, "compare drafts, a file each",
        examples=["mutuals drafts compare @kettleworks a.txt b.txt --at 2026-12-01T09:00"],
    )  # fmt: skip
    parser.add_argument("channel", help="number or name of one of our presences, or how its name begins")
    parser.add_argument("drafts", type=Path, nargs="+")
    parser.add_argument("--at", help="when, by the clocks of the channel (in an hour)")
    parser.add_argument("--media", action="append", type=int, default=[], metavar="N", help="the Nth has a picture")
    parser.add_argument("--for", dest="audience", action="append", default=[], metavar="FILTER", help="city:is:Porto")
    verb(verbs, "show", show, "a comparison again").add_argument("forecast", type=int)
    parser = verb(verbs, "tie", tie, "say which post a draft became")
    parser.add_argument("forecast", type=int)
    parser.add_argument("draft", choices=list(_LETTERS))
    parser.add_argument("interaction", type=int, nargs="?", help="left out: none of ours")
    verb(verbs, "track", track, "how good forecasts were")
    verb(verbs, "follow", follow, "tie, score and learn, now", by_somebody=False)


def _way(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("way", choices=Way.values)
    return parser


def listed(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a pillar."""
    require(me(args), "listening.view")
    moved = cues.bars()
    return [
        {
            "way": way.value,
            "name": way.label,
            "bar": cues.bar_of(way) / 1000,
            "moved by": moved[way].pk if way in moved else None,
            "judged": known.judged,
            "right": f"{known.share.share:.0%} ({known.share.low:.0%} to {known.share.high:.0%})"
            if known.share
            else "not enough yet",
        }
        for way, known in fourfold.precision().items()
    ]


def stream(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a cue."""
    by = me(args)
    require(by, "listening.view")
    way, many = Way(args.way), max(1, min(args.many, 200))
    rows, _ = fourfold.stream(way, viewer=by, view=args.view, limit=many)
    if way is Way.AHEAD and args.view in ("waiting", "all"):
        rows = fourfold.posts_ahead(viewer=by, is_all=args.view == "all", limit=many)
    return [
        {
            "id": one.row.pk,
            "at": one.row.occurred_at,
            "sure": one.cue.strength / 1000,
            "right": one.cue.is_right,
            "with": one.cue.taken_by.name if one.cue.taken_by else "",
            "answered": one.is_answered,
            "text": " ".join(one.row.text.split())[:120],
        }
        for one in rows
    ]


def read(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a pillar."""
    by, row = me(args), Interaction.objects.filter(pk=args.interaction, deleted_at=None).first()
    require(by, "listening.view")
    if row is None:
        raise Missing(f"Nothing that was said has the number {args.interaction}.")
    return [
        {
            "way": one.way.value,
            "reads": one.is_read,
            "sure": one.strength / 1000,
            "because": list(one.because),
            "said": one.said,
        }
        for one in fourfold.of(row, by=by, now=clock.now())
    ]


def judge(args: argparse.Namespace) -> dict[str, Any]:
    """The verdict, and the bar after it."""
    way, verdict = Way(args.way), {"right": True, "wrong": False}.get(args.verdict)
    cues.judge(args.interaction, way, is_right=verdict, by=me(args), now=clock.now())
    return {"interaction": args.interaction, "right": verdict, "bar": cues.bar_of(way) / 1000}


def take(args: argparse.Namespace) -> dict[str, Any]:
    """Whose it is now."""
    by, way = me(args), Way(args.way)
    if args.back:
        cues.give_back(args.interaction, way, by=by)
    else:
        taking(args.interaction, way, by=by, now=clock.now())
    return {"interaction": args.interaction, "with": "" if args.back else by.name}


def words(args: argparse.Namespace) -> list[dict[str, Any]]:
    """One line a language."""
    way, by = Way(args.way), me(args)
    require(by, "listening.view")
    if args.ours or args.set is not None:
        cues.set_words(way, args.language, None if args.ours else args.set, by=by, now=clock.now())
    return [
        {"language": language or "all", "words": told}
        for one, language, told in words_of_pillars()
        if one is way and way in LISTED
    ]


def undo(args: argparse.Namespace) -> dict[str, Any]:
    """Where the bar stands now."""
    row = Bar.objects.get(pk=args.bar)
    cues.undo_bar(row, by=me(args), now=clock.now())
    return {"way": row.way, "bar": cues.bar_of(Way(row.way)) / 1000}


def again(args: argparse.Namespace) -> dict[str, Any]:
    """How many cues were written."""
    return {"cues": fourfold.ask_again(now=clock.now())}


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """What is expected of each draft."""
    by, now = me(args), clock.now()
    try:
        channel = presences.named(args.channel, viewer=by, now=now)
    except LookupError as error:
        raise Missing(str(error)) from error
    at = datetime.fromisoformat(args.at) if args.at else now + timedelta(hours=1)
    at = at if at.tzinfo else at.replace(tzinfo=drafts.zone_of(channel))
    texts = tuple(path.read_text(encoding="utf-8", errors="replace") for path in args.drafts)
    media = frozenset(number - 1 for number in args.media)
    made = drafts.compare(channel, drafts.Wanted(texts, at, media, tuple(args.audience)), by=by, now=now)
    return _told(made)


def show(args: argparse.Namespace) -> dict[str, Any]:
    """The same again, with what came of it."""
    return _told(_forecast(args))


def tie(args: argparse.Namespace) -> dict[str, Any]:
    """The comparison with the post."""
    made = _forecast(args)
    drafts.tie(made.drafts.get(place=_LETTERS.index(args.draft)), args.interaction, by=me(args), now=clock.now())
    return _told(_forecast(args))


def _forecast(args: argparse.Namespace) -> Forecast:
    made = drafts.visible_to(me(args)).filter(pk=args.forecast).first()
    if made is None:
        raise Missing(f"There is no comparison {args.forecast}.")
    return made


def _told(made: Forecast) -> dict[str, Any]:
    rows = sorted(made.drafts.all(), key=lambda row: row.place)
    for row in rows:
        row.forecast = made
    chances = [(one, other, drafts.chance_of(one, other)) for one, other in combinations(rows, 2)]
    return {
        "id": made.pk,
        "presence": made.channel.name,
        "learned from": f"{made.posts} posts" if made.curves else f"too few posts of yours ({made.posts} of {LEAST})",
        "expected": [
            {
                "draft": _LETTERS[row.place],
                "for": one.audience,
                "low": one.range.low,
                "middle": round(one.range.middle, 1),
                "high": one.range.high,
                "usual": round(one.range.usual, 1),
                "came": row.counted,
            }
            for row in rows
            for one in drafts.told(row)
        ],
        "better": [
            {"draft": _LETTERS[one.place], "than": _LETTERS[other.place], "chance": round(chance, 2)}
            for one, other, chance in chances
            if chance is not None
        ],
    }


def track(args: argparse.Namespace) -> dict[str, Any]:
    """The share inside, and both errors."""
    by = me(args)
    require(by, "listening.view")
    known = drafts.track(by)
    inside = known.inside
    return {
        "scored": len(known.rows),
        "inside": f"{inside.share:.0%} ({inside.low:.0%} to {inside.high:.0%})" if inside else "not enough yet",
        "off by": round(known.ours, 1),
        "average off by": round(known.naive, 1),
    }


def follow(args: argparse.Namespace) -> dict[str, Any]:
    """How many were scored."""
    return {"scored": drafts.follow(now=clock.now())}
