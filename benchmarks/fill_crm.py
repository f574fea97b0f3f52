"""A house that sells and serves, of the asked size: people, what they said, bought, are to buy and complained of.

Filled once by COPY into a database of its own in .cache/bench, and kept. `python -m benchmarks.fill_crm [PEOPLE]` (1,000,000).

For each person one outside profile, three orders with a line each, two things said, half a deal and half a case: uneven, as
people are. A fifth has values in fields of the house's own making. Tasks are left out. Rows are read as of `END`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.fill import _STAFF, _strip
from benchmarks.rows import CITIES, DAYS, END, FIRST, GIVEN, LAST, NOTHING, SEED, line
from mutuals import embedded
from mutuals.people.names import fold

VERSION = 1  # of what is filled: raise it when this file writes other rows
SCALES = {"small": 10_000, "default": 100_000, "full": 1_000_000}
TABLES = (
    "people_person", "people_heard", "people_profile", "people_organisation", "people_affiliation", "sales_product",
    "sales_order", "sales_orderline", "sales_deal", "inbox_case", "history_interaction", "listening_reading",
)  # fmt: skip
ARTICLES = [f"Article {n}" for n in range(400)]
MOODS = ("negative", "neutral", "neutral", "neutral", "positive", "positive", "")
_DAY = 86_400


def folder(people: int) -> Path:
    """Where the database of a size lies."""
    return Path(__file__).resolve().parent.parent / ".cache" / "bench" / f"crm-{people}-{SEED}-{VERSION}"


def prepare(people: int) -> embedded.Address:
    """The filled database of a size, running and with today's tables; filled now if it never was."""
    state = folder(people)
    environ = {**os.environ, "MUTUALS_STATE": str(state)}
    environ.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "mutuals", "migrate", "--verbosity", "0"], env=environ, check=True)
    address = embedded.ensure_up(state, environ={})
    with psycopg.connect(address.dsn()) as connection:  # a filling that was cut off left nothing
        is_filled = connection.execute("SELECT EXISTS (SELECT 1 FROM people_person)").fetchone() == (True,)
    if not is_filled:
        Filling(address, people).all()
    return address


class Filling:
    """One filling. Triggers and foreign keys rest meanwhile, and indexes are built afterwards."""

    def __init__(self, address: embedded.Address, people: int) -> None:
        self.address, self.people, self.chance = address, people, random.Random(SEED)
        self.houses = max(people // 20, 1)
        self.last = [0] * (people + 1)

    def all(self) -> None:
        """Everything; it takes minutes for a million."""
        with psycopg.connect(self.address.dsn()) as self.connection:
            self.connection.execute("SET synchronous_commit = off")
            self.connection.execute("SET maintenance_work_mem = '1GB'")
            held = _strip(self.connection, TABLES)
            for table in TABLES:
                self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            self.connection.execute(_STAFF)
            for name in (
                "products",
                "houses",
                "profiles",
                "orders",
                "lines",
                "deals",
                "cases",
                "talk",
                "persons",
                "places",
            ):
                self._timed(name, getattr(self, f"_{name}"))
            self._timed("indexes", lambda: [self.connection.execute(one) for one in held])
            for table in TABLES:
                self.connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                if table not in ("people_heard", "listening_reading"):
                    self.connection.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
        with psycopg.connect(self.address.dsn(), autocommit=True) as connection:
            self._timed("vacuum", lambda: connection.execute("VACUUM ANALYZE"))

    def _timed(self, name: str, act: object) -> None:
        start = time.monotonic()
        act()  # type: ignore[operator]
        print(f"  {name} in {time.monotonic() - start:.0f} s", flush=True)

    def _copy(self, table: str, columns: str, rows: Iterator[str]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
            block: list[str] = []
            for row in rows:
                block.append(row)
                if len(block) == 5000:
                    out.write("".join(block))
                    block.clear()
            out.write("".join(block))

    def _ago(self, share: float) -> str:
        """A moment: 0 is the end, 1 the beginning of all that happened."""
        return f"{END - timedelta(seconds=int(share * DAYS * _DAY)):%Y-%m-%dT%H:%M:%S}Z"

    def _who(self) -> int:
        """Whose turn it is: some do much, most a little."""
        return int(self.chance.random() ** 1.4 * self.people) + 1

    def _products(self) -> None:
        self._copy(
            "sales_product",
            "id, sku, name, category",
            (line(n + 1, f"A-{n}", one, f"c{n % 20}") for n, one in enumerate(ARTICLES)),
        )

    def _houses(self) -> None:
        self._copy(
            "people_organisation",
            "id, name, name_key, domain, phone, city, country, tags, stage, custom",
            (
                line(n, f"House {n}", f"house {n:07}", f"h{n}.example", "", CITIES[n % 16], "PT", "{}", "customer",
                     f'{{"seats": {n % 200}}}' if n % 5 == 0 else "{}")
                for n in range(1, self.houses + 1)
            ),
        )  # fmt: skip

    def _profiles(self) -> None:
        self._copy(
            "people_profile",
            "id, network, key, name, shown, person_id, label, is_bot, is_ours, url, fields",
            (
                line(n, "mastodon", f"https://town.example/u/{n}", f"@u{n}", "", n, "", False, False, "", "{}")
                for n in range(1, self.people + 1)
            ),
        )

    def _orders(self) -> None:
        chance = self.chance
        self._copy(
            "sales_order",
            "id, number, profile_id, organisation_id, placed_at, currency, total, status",
            (
                line(n, f"O-{n}", self._who(), n % self.houses + 1 if n % 4 == 0 else NOTHING,
                     self._ago(1 - n / (self.people * 3)), "USD" if n % 10 == 0 else "EUR",
                     f"{int(20 / (chance.random() + 0.01))}.00", "paid" if n % 12 else "open")
                for n in range(1, self.people * 3 + 1)
            ),
        )  # fmt: skip

    def _lines(self) -> None:
        chance, many = self.chance, len(ARTICLES)
        self._copy(
            "sales_orderline",
            "id, order_id, position, product_id, name, quantity, unit_price",
            (
                line(n, n, 1, one + 1, ARTICLES[one], n % 3 + 1, "20.00")
                for n, one in ((n, int(chance.random() ** 2 * many)) for n in range(1, self.people * 3 + 1))
            ),
        )

    def _deals(self) -> None:
        def rows() -> Iterator[str]:
            many = self.people // 2
            for n in range(1, many + 1):
                share, amount = 1 - n / many, int(400 / (self.chance.random() + 0.02))
                is_open = share < 0.2 and n % 3 == 0
                outcome = "" if is_open else "won" if n % 3 == 1 else "lost"
                due = f"{END + timedelta(days=self.chance.randint(-30, 120)):%Y-%m-%d}"
                yield line(
                    n, f"Deal {n}", self._who(), n % self.houses + 1 if n % 2 else NOTHING, amount, "EUR", due,
                    n % 5 + 1, n % 2 + 1, outcome, self._ago(share), NOTHING if is_open else self._ago(share / 2),
                    f'{{"grade": "g{n % 9}"}}' if n % 5 == 0 else "{}",
                )  # fmt: skip

        self._copy(
            "sales_deal",
            "id, title, person_id, organisation_id, amount, currency, expected_on, owner_id, team_id, outcome, opened_at,"
            " ended_at, custom",
            rows(),
        )

    def _cases(self) -> None:
        many = self.people // 2
        self._copy(
            "inbox_case",
            "id, reference, title, state, priority, pillar, person_id, opened_by, opened_at, ended_at, purpose, outcome",
            (
                line(n, f"C-{n:05}", f"Case {n}", "open" if n % 25 == 0 else "solved",
                     ("low", "normal", "high", "urgent")[n % 4],
                     "service", self._who(), "staff:1", self._ago(1 - n / many), NOTHING if n % 25 == 0 else self._ago(0),
                     "" if n % 25 == 0 else "help", "" if n % 25 == 0 else "solved")
                for n in range(1, many + 1)
            ),
        )  # fmt: skip

    def _talk(self) -> None:
        many = self.people * 2
        readings: list[str] = []

        def rows() -> Iterator[str]:
            for n in range(1, many + 1):
                who, share = self._who(), 1 - n / many
                self.last[who] = int(END.timestamp() - share * DAYS * _DAY)
                mood = MOODS[self.chance.randrange(len(MOODS))]
                readings.append(line(n, "en", mood, 300, 400, 300, "", "{}", "", "small"))
                yield line(
                    n, 1, f"k{n}", "", who, "mastodon" if n % 3 else "email", "post", "in", "received", n % 3 > 0, "",
                    self._ago(share), "", "", f"Said {n % 977} of the kettle", "en", "", "{}",
                )  # fmt: skip

        self._copy(
            "history_interaction",
            "id, source_id, key, revision, profile_id, network, kind, direction, status, is_public, visibility, occurred_at,"
            " reply_to, subject, text, language, url, extra",
            rows(),
        )
        self._copy(
            "listening_reading",
            "interaction_id, language, mood, negative, neutral, positive, emotion, intents, urgency, version",
            iter(readings),
        )

    def _persons(self) -> None:
        chance = self.chance

        def rows() -> Iterator[str]:
            for n in range(1, self.people + 1):
                name = f"{chance.choice(GIVEN)} {chance.choice(FIRST)}{chance.choice(LAST)}{chance.choice(LAST)}"
                last = datetime.fromtimestamp(self.last[n], UTC).isoformat() if self.last[n] else NOTHING
                yield line(
                    n, n, name, fold(name), f"p{n}@post.example", "", CITIES[n % 16], "PT", "en",
                    "lead" if n % 7 == 0 else "customer", "{vip}" if n % 50 == 0 else "{}", last, 2, 3, f"{n % 900}.50", "EUR",
                    n % 5 + 1 if n % 4 == 0 else NOTHING,
                    f'{{"seats": {n % 200}, "grade": "g{n % 9}"}}' if n % 5 == 0 else "{}",
                )  # fmt: skip

        self._copy(
            "people_person",
            "id, canonical_id, name, name_key, email, phone, city, country, language, stage, tags, last_at, interaction_count,"
            " order_count, order_total, order_currency, owner_id, custom",
            rows(),
        )
        self.connection.execute("INSERT INTO people_heard (person_id, last_at) SELECT id, last_at FROM people_person")

    def _places(self) -> None:
        self._copy(
            "people_affiliation",
            "id, person_id, organisation_id, role, is_main",
            (line(n, n * 4, n % self.houses + 1, "buys", True) for n in range(1, self.people // 4 + 1)),
        )


def main() -> int:
    """Fill the size that is asked for."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else SCALES["full"]
    start = time.monotonic()
    prepare(people)
    print(f"{people:,} people stand in {folder(people)} after {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
