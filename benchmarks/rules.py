"""Claims: 5,000 rules on each message <= 0.2 ms of CPU; a dry run of one rule over a million interactions <= 5 s."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.rows import END
from benchmarks.world import Figure, World
from mutuals.base.filters import check, from_json, record
from mutuals.base.filters.words import Said
from mutuals.history.models import Interaction
from mutuals.rules import body, trial
from mutuals.rules.index import build

RULES, MESSAGES = 5_000, 4_000
MOODS, NETWORKS, TOPICS = ("negative", "neutral", "positive"), ("mastodon", "bluesky", "email", "town"), 400
ZONE = ZoneInfo("UTC")


def measure(world: World) -> list[Figure]:
    """Rules as people write them: mostly words and topics, some of plain values, a few that always have to be looked at."""
    return [*_judging(world), *_dry_runs(world)]


def _judging(world: World) -> list[Figure]:
    chance, of = random.Random(20), record("interaction")
    conditions = [check(from_json(_rule(world, chance)), of, viewer=None) for _ in range(RULES)]
    start = time.process_time()
    made = build(of, [(one, one, ZONE) for one in conditions], now=END)
    building = time.process_time() - start
    texts = list(Interaction.objects.exclude(text="").values_list("text", flat=True)[:MESSAGES])
    rows = [_row(text, chance) for text in texts]
    looked = held = 0
    start = time.process_time()
    for row in rows:
        row["words"] = Said(row["words"])
        entries = made.candidates(row)
        looked += len(entries)
        held += sum(entry.holds(row) for entry in entries)
    each = (time.process_time() - start) / len(rows) * 1000
    note = f"{looked / len(rows):.0f} looked at, {held / len(rows):.1f} hold; compiled in {building:.2f} s of CPU"
    return [Figure(f"{RULES:,} rules on each message, CPU", each, "ms", "<= 0.2", note)]


def _rule(world: World, chance: random.Random) -> dict[str, Any]:
    kind = chance.random()
    words = [world.words.by_rank(chance.randrange(60, 30_000)) for _ in range(chance.randint(1, 4))]
    said = {"field": "words", "op": "says", "value": words}
    mood = {"field": "mood", "op": "is", "value": chance.choice(MOODS)}
    place = {"field": "network", "op": "is", "value": chance.choice(NETWORKS)}
    topic = {"field": "topics", "op": "has", "value": f"topic {chance.randrange(TOPICS)}"}
    if kind < 0.55:
        return {"all": [said, mood] if kind < 0.3 else [said, place]}
    if kind < 0.75:
        return {"all": [topic, mood]}
    if kind < 0.85:
        stem = {"field": "words", "op": "says", "value": [f"{words[0][:4]}*"]}
        return {"any": [stem, {"all": [topic, place]}]}
    if kind < 0.995:
        known = {"field": "channel", "op": "is", "value": f"channel {chance.randrange(300)}"}
        return {"all": [known, mood, place]}
    return {"not": said}


def _row(text: str, chance: random.Random) -> dict[str, Any]:
    return {
        "words": text,
        "network": chance.choice(NETWORKS),
        "mood": chance.choice(MOODS),
        "topics": [f"topic {chance.randrange(TOPICS)}" for _ in range(chance.randrange(3))],
        "channel": f"channel {chance.randrange(300)}",
        "public": chance.random() < 0.5,
    }


def _dry_runs(world: World) -> list[Figure]:
    lead, now = world.viewer("lead"), END + timedelta(days=1)
    then = [{"note": {"text": "x"}}]
    rare = [world.words.by_rank(rank) for rank in (5_000, 9_000)]
    valued = {"field": "person", "op": "any", "value": {"field": "value", "op": "over", "value": 500}}
    asked: dict[str, list[Any]] = {
        "words": [{"field": "words", "op": "says", "value": rare}],
        "a common word and public": [{"field": "words", "op": "says", "value": world.words.by_rank(3)}, "public"],
        "valuable author": [valued],
        "words of a valuable author": [{"field": "words", "op": "says", "value": rare}, valued],
    }
    figures = []
    for name, parts in asked.items():
        told = [{"field": "public", "op": "is", "value": True} if one == "public" else one for one in parts]
        read = body.read({"when": "received", "if": {"all": told}, "then": then}, viewer=lead)
        start = time.perf_counter()
        found = trial.dry_run(read, by=lead, now=now, days=trial.MOST_DAYS)
        seconds = time.perf_counter() - start
        note = f"{found.fired:,} of {found.of:,}"
        figures.append(Figure(f"dry run, {name}", seconds, "s", "<= 5", note))
    return figures
