"""Claim: for 10,000 people who changed, a segment of a million is renewed within a second; a preview takes two.

The database is that of `fill_crm`. `make bench ARGS=crm_segment SCALE=full`. Told beside are the CPU of it, what a look at
everybody takes, and what notes of who changed cost a statement that updates 10,000 people.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from benchmarks.rows import END, SEED
from benchmarks.world import Effort, Figure, World
from mutuals.base.filters import from_json
from mutuals.outreach import preview, renewing, segments
from mutuals.outreach.models import Segment
from mutuals.people.models import Person, Stirred, Stirring

CHANGED = 10_000
ROUNDS = 5
EVERYBODY: dict[str, Any] = {
    "any": [{"field": "name", "op": "filled"}, {"field": "orders", "op": "over", "value": 0}],
}
RELATED: dict[str, Any] = {
    "all": [
        {"field": "bought", "op": "any", "value": {"field": "total", "op": "over", "value": 10}},
        {"field": "deals", "op": "none", "value": {"field": "amount", "op": "over", "value": 9_000}},
        {"field": "tags", "op": "hasnot", "value": "gone"},
    ]
}


class _Back(Exception):
    """Everything that was written while measuring goes."""


def measure(world: World) -> list[Figure]:
    """Two segments, looked at by everybody once and then renewed for some; nothing of it stays."""
    figures: list[Figure] = []
    with suppress(_Back), transaction.atomic():
        figures = _measured(world, random.Random(SEED))
        raise _Back
    return figures


def _measured(world: World, chance: random.Random) -> list[Figure]:
    viewer, figures = world.viewer("lead"), []
    changed = min(CHANGED, world.people // 10)
    for words, told in (("plain condition", EVERYBODY), ("three relations and tags", RELATED)):
        with Effort() as seen:
            found = preview.preview(viewer, from_json(told), now=END)
        note = f"{'' if found.is_exact else 'about '}{found.count:,} of {world.people:,}"
        figures.append(Figure(f"preview, {words}", seen.wall, "s", "<= 2", note))
    figures.append(_notes(chance, world.people, changed))
    Stirring.objects.get_or_create(pk=1)
    made = [("plain condition", EVERYBODY), ("three relations and tags", RELATED)]
    for words, told in made:
        row = segments.add(by=viewer, now=END, name=words, condition=told)
        with Effort() as whole:
            renewing.look(row.pk, now=END)
        members = Segment.objects.get(pk=row.pk).members
        note = f"{members:,} members; CPU database {whole.database:.1f} s, Python {whole.python:.1f} s"
        figures.append(Figure(f"look at everybody, {words}", whole.wall, "s", "", note))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE outreach_member")
        figures.append(_renewed(words, chance, world.people, changed, members))
        Segment.objects.filter(pk=row.pk).update(trashed_at=END)
    return figures


def _renewed(words: str, chance: random.Random, people: int, changed: int, members: int) -> Figure:
    walls, cpus, moved = [], [], 0
    for number in range(ROUNDS):
        _change(chance, people, changed, number)
        before = Segment.objects.get(name=words).members
        with Effort() as effort:
            looked = renewing.renew_changed(now=END + timedelta(minutes=number))
        assert len(looked) == changed
        walls.append(effort.wall)
        cpus.append(effort.python + effort.database)
        moved = abs(Segment.objects.get(name=words).members - before)
    cpu = f"CPU median {sorted(cpus)[ROUNDS // 2]:.2f} s; worst {max(walls):.2f} s"
    note = f"{members:,} members, {moved:,} more or fewer after the last round; {cpu}"
    return Figure(
        f"renewed for {changed:,} who changed, {words}, median", sorted(walls)[ROUNDS // 2], "s", "<= 1", note
    )


def _notes(chance: random.Random, people: int, changed: int) -> Figure:
    """What the notes add to a statement that updates many people."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    _change(chance, people, changed, 0)  # what was never read is read by nobody's account
    for number in range(2 * ROUNDS):
        is_watched = number % 2 == 1
        Stirring.objects.all().delete()
        if is_watched:
            Stirring.objects.create(pk=1)
        with Effort() as effort:
            _change(chance, people, changed, number)
        spent[is_watched].append(effort.database)
    Stirred.objects.all().delete()
    bare, noted = (sorted(spent[one])[ROUNDS // 2] for one in (False, True))
    cost = (noted - bare) / changed * 1e6
    return Figure(
        "notes of who changed, CPU a person", cost, "us", "", f"the update took {bare / changed * 1e6:.0f} us without"
    )


def _change(chance: random.Random, people: int, changed: int, number: int) -> None:
    """The same number of people each time, other ones; half of them lose the tag or gain it, and their name."""
    chosen = chance.sample(range(1, people + 1), changed)
    half = changed // 2
    Person.objects.filter(pk__in=chosen[:half]).update(tags=["gone"], name_key="", order_count=0)
    Person.objects.filter(pk__in=chosen[half:]).update(tags=[str(number)], name_key="back")
