"""Claim: store path >= 5,000/s and whole flow >= 2,000/s, in bulk, on a filled database.

Batches of one source are opened one after the other, of several sources beside each other. The claim does not say how many
sources there are, so both are measured against it: two sources in two processes on the two cores, and one source alone.
What comes is kept while what came before is opened, as in the product, where a hook or a draw keeps and a job opens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from benchmarks.world import Effort, Figure, World, stamp
from mutuals import flow
from mutuals.capture import intake, receive
from mutuals.capture.models import RawEvent
from mutuals.channels.models import Source
from mutuals.connectors.contract import Raw
from mutuals.conversations.arrived import Placed
from mutuals.conversations.models import Conversation
from mutuals.history import keep

BATCH = 1000
LAST = {"small": 5_000, "default": 30_000, "full": 200_000}
SIDE_BY_SIDE = 2
STORE, EVENTS, STATUSES = "store path", "whole flow: webhook events", "whole flow: Mastodon statuses"
WHAT = {
    STORE: (">= 5000", "claim, parse, Interaction with its indexes, marked"),
    EVENTS: (
        ">= 2000",
        "kept, opened, threaded, counted, in the inbox; a tenth of the authors new, two fifths replies",
    ),
    STATUSES: (">= 2000", "the same of Mastodon's JSON with its markup"),
}


def measure(world: World) -> list[Figure]:
    """Each on new rows at the end of the table, which are taken out again: side by side, then one source alone."""
    figures = []
    for name, (asked, what) in WHAT.items():
        many = LAST[world.scale] // (4 if name is STATUSES else 1)
        for sources in (SIDE_BY_SIDE, 1):
            with laid_out(sources) as taps:
                told = _side_by_side(name, taps, many // sources)
            rows, wall = sum(one.rows for one in told), max(one.end for one in told) - min(one.start for one in told)
            cpu = [sum(spent) / rows * 1e6 for spent in zip(*[(one.python, one.database) for one in told], strict=True)]
            effort = f"CPU an item: Python {cpu[0]:.0f} us + database {cpu[1]:.0f} us"
            beside = "two sources side by side" if sources > 1 else "one source alone"
            figures.append(Figure(f"{name}, {beside}", rows / wall, "/s", asked, f"{what}; {rows:,} rows; {effort}"))
    return figures


@dataclass(frozen=True)
class Told:
    """What one process did: seconds of the clock at its start and end, CPU seconds."""

    rows: int
    start: float
    end: float
    python: float
    database: float


def _side_by_side(name: str, sources: Sequence[Source], n: int) -> list[Told]:
    """One process a source, all let go at once when each has prepared what it will carry."""
    command = [sys.executable, "-m", "benchmarks.bulk_once", name, str(n)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": dict(os.environ)}
    children = [subprocess.Popen([*command, str(source.pk)], **pipes) for source in sources]
    for child in children:
        assert child.stdout.readline().strip() == "ready", "a process could not prepare its rows"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    return [Told(**json.loads(child.communicate()[0])) for child in children]


def carry(world: World, name: str, source: Source, n: int, wait: Any) -> Told:
    """Carry `n` rows of one source; `wait` is called between preparing and carrying."""
    if name == STORE:
        effort = _store(world, source, n, wait)
    else:
        shape = _event if name == EVENTS else _status
        kind = source if name == EVENTS else _as(source, "mastodon")
        raws = list(_raws(world, shape, n, f"{source.pk}."))
        wait()
        effort = _whole(kind, raws)
    end = time.time()
    return Told(n, end - effort.wall, end, effort.python, effort.database)


class laid_out:
    """Sources of the generic webhook; all that they brought in goes with them."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> list[Source]:
        self.sources = []
        for _ in range(self.count):
            sample = Source.objects.get(pk=4)
            sample.pk, sample.name, sample.team_id = None, f"Bench {time.time_ns()}", 1
            sample.save(force_insert=True)
            self.sources.append(sample)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bench_heard AS SELECT id, interaction_count, last_at FROM people_person")
            cursor.execute("SELECT coalesce(max(id), 0) FROM people_profile")
            self.profile = int(cursor.fetchone()[0])
            cursor.execute("SELECT coalesce(max(id), 0) FROM history_interaction")
            self.interaction = int(cursor.fetchone()[0])
        return self.sources

    def __exit__(self, *_: object) -> None:
        numbers = [source.pk for source in self.sources]
        with transaction.atomic(), connection.cursor() as cursor:
            own = "IN (SELECT id FROM conversations_conversation WHERE source_id = ANY(%s))"
            for sql, value in (
                ("DELETE FROM history_interaction WHERE source_id = ANY(%s) AND id > %s", [numbers, self.interaction]),
                (f"DELETE FROM inbox_turn WHERE conversation_id {own}", [numbers]),
                (f"DELETE FROM conversations_anchor WHERE conversation_id {own}", [numbers]),
                ("DELETE FROM conversations_conversation WHERE source_id = ANY(%s)", [numbers]),
                ("DELETE FROM people_profile WHERE id > %s", [self.profile]),
                ("DELETE FROM capture_rawevent WHERE source_id = ANY(%s)", [numbers]),
                ("DELETE FROM capture_pace WHERE source_id = ANY(%s)", [numbers]),
                ("DELETE FROM insights_passage WHERE source_id = ANY(%s)", [numbers]),
                ("DELETE FROM channels_credential WHERE source_id = ANY(%s)", [numbers]),
                ("DELETE FROM procrastinate_jobs WHERE args->>'source_id' = ANY(%s)", [[str(one) for one in numbers]]),
                ("DELETE FROM channels_source WHERE id = ANY(%s)", [numbers]),
            ):
                cursor.execute(sql, value)
            cursor.execute(
                "UPDATE people_person p SET interaction_count = h.interaction_count, last_at = h.last_at FROM bench_heard h"
                " WHERE p.id = h.id AND (p.interaction_count, p.last_at) IS DISTINCT FROM (h.interaction_count, h.last_at)"
            )
            cursor.execute(
                "UPDATE people_heard p SET last_at = h.last_at FROM bench_heard h"
                " WHERE p.person_id = h.id AND p.last_at IS DISTINCT FROM h.last_at"
            )
            cursor.execute("DROP TABLE bench_heard")
        with connection.cursor() as cursor:
            for table in (
                "history_interaction",
                "inbox_turn",
                "conversations_conversation",
                "people_person",
                "capture_rawevent",
            ):
                cursor.execute(f"VACUUM {table}")


def _as(source: Source, connector: str) -> Source:
    Source.objects.filter(pk=source.pk).update(connector=connector)
    return Source.objects.get(pk=source.pk)


def _store(world: World, source: Source, n: int, wait: Any) -> Effort:
    """Raws that were kept become rows of the history; conversations and profiles are there already."""
    for batch in _batches(list(_raws(world, _event, n, f"{source.pk}.")), BATCH):
        receive.keep(source, batch, cursor=None, now=stamp())
    conversations = list(
        Conversation.objects.bulk_create(
            Conversation(source=source, key=f"bench {number}", network="mastodon", is_public=True)
            for number in range(n // 3)
        )
    )
    profiles = world.some_people(n)
    place = 0
    wait()
    with Effort() as effort:
        while True:
            with transaction.atomic():
                raws = intake.claim(source.pk)
                arrived = intake.open(raws)
                placed = []
                for one in arrived:
                    placed.append(
                        Placed(one, profiles[place], conversations[place % len(conversations)].pk, None, False)
                    )
                    place += 1
                keep.interactions(placed)
                is_all = intake.is_all(raws)
                intake.done(raws)
            if is_all:
                break
    assert place == n, f"{place} of {n} rows were stored"
    return effort


def _whole(source: Source, raws: Sequence[Raw]) -> Effort:
    """One thread keeps what comes, as hooks and draws do, and another opens it, as the worker's job does."""
    before = RawEvent.objects.filter(source=source, state="done").count()
    told: list[Effort] = []
    door = threading.Thread(target=_keep, args=(source, raws, told))
    opened = 0
    with Effort() as effort:
        door.start()
        while opened < len(raws) and (
            door.is_alive() or RawEvent.objects.filter(source=source, state="received").exists()
        ):
            found = flow.run(source.pk)
            opened += found
            time.sleep(0 if found else 0.002)
        door.join()
    effort.database += sum(one.database for one in told)
    done = RawEvent.objects.filter(source=source, state="done").count() - before
    assert done == len(raws), f"{done} of {len(raws)} went through"
    return effort


def _keep(source: Source, raws: Sequence[Raw], told: list[Effort]) -> None:
    """All raws by a connection of this thread; what it cost the database is told in the end."""
    try:
        with Effort() as effort:
            for batch in _batches(raws, BATCH):
                receive.keep(source, batch, cursor=None, now=stamp())
        told.append(effort)
    finally:
        connection.close()


def _batches(raws: Sequence[Raw], size: int) -> Iterator[Sequence[Raw]]:
    for start in range(0, len(raws), size):
        yield raws[start : start + size]


def _raws(world: World, shape: object, n: int, name: str) -> Iterator[Raw]:
    texts, chance = world.words.texts, world.chance
    for number in range(n):
        stranger = number % 10 == 0
        who = f"new{name}{number}" if stranger else str(chance.randint(1, world.people))
        parent = f"{name}{number - chance.randint(1, min(50, number))}" if number % 5 in (1, 3) else ""
        told = shape(f"{name}{number}", who, texts[chance.randrange(len(texts))], parent, stamp(number).isoformat())  # type: ignore[operator]
        yield Raw(key=f"{name}{number}", body=json.dumps(told).encode())


def _event(key: str, who: str, text: str, parent: str, at: str) -> dict[str, object]:
    """One event of the generic webhook."""
    return {
        "type": "create", "id": key, "kind": "reply" if parent else "post", "at": at, "text": text, "public": True,
        "reply_to": parent,
        "author": {
            "network": "mastodon", "id": f"https://town.example/u/{who}", "name": f"@u{who}@town.example", "shown": f"U {who}",
        },
    }  # fmt: skip


def _status(key: str, who: str, text: str, parent: str, at: str) -> dict[str, object]:
    """One status as Mastodon's API tells it, wrapped as `fetch` wraps it."""
    account = {
        "id": who, "username": f"u{who}", "acct": f"u{who}@town.example", "display_name": f"U {who}", "bot": False,
        "url": f"https://town.example/u/{who}", "uri": f"https://town.example/u/{who}", "note": "", "fields": [],
        "avatar_static": f"https://town.example/a/{who}.png", "created_at": at, "followers_count": 12, "locked": False,
    }  # fmt: skip
    status = {
        "id": key, "uri": f"https://town.example/s/{key}", "url": f"https://town.example/s/{key}", "created_at": at,
        "edited_at": None, "visibility": "public", "language": "en", "spoiler_text": "", "sensitive": False,
        "in_reply_to_id": "1" if parent else None, "in_reply_to_account_id": None, "reblog": None, "poll": None, "tags": [],
        "content": f'<p>{text} <a href="https://town.example/x" rel="nofollow">town.example/x</a></p>', "emojis": [],
        "account": account, "mentions": [], "media_attachments": [], "favourites_count": 0, "reblogs_count": 0,
    }  # fmt: skip
    above = f"https://town.example/s/{parent}" if parent else ""
    return {"item": status, "parent": above, "root": above, "actors": {}}
