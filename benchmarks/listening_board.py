"""`python -m benchmarks.listening_board`: the dashboard of a topic with ten million mentions in 92 days, and as many before.

Counts are filled by SQL: 4,416 hours, five sources, eight languages, four moods, customers and others, as unevenly as talk
is. Of the mentions those stand there that the page reads: of one author in 64, and the newest. Told is CPU of the page's
queries, the server's and the client's together; no worker helps. Figures go to .cache/bench/figures-board.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, line

HERE = Path(__file__).resolve().parent.parent
STATE = HERE / ".cache" / "bench" / "board"
MANY, DAYS, NEWEST = 10_000_000, 92, 25_000
END = datetime(2026, 11, 20, tzinfo=UTC)
TIMES = 7
_FILL = (
    """INSERT INTO listening_topic (id, name, kind, muted, budget, created_at, changed_at, risen_n)
    VALUES (1, 'Ten million', 'brand', '{{}}', 'one a month', now(), now(), 0)""",
    """INSERT INTO listening_version (id, topic_id, number, words, languages, "without", state, hits, made_at)
    VALUES (1, 1, 1, 'kettle', '{{}}', '{{}}', 'live', 0, now())""",
    "UPDATE listening_topic SET version_id = 1",
    "SELECT setseed(0.42)",
    """INSERT INTO listening_count (version_id, hour, network, language, mood, is_customer, n, aside, questions)
    SELECT 1, hour, network, language, mood, is_customer, n, n / 20, n / 10 FROM (
        SELECT h.hour, s.network, l.language, m.mood, c.is_customer,
            floor({mean} * s.share * l.share * m.share * c.share + random())::int AS n
        FROM generate_series(timestamptz '{since}', timestamptz '{end}' - interval '1 hour', interval '1 hour') h(hour),
            (VALUES ('mastodon', .45), ('bluesky', .25), ('feed', .15), ('email', .1), ('webhook', .05)) s(network, share),
            (VALUES ('en', .6), ('de', .12), ('fr', .08), ('es', .07), ('pt', .05), ('it', .04), ('ar', .025), ('hi', .015))
                l(language, share),
            (VALUES ('neutral', .5), ('positive', .25), ('negative', .22), ('', .03)) m(mood, share),
            (VALUES (false, .8), (true, .2)) c(is_customer, share)) cells
    WHERE n > 0""",
    """INSERT INTO listening_pulse (version_id, hour, mood, n, aside, questions, by_customers, is_new)
    SELECT version_id, hour, mood, sum(n), sum(aside), sum(questions), coalesce(sum(n) FILTER (WHERE is_customer), 0), false
    FROM listening_count GROUP BY 1, 2, 3""",
    """INSERT INTO listening_day (version_id, day, network, language, mood, is_customer, n, aside, questions, is_new)
    SELECT version_id, date_trunc('day', hour, 'UTC'), network, language, mood, is_customer, sum(n), sum(aside),
        sum(questions), false
    FROM listening_count GROUP BY 1, 2, 3, 4, 5, 6""",
    """INSERT INTO listening_strand (version_id, network, language, hour, mood, n, aside, questions, by_customers, is_new)
    SELECT version_id, coalesce(network, '*'), coalesce(language, '*'), hour, mood, sum(n), sum(aside), sum(questions),
        coalesce(sum(n) FILTER (WHERE is_customer), 0), false
    FROM listening_count GROUP BY version_id, hour, mood, GROUPING SETS ((network), (language), (network, language))""",
    """INSERT INTO people_profile (id, network, key, name, shown, label, is_bot, is_ours, url, fields)
    SELECT g, 'mastodon', 'k' || g, 'n' || g, '', '', false, false, '',
        CASE g % 3 WHEN 0 THEN '{{"city": "Porto"}}' ELSE '{{}}' END::jsonb
    FROM generate_series(1, 20000) g""",
    """INSERT INTO conversations_conversation (id, key, network, subject, snippet, is_public, message_count)
    SELECT g, 'c' || g, 'mastodon', '', '', true, 1 FROM generate_series(1, {newest}) g""",
    """INSERT INTO history_interaction (id, key, network, kind, direction, status, is_public, occurred_at, subject, text,
        language, url, revision, visibility, reply_to, extra, profile_id, conversation_id)
    SELECT g, 'i' || g, 'mastodon', 'post', 'in', 'received', true, timestamptz '{end}' - g * interval '9 seconds', '',
        repeat('The kettle leaks again and nobody says why. ', 4) || 'https://example.org/' || g % 40, 'en', '', '', '', '',
        '{{}}', 1 + (g * 7919) % 20000, g
    FROM generate_series(1, {newest}) g""",
    """INSERT INTO listening_reading (interaction_id, language, mood, negative, neutral, positive, emotion, intents, urgency,
        version, corrected)
    SELECT id, 'en', 'neutral', 200, 600, 200, 'neutral', '{{}}', 'can wait', 'x', '{{}}' FROM history_interaction""",
    """INSERT INTO listening_mention (version_id, interaction_id, occurred_at, profile_id, network, language, mood, is_customer,
        is_question, aside, lead_id)
    SELECT 1, id, occurred_at, profile_id, network, 'en', 'neutral', id % 5 = 0, id % 10 = 0, '', id FROM history_interaction
    UNION ALL
    SELECT 1, 1000000 + g, timestamptz '{end}' - g * ({days} * interval '1 day' / {sampled}),
        64 * (1 + (g::bigint * 7919) % 40000),
        CASE g % 4 WHEN 0 THEN 'bluesky' ELSE 'mastodon' END, CASE g % 5 WHEN 0 THEN 'de' ELSE 'en' END,
        CASE g % 3 WHEN 0 THEN 'negative' ELSE 'neutral' END, g % 5 = 0, g % 10 = 0, '', 1000000 + g
    FROM generate_series(1, {sampled}) g""",
)


def main() -> int:
    """Fill a cluster of its own once, and measure in a process that is pointed at it; 1 where what is asked was missed."""
    if sys.argv[1:] == ["--here"]:
        return _measure()
    environ = {**os.environ, "MUTUALS_STATE": str(STATE), "DJANGO_SETTINGS_MODULE": "mutuals.config.settings"}
    environ.pop("DATABASE_URL", None)
    STATE.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=environ, check=True)
    try:
        return subprocess.call([sys.executable, "-m", "benchmarks.listening_board", "--here"], env=environ)
    finally:
        subprocess.run([sys.executable, "-m", "mutuals", "db", "stop"], env=environ, check=False)


def _measure() -> int:
    import django  # noqa: PLC0415 - the settings are the parent's

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from mutuals.listening import queries  # noqa: PLC0415
    from mutuals.listening.board import counts, voices  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM listening_version")
        if not cursor.fetchone()[0]:
            _fill(cursor)
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        server = int(cursor.fetchone()[0])

    def page(span: counts.Span, only: counts.Only) -> dict[str, Callable[[], Any]]:
        return {
            "counts and curves": lambda: counts.board(1, span, only),
            "people": lambda: queries.authors(1, span, many=MANY, only=only),
            "unanswered": lambda: queries.unanswered(1, span, only),
            "who speaks most": lambda: voices.voices(1, span, only),
            "links and places": lambda: voices.around(1, span, only),
            "stream": lambda: queries.stream(1, queries.Wanted(span.since, span.until, within=only)),
        }

    figures = []
    for name, days, only in (
        ("92 days", DAYS, counts.ALL),
        ("92 days, one source", DAYS, counts.Only(network="mastodon")),
        ("92 days, one source in one language", DAYS, counts.Only(network="mastodon", language="en")),
        ("92 days, customers only", DAYS, counts.Only(is_customer=True)),
        ("30 days", 30, counts.ALL),
    ):
        span = counts.Span(END - timedelta(days=days, hours=1), END - timedelta(hours=1), "Europe/Lisbon")
        parts = {part: _cpu(act, server) for part, act in page(span, only).items()}
        note = ", ".join(f"{part} {1_000 * spent:.0f}" for part, spent in parts.items())
        figures.append(
            Figure(f"dashboard of 10 M mentions, {name}", 1_000 * sum(parts.values()), "ms CPU", "<= 300", note)
        )
    for one in figures:
        print(line(one), flush=True)
    told = {"at": datetime.now(UTC).isoformat(), "figures": [asdict(one) for one in figures]}
    (HERE / ".cache" / "bench" / "figures-board.json").write_text(json.dumps(told, indent=1))
    return int(not all(one.ok for one in figures))


def _fill(cursor: Any) -> None:
    from django.db import transaction  # noqa: PLC0415

    cells = {
        "mean": MANY / (DAYS * 24), "since": END - timedelta(days=2 * DAYS), "end": END, "newest": NEWEST, "days": DAYS,
        "sampled": MANY // 64,
    }  # fmt: skip
    with transaction.atomic():
        for statement in _FILL:
            cursor.execute(statement.format(**cells))
    cursor.execute("VACUUM ANALYZE")


def _cpu(act: Callable[[], Any], server: int) -> float:
    """Seconds of CPU of both sides, the median of some times after one that warms up."""
    act()
    found = []
    for _ in range(TIMES):
        before = time.process_time() + _spent(server)
        act()
        found.append(time.process_time() + _spent(server) - before)
    return sorted(found)[TIMES // 2]


def _spent(pid: int) -> float:
    """Seconds of CPU of a process, by the kernel's nanoseconds of its schedule."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
