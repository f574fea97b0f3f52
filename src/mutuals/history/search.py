"""Finding words in the history: rare words by the index of words, common ones by walking newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from mutuals.base.patience import TooSlow, within
from mutuals.history.models import Interaction
from mutuals.history.queries import ALL, Place, Walk, Wanted

COMMON = 30_000
"""Expected hits from which walking newest first is cheaper than any index of words."""
FEW = 400
"""Expected hits up to which all of them are fetched and sorted; between the two, only those of the newest days."""
TOO_SLOW = "This search takes too long. Narrow it: add another word, a rare one if you can."
COUNTING = 0.7  # seconds after which a count says "more than"
WIDER = 8  # times as long is the next span of time, when the last one held too few

_WORDS = "to_tsvector('simple'::regconfig, COALESCE(i.subject, '') || ' ' || COALESCE(i.text, ''))"


@dataclass(frozen=True, slots=True)
class Hit:
    """How often something was found: exact up to `most`, then "more than"."""

    count: int
    is_exact: bool


def find(
    text: str, *, wanted: Wanted = ALL, after: Place | None = None, limit: int = 20, patience: float | None = None
) -> Walk:
    """The newest interactions that hold all words of `text` (quotes for phrases, - to leave out), newest first.

    Chooses between two plans by the planner's own estimate of the number of hits. An empty text finds nothing.
    TooSlow: not done within `patience` seconds (None: as the installation says), as with a common word and a filter or a
    left-out word that leaves hardly anything of it.
    """
    text = _asked(text)
    if not text:
        return Walk()
    where, values = wanted.where()
    past = " AND (i.occurred_at, i.id) < (%s, %s)" if after else ""
    condition = f"{_WORDS} @@ websearch_to_tsquery('simple', %s){where}{past}"
    parameters = [text, *values, *(after or ())]
    expected = _expected(f"{_WORDS} @@ websearch_to_tsquery('simple', %s)", [text])
    with within(patience, TOO_SLOW), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        if expected > COMMON:
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            ids = _newest(cursor, condition, parameters, limit)
        else:
            ids = _by_index(cursor, condition, parameters, limit, expected, after)
    return _rows(ids, limit)


def _by_index(
    cursor: Any, condition: str, parameters: list[Any], limit: int, expected: float, after: Place | None
) -> list[int]:
    """By the index of words; with many hits only in the newest span of time, wider and wider until it holds enough.

    The index of times (BRIN) is combined with that of words, so that no older row is fetched only to be sorted out.
    """
    share = 4 * limit / expected if expected > FEW else 1.0
    if share < 1:
        cursor.execute(
            "SELECT (SELECT occurred_at FROM history_interaction ORDER BY occurred_at DESC LIMIT 1),"
            " (SELECT occurred_at FROM history_interaction ORDER BY occurred_at LIMIT 1)"
        )
        newest, oldest = cursor.fetchone()
        newest = after[0] if after else newest
    cursor.execute("SET LOCAL enable_indexscan = off")  # not before the two ends are known: they are found by an index
    while share < 1:
        since = newest - (newest - oldest) * share
        ids = _newest(cursor, f"{condition} AND i.occurred_at >= %s", [*parameters, since], limit)
        if len(ids) > limit:
            return ids
        share *= WIDER
    return _newest(cursor, condition, parameters, limit)


def _newest(cursor: Any, condition: str, parameters: list[Any], limit: int) -> list[int]:
    sql = f"SELECT i.id FROM history_interaction i WHERE {condition} ORDER BY i.occurred_at DESC, i.id DESC LIMIT %s"  # noqa: S608
    cursor.execute(sql, [*parameters, limit + 1])
    return [int(row[0]) for row in cursor.fetchall()]


def count(text: str, *, wanted: Wanted = ALL, most: int = 10_000, found: Walk | None = None) -> Hit:
    """How many interactions hold the words; counting stops after `most`, and is not tried where far more are expected.

    `found` is the first page, where that is known: what ends on it needs no count, and what cannot be counted in time is
    "more than" what stands there.
    """
    text = _asked(text)
    if not text:
        return Hit(0, is_exact=True)
    if found is not None and found.after is None:
        return Hit(len(found.rows), is_exact=True)
    where, values = wanted.where()
    condition = f"{_WORDS} @@ websearch_to_tsquery('simple', %s){where}"
    if _expected(condition, [text, *values]) > 2 * most:
        return Hit(most, is_exact=False)
    try:
        with within(min(COUNTING, settings.PATIENCE), TOO_SLOW), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM history_interaction i WHERE {condition} LIMIT %s) t",  # noqa: S608
                [text, *values, most + 1],
            )
            n = int(cursor.fetchone()[0])
    except TooSlow:
        return Hit(len(found.rows) if found else 0, is_exact=False)
    return Hit(min(n, most), is_exact=n <= most)


def _asked(text: str) -> str:
    """What is looked for: no NUL, no half letters (a terminal may give them), at most 300 letters."""
    return text.replace("\0", " ")[:300].encode("utf-8", "replace").decode().strip()


def _expected(condition: str, values: Sequence[Any]) -> float:
    """How many rows the planner expects, without running anything."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM history_interaction i WHERE {condition}", list(values))  # noqa: S608
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return float(plan[0]["Plan"]["Plan Rows"])


def _rows(ids: list[int], limit: int) -> Walk:
    rows = Interaction.objects.filter(pk__in=ids[:limit]).select_related("profile__person__canonical", "by", "channel")
    by_id = {row.pk: row for row in rows}
    ordered = [by_id[number] for number in ids[:limit] if number in by_id]
    after = (ordered[-1].occurred_at, ordered[-1].pk) if len(ids) > limit and ordered else None
    return Walk(ordered, after)
