"""Mentions and their counts: written, moved and dropped by one statement each, so that they never say different things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from mutuals.base import bulk, wake
from mutuals.base.locks import Space, in_turn
from mutuals.text import alike


class Hit(NamedTuple):
    """An interaction that met a version. `print` is its mark of near-doubles, None where it has few words."""

    version_id: int
    topic_id: int
    interaction_id: int
    occurred_at: datetime
    profile_id: int | None
    network: str
    print: int | None
    is_muted: bool


_TOLD = "version_id, occurred_at, network, language, mood, is_customer, is_question, aside"
_COUNTED = """
, hours AS (
    SELECT version_id, date_trunc('hour', occurred_at, 'UTC') AS hour, network, language, mood,
        coalesce(sum(by) FILTER (WHERE aside = ''), 0) AS n, coalesce(sum(by) FILTER (WHERE aside <> ''), 0) AS aside,
        coalesce(sum(by) FILTER (WHERE aside = '' AND is_question), 0) AS questions,
        coalesce(sum(by) FILTER (WHERE aside = '' AND is_customer), 0) AS by_customers
    FROM told GROUP BY version_id, 2, mood, GROUPING SETS ((), (network), (language), (network, language))
), pulses AS (
    INSERT INTO listening_pulse (version_id, hour, mood, n, aside, questions, by_customers, is_new)
    SELECT version_id, hour, mood, n, aside, questions, by_customers, true
    FROM hours WHERE network IS NULL AND language IS NULL
), strands AS (
    INSERT INTO listening_strand (version_id, network, language, hour, mood, n, aside, questions, by_customers, is_new)
    SELECT version_id, coalesce(network, '*'), coalesce(language, '*'), hour, mood, n, aside, questions, by_customers, true
    FROM hours WHERE network IS NOT NULL OR language IS NOT NULL
), days AS (
    INSERT INTO listening_day (version_id, day, network, language, mood, is_customer, n, aside, questions, is_new)
    SELECT version_id, date_trunc('day', occurred_at, 'UTC'), network, language, mood, is_customer,
        coalesce(sum(by) FILTER (WHERE aside = ''), 0), coalesce(sum(by) FILTER (WHERE aside <> ''), 0),
        coalesce(sum(by) FILTER (WHERE aside = '' AND is_question), 0), true
    FROM told GROUP BY 1, 2, 3, 4, 5, 6
)
INSERT INTO listening_count AS c (version_id, hour, network, language, mood, is_customer, n, aside, questions)
SELECT version_id, date_trunc('hour', occurred_at, 'UTC'), network, language, mood, is_customer,
    coalesce(sum(by) FILTER (WHERE aside = ''), 0), coalesce(sum(by) FILTER (WHERE aside <> ''), 0),
    coalesce(sum(by) FILTER (WHERE aside = '' AND is_question), 0)
FROM told GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 0 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (version_id, hour, network, language, mood, is_customer) DO UPDATE
SET n = c.n + EXCLUDED.n, aside = c.aside + EXCLUDED.aside, questions = c.questions + EXCLUDED.questions
"""
"""In the order of the key, so that two who count at once wait for each other and never in a circle."""
_CUSTOMER = """EXISTS (
    SELECT 1 FROM people_profile p JOIN people_person a ON a.id = p.person_id JOIN people_person c ON c.id = a.canonical_id
    WHERE p.id = {profile} AND (c.order_count > 0 OR c.stage = 'customer'))"""
_BOT = "EXISTS (SELECT 1 FROM people_profile b WHERE b.id = {profile} AND b.is_bot)"
_WRITE = f"""
WITH made AS (
    INSERT INTO listening_mention (version_id, interaction_id, occurred_at, profile_id, network, language, mood, is_customer,
        is_question, aside, print, lead_id)
    SELECT g.version_id, g.interaction_id, g.occurred_at, g.profile_id, g.network, r.language, r.mood,
        {_CUSTOMER.format(profile="g.profile_id")}, 'question' = ANY(r.intents),
        CASE WHEN g.is_muted OR EXISTS (
                SELECT 1 FROM listening_feedback f
                WHERE f.topic_id = g.topic_id AND f.interaction_id = g.interaction_id AND NOT f.is_relevant) THEN 'out'
            WHEN 'spam' = ANY(r.intents) THEN 'spam'
            WHEN {_BOT.format(profile="g.profile_id")} THEN 'bot'
            WHEN coalesce(before.lead_id, g.lead_id) <> g.interaction_id THEN 'copy' ELSE '' END,
        r.print, coalesce(before.lead_id, g.lead_id)
    FROM {{g}} JOIN listening_reading r ON r.interaction_id = g.interaction_id
    LEFT JOIN LATERAL (
        SELECT m.lead_id FROM listening_mention m WHERE m.version_id = g.version_id AND m.print = g.print
        AND m.interaction_id <> g.interaction_id AND m.aside IN ('', 'copy')
        AND m.occurred_at BETWEEN g.occurred_at - interval '7 days' AND g.occurred_at + interval '7 days'
        ORDER BY m.occurred_at LIMIT 1) before ON g.print IS NOT NULL
    ON CONFLICT (interaction_id, version_id) DO NOTHING RETURNING {_TOLD}
), told AS (SELECT {_TOLD}, 1 AS by FROM made)
{_COUNTED}"""  # noqa: S608  the parts are ours
_DROP = f"""
WITH gone AS (DELETE FROM listening_mention WHERE interaction_id = ANY(%s::bigint[]) RETURNING *),
heirs AS (
    SELECT DISTINCT ON (m.version_id, m.lead_id) m.id, m.version_id, m.lead_id, m.interaction_id
    FROM gone g JOIN listening_mention m ON m.version_id = g.version_id AND m.lead_id = g.interaction_id AND m.aside = 'copy'
    WHERE m.interaction_id <> ALL(%s::bigint[]) ORDER BY m.version_id, m.lead_id, m.occurred_at, m.interaction_id
), led AS (
    UPDATE listening_mention m SET lead_id = h.interaction_id, aside = CASE WHEN m.id = h.id THEN '' ELSE m.aside END
    FROM heirs h WHERE m.version_id = h.version_id AND m.lead_id = h.lead_id AND m.aside = 'copy'
    AND m.interaction_id <> ALL(%s::bigint[])
    RETURNING m.*
), told AS (
    SELECT {_TOLD}, -1 AS by FROM gone
    UNION ALL SELECT version_id, occurred_at, network, language, mood, is_customer, is_question, 'copy', -1 FROM led
        WHERE aside = ''
    UNION ALL SELECT {_TOLD}, 1 FROM led WHERE aside = ''
)
{_COUNTED}"""  # noqa: S608
_MOVE = f"""
WITH was AS (SELECT * FROM listening_mention WHERE {{which}} ORDER BY id FOR UPDATE),
after AS (UPDATE listening_mention m SET {{change}} FROM was WHERE m.id = was.id RETURNING m.*),
told AS (SELECT {_TOLD}, -1 AS by FROM was UNION ALL SELECT {_TOLD}, 1 FROM after)
{_COUNTED}"""  # noqa: S608
_HIT = {
    "version_id": "bigint", "topic_id": "bigint", "interaction_id": "bigint", "occurred_at": "timestamptz",
    "profile_id": "bigint", "network": "text", "print": "bigint", "is_muted": "boolean", "lead_id": "bigint",
}  # fmt: skip


def write(hits: Sequence[Hit]) -> None:
    """Keep hits, whose readings are kept already. One that is there stays as it is.

    What says the same as another within a week counts once: nearly the same in one batch, the same mark in all.
    """
    bulk.run(_WRITE, _HIT, [(*hit, lead) for hit, lead in _led(hits)])
    if hits:
        wake.changed("counts", sorted({hit.topic_id for hit in hits}))


def _led(hits: Sequence[Hit]) -> list[tuple[Hit, int]]:
    """Each hit with the first one of its version that says nearly the same."""
    by_version = defaultdict[int, list[Hit]](list)
    for hit in sorted(hits, key=lambda hit: (hit.occurred_at, hit.interaction_id)):
        by_version[hit.version_id].append(hit)
    return [
        (hit, some[first].interaction_id)
        for some in by_version.values()
        for hit, first in zip(some, alike.groups([(hit.print or 0) % 2**64 for hit in some]), strict=True)
    ]


def drop(interaction_ids: Sequence[int]) -> None:
    """Take all mentions of some interactions away; the next of their copies counts in their place."""
    if interaction_ids:
        told = bulk.numbers(interaction_ids)
        bulk.execute(_DROP, [told, told, told])
        wake.changed("counts", [])


def reread(interaction_id: int) -> None:
    """A label of its reading is another one now: its mentions say so too."""
    intent = (
        "EXISTS (SELECT 1 FROM listening_reading r WHERE r.interaction_id = m.interaction_id AND '{}' = ANY(r.intents))"
    )
    change = (
        "mood = (SELECT r.mood FROM listening_reading r WHERE r.interaction_id = m.interaction_id),"  # noqa: S608
        f" is_question = {intent.format('question')}, aside = CASE WHEN m.aside NOT IN ('', 'spam') THEN m.aside"
        f" WHEN {intent.format('spam')} THEN 'spam' WHEN m.lead_id <> m.interaction_id THEN 'copy' ELSE '' END"
    )
    _move("interaction_id = %s", change, [interaction_id])


def set_aside(topic_id: int, *, interaction_id: int | None = None, profile_id: int | None = None) -> None:
    """One mention of a topic, or all of one author, count no more."""
    which = "version_id IN (SELECT id FROM listening_version WHERE topic_id = %s) AND aside <> 'out'"
    if interaction_id is not None:
        _move(f"{which} AND interaction_id = %s", "aside = 'out'", [topic_id, interaction_id])
    if profile_id is not None:
        _move(f"{which} AND profile_id = %s", "aside = 'out'", [topic_id, profile_id])


def take_back(topic_id: int, *, interaction_id: int | None = None, profile_id: int | None = None) -> None:
    """The same undone: they count again, but for what is spam or a copy, and what was said of each by itself."""
    which = "version_id IN (SELECT id FROM listening_version WHERE topic_id = %s) AND aside = 'out'"
    spoken = (
        " AND NOT EXISTS (SELECT 1 FROM listening_feedback f WHERE f.topic_id = %s"
        " AND f.interaction_id = listening_mention.interaction_id AND NOT f.is_relevant)"
    )
    change = (
        "aside = CASE WHEN EXISTS (SELECT 1 FROM listening_reading r WHERE r.interaction_id = m.interaction_id"  # noqa: S608
        " AND 'spam' = ANY(r.intents)) THEN 'spam'"
        f" WHEN {_BOT.format(profile='m.profile_id')} THEN 'bot'"
        " WHEN m.lead_id <> m.interaction_id THEN 'copy' ELSE '' END"
    )
    if interaction_id is not None:
        _move(f"{which} AND interaction_id = %s", change, [topic_id, interaction_id])
    if profile_id is not None:
        _move(f"{which} AND profile_id = %s{spoken}", change, [topic_id, profile_id, topic_id])


_AMONG = "interaction_id = ANY(%s::bigint[])"


def known_again(*, since: datetime | None = None, among: Sequence[int] | None = None) -> None:
    """Whether the authors of mentions since then, or of some interactions, are customers, or bots, is asked anew: links come
    after what was said.
    """
    wanted, values = ("occurred_at >= %s", [since]) if among is None else (_AMONG, [bulk.numbers(among)])
    is_customer = _CUSTOMER.format(profile="listening_mention.profile_id")
    which = f"{wanted} AND profile_id IS NOT NULL AND is_customer <> {is_customer}"
    _move(which, "is_customer = NOT m.is_customer", values)
    is_bot = _BOT.format(profile="listening_mention.profile_id")
    which = f"{wanted} AND profile_id IS NOT NULL AND CASE aside WHEN 'bot' THEN NOT {is_bot}"
    which += f" WHEN '' THEN {is_bot} WHEN 'copy' THEN {is_bot} ELSE false END"
    change = "aside = CASE WHEN m.aside <> 'bot' THEN 'bot' WHEN m.lead_id <> m.interaction_id THEN 'copy' ELSE '' END"
    _move(which, change, values)


_FOLDED = (
    ("listening_pulse", "version_id, hour", "mood", "n, aside, questions, by_customers"),
    ("listening_strand", "version_id, network, language, hour", "mood", "n, aside, questions, by_customers"),
    ("listening_day", "version_id, day", "network, language, mood, is_customer", "n, aside, questions"),
)
"""Each with what its index is of: all rows under what is new are put together."""


def fold() -> None:
    """Put rows of coarse counts of one key together. Whoever reads meanwhile sees all of them or their sum."""
    with transaction.atomic():
        in_turn(Space.FOLD)
        for table, under, keys, sums in _FOLDED:
            added = ", ".join(f"sum({one})" for one in sums.split(", "))
            bulk.execute(
                f"WITH due AS (SELECT DISTINCT {under} FROM {table} WHERE is_new), gone AS ("  # noqa: S608
                f"DELETE FROM {table} t USING due"
                f" WHERE {' AND '.join(f't.{one} = due.{one}' for one in under.split(', '))} RETURNING t.*)"
                f" INSERT INTO {table} ({under}, {keys}, {sums}, is_new)"
                f" SELECT {under}, {keys}, {added}, false FROM gone"
                f" WHERE EXISTS (SELECT 1 FROM listening_version v WHERE v.id = gone.version_id)"
                f" GROUP BY {under}, {keys}",
                [],
            )


def _move(which: str, change: str, values: Sequence[Any]) -> None:
    bulk.execute(_MOVE.format(which=which, change=change), values)
