"""Claims: name look-up exact, prefix and substring p95 <= 60 ms with one client, <= 250 ms with eight; fuzzy <= 400 ms."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from benchmarks.world import Figure, Request, World, ask, cookie, percentile, served, timed, told
from mutuals.base.filters import from_query
from mutuals.people import queries
from mutuals.people.models import Person

N = {"small": 30, "default": 60, "full": 100}


def measure(world: World) -> list[Figure]:
    """As an act, then by the API with one client and with eight; names of people who are there."""
    viewer, n = world.viewer(), N[world.scale]
    asked = _asked(world, n)
    figures = []
    for kind, names in asked.items():
        times = timed([lambda name=name: queries.find_by_name(viewer, name) for name in names])
        bound = "<= 400" if kind == "fuzzy" else "<= 60"
        figures.append(Figure(f"name look-up, {kind}, p95", percentile(times, 0.95), "ms", bound, told(times)))
    head = (("Cookie", cookie(viewer)),)
    easy = [name for kind, names in asked.items() if kind != "fuzzy" for name in names]
    requests = [Request(f"/api/v1/people/named?q={quote(name)}", head) for name in easy]
    with served(world, "web") as web:
        ask(web.port, requests[:10])
        one, eight = ask(web.port, requests), ask(web.port, requests, clients=8)
    if set(one.statuses) == {200}:
        figures.append(
            Figure(
                "name look-up by the API, one client, p95", percentile(one.times, 0.95), "ms", "<= 60", told(one.times)
            )
        )
        figures.append(
            Figure(
                "name look-up by the API, eight clients, p95",
                percentile(eight.times, 0.95),
                "ms",
                "<= 250",
                told(eight.times),
            )
        )
    else:
        raise AssertionError(f"{one.statuses}: {one.body[:300]!r}")
    return [*figures, *_lists(world)]


def _asked(world: World, n: int) -> dict[str, list[str]]:
    names = list(Person.objects.filter(pk__in=world.some_people(n)).values_list("name", flat=True))
    return {
        "exact": names,
        "prefix": [name[: len(name) - 3] for name in names],
        "substring": [name.split()[1][1:6] for name in names],
        "fuzzy": [name.replace("a", "e", 1)[:-1] + "q" for name in names],
    }


def _lists(world: World) -> list[Figure]:
    """The list of customers by every sort, and with filters, first page and count."""
    viewer, zone, now = world.viewer(), ZoneInfo("UTC"), datetime(2026, 11, 21, tzinfo=UTC)
    slowest: dict[str, list[float]] = {}
    for test in ("", "city:is:Porto", "tags:has:vip", "last:after:2026-11-01", "contacts:over:20"):
        where = from_query([test] if test else [])
        for sort in queries.SORTS:
            slowest[f"{sort} {test}".strip()] = timed(
                [lambda s=sort, w=where: queries.list_people(viewer, where=w, sort=s, zone=zone, now=now)] * 8
            )
    worst = max(slowest, key=lambda key: percentile(slowest[key], 0.95))
    note = f"slowest of {len(slowest)} sorts and filters: {worst}; {told(slowest[worst])}"
    return [Figure("list of customers, p95", percentile(slowest[worst], 0.95), "ms", "", note)]
