"""What every measurement needs: the figures' shape, the filled database, percentiles, CPU times, servers and clients."""

from __future__ import annotations

import asyncio
import os
import random
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from benchmarks.figure import Figure as Figure  # read from here by every measurement
from benchmarks.rows import SEED, Words
from mutuals.config.children import WEB_PROCESSES, WEB_THREADS, Child, parts
from mutuals.people.models import Person
from mutuals.staff.models import User

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class World:
    """One filled database, and this process pointed at it."""

    scale: str
    people: int
    interactions: int
    state: Path
    chance: random.Random = field(default_factory=lambda: random.Random(SEED + 1))
    _words: Words | None = None

    @property
    def words(self) -> Words:
        """The words that were filled in, by rank."""
        if self._words is None:
            self._words = Words(random.Random(SEED))
        return self._words

    def viewer(self, role: str = "staff") -> User:
        """The one user of a role."""
        return User.objects.get(role=role)

    def full_pages(self, n: int) -> list[int]:
        """People at random whose timeline fills a page of fifty, without the busiest."""
        full = Person.objects.filter(interaction_count__gt=50, pk__gt=100).order_by("pk").values_list("pk", flat=True)
        return self.chance.choices(list(full[:50_000]), k=n)

    def some_people(self, n: int) -> list[int]:
        """People at random, without the busiest."""
        return [self.chance.randint(101, self.people) for _ in range(n)]


def percentile(times: Sequence[float], share: float) -> float:
    """Nearest rank; in the unit that was given."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(acts: Sequence[Callable[[], Any]], *, warm: int = 3) -> list[float]:
    """Milliseconds of each act, one after the other, the first `warm` of them done once before."""
    for act in acts[:warm]:
        act()
    times = []
    for act in acts:
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return times


def told(times: Sequence[float]) -> str:
    """Median and count, for a note."""
    return f"median {percentile(times, 0.5):.1f}, n={len(times)}"


class Effort:
    """Wall and CPU seconds of a piece of work: this process and its one database backend."""

    def __enter__(self) -> Effort:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._backend = int(cursor.fetchone()[0])
        self._start = (time.perf_counter(), time.process_time(), cpu_of(self._backend))
        return self

    def __exit__(self, *_: object) -> None:
        wall, own, backend = self._start
        self.wall = time.perf_counter() - wall
        self.python = time.process_time() - own
        self.database = cpu_of(self._backend) - backend

    def per(self, n: int) -> str:
        """CPU time an item, in words."""
        return f"CPU an item: Python {self.python / n * 1e6:.0f} us + database {self.database / n * 1e6:.0f} us"


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


def below(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _spent(root: int) -> dict[int, float]:
    """CPU seconds of a process and each that descends from it; those that end meanwhile are left out."""
    found: dict[int, float] = {}
    for pid in below(root):
        with suppress(OSError):
            found[pid] = cpu_of(pid)
    return found


@contextmanager
def cpu_told(world: World, web: Served, n: int, notes: list[str]) -> Iterator[None]:
    """Adds to `notes` the CPU milliseconds that each of `n` requests cost the web and the database: free of neighbours."""
    postmaster = int((world.state / "postgres/data/postmaster.pid").read_text().split()[0])
    roots = {"web": web.pids["web"], "database": postmaster}
    start = {name: _spent(root) for name, root in roots.items()}
    yield
    told = []
    for name, root in roots.items():
        spent = sum(cpu - start[name].get(pid, 0.0) for pid, cpu in _spent(root).items())
        told.append(f"{name} {spent * 1000 / n:.1f} ms")
    notes.append(f"CPU a request: {' + '.join(told)}")


def execution_ms(sql: str, parameters: Sequence[Any]) -> float:
    """Milliseconds that PostgreSQL itself needs for a statement, planning included, by EXPLAIN ANALYZE without clocks."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) {sql}", list(parameters))
        text = "\n".join(str(row[0]) for row in cursor.fetchall())
    return sum(float(ms) for ms in re.findall(r"(?:Planning|Execution) Time: ([\d.]+) ms", text))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@dataclass(frozen=True)
class Served:
    """Running parts of the product, on two ports."""

    port: int
    events_port: int
    pids: dict[str, int]


@contextmanager
def served(world: World, *names: str, workers: int = WEB_PROCESSES, threads: int = WEB_THREADS) -> Iterator[Served]:
    """Parts of the product as `mutuals run` starts them, on this world's database, ended afterwards."""
    port, events_port = free_port(), free_port()
    environ = {
        **os.environ,
        "MUTUALS_URL": f"http://127.0.0.1:{port}",
        "MUTUALS_EVENTS_URL": f"http://127.0.0.1:{events_port}",
        "DJANGO_SETTINGS_MODULE": "mutuals.config.settings",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
    }
    chosen = parts(host="127.0.0.1", port=port, events_port=events_port, workers=workers, threads=threads)
    children = [Child(part, environ) for part in chosen if part.name in names]
    try:
        for child in children:
            child.start()
        for child in children:
            if child.part.name in ("web", "events"):
                wait_for(port if child.part.name == "web" else events_port)
        pids = {child.part.name: child.process.pid for child in children if child.process}
        yield Served(port, events_port, pids)
    finally:
        for child in reversed(children):
            child.stop(10.0)


def wait_for(port: int, patience: float = 60.0) -> None:
    """Wait until something answers HTTP on a port; TimeoutError where nothing does."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as asked:
                asked.sendall(b"HEAD / HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if asked.recv(5) == b"HTTP/":
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"nothing answers on port {port}")


def cookie(user: User) -> str:
    """A Cookie header of a fresh session of a user."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"sessionid={store.session_key}"


@dataclass(frozen=True)
class Request:
    """One request, ready to be sent."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes = b""

    def raw(self) -> bytes:
        """The bytes on the wire, for a connection that stays open."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in self.headers), "", ""]).encode() + self.body


@dataclass
class Answers:
    """What a run of requests brought: milliseconds each, statuses, the last body, and the seconds of it all."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


def ask(port: int, requests: Sequence[Request], *, clients: int = 1) -> Answers:
    """Send requests over `clients` connections at once, each of them one after the other on its own."""
    answers = Answers()
    start = time.perf_counter()
    asyncio.run(_ask(port, requests, clients, answers))
    answers.seconds = time.perf_counter() - start
    return answers


async def _ask(port: int, requests: Sequence[Request], clients: int, answers: Answers) -> None:
    waiting = iter(requests)
    await asyncio.gather(*(_client(port, waiting, answers) for _ in range(clients)))


async def _client(port: int, waiting: Iterator[Request], answers: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        start = time.perf_counter()
        writer.write(request.raw())
        status, answers.body = await _answer(reader)
        answers.times.append((time.perf_counter() - start) * 1000)
        answers.statuses[status] = answers.statuses.get(status, 0) + 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    status = int(lines[0].split()[1])
    if "content-length" in headers:
        return status, await reader.readexactly(int(headers["content-length"]))
    body = b""
    while headers.get("transfer-encoding") == "chunked":
        size = int((await reader.readline()).strip() or b"0", 16)
        body += await reader.readexactly(size)
        await reader.readline()
        if size == 0:
            break
    return status, body


def stamp(n: int = 0) -> datetime:
    """Now, a number of milliseconds later, so that messages of one run have an order."""
    return datetime.fromtimestamp(time.time() + n / 1000, UTC)
