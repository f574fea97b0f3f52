"""Claims: a second `mutuals run` shows its first page within 8 s; web + worker + events hold <= 400 MiB together (PSS)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.db import connections

from benchmarks.world import Figure, Request, World, ask, cookie, free_port, wait_for
from mutuals import embedded

PARTS = {"web": "mutuals.config.wsgi", "events": "mutuals.config.events", "worker": "worker", "scheduler": "scheduler"}


def measure(world: World) -> list[Figure]:
    """From a stopped database, with the filled tables; memory after pages of every kind have been shown."""
    head = (("Cookie", cookie(world.viewer())),)
    pages = ["/", "/inbox/?tab=all", "/customers/", *(f"/customers/{person}/" for person in world.some_people(60))]
    connections.close_all()
    _once(world, [], head)
    embedded.stop(world.state, environ={})
    seconds, held = _once(world, pages, head)
    embedded.ensure_up(world.state, environ={})
    three = held["web"] + held["worker"] + held["events"]
    note = ", ".join(f"{name} {value:.0f}" for name, value in held.items())
    return [
        Figure("second start until the first page", seconds, "s", "<= 8", "database start included"),
        Figure("web + worker + events, PSS", three, "MiB", "<= 400", note),
    ]


def _once(world: World, pages: list[str], head: tuple[tuple[str, str], ...]) -> tuple[float, dict[str, float]]:
    """One `mutuals run`: seconds until a page, and MiB of each part once all pages were asked for."""
    port = free_port()
    command = [sys.executable, "-m", "mutuals", "run", "--empty", "--port", str(port)]
    environ = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    start = time.perf_counter()
    running = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        seconds = time.perf_counter() - start
        if not pages:
            return seconds, {}
        until = time.monotonic() + 60
        while len(_of(running.pid)) < len(PARTS) and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(6.0)  # until all of them have loaded what they need
        answers = ask(port, [Request(page, head) for page in pages], clients=4)
        assert set(answers.statuses) == {200}, answers.statuses
        return seconds, {name: sum(map(_pss, pids)) for name, pids in _of(running.pid).items()}
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def _of(supervisor: int) -> dict[str, list[int]]:
    """The processes of each part, its own children among them, in the order of PARTS."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: dict[str, list[int]] = {}
    for pid in below.get(supervisor, []):
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        for name, word in PARTS.items():
            if word in line:
                found[name] = [pid, *_all_below(pid, below)]
                break
    return {name: found[name] for name in PARTS if name in found}


def _all_below(pid: int, below: dict[int, list[int]]) -> list[int]:
    return [one for child in below.get(pid, []) for one in (child, *_all_below(child, below))]


def _pss(pid: int) -> float:
    """Proportional set size in MiB: pages that several processes share count in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
