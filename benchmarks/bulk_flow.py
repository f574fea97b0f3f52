"""Claim: store path >= 5,000/s and whole flow >= 2,000/s, in bulk, on a filled database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence

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
LAST = {"small": (5_000, 5_000), "default": (30_000, 30_000), "full": (200_000, 200_000)}


def measure(world: World) -> list[Figure]:
    """Both on new rows at the end of the table, which are taken out again."""
    few, many = LAST[world.scale]
    with laid_out() as source:
        stored = _store(world, source, few)
        figures = [
            _figure("store path, in bulk", few, stored, ">= 5000", "claim, parse, Interaction with its indexes, marked")
        ]
        for name, shape in (("webhook events", _event), ("Mastodon statuses", _status)):
            kind = source if shape is _event else _as(source, "mastodon")
            raws = list(_raws(world, shape, many if shape is _event else many // 4, name))
            effort = _whole(kind, raws)
            what = (
                f"kept, opened, threaded, counted, in the inbox; {name}, a tenth of the authors new, two fifths replies"
            )
            figures.append(_figure(f"whole flow, in bulk: {name}", len(raws), effort, ">= 2000", what))
    return figures


def _figure(name: str, n: int, effort: Effort, asked: str, what: str) -> Figure:
    return Figure(name, n / effort.wall, "/s", asked, f"{what}; {n:,} rows; {effort.per(n)}")


class laid_out:
    """A source of the generic webhook; all that it brought in goes with it."""

    def __enter__(self) -> Source:
        sample = Source.objects.get(pk=4)
        sample.pk, sample.name, sample.team_id = None, f"Bench {time.time_ns()}", 1
        sample.save(force_insert=True)
        self.source = sample
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM people_profile")
            self.profile = int(cursor.fetchone()[0])
            cursor.execute("SELECT coalesce(max(id), 0) FROM history_interaction")
            self.interaction = int(cursor.fetchone()[0])
        return sample

    def __exit__(self, *_: object) -> None:
        number = self.source.pk
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_person p SET interaction_count = p.interaction_count - g.n FROM (SELECT o.canonical_id, count(*)"
                " AS n FROM history_interaction i JOIN people_profile f ON f.id = i.profile_id JOIN people_person o ON"
                " o.id = f.person_id WHERE i.id > %s AND i.source_id = %s GROUP BY 1) g WHERE p.id = g.canonical_id",
                [self.interaction, number],
            )
            own = "IN (SELECT id FROM conversations_conversation WHERE source_id = %s)"
            for sql, value in (
                ("DELETE FROM history_interaction WHERE source_id = %s AND id > %s", [number, self.interaction]),
                (f"DELETE FROM inbox_turn WHERE conversation_id {own}", [number]),
                (f"DELETE FROM conversations_anchor WHERE conversation_id {own}", [number]),
                ("DELETE FROM conversations_conversation WHERE source_id = %s", [number]),
                ("DELETE FROM people_profile WHERE id > %s", [self.profile]),
                ("DELETE FROM capture_rawevent WHERE source_id = %s", [number]),
                ("DELETE FROM channels_credential WHERE source_id = %s", [number]),
                ("DELETE FROM procrastinate_jobs WHERE args->>'source_id' = %s", [str(number)]),
                ("DELETE FROM channels_source WHERE id = %s", [number]),
            ):
                cursor.execute(sql, value)
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


def _store(world: World, source: Source, n: int) -> Effort:
    """Raws that were kept become rows of the history; conversations and profiles are there already."""
    for batch in _batches(list(_raws(world, _event, n, "store")), BATCH):
        receive.keep(source, batch, cursor=None, now=stamp())
    conversations = list(
        Conversation.objects.bulk_create(
            Conversation(source=source, key=f"bench {number}", network="mastodon", is_public=True)
            for number in range(n // 3)
        )
    )
    profiles = world.some_people(n)
    place = 0
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
                intake.done(raws)
            if len(raws) < intake.BATCH:
                break
    assert place == n, f"{place} of {n} rows were stored"
    return effort


def _whole(source: Source, raws: Sequence[Raw]) -> Effort:
    before = RawEvent.objects.filter(source=source, state="done").count()
    with Effort() as effort:
        for batch in _batches(raws, BATCH):
            receive.keep(source, batch, cursor=None, now=stamp())
            flow.run(source.pk)
    done = RawEvent.objects.filter(source=source, state="done").count() - before
    assert done == len(raws), f"{done} of {len(raws)} went through"
    return effort


def _batches(raws: Sequence[Raw], size: int) -> Iterator[Sequence[Raw]]:
    for start in range(0, len(raws), size):
        yield raws[start : start + size]


def _raws(world: World, shape: object, n: int, name: str) -> Iterator[Raw]:
    texts, chance = world.words.texts, world.chance
    for number in range(n):
        stranger = number % 10 == 0
        who = f"new{name[0]}{number}" if stranger else str(chance.randint(1, world.people))
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
