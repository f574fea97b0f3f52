"""How ideas are called by their text keys; those that were merged are one."""

from __future__ import annotations

from collections.abc import Collection

from mutuals.communities import queries
from mutuals.staff.named import Named


def _alike(ids: Collection[int]) -> dict[int, list[int]]:
    now = queries.roots(ids)
    every = queries.tree(*set(now.values()))
    groups: dict[int, list[int]] = {root: [root] for root in now.values()}
    for one, root in queries.roots(every).items():
        if one != root:
            groups[root].append(one)
    return {one: groups[root] for one, root in now.items()}


NAMED = (Named("idea", "Idea", "/ideas/{}/", queries.visible_to, alike=_alike),)
