"""Drafts: which of them will do better, for whom and when, by what our own posts taught; and what came of it.

A post's reactions are the likes, shares and replies that it had in its first seven days; younger posts are not learned from.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from django.db import transaction
from django.db.models import F, QuerySet

from mutuals.base import bulk, journal
from mutuals.base.filters import Condition, check, from_query, record, to_json, to_q
from mutuals.base.refusals import Refusal
from mutuals.channels.models import Channel
from mutuals.channels.queries import channels_visible_to
from mutuals.history.models import Attachment, Direction, Interaction, Status
from mutuals.listening.draft.forecast import LEAST, Curve, Range, Shape, Written, better, learn
from mutuals.listening.ears import ears
from mutuals.listening.models import Draft, Forecast, Learned
from mutuals.listening.read import understand
from mutuals.listening.topic.topics import Share, share
from mutuals.people.models import Person
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require
from mutuals.text.features import bag, cut
from mutuals.text.normal import plain
from mutuals.text.vectors import shipped

JOB = "listening.drafts"
WINDOW, PAST, MOST = timedelta(days=7), timedelta(days=730), 500
"""How long reactions are counted, how old a post may be that is learned from, and how many are."""
LONGEST, DRAFTS, TIED = 100_000, 6, timedelta(days=30)
"""Letters of a draft, drafts that are compared at once, and how long a post of the same words is waited for."""
ALL, CUSTOMERS, OTHERS, OWN = "all", "customers", "others", "own"
AUDIENCES = {ALL: "Everybody", CUSTOMERS: "Our customers", OTHERS: "Others"}
NAMES = (
    "length", "lines", "a question", "exclamation marks", "links", "hashtags", "names of accounts", "emoji", "numbers",
    "capitals", "a picture or film", "its mood",
)  # fmt: skip
MEANING, TOGETHER = "what it speaks of", "all of it together"
_SIDES = {
    "length": ("shorter", "longer"),
    "a question": ("no question", "a question"),
    "a picture or film": ("no picture or film", "a picture or film"),
    "its mood": ("a cooler tone", "a warmer tone"),
}
"""What it is called to have less or more of something than our posts usually have; the rest is counted: no, fewer, more."""
_READ = 10_000  # letters that are looked at
_TOLD = 0.03  # of change, below which a cause is not named
_COUNTED = """
SELECT g.id, count(*), count(*) FILTER (WHERE c.order_count > 0 OR c.stage = 'customer')
FROM {g} JOIN history_interaction r ON r.conversation_id = g.conversation_id AND r.reply_to = g.key
    AND r.source_id = g.source_id AND r.direction = 'in' AND r.kind IN ('like', 'share', 'reply') AND r.deleted_at IS NULL
    AND r.occurred_at < g.until
LEFT JOIN people_profile p ON p.id = r.profile_id LEFT JOIN people_person a ON a.id = p.person_id
LEFT JOIN people_person c ON c.id = a.canonical_id
"""
_POST = {"id": "bigint", "conversation_id": "bigint", "key": "text", "source_id": "bigint", "until": "timestamptz"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is compared: drafts as text, those with media by their place, for whom beside the usual audiences, and when."""

    texts: tuple[str, ...]
    at: datetime
    media: frozenset[int] = frozenset()
    audience: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One draft for one audience: the range at the time asked for, and at the best hours of the week."""

    audience: str
    range: Range
    best: tuple[tuple[int, Range], ...]


def written(texts: Sequence[str], media: Sequence[bool]) -> Written:
    """Posts as numbers: `NAMES`, and where their words lie. Whatever a text is, what is looked at is bounded."""
    lines = [plain(text[:_READ]) for text in texts]
    found = understand([text[:_READ] for text in texts], ears())
    rows = [
        _marks(text[:_READ], line, has_media, one.moods[2] - one.moods[0] if one.is_read else 0.0)
        for text, line, has_media, one in zip(texts, lines, media, found, strict=True)
    ]
    held = bag([cut(line, one.language) for line, one in zip(lines, found, strict=True)], shipped())
    return Written(np.array(rows, float).reshape(-1, len(NAMES)), held.dense.astype(float))


def _marks(text: str, line: str, has_media: bool, mood: float) -> list[float]:
    """Counts grow by their logarithm, so that the hundredth hashtag says little more than the tenth."""
    words = text.split()
    counted = (
        len(line), text.count("\n"), 4 * ("?" in text or "؟" in text), text.count("!"),
        sum("://" in word for word in words), sum(word.startswith("#") for word in words),
        sum(word.startswith("@") for word in words), sum(unicodedata.category(one) == "So" for one in text),
        sum(any(map(str.isdigit, word)) for word in words), sum(map(str.isupper, text)),
    )  # fmt: skip
    return [*(math.log1p(one) for one in counted), float(has_media), mood]


def own(*, now: datetime) -> QuerySet[Interaction]:
    """The posts of ours that can be learned from, of all channels."""
    return Interaction.objects.filter(
        direction=Direction.OUT, kind__in=["post", "article"], status=Status.SENT, is_public=True,
        deleted_at=None, occurred_at__lt=now - WINDOW, occurred_at__gte=now - PAST,
    )  # fmt: skip


def published(channel: Channel, *, now: datetime) -> list[Interaction]:
    """Those of one channel, the newest first."""
    return list(own(now=now).filter(channel=channel).order_by("-occurred_at", "-pk").defer("extra")[:MOST])


def reactions(
    posts: Sequence[Interaction], audience: Condition | None = None, *, zone: ZoneInfo, now: datetime
) -> dict[str, list[int]]:
    """How many reactions each had in its first seven days, by audience; `own` are those of a condition of people."""
    rows = [(one.pk, one.conversation_id, one.key, one.source_id, one.occurred_at + WINDOW) for one in posts]
    rows = [one for one in rows if one[1] is not None]
    found = {int(pk): (int(n), int(of)) for pk, n, of in bulk.run(f"{_COUNTED} GROUP BY 1", _POST, rows)}
    told = [found.get(one.pk, (0, 0)) for one in posts]
    by_audience = {ALL: [n for n, _ in told], CUSTOMERS: [of for _, of in told], OTHERS: [n - of for n, of in told]}
    if audience is not None:
        people = Person.objects.filter(to_q(audience, record("person"), zone=zone, now=now), canonical=F("pk"))
        inner, values = people.order_by().values("pk").query.sql_with_params()
        of_people = bulk.run(f"{_COUNTED} WHERE c.id IN ({inner}) GROUP BY 1", _POST, rows, *values)
        some = {int(one[0]): int(one[1]) for one in of_people}
        by_audience[OWN] = [some.get(one.pk, 0) for one in posts]
    return by_audience


def teach(
    channel: Channel, *, now: datetime, audience: Condition | None = None, zone: ZoneInfo | None = None
) -> tuple[Learned, Shape | None, dict[str, Curve]]:
    """Learn from a channel's posts; what the usual audiences teach is kept. Too few = no shape and no curves."""
    posts, zone = published(channel, now=now), zone or zone_of(channel)
    shape, curves = None, dict[str, Curve]()
    if len(posts) >= LEAST:
        carried = set(
            Attachment.objects.filter(interaction_id__in=[one.pk for one in posts]).values_list(
                "interaction_id", flat=True
            )
        )
        told = written([f"{one.subject}\n{one.text}".strip() for one in posts], [one.pk in carried for one in posts])
        shape = Shape.of(told)
        rows, hours = shape.rows(told), np.array([hour_of(one.occurred_at, zone_of(channel)) for one in posts])
        for name, counts in reactions(posts, audience, zone=zone, now=now).items():
            curves[name] = learn(rows, hours, np.array(counts))
    held: dict[str, Any] = {}
    if shape is not None:
        held = {"shape": shape.told(), "curves": {name: curves[name].told() for name in AUDIENCES}}
    row, _ = Learned.objects.update_or_create(channel=channel, defaults={"posts": len(posts), "held": held, "at": now})
    return row, shape, curves


def zone_of(channel: Channel) -> ZoneInfo:
    """By whose clocks a channel's hours are told: those of its opening hours, else UTC."""
    told = str(channel.hours.get("zone", "")) if isinstance(channel.hours, dict) else ""
    return ZoneInfo(told if told in available_timezones() else "UTC")


def hour_of(at: datetime, zone: ZoneInfo) -> int:
    """The hour of the week, from Monday, midnight."""
    local = at.astimezone(zone)
    return 24 * local.weekday() + local.hour


def channels_of(viewer: User) -> QuerySet[Channel]:
    """The channels that drafts can be compared for: what a mailbox sends has no likes and no shares."""
    return channels_visible_to(viewer).filter(is_live=True).exclude(network="email")


def compare(channel: Channel, wanted: Wanted, *, by: User, now: datetime) -> Forecast:
    """Keep what drafts will probably bring. Where our posts are too few that is kept instead, and nothing is guessed.

    Refused: no draft, more than DRAFTS, an empty or endless one, the same twice, an audience that is no condition of people.
    """
    require(by, "listening.judge")
    texts = tuple(text.replace("\0", "").strip() for text in wanted.texts)
    if not 1 <= len(texts) <= DRAFTS or not all(texts):
        raise Refusal(f"Write one to {DRAFTS} drafts, none of them empty.", fields={"drafts": "Write something."})
    if len(set(texts)) < len(texts):
        raise Refusal("Two drafts are the same.", fields={"drafts": "Two are the same."})
    if max(map(len, texts)) > LONGEST:
        raise Refusal(f"A draft has at most {LONGEST:,} letters.", fields={"drafts": "Too long."})
    zone = zone_of(channel)
    told = [one.strip() for one in wanted.audience if one.strip()]
    audience = check(from_query(told), record("person"), viewer=by) if told else None
    learned, shape, curves = teach(channel, now=now, audience=audience, zone=zone)
    with transaction.atomic():
        made = Forecast.objects.create(
            channel=channel, at=wanted.at, zone=zone.key, by=by, made_at=now, posts=learned.posts,
            audience=to_json(from_query(told)) if told else None, audience_words="; ".join(told)[:300],
            curves={name: curve.bare().told() for name, curve in curves.items()},
        )  # fmt: skip
        Draft.objects.bulk_create(_drafts(made, texts, wanted.media, shape, curves))
        journal.note("forecast.made", made, by=by, channel=channel.pk, drafts=len(texts))
    return made


def _drafts(
    made: Forecast, texts: Sequence[str], media: frozenset[int], shape: Shape | None, curves: dict[str, Curve]
) -> list[Draft]:
    rows = [Draft(forecast=made, place=n, text=text, has_media=n in media) for n, text in enumerate(texts)]
    if shape is not None:
        held = written(texts, [row.has_media for row in rows])
        told = shape.rows(held)
        for name, curve in curves.items():
            for row, base in zip(rows, curve.base(told), strict=True):
                row.base[name] = round(float(base), 4)
        for row, line, marks in zip(rows, told, held.plain, strict=True):
            row.why = _because(line, marks, line * curves[ALL].weights)
    return rows


def _because(line: Any, marks: Any, brings: Any) -> list[list[Any]]:
    """What makes the difference to an average post, the largest first: what it has or lacks, and the change in a hundred; then
    what all of it makes together. `line`: how far from the average each feature is, `marks`: the plain ones as they are.
    """
    named = [_side(name, float(line[at]), float(marks[at])) for at, name in enumerate(NAMES)]
    parts = [*zip(named, brings[: len(NAMES)].tolist(), strict=True), (MEANING, float(brings[len(NAMES) :].sum()))]
    changes = sorted(((name, math.expm1(min(value, 5))) for name, value in parts), key=lambda part: -abs(part[1]))
    told = [[name, round(100 * one)] for name, one in changes if abs(one) >= _TOLD]
    return [*told, [TOGETHER, round(100 * math.expm1(min(float(brings.sum()), 5)))]] if told else []


def _side(name: str, above: float, mark: float) -> str:
    """A feature by what the draft has of it: no numbers, fewer links, longer."""
    if name in _SIDES:
        return _SIDES[name][above > 0]
    return f"more {name}" if above > 0 else f"fewer {name}" if mark else f"no {name}"


def told(draft: Draft, *, at: datetime | None = None) -> list[Told]:
    """What is expected of it, by audience; [] where our posts were too few."""
    made = draft.forecast
    hour = hour_of(at or made.at, ZoneInfo(made.zone))
    found = []
    for name in (ALL, CUSTOMERS, OTHERS, OWN):
        if (held := made.curves.get(name)) is None:
            continue
        curve, base = Curve.read(held), float(draft.base[name])
        best = tuple((one, curve.range_of(base, one)) for one in curve.best())
        found.append(Told(name, curve.range_of(base, hour), best))
    return found


def chance_of(one: Draft, other: Draft, audience: str = ALL) -> float | None:
    """How probable it is that the one does better than the other, at the same time."""
    held = one.forecast.curves.get(audience)
    return better(float(one.base[audience]), float(other.base[audience]), Curve.read(held).left) if held else None


def as_ours(text: str, *, now: datetime) -> tuple[Channel, Range] | tuple[None, int]:
    """What a text like this would bring as a post of ours now, on the channel that taught most; else how many there are."""
    rows = Learned.objects.filter(channel__is_live=True).select_related("channel").order_by("-posts", "pk")
    learned = rows.filter(channel__pillar="marketing").exclude(held={}).first() or rows.first()
    if learned is None or not learned.held:
        return None, learned.posts if learned else 0
    curve, shape = Curve.read(learned.held["curves"][ALL]), Shape.read(learned.held["shape"])
    base = float(curve.base(shape.rows(written([text], [False])))[0])
    return learned.channel, curve.range_of(base, hour_of(now, zone_of(learned.channel)))


def visible_to(user: User) -> QuerySet[Forecast]:
    """The comparisons that a user may see, the newest first."""
    rows = Forecast.objects.filter(channel__in=channels_visible_to(user).order_by())
    rows = rows if may(user, "listening.view") else rows.none()
    return rows.select_related("channel", "by").prefetch_related("drafts").order_by("-made_at", "-pk")


def tie(draft: Draft, interaction_id: int | None, *, by: User, now: datetime) -> Draft:
    """Say which post of ours a draft became; None takes that back. Refused: no sent post of the channel, one that is taken."""
    require(by, "listening.judge")
    with transaction.atomic():
        row = Draft.objects.select_for_update(of=("self",)).select_related("forecast__channel").get(pk=draft.pk)
        if interaction_id is None:
            row.interaction_id = row.published_at = row.low = row.middle = row.high = row.usual = row.counted = None
            row.save()
        else:
            post = _posts(row.forecast.channel).filter(pk=interaction_id).first()
            if post is None:
                raise Refusal("This is no post that we sent on this channel.", fields={"post": "Choose another one."})
            if Draft.objects.filter(interaction_id=post.pk).exclude(pk=row.pk).exists():
                raise Refusal("Another draft became this post.", fields={"post": "Taken."})
            _tied(row, post, by_hand=True)
            _score([row], now=now)
        journal.note("draft.tied", row, by=by, interaction=interaction_id)
    return row


def _posts(channel: Channel) -> QuerySet[Interaction]:
    rows = Interaction.objects.filter(channel=channel, direction=Direction.OUT, kind__in=["post", "article"])
    return rows.filter(status=Status.SENT, deleted_at=None).order_by("-occurred_at", "-pk")


def candidates(made: Forecast, *, many: int = 20) -> list[Interaction]:
    """Posts that one of its drafts may have become: sent on its channel since it was made, and no draft's yet."""
    taken = Draft.objects.filter(interaction_id__isnull=False).values("interaction_id")
    return list(_posts(made.channel).filter(occurred_at__gte=made.made_at).exclude(pk__in=taken)[:many])


def _tied(row: Draft, post: Interaction, *, by_hand: bool) -> None:
    """From here on it stands what was expected, for the hour at which it went out."""
    row.interaction_id, row.published_at, row.by_hand, row.counted = post.pk, post.occurred_at, by_hand, None
    found = next((one.range for one in told(row, at=post.occurred_at) if one.audience == ALL), None)
    row.low, row.middle, row.high, row.usual = (
        (found.low, found.middle, found.high, found.usual) if found else (None,) * 4
    )
    row.save()


def follow(*, now: datetime) -> int:
    """Job: tie drafts to what was sent in the same words, score those that had their seven days, and learn anew.

    Returns how many were scored.
    """
    open_ones = Forecast.objects.filter(made_at__gte=now - TIED, drafts__interaction_id=None).distinct()
    for made in open_ones.select_related("channel").prefetch_related("drafts"):
        by_words = {_same(post.text): post for post in reversed(candidates(made, many=200))}
        for row in made.drafts.all():
            post = by_words.get(_same(row.text))
            if row.interaction_id is None and post is not None:
                with transaction.atomic():
                    _tied(row, post, by_hand=False)
    due = Draft.objects.filter(counted=None, published_at__lte=now - WINDOW).select_related("forecast__channel")
    scored = _score(list(due[:1000]), now=now)
    for channel in Channel.objects.filter(is_live=True):
        teach(channel, now=now)
    return scored


def _same(text: str) -> str:
    return " ".join(plain(text[:_READ]).casefold().split())


def _score(rows: Sequence[Draft], *, now: datetime) -> int:
    """Count what came of those whose seven days are over; a post that was deleted is not counted."""
    due = {row.interaction_id: row for row in rows if row.published_at and row.published_at <= now - WINDOW}
    posts = list(Interaction.objects.filter(pk__in=list(due), deleted_at=None).defer("extra"))
    for post, n in zip(posts, reactions(posts, zone=ZoneInfo("UTC"), now=now)[ALL], strict=True):
        row = due[post.pk]
        row.counted = n
        row.save(update_fields=["counted"])
    return len(posts)


@dataclass(frozen=True, slots=True)
class Track:
    """How good forecasts were. `inside`: how many counts lay in their range of eight in ten; `ours` and `naive` are by how many
    reactions the middle, and the average of the hour, were off in the mean. `rows`: the newest first.
    """

    inside: Share | None
    ours: float
    naive: float
    rows: tuple[Draft, ...]


def track(viewer: User, channel: Channel | None = None, *, many: int = 500) -> Track:
    """What became of forecasts, of one channel or of all."""
    rows = Draft.objects.filter(counted__isnull=False, middle__isnull=False, forecast__in=visible_to(viewer).order_by())
    rows = rows.filter(forecast__channel=channel) if channel else rows
    kept = list(rows.select_related("forecast__channel").order_by("-published_at", "-pk")[:many])
    right = [_is_inside(row) for row in kept]
    off = np.array([[_off(row, row.middle), _off(row, row.usual)] for row in kept]).reshape(-1, 2)
    ours, naive = off.mean(axis=0).tolist() if kept else (0.0, 0.0)
    return Track(share(sum(right), len(right)), ours, naive, tuple(kept))


def _is_inside(row: Draft) -> bool:
    return (row.low or 0) <= (row.counted or 0) <= (row.high or 0)


def _off(row: Draft, expected: float | None) -> float:
    return abs((row.counted or 0) - (expected or 0))
