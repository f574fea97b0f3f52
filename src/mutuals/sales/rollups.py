"""What a person bought, counted on the person, so that lists can sort by it."""

from __future__ import annotations

from collections.abc import Iterable

from mutuals.base import bulk

_RECOUNT = """
WITH wanted AS (
    SELECT DISTINCT canonical_id AS id FROM people_person WHERE id = ANY(%s::bigint[])
), counted AS (
    SELECT w.id, count(o.id) FILTER (WHERE o.kind = 'sale') AS orders,
        coalesce(sum(o.total), 0) AS total, max(o.placed_at) FILTER (WHERE o.kind = 'sale') AS last,
        CASE count(DISTINCT o.currency) WHEN 0 THEN '' WHEN 1 THEN max(o.currency) ELSE '*' END AS currency
    FROM wanted w
    JOIN people_person member ON member.canonical_id = w.id
    LEFT JOIN people_profile f ON f.person_id = member.id
    LEFT JOIN sales_order o ON o.profile_id = f.id
    GROUP BY w.id
)
UPDATE people_person p
SET order_count = c.orders, order_total = c.total, order_currency = c.currency, last_order_at = c.last
FROM counted c
WHERE p.id = c.id AND (p.order_count, p.order_total, p.order_currency, p.last_order_at)
    IS DISTINCT FROM (c.orders, c.total, c.currency, c.last)
RETURNING p.id
"""


def recount(person_ids: Iterable[int]) -> int:
    """Count the orders of these persons anew over their whole clusters, in one statement; says how many changed.

    Orders and the last of them are sales; the total has returns and adjustments in it. Amounts of several currencies are added
    as they stand and marked "*": such a total is for sorting, not for reading.
    """
    wanted = sorted(set(person_ids))
    if not wanted:
        return 0
    return len(bulk.execute(_RECOUNT, [bulk.numbers(wanted)]))
