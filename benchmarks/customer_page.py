"""Claims: a customer's page with 50 items; p95 of one client and of eight, the busiest, its queries, and how it grows."""

from __future__ import annotations

import os
import subprocess
import sys

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import fill
from benchmarks.rows import BUSY
from benchmarks.world import Figure, Request, World, ask, cookie, cpu_told, percentile, served, told

ROUNDS = 3
TIMES = {"small": 60, "default": 200, "full": 300}


def measure(world: World) -> list[Figure]:
    """Pages by HTTP from granian as `mutuals run` starts it, with a signed-in session."""
    n = TIMES[world.scale]
    head = (("Cookie", cookie(world.viewer())),)
    with served(world, "web") as web:
        ask(web.port, _pages(world.full_pages(20), head))
        notes: list[str] = []
        with cpu_told(world, web, n, notes):
            one = ask(web.port, _pages(world.full_pages(n), head))
        eight = ask(web.port, _pages(world.full_pages(n), head), clients=8)
        busy = ask(web.port, _pages([1 + k % BUSY for k in range(n // 2)], head))
    for answers in (one, eight, busy):
        assert set(answers.statuses) == {200}, answers.statuses
    figures = [
        Figure(
            "customer page, one client, p95",
            percentile(one.times, 0.95),
            "ms",
            "<= 40",
            f"{told(one.times)}; {notes[0]}",
        ),
        Figure("customer page, eight clients, p95", percentile(eight.times, 0.95), "ms", "<= 180", told(eight.times)),
        Figure("customer page, busiest customers, p95", percentile(busy.times, 0.95), "ms", "<= 60", told(busy.times)),
        _queries(world),
    ]
    return [*figures, _growth(world)] if world.scale == "full" and _is_filled("default") else figures


def _pages(people: list[int], head: tuple[tuple[str, str], ...]) -> list[Request]:
    return [Request(f"/customers/{person}/", head) for person in people]


def _queries(world: World) -> Figure:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(world.viewer())
    most = 0
    for person in (1, *world.full_pages(10)):
        client.get(f"/customers/{person}/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/customers/{person}/").status_code == 200
        most = max(most, len(asked))
    return Figure("customer page, statements, most", most, "", "<= 12", "session and user among them")


def _is_filled(scale: str) -> bool:
    return (fill.folder(scale) / "filled.json").exists()


def _growth(world: World) -> Figure:
    """Median of the page here and at the default size, in turns, so that both have the same neighbours."""
    fill.prepare("default")
    medians: dict[str, list[float]] = {"default": [], "full": []}
    for _ in range(ROUNDS):
        for scale, found in medians.items():
            environ = {**os.environ, "MUTUALS_STATE": str(fill.folder(scale)), "MUTUALS_BENCH_SCALE": scale}
            command = [sys.executable, "-m", "benchmarks.customer_page_once"]
            ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
            found.append(float(ran.stdout.split()[0]))
    small, large = min(medians["default"]), min(medians["full"])
    note = f"best medians of {ROUNDS} turns: {small:.1f} ms and {large:.1f} ms"
    return Figure("customer page, full size : default size", large / small, "times", "<= 1.3", note)
