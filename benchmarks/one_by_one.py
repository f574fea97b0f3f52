"""Claim: one message a request over the API, eight clients, >= 250/s, until they stand in the history."""

from __future__ import annotations

import json
import time

from benchmarks.bulk_flow import laid_out
from benchmarks.world import Figure, Request, World, ask, percentile, served, stamp, told
from mutuals import flow
from mutuals.capture.models import RawEvent
from mutuals.staff import tokens

N = {"small": 400, "default": 1500, "full": 1500}


def measure(world: World) -> list[Figure]:
    """POST /api/v1/interactions, one event each, a token, kept before the answer; then with the worker beside it."""
    n = N[world.scale]
    _, key = tokens.make(world.viewer("admin"), name="Bench", scopes=["ingest"], now=stamp())
    with laid_out(1) as (source,):
        with served(world, "web") as web:
            ask(web.port, _posts(world, source.pk, key, "warm", 40), clients=8)
            kept = ask(web.port, _posts(world, source.pk, key, "kept", n), clients=8)
        flow.run(source.pk)
        with served(world, "web", "worker") as web:
            ask(web.port, _posts(world, source.pk, key, "warm again", 40), clients=8)
            start = time.perf_counter()
            through = ask(web.port, _posts(world, source.pk, key, "through", n), clients=8)
            left = RawEvent.objects.filter(source=source, state="received")
            while left.exists() and time.perf_counter() < start + 300:
                time.sleep(0.05)
            seconds = time.perf_counter() - start
        assert not left.exists(), "the worker did not come after"
    for answers in (kept, through):
        assert set(answers.statuses) == {202}, (answers.statuses, answers.body[:300])
    note = f"{n:,} requests, p95 {percentile(kept.times, 0.95):.0f} ms, {told(kept.times)}"
    return [
        Figure("one by one over the API, eight clients", n / kept.seconds, "/s", ">= 250", note),
        Figure(
            "the same, until the worker has them in the inbox",
            n / seconds,
            "/s",
            "",
            "web and worker on the same cores",
        ),
    ]


def _posts(world: World, source_id: int, key: str, name: str, n: int) -> list[Request]:
    head = (("Authorization", f"Bearer {key}"), ("Content-Type", "application/json"))
    posts = []
    for number in range(n):
        who = world.chance.randint(1, world.people)
        event = {
            "type": "create", "id": f"{name}{number}", "kind": "post", "at": stamp(number).isoformat(), "public": True,
            "text": world.words.texts[number],
            "author": {"network": "mastodon", "id": f"https://town.example/u/{who}", "name": f"@u{who}@town.example"},
        }  # fmt: skip
        body = json.dumps({"source_id": source_id, "events": [event]}).encode()
        posts.append(Request("/api/v1/interactions", head, "POST", body))
    return posts
