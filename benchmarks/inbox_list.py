"""Claim: the inbox list's p95 <= 60 ms, every tab, every role."""

from __future__ import annotations

from benchmarks.world import Figure, Request, World, ask, cookie, cpu_told, percentile, served, timed, told
from mutuals.inbox import queries

PAGES = {
    "all": "/inbox/?tab=all", "mine": "/inbox/?tab=mine", "unassigned": "/inbox/?tab=unassigned", "team": "/inbox/?tab=team",
    "closed": "/inbox/?tab=all&state=closed",
}  # fmt: skip


def measure(world: World) -> list[Figure]:
    """The list with its counts as an act, for each tab and role; then as a page."""
    figures = []
    for role in ("lead", "contractor"):
        viewer = world.viewer(role)
        times = {}
        for tab in queries.TABS:
            for state in ("open", "closed"):
                asked = queries.Asked(tab=tab, state=state)
                times[tab, state] = timed([lambda a=asked, v=viewer: (queries.turns(v, a), queries.counts(v, a))] * 15)
        worst = max(times, key=lambda key: percentile(times[key], 0.95))
        value = percentile(times[worst], 0.95)
        note = f"slowest of 8: {' '.join(worst)}; {told(times[worst])}"
        figures.append(Figure(f"inbox list and its counts, {role}, p95", value, "ms", "", note))
    with served(world, "web") as web:
        for role in ("lead", "contractor"):
            head = (("Cookie", cookie(world.viewer(role))),)
            ask(web.port, [Request(path, head) for path in PAGES.values()])
            notes: list[str] = []
            with cpu_told(world, web, 25 * len(PAGES), notes):
                pages = {name: ask(web.port, [Request(path, head)] * 25) for name, path in PAGES.items()}
            assert all(set(page.statuses) == {200} for page in pages.values())
            worst_page = max(pages, key=lambda key: percentile(pages[key].times, 0.95))
            slowest = pages[worst_page].times
            note = f"slowest tab: {worst_page}; {told(slowest)}; {notes[0]}"
            figures.append(Figure(f"inbox page, {role}, p95", percentile(slowest, 0.95), "ms", "<= 60", note))
    return figures
