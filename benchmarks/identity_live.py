"""Claims: one new profile against a million persons is compared, decided and written within p50 < 3 ms and p99 < 10 ms of CPU.

Without SCALE=full it is a hundred thousand persons. Persons with names as frequent as a census has them are filled in by
COPY into a database of their own, kept in .cache/bench. CPU is that of this process and of its one backend, in
nanoseconds as the kernel counts them.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import names
import psycopg

from benchmarks.figure import Figure
from mutuals import embedded

HERE = Path(__file__).resolve().parent.parent
SEED = 33
NOW = datetime(2026, 11, 20, tzinfo=UTC)
NEWCOMERS = 2000
PEOPLE = 1_000_000 if os.environ.get("SCALE") == "full" else 100_000
CITIES = [f"{head}{tail}" for head in ("Al", "Bre", "Cor", "Dun", "Esk", "Fal", "Gar", "Hol") for tail in
          ("ford", "wick", "ham", "burg", "ville", "minster", "stead", "port", "by", "mouth")]  # fmt: skip
MEASURE = "import django; django.setup(); from benchmarks import identity_newcomers; identity_newcomers.main()"
FILE = Path(names.__file__).parent


class Names:
    """Names drawn as often as people bear them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.family = _table("dist.all.last")
        self.given = [_table("dist.female.first"), _table("dist.male.first")]

    def draw(self) -> tuple[str, str]:
        """Given and family name."""
        given = self.chance.choice(self.given)
        return tuple(self.chance.choices(words, cum_weights=sums)[0] for words, sums in (given, self.family))  # type: ignore[return-value]


def _table(name: str) -> tuple[list[str], list[float]]:
    rows = [line.split() for line in (FILE / name).read_text().splitlines() if line]
    weights = [float(row[1]) or 0.0005 for row in rows]
    return [row[0].capitalize() for row in rows], list(accumulate(weights))


def measure() -> list[Figure]:
    """Fill where that was not done, then measure in a process that is pointed at the database."""
    state = HERE / ".cache" / "bench" / f"identity-{PEOPLE}"
    environ = {**os.environ, "MUTUALS_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mutuals.config.settings"}
    environ.pop("DATABASE_URL", None)
    address = embedded.ensure_up(state, environ={})
    try:
        subprocess.run([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=environ, check=True)
        if not (state / "filled").exists():
            _fill(address, PEOPLE)
            (state / "filled").touch()
        command = [sys.executable, "-c", MEASURE]
        done = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE)
    finally:
        embedded.stop(state, environ={})
    return [Figure(**held) for held in json.loads(done.stdout)]


def _fill(address: embedded.Address, people: int) -> None:
    chance = random.Random(SEED)
    drawn = Names(chance)
    with psycopg.connect(address.dsn()) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("TRUNCATE people_person CASCADE")
        for table in ("people_person", "people_profile"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # what they note is made in one go
        for table, columns, rows in (
            ("people_person", _PERSON, _persons(drawn, people)),
            ("people_profile", _PROFILE, _profiles(random.Random(SEED + 1), address)),
        ):
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
                for row in rows:
                    out.write_row(row)
            connection.commit()
        for table in ("people_person", "people_profile"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


_PERSON = """id, canonical_id, name, name_key, email, phone, city, country, language, stage, tags, order_currency,
order_total, interaction_count, order_count"""
_PROFILE = "id, network, key, name, shown, url, label, is_bot, is_ours, fields, person_id"


def _persons(drawn: Names, people: int) -> Iterator[Sequence[object]]:
    for number in range(1, people + 1):
        given, family = drawn.draw()
        city = drawn.chance.choice(CITIES)
        key = f"{given} {family}".lower()
        yield number, number, f"{given} {family}", key, "", "", city, "", "", "", "{}", "EUR", number % 300, 0, 0


def _profiles(chance: random.Random, address: embedded.Address) -> Iterator[Sequence[object]]:
    at = NOW.isoformat()
    with psycopg.connect(address.dsn()) as connection:
        rows = connection.execute("SELECT id, name, city FROM people_person ORDER BY id").fetchall()
    profile = 0
    for number, name, city in rows:
        given, _, family = name.lower().partition(" ")
        told = {"name": name, "city": city} if chance.random() < 0.6 else {"name": name}
        fields = json.dumps({field: {"value": value, "at": at, "by": "import:1"} for field, value in told.items()})
        profile += 1
        yield profile, "mutuals", str(number), "", "", "", "", False, False, fields, number
        if chance.random() < 0.5:
            key = f"{given}.{family}{number}@{chance.choice(CITIES).lower()}.example"
            profile += 1
            yield profile, "email", key, key, "", "", "", False, False, "{}", number
        if chance.random() < 0.25:
            ways = [given + family, f"{given[0]}{family}", f"{family}{number % 100}", f"{given}_{number % 9999}"]
            handle = f"@{chance.choice(ways)}@town.example"
            pages = [f"https://{given}{family}{number % 1000}.example/"]
            site = {"sites": {"value": pages, "at": at, "by": "network:mastodon"}}
            profile += 1
            told_there = json.dumps(site if chance.random() < 0.4 else {})
            key = f"https://town.example/users/{number}"
            yield profile, "mastodon", key, handle, name, "", "", False, False, told_there, number
