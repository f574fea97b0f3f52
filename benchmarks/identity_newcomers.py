"""The measuring half of `identity_live`, for a process in which Django is set up on the filled database."""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import asdict
from pathlib import Path

from django.db import connection

from benchmarks.figure import Figure
from benchmarks.identity_live import CITIES, NEWCOMERS, NOW, SEED, Names
from mutuals.base import bulk, jobs
from mutuals.connectors.contract import Handle
from mutuals.identity import cards, known, live, weights
from mutuals.identity.models import Known, Link
from mutuals.people import profiles
from mutuals.people.models import Person, Profile

STEP = 2000  # persons of one statement


def measure() -> list[Figure]:
    """Read everybody where that was not done; then newcomers one by one."""
    jobs.loaded()  # as a worker begins
    _know()
    _gone()
    people = Person.objects.count()
    backend = bulk.execute("SELECT pg_backend_pid()", [])[0][0]
    chance = random.Random(SEED + 2)
    drawn = Names(chance)
    spent, truth = list[tuple[float, float]](), dict[int, int | None]()
    for number in range(NEWCOMERS):
        person = chance.randint(1, people) if number % 2 else None
        row = _arrives(number, person, drawn)
        ours, theirs = time.process_time_ns(), _nanoseconds(backend)
        live.batch(now=NOW, size=1)
        spent.append(((time.process_time_ns() - ours) / 1e6, (_nanoseconds(backend) - theirs) / 1e6))
        truth[row] = person
        if number > NEWCOMERS // 10:
            bulk.execute("DELETE FROM identity_touched", [])  # what it stirred up beside itself is drained in peace
    return _told(spent[NEWCOMERS // 10 :], truth, people)


def _gone() -> None:
    """Newcomers of an earlier run are taken out: the same accounts with other numbers would have changed hands."""
    ours = "(SELECT id FROM people_profile WHERE network = 'bluesky')"
    for table, column in (("link", "profile_id"), ("edge", "a_id"), ("edge", "b_id"), ("known", "profile_id")):
        bulk.execute(f"DELETE FROM identity_{table} WHERE {column} IN {ours}", [])
    stale = "SELECT DISTINCT person_id FROM people_profile WHERE network = 'bluesky' AND person_id IS NOT NULL"
    people = [int(person) for (person,) in bulk.execute(stale, [])]
    bulk.execute("DELETE FROM identity_touched", [])
    bulk.execute("DELETE FROM people_profile WHERE network = 'bluesky'", [])
    if people:
        known.keep(cards.of(people, []), weights.in_use())
    bulk.execute("DELETE FROM identity_touched", [])


def _know() -> None:
    """Read everybody, as the form of the rows now is; what was broken off goes on where it stopped."""
    start, ready, people = time.process_time(), weights.in_use(), Person.objects.count()
    if not Known.objects.filter(reading=ready.reading).exists():
        bulk.execute("TRUNCATE identity_known, identity_key, identity_frequency", [])
    done = bulk.execute("SELECT coalesce(max(person_id), 0) FROM identity_known WHERE reading = %s", [ready.reading])[
        0
    ][0]
    if done < people - STEP:
        backend = bulk.execute("SELECT pg_backend_pid()", [])[0][0]
        before = _nanoseconds(backend)
        for first in range(done + 1, people + 1, STEP):
            known.keep(cards.of(list(range(first, min(first + STEP, people + 1))), []), ready)
        own, theirs = time.process_time() - start, (_nanoseconds(backend) - before) / 1e9
        print(f"what is known of {people - done:,}: CPU Python {own:.0f} s + database {theirs:.0f} s", file=sys.stderr)
        bulk.execute("TRUNCATE identity_touched", [])
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE identity_known, identity_key, identity_frequency")


def _arrives(number: int, person: int | None, drawn: Names) -> int:
    """Somebody new on a network: a person of ours, or a stranger with as common a name."""
    chance = drawn.chance
    if person is None:
        given, family = drawn.draw()
        sites: tuple[str, ...] = ()
    else:
        held = Person.objects.get(pk=person)
        given, _, family = held.name.partition(" ")
        own = Profile.objects.filter(person=person, network="mastodon").first()
        sites = tuple(own.fields.get("sites", {}).get("value", ())) if own else ()
    handle = chance.choice([given + family, given[0] + family, f"{family}{number}"]).lower()
    key = f"did:plc:{SEED}{time.time_ns()}"
    place = chance.choice(CITIES) if chance.random() < 0.2 else ""
    shown = f"{given} {family}" if chance.random() < 0.8 else handle
    found = profiles.ensure(
        [Handle("bluesky", key, f"@{handle}.bsky.social", shown=shown, sites=sites, place=place)], now=NOW
    )
    return found["bluesky", key].id


def _told(spent: list[tuple[float, float]], truth: dict[int, int | None], people: int) -> list[Figure]:
    halves = (("Python", [one for one, _ in spent]), ("database", [one for _, one in spent]))
    p50, p99 = _middle_and_end([sum(both) for both in spent])
    links = dict(
        Link.objects.filter(profile__in=truth, until=None, state="confirmed").values_list("profile_id", "person_id")
    )
    wrong = sum(truth[profile] != person for profile, person in links.items())
    ours = sum(person is not None for person in truth.values())
    parts = {name: _middle_and_end(each) for name, each in halves}
    note = "CPU, {}".format(", ".join(f"{name} {middle:.2f}" for name, (middle, _) in parts.items()))
    end = "CPU, {}".format(", ".join(f"{name} {last:.2f}" for name, (_, last) in parts.items()))
    against = f"one new profile against {people:,}, decision written"
    return [
        Figure(f"{against}: p50", p50, "ms", "<= 3", note),
        Figure(f"{against}: p99", p99, "ms", "<= 10", end),
        Figure("linked by machine, of those who are ours", len(links), "", "", f"{ours} are ours, {wrong} wrongly"),
    ]


def _middle_and_end(spent: list[float]) -> tuple[float, float]:
    ordered = sorted(spent)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


def _nanoseconds(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def main() -> None:
    """Print the figures as JSON."""
    print(json.dumps([asdict(figure) for figure in measure()]))
