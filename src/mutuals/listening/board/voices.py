"""Who speaks most in a topic, what they link to, and where they are: read from its newest mentions, so always in no time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from mutuals.base import bulk
from mutuals.listening.board.counts import ALL, Only, Span
from mutuals.people.models import Profile

NEWEST, NEAREST = 20_000, 2_000
"""Newest mentions of which authors are counted, and of which texts and towns are looked at."""
MOST = 8
_LETTERS = 5_000  # of one text
_LINK = re.compile(r"https?://([a-z0-9.-]{1,253})(/[^\s<>\"'()\[\]“”„‘’‚«»‹›「」『』…]{0,300})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Voice:
    """One author: how many mentions, how many of these negative."""

    profile: Profile
    n: int
    negative: int
    is_customer: bool


@dataclass(slots=True)
class Around:
    """Links and towns with the interactions in which they stand, the commonest first; `looked`: how many were looked at."""

    looked: int = 0
    links: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    places: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)


_NEW = """
SELECT interaction_id, profile_id, mood, is_customer, network, language FROM listening_mention
WHERE version_id = %s AND aside = '' AND occurred_at >= %s AND occurred_at < %s
ORDER BY occurred_at DESC, interaction_id DESC LIMIT %s
"""
_VOICES = f"""
SELECT profile_id, count(*), count(*) FILTER (WHERE mood = 'negative'), bool_or(is_customer)
FROM ({_NEW}) newest WHERE profile_id IS NOT NULL {{only}} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
"""  # noqa: S608
_AROUND = f"""
SELECT n.interaction_id, CASE WHEN strpos(lower(left(i.text, {_LETTERS})), 'http') > 0 THEN left(i.text, {_LETTERS}) END,
    coalesce(nullif(c.city, ''), left(p.fields ->> 'city', 100), ''),
    coalesce(nullif(c.country, ''), left(p.fields ->> 'country', 60), '')
FROM ({_NEW}) n JOIN history_interaction i ON i.id = n.interaction_id AND i.deleted_at IS NULL
LEFT JOIN people_profile p ON p.id = n.profile_id LEFT JOIN people_person a ON a.id = p.person_id
LEFT JOIN people_person c ON c.id = a.canonical_id
WHERE true {{only}}
"""  # noqa: S608


def voices(version_id: int, span: Span, only: Only = ALL) -> list[Voice]:
    """Who spoke most among the newest mentions; two queries."""
    values = [version_id, span.since, span.until, NEWEST, *only.told().values(), MOST]
    rows = bulk.execute(_VOICES.format(only=_of("newest", only)), values)
    found = Profile.objects.select_related("person__canonical", "organisation").in_bulk([row[0] for row in rows])
    return [Voice(found[row[0]], int(row[1]), int(row[2]), bool(row[3])) for row in rows if row[0] in found]


def around(version_id: int, span: Span, only: Only = ALL) -> Around:
    """What the newest mentions link to, and where their authors are; one query."""
    values = [version_id, span.since, span.until, NEAREST, *only.told().values()]
    rows = bulk.execute(_AROUND.format(only=_of("n", only)), values)
    links, places = dict[str, list[int]](), dict[str, list[int]]()
    for number, text, city, country in rows:
        for link in set(links_of(text or "")):
            links.setdefault(link, []).append(int(number))
        if city or country:
            places.setdefault(", ".join(filter(None, (city, country))), []).append(int(number))
    return Around(len(rows), _commonest(links), _commonest(places))


def links_of(text: str) -> list[str]:
    """The addresses in a text without their scheme, `www.` and what follows a question mark or a hash."""
    found = []
    for hit in _LINK.finditer(text[:_LETTERS]):
        way = re.split(r"[?#]", hit[2] or "", maxsplit=1)[0].rstrip("/.,;:!…")
        host = hit[1].lower().removeprefix("www.").strip(".")
        if "." in host:
            found.append((host + way)[:200])
    return found


def _commonest(found: dict[str, list[int]]) -> list[tuple[str, tuple[int, ...]]]:
    counted = Counter({name: len(ids) for name, ids in found.items()})
    return [(name, tuple(found[name])) for name, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST]]


def _of(table: str, only: Only) -> str:
    return "".join(f" AND {table}.{name} = %s" for name in only.told())


def profile_named(number: int) -> Profile | None:
    """The author of that number, to be named on a screen."""
    return Profile.objects.select_related("person__canonical").filter(pk=number).first()
