"""How each person speaks of us, or that they are silent though active elsewhere: reckoned each night for everybody.

Spoken of us is what they wrote to us (in private, or to a channel of ours) and what mentions our brands and products. The
last 180 days count for what they think, the last 60 for whether they are silent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mutuals.base import bulk
from mutuals.listening.models import Standing
from mutuals.listening.read import KINDS

JOB = "listening.stance"
BATCH = 2_000
SILENT, COUNTED, LONGEST = timedelta(days=60), timedelta(days=180), timedelta(days=3_650)
"""After how long somebody is silent, which words count, and how far back the first reckoning looks for the last ones."""
PRAISED, TURNED = 3, 2
"""Words with a mood that make a promoter, and negative ones in a row that turn somebody."""
_WALK = """
WITH who AS (
    SELECT id FROM people_person WHERE id > %(after)s AND canonical_id = id ORDER BY id LIMIT %(batch)s
), did AS (
    SELECT w.id AS person_id, i.occurred_at, r.mood, i.occurred_at >= %(counted)s AS is_counted,
        i.kind = ANY(%(kinds)s::text[]) AND (
            NOT i.is_public OR i.channel_id IS NOT NULL OR EXISTS (
                SELECT 1 FROM listening_mention m JOIN listening_topic t ON t.version_id = m.version_id
                WHERE m.interaction_id = i.id AND t.kind IN ('brand', 'product') AND m.aside IN ('', 'copy'))) AS is_ours
    FROM who w JOIN people_person p ON p.canonical_id = w.id JOIN people_profile f ON f.person_id = p.id
    JOIN history_interaction i ON i.profile_id = f.id AND i.occurred_at >= %(since)s AND i.occurred_at <= %(now)s
    LEFT JOIN listening_reading r ON r.interaction_id = i.id
    WHERE i.direction = 'in' AND i.deleted_at IS NULL
), told AS (
    SELECT person_id, max(occurred_at) AS active_at, max(occurred_at) FILTER (WHERE is_ours) AS spoke_at,
        count(*) FILTER (WHERE is_ours AND is_counted AND mood <> '') AS said,
        count(*) FILTER (WHERE is_ours AND is_counted AND mood = 'positive') AS positive,
        count(*) FILTER (WHERE is_ours AND is_counted AND mood = 'negative') AS negative,
        (array_agg(mood::text ORDER BY occurred_at DESC) FILTER (WHERE is_ours AND is_counted AND mood <> ''))
            [:%(turned)s] AS newest
    FROM did GROUP BY 1
), stood AS (
    SELECT w.id AS person_id, coalesce(t.said, 0) AS said, coalesce(t.positive, 0) AS positive,
        coalesce(t.negative, 0) AS negative, coalesce(t.spoke_at, s.spoke_at) AS spoke_at,
        coalesce(t.active_at, s.active_at) AS active_at, t.newest
    FROM who w LEFT JOIN told t ON t.person_id = w.id LEFT JOIN listening_standing s ON s.person_id = w.id
), kept AS (
    INSERT INTO listening_standing AS s (person_id, stance, positive, negative, said, spoke_at, active_at, reckoned_at)
    SELECT person_id, CASE
        WHEN active_at IS NULL AND spoke_at IS NULL THEN 'never'
        WHEN spoke_at IS NULL AND active_at >= %(silent)s THEN 'silent'
        WHEN coalesce(active_at, spoke_at) < %(silent)s THEN 'away'
        WHEN spoke_at < %(silent)s THEN 'silent'
        WHEN cardinality(newest) = %(turned)s AND newest <@ ARRAY['negative']
            AND positive > negative - %(turned)s THEN 'turned'
        WHEN said >= %(praised)s AND 3 * positive >= 2 * said AND newest[1] <> 'negative' THEN 'promoter'
        WHEN positive > negative THEN 'positive' WHEN negative > positive THEN 'negative' ELSE 'neutral' END,
        positive, negative, said, spoke_at, active_at, %(now)s
    FROM stood
    ON CONFLICT (person_id) DO UPDATE SET stance = EXCLUDED.stance, positive = EXCLUDED.positive,
        negative = EXCLUDED.negative, said = EXCLUDED.said, spoke_at = EXCLUDED.spoke_at, active_at = EXCLUDED.active_at,
        reckoned_at = EXCLUDED.reckoned_at
    WHERE (s.stance, s.positive, s.negative, s.said, s.spoke_at, s.active_at) IS DISTINCT FROM
        (EXCLUDED.stance, EXCLUDED.positive, EXCLUDED.negative, EXCLUDED.said, EXCLUDED.spoke_at, EXCLUDED.active_at)
)
SELECT max(id) FROM who
"""
_GONE = """
DELETE FROM listening_standing s WHERE NOT EXISTS (
    SELECT 1 FROM people_person p WHERE p.id = s.person_id AND p.canonical_id = p.id)
"""


def reckon(*, now: datetime) -> None:
    """Job: everybody, some thousand at a time; who was merged into somebody else or is gone has none any more."""
    since = now - COUNTED if Standing.objects.exists() else now - LONGEST
    after: int | None = 0
    while after is not None:
        values = {
            "after": after, "batch": BATCH, "kinds": list(KINDS), "now": now, "silent": now - SILENT,
            "counted": now - COUNTED, "since": since, "turned": TURNED, "praised": PRAISED,
        }  # fmt: skip
        after = bulk.execute(_WALK, values)[0][0]
    bulk.execute(_GONE, [])
