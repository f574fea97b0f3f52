"""Numbers of one customer's that somebody else names: "where is my order K-20311?" from a presence that is nobody's yet.

A clue, never a proof: anybody can copy a number from a post or a picture of a parcel. It counts where the number is exactly one
customer's, the speaker wrote it in their own words, nobody had said it in public before, we ours included, and we had not told
it to the speaker. A number that two presences name counts for neither, and who names numbers of several customers is not
believed at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from mutuals.base import bulk, gate, jobs
from mutuals.history.keep import Kept
from mutuals.identity import known
from mutuals.identity.models import Cited
from mutuals.identity.reading import references
from mutuals.sales.models import Order

JOB = "identity.look_for_orders"
MOST_HOLDERS = 3  # customers whose numbers one presence names; more are a list that somebody found
MOST_ECHOES = 3  # presences that say again what one said first; more of them are a campaign
MOST_FOUND = 20  # messages that named an order before we had it
RECENT = timedelta(days=60)  # age of an order about which somebody may have written before it came to us
_BEFORE_IT_WAS = timedelta(days=1)  # clocks differ; who names a number earlier met it by chance
_WORDS = "to_tsvector('simple'::regconfig, COALESCE(i.subject, '') || ' ' || COALESCE(i.text, ''))"
_PHRASES = " || ".join(f"phraseto_tsquery('simple', g.words{place})" for place in range(5))
_IS_NAMED = f"{_WORDS} @@ ({_PHRASES})"
_WHOSE = """
WITH g AS MATERIALIZED (SELECT * FROM {g})
SELECT g.reference, 'order:' || o.id, o.placed_at, f.id, coalesce(p.canonical_id, -f.id), o.number
FROM g JOIN sales_order o ON upper(regexp_replace(o.number, '[^0-9A-Za-z]+', '', 'g')) = g.reference
JOIN people_profile f ON f.id = o.profile_id LEFT JOIN people_person p ON p.id = f.person_id
UNION ALL
SELECT g.reference, 'profile:' || f.id, NULL, f.id, coalesce(p.canonical_id, -f.id), f.key
FROM g CROSS JOIN channels_source s
JOIN people_profile f ON f.network = 'crm:' || s.id AND f.key IN (g.written, upper(g.written))
LEFT JOIN people_person p ON p.id = f.person_id
"""
_SPEAKERS = """
SELECT f.id, coalesce(p.canonical_id, -f.id) FROM people_profile f LEFT JOIN people_person p ON p.id = f.person_id
WHERE f.id = ANY(%s::bigint[]) AND NOT f.is_ours AND f.organisation_id IS NULL
"""
_TOLD_BEFORE = f"""
SELECT g.place FROM {{g}} CROSS JOIN LATERAL (
    SELECT count(*) AS many FROM history_interaction i
    WHERE {_IS_NAMED} AND (i.occurred_at < g.at OR i.received_at < g.came_at) AND CASE WHEN i.direction = 'out'
        THEN i.is_public OR i.profile_id = g.profile_id ELSE i.is_public AND i.profile_id IS DISTINCT FROM g.profile_id END
) before WHERE before.many > 0
"""  # noqa: S608 - words of ours
_NAMED_IT = f"""
SELECT DISTINCT i.id, i.profile_id, i.subject || E'\\n' || i.text, i.occurred_at, i.received_at FROM {{g}} CROSS JOIN LATERAL (
    SELECT * FROM history_interaction i WHERE {_IS_NAMED} AND i.direction = 'in' AND i.about = ''
    AND i.profile_id IS NOT NULL ORDER BY i.id + 0 LIMIT %s  -- never along the index of ids: the words are what is rare
) i ORDER BY i.id
"""  # noqa: S608 - as above
_HOLDER = "coalesce(p.canonical_id, -f.id)"
_NOT_COUNTED = f"""
UPDATE identity_cited c SET counts = false WHERE c.counts AND (c.reference IN (
    SELECT n.reference FROM identity_cited n JOIN people_profile f ON f.id = n.profile_id
    LEFT JOIN people_person p ON p.id = f.person_id WHERE n.reference = ANY(%s::varchar[])
    GROUP BY n.reference HAVING count(DISTINCT {_HOLDER}) > CASE WHEN n.reference LIKE '~%%' THEN %s ELSE 1 END
) OR c.profile_id IN (
    SELECT n.profile_id FROM identity_cited n JOIN people_profile f ON f.id = n.holder_id
    LEFT JOIN people_person p ON p.id = f.person_id WHERE n.profile_id = ANY(%s::bigint[])
    GROUP BY n.profile_id HAVING count(DISTINCT {_HOLDER}) > %s
)) RETURNING profile_id, holder_id
"""  # noqa: S608 - as above
_NUMBERS = {f"words{place}": "text" for place in range(5)}


Row = tuple[int, int, str, int, str, datetime]
"""Who named it, whose it is (profiles), the number or the mark of a text, the interaction, of what it is, when."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A number in somebody's own words: who wrote it, in which interaction, when by their own account and when it came here,
    in its plain form and as written."""

    profile: int
    interaction: int
    at: datetime
    came_at: datetime
    reference: str
    written: str


@dataclass(frozen=True, slots=True)
class _Whose:
    """A profile that a number is of, its holder (a person; of nobody the profile itself, below 0), and since when it is."""

    about: str
    since: datetime | None
    profile: int
    holder: int
    number: str


def take(kept: Sequence[Kept]) -> None:
    """Note what a batch of messages names; what was edited is read anew, what was deleted is forgotten."""
    gone = [one.interaction_id for one in kept if (one.is_edit or one.is_deleted) and one.interaction_id]
    if gone:
        told = Q(interaction_id__in=gone) | Q(about__in=[f"interaction:{number}" for number in gone])
        forget(Cited.objects.filter(told))
    mentions = list[Mention]()
    for one in kept:
        profile, number, envelope = one.placed.profile_id, one.interaction_id, one.placed.arrived.envelope
        if (one.is_new or one.is_edit) and not one.placed.is_ours and profile and number:
            text, came_at = f"{envelope.subject}\n{envelope.body}", one.placed.arrived.received_at
            mentions += _read(text, profile, number, one.occurred_at, came_at)
    _note(mentions)


def _read(text: str, profile: int, interaction: int, at: datetime, came_at: datetime) -> list[Mention]:
    found = references.named(text)
    return [Mention(profile, interaction, at, came_at, *pair) for pair in found.items()]


def forget(rows: QuerySet[Cited], *, besides: Iterable[int] = ()) -> int:
    """Mentions go; whoever they were about is compared anew, `besides` those who go themselves. Returns how many it was."""
    pairs = list(rows.values_list("profile", "holder"))
    if pairs:
        rows.delete()
        known.touch({number for pair in pairs for number in pair} - set(besides))
    return len(pairs)


def bought(orders: Sequence[Order], *, now: datetime) -> None:
    """New or changed orders: who wrote about them before we had them is looked for by a job; one that is somebody else's now
    was not theirs."""
    holders = {f"order:{row.pk}": row.profile_id for row in orders}
    held = Cited.objects.filter(about__in=list(holders)).values_list("pk", "about", "holder")
    if moved := [number for number, about, holder in held if holders[about] != holder]:
        forget(Cited.objects.filter(pk__in=moved))
    fresh = [row.pk for row in orders if row.profile_id and row.placed_at > now - RECENT and _is_telling(row.number)]
    if fresh:
        jobs.later(JOB, order_ids=fresh)


def _is_telling(number: str) -> bool:
    return references.is_telling(references.plain(number))


@transaction.atomic
def look_for(order_ids: Sequence[int]) -> None:
    """Job: find the messages that name orders, by the index of words; one look for each order."""
    gate.enter()
    numbers = Order.objects.filter(pk__in=order_ids).values_list("number", flat=True)
    rows = [tuple(references.spellings(number)) for number in numbers if _is_telling(number)]
    found = bulk.run(_NAMED_IT, _NUMBERS, rows, MOST_FOUND)
    _note([one for number, profile, text, *when in found for one in _read(text, profile, number, *when)])


def _note(mentions: Sequence[Mention]) -> None:
    """Keep the mentions that count, and let those whom they are about be compared anew."""
    if not mentions:
        return
    whose = _whose(mentions)
    told = [one for one in mentions if one.reference in whose]
    if not told:
        return
    holders = dict(bulk.execute(_SPEAKERS, [bulk.numbers({one.profile for one in told})]))
    told = [one for one in told if _is_anothers(one, whose[one.reference], holders)]
    told = _unheard(told, whose)
    rows = [
        (one.profile, (of := whose[one.reference]).profile, one.reference, one.interaction, of.about, one.at)
        for one in sorted(told, key=lambda one: (one.at, one.interaction))
    ]
    keep(rows)


def keep(rows: Sequence[Row]) -> None:
    """Store what was named, the first of each; those whom it is about are compared anew."""
    columns = ("profile_id", "holder_id", "reference", "interaction_id", "about", "at")
    first = {(row[0], row[2]): row for row in reversed(rows)}
    new = bulk.insert(
        Cited, columns, list(first.values()), conflict="DO NOTHING", returning="profile_id, holder_id, reference"
    )
    if new:
        named, speakers = bulk.array({row[2] for row in new}), bulk.numbers({profile for profile, *_ in new})
        void = bulk.execute(_NOT_COUNTED, [named, MOST_ECHOES, speakers, MOST_HOLDERS])
        touched = {number for row in (*new, *void) for number in row[:2]}
        known.touch(touched)


def _whose(mentions: Sequence[Mention]) -> dict[str, _Whose]:
    """By number the one customer whose it is; nothing of numbers that several have."""
    rows = sorted({(one.reference, one.written) for one in mentions})
    found = defaultdict[str, list[_Whose]](list)
    for reference, *told in bulk.run(_WHOSE, {"reference": "varchar", "written": "varchar"}, rows):
        found[reference].append(_Whose(*told))
    return {
        reference: sorted(ones, key=lambda one: one.about)[0]
        for reference, ones in found.items()
        if len({one.holder for one in ones}) == 1
    }


def _is_anothers(one: Mention, of: _Whose, holders: dict[int, int]) -> bool:
    """Whether a number is not the speaker's own already, and was there when it was named."""
    is_late = of.since is None or one.at >= of.since - _BEFORE_IT_WAS
    return is_late and one.profile in holders and holders[one.profile] != of.holder


def _unheard(mentions: Sequence[Mention], whose: dict[str, _Whose]) -> list[Mention]:
    """Without those whose number the speaker could have read: in somebody's public words, or in ours to them."""
    rows = [
        (place, one.profile, one.at, one.came_at, *references.spellings(whose[one.reference].number))
        for place, one in enumerate(mentions)
    ]
    types = {"place": "int", "profile_id": "bigint", "at": "timestamptz", "came_at": "timestamptz", **_NUMBERS}
    heard = {place for (place,) in bulk.run(_TOLD_BEFORE, types, rows)}
    return [one for place, one in enumerate(mentions) if place not in heard]
