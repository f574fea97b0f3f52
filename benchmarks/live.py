"""Claim: a live message is on the inbox screen within 1 s of its arrival."""

from __future__ import annotations

import json
import socket
import time

from benchmarks.bulk_flow import laid_out
from benchmarks.world import Figure, Request, World, ask, cookie, percentile, served, stamp, told
from mutuals.channels.models import Source
from mutuals.channels.secrets import Vault
from mutuals.connectors.webhook.verify import sign

TIMES = 12
SECRET = "a long secret of the benchmark"


def measure(world: World) -> list[Figure]:
    """Signed deliveries to a hook; the clock stops when the list that the event makes a screen fetch shows the words."""
    cookies = cookie(world.viewer("lead"))
    Source.objects.exclude(connector="webhook").update(state="paused")  # nobody out there answers for them
    with laid_out(1) as (source,):
        Vault(source.pk).store({"secret": SECRET})
        with served(world, "web", "events", "worker", "scheduler") as parts:
            head = (("Cookie", cookies),)
            ask(parts.port, [Request("/inbox/rows/", head)] * 3)
            time.sleep(3.0)  # the worker listens
            with socket.create_connection(("127.0.0.1", parts.events_port), timeout=30) as screen:
                screen.sendall(f"GET /events/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
                _until(screen, b": listening")
                _arrives(parts.port, screen, source.pk, head, "warm")
                times = [_arrives(parts.port, screen, source.pk, head, f"number{k}") for k in range(TIMES)]
    note = f"hook, worker, event, fetched rows; {told(times)}"
    return [
        Figure("live message on the inbox screen, slowest", max(times), "ms", "<= 1000", note),
        Figure("live message on the inbox screen, median", percentile(times, 0.5), "ms", "", ""),
    ]


def _arrives(port: int, screen: socket.socket, source_id: int, head: tuple[tuple[str, str], ...], name: str) -> float:
    words = f"Live words {name} {time.time_ns()}"
    event = {
        "type": "create", "id": words, "kind": "post", "at": stamp().isoformat(), "text": words, "public": True,
        "author": {"network": "mastodon", "id": "https://town.example/u/7", "name": "@u7@town.example"},
    }  # fmt: skip
    body = json.dumps(event).encode()
    signed = tuple(sign(SECRET, body, at=stamp()).items())
    start = time.perf_counter()
    told_by = ask(port, [Request(f"/hooks/{source_id}/", signed, "POST", body)])
    assert set(told_by.statuses) == {202}, told_by.body[:200]
    while time.perf_counter() < start + 30:
        _until(screen, b"data: ")
        if words.encode() in ask(port, [Request("/inbox/rows/?tab=all", head)]).body:
            return (time.perf_counter() - start) * 1000
    raise TimeoutError(f"{words} did not reach the screen")


def _until(screen: socket.socket, mark: bytes) -> bytes:
    """Read on until a mark has come; TimeoutError after 30 s of silence."""
    heard = b""
    while mark not in heard:
        part = screen.recv(65536)
        if not part:
            raise ConnectionError("the events ended")
        heard += part
    return heard
