"""A database of the asked size, filled once by COPY and kept by scale, seed and schema in .cache/bench."""

from __future__ import annotations

import hashlib
import random
import time
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from mutuals import embedded
from mutuals.people.names import fold

HERE = Path(__file__).resolve().parent.parent
SEED = 20
SCALES = {"small": (10_000, 100_000), "default": (100_000, 1_000_000), "full": (1_000_000, 10_000_000)}
END = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = 1000
LONG_THREAD = 20_000
BUSY = 40  # people with very long histories: the busiest customers
GIVEN = [
    "Ada",
    "Bea",
    "Bo",
    "Cleo",
    "Dora",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "Jana",
    "Kai",
    "Lea",
    "Max",
    "Nora",
    "Olaf",
    "Pia",
    "Quin",
    "Rosa",
    "Sam",
    "Tilda",
    "Udo",
    "Vera",
    "Wim",
]
FIRST = [
    "Bar",
    "Ber",
    "Cor",
    "Dal",
    "Ed",
    "Fal",
    "Gar",
    "Hal",
    "Il",
    "Jor",
    "Kan",
    "Lin",
    "Mar",
    "Nor",
    "Os",
    "Pel",
    "Quar",
    "Ros",
    "Sol",
    "Tor",
    "Ul",
    "Van",
    "Wes",
    "Yor",
    "Zan",
]
LAST = [
    "mann",
    "son",
    "ström",
    "berg",
    "feld",
    "ov",
    "ini",
    "ez",
    "wood",
    "ley",
    "stad",
    "holm",
    "eau",
    "ier",
    "ska",
    "enko",
    "dottir",
    "well",
    "ford",
]
CITIES = [
    "Porto",
    "Lisbon",
    "Braga",
    "Bremen",
    "Kassel",
    "Lyon",
    "Nantes",
    "Parma",
    "Lucca",
    "Leeds",
    "York",
    "Cork",
    "Gent",
    "Breda",
    "Aarhus",
    "Malmö",
]
TABLES = (
    "people_person", "people_profile", "identity_link", "conversations_conversation", "history_interaction", "inbox_turn",
    "sales_order", "sales_orderline",
)  # fmt: skip


def schema() -> str:
    """One word for all migrations of ours, so that a changed schema is filled anew."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((HERE / "src" / "mutuals").glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def folder(scale: str) -> Path:
    """Where the cluster of a scale lies."""
    return HERE / ".cache" / "bench" / f"{scale}-{SEED}-{schema()}"


class Words:
    """Texts in a made-up language whose words are as uneven as real ones (Zipf): common, medium and rare."""

    def __init__(self, chance: random.Random, *, size: int = 40_000, texts: int = 150_000) -> None:
        heads, tails = (
            ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "st", "kl"],
            ["a", "e", "i", "o", "u", "an", "en", "or", "il", "us", "ek"],
        )
        made: dict[str, None] = {}
        while len(made) < size:
            made["".join(chance.choice(heads) + chance.choice(tails) for _ in range(chance.randint(2, 4)))] = None
        self.words = list(made)
        weights = list(_running(1 / (rank + 2.7) for rank in range(size)))
        self.texts = [
            " ".join(chance.choices(self.words, cum_weights=weights, k=chance.randint(8, 24))) for _ in range(texts)
        ]

    def by_rank(self, rank: int) -> str:
        """The word of a rank: 0 is the most common."""
        return self.words[rank]


def _running(weights: Iterable[float]) -> Iterator[float]:
    total = 0.0
    for weight in weights:
        total += weight
        yield total


class Filling:
    """One filling: plain rows for COPY, without indexes, which are built afterwards."""

    def __init__(self, connection: psycopg.Connection, people: int, interactions: int) -> None:
        self.connection, self.people, self.interactions = connection, people, interactions
        self.chance = random.Random(SEED)
        self.words = Words(self.chance)
        self.counts = array("i", bytes(4 * (people + 1)))
        self.last = array("q", bytes(8 * (people + 1)))
        self.extra = people // 2  # people with a second outside profile

    def all(self) -> None:
        """Everything, in the order of the foreign keys."""
        for name, act in (
            ("talk", self.talk), ("people", self.persons), ("profiles", self.profiles), ("orders", self.orders),
        ):  # fmt: skip
            start = time.monotonic()
            act()
            print(f"  {name} in {time.monotonic() - start:.0f} s", flush=True)

    def copy(self, table: str, columns: str, rows: Iterable[str]) -> None:
        """COPY text lines in blocks."""
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:
            block: list[str] = []
            for row in rows:
                block.append(row)
                if len(block) == 2000:
                    out.write("".join(block))
                    block.clear()
            out.write("".join(block))

    def persons(self) -> None:
        """People with names as uneven as real ones; counters as `tally` would have them."""
        self.copy(
            "people_person",
            "id, canonical_id, name, name_key, email, phone, city, country, language, stage, tags, created_at, changed_at,"
            " last_at, interaction_count, order_count, order_total, order_currency",
            (self._person(number) for number in range(1, self.people + 1)),
        )

    def _person(self, n: int) -> str:
        chance = self.chance
        name = (
            f"{chance.choice(GIVEN)} {chance.choice(FIRST)}{chance.choice(LAST)}{chance.choice(LAST) if n % 3 else ''}"
        )
        if n % 1000 == 0:
            name = f"{name} Unique{n}"
        last = datetime.fromtimestamp(self.last[n], UTC).isoformat() if self.last[n] else "\\N"
        tags = "{vip}" if n % 50 == 0 else "{}"
        at = (END - timedelta(minutes=self.people - n)).isoformat()
        return (
            f"{n}\t{n}\t{name}\t{fold(name)}\tp{n}@post{n % 97}.example\t+3519{n:09d}\t{CITIES[n % len(CITIES)]}\tPT\ten\tcustomer"
            f"\t{tags}\t{at}\t{at}\t{last}\t{self.counts[n]}\t1\t{n % 900}.50\tEUR\n"
        )

    def profiles(self) -> None:
        """An own record each, a first outside profile each, a second one for half of them."""
        people = range(1, self.people + 1)
        columns = (
            "id, network, key, name, shown, person_id, label, is_bot, is_ours, url, fields, first_seen_at, changed_at"
        )
        at = END.isoformat()

        def rows() -> Iterator[str]:
            for n in people:
                yield f"{n}\tmastodon\thttps://town.example/u/{n}\t@u{n}@town.example\tU {n}\t{n}\t\tf\tf\t\t{{}}\t{at}\t{at}\n"
            for n in range(1, self.extra + 1):
                yield f"{self.people + n}\temail\tp{n}@post{n % 97}.example\tp{n}@post{n % 97}.example\t\t{n}\t\tf\tf\t\t{{}}\t{at}\t{at}\n"
            for n in people:
                yield f"{self.people * 2 + n}\tmutuals\town-{n}\t\t\t{n}\t\tf\tf\t\t{{}}\t{at}\t{at}\n"

        self.copy("people_profile", columns, rows())
        because = '[{"for": true, "clue": "in the same row of customers.csv", "detail": ""}]'
        links = (f"{n}\t{n if n <= self.people else n - self.people}\tconfirmed\t{because}\timport:1\t{at}\n"
                 for n in range(1, self.people + self.extra + 1))  # fmt: skip
        self.copy("identity_link", "profile_id, person_id, state, because, by, since", links)

    def _profile(self) -> int:
        """Whose turn it is to speak: a few speak very much, most now and then."""
        if self.chance.random() < 0.03:
            return self.chance.randint(1, BUSY)
        return min(int(self.chance.random() ** 1.7 * (self.people + self.extra)) + 1, self.people + self.extra)

    def talk(self) -> None:
        """Conversations one after the other, one of them very long; interactions in the order of time."""
        conversations: list[str] = []
        turns: list[str] = []
        self.copy(
            "history_interaction",
            "id, source_id, key, revision, profile_id, conversation_id, channel_id, by_id, network, kind, direction, status,"
            " is_public, visibility, occurred_at, received_at, reply_to, subject, text, language, url, purpose, outcome, about,"
            " error, extra",
            self._interactions(conversations, turns),
        )
        self.copy(
            "conversations_conversation",
            "id, source_id, key, network, channel_id, opener_id, subject, snippet, is_public, message_count, started_at,"
            " last_at, last_in_at, last_out_at",
            conversations,
        )
        self.copy(
            "inbox_turn",
            "conversation_id, state, assignee_id, team_id, pillar, network, is_public, unread, moved_at, purpose, outcome,"
            " opened_at, closed_at",
            turns,
        )

    def _interactions(self, conversations: list[str], turns: list[str]) -> Iterator[str]:
        chance, texts = self.chance, self.words.texts
        step = DAYS * 86400 / self.interactions
        number, conversation = 0, 0
        start = END.timestamp() - DAYS * 86400
        while number < self.interactions:
            conversation += 1
            size = (
                LONG_THREAD
                if conversation == 1000 and self.interactions > 200_000
                else chance.choice((1, 1, 1, 2, 2, 3, 4, 6))
            )
            size = min(size, self.interactions - number)
            profile, first = self._profile(), start + number * step
            public = conversation % 3 != 0
            channel, network, source = (1, "mastodon", 1) if public else (2, "email", 2)
            moment = first
            for place in range(size):
                number += 1
                moment = first + place * step
                out = place % 2 == 1
                text = texts[chance.randrange(len(texts))]
                at = datetime.fromtimestamp(moment, UTC).isoformat()
                person = profile if profile <= self.people else profile - self.people
                self.counts[person] += 1
                self.last[person] = max(self.last[person], int(moment))
                yield (
                    f"{number}\t{source}\tk{number}\t\t{profile}\t{conversation}\t{channel}\t{'3' if out else chr(92) + 'N'}\t{network}"
                    f"\t{'reply' if place else 'post'}\t{'out' if out else 'in'}\t{'sent' if out else 'received'}\t{'t' if public else 'f'}"
                    f"\t\t{at}\t{at}\t\t\t{text}\ten\t\t\t\t\t\t{{}}\n"
                )
            begun, ended = (
                datetime.fromtimestamp(first, UTC).isoformat(),
                datetime.fromtimestamp(moment, UTC).isoformat(),
            )
            conversations.append(
                f"{conversation}\t{source}\tc{conversation}\t{network}\t{channel}\t{profile}\t\t{text[:120]}\t{'t' if public else 'f'}"
                f"\t{size}\t{begun}\t{ended}\t{ended}\t\\N\n"
            )
            closed = conversation % 5 != 0
            assignee = 4 if conversation % 40 == 0 else 5 if conversation % 7 == 0 else "\\N"
            turns.append(
                f"{conversation}\t{'closed' if closed else 'open'}\t{assignee}\t{1 + conversation % 2}\tservice\t{network}"
                f"\t{'t' if public else 'f'}\t1\t{ended}\t{'help' if closed else ''}\t{'solved' if closed else ''}\t{begun}"
                f"\t{ended if closed else chr(92) + 'N'}\n"
            )

    def orders(self) -> None:
        """One order each on the own record, two lines an order."""
        people = range(1, self.people + 1)
        self.copy(
            "sales_order",
            "id, source_id, number, profile_id, placed_at, currency, total, status",
            (
                f"{n}\t3\tKW-{n}\t{self.people * 2 + n}\t{(END - timedelta(hours=n % 9000)).isoformat()}\tEUR\t{n % 900}.50\tpaid\n"
                for n in people
            ),
        )
        self.copy(
            "sales_orderline",
            "order_id, position, name, quantity, unit_price",
            (f"{n}\t{place}\tKettle {n % 40}\t1\t{n % 450}.25\n" for n in people for place in (1, 2)),
        )


def prepare(scale: str) -> embedded.Address:
    """The filled cluster of a scale, running; filled now if it never was."""
    state = folder(scale)
    address = embedded.ensure_up(state, environ={})
    mark = state / "filled"
    if mark.exists():
        return address
    print(f"filling {scale}: once, then kept in {state}", flush=True)
    people, interactions = SCALES[scale]
    with psycopg.connect(address.dsn()) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        held = _strip(connection)
        connection.execute(_STAFF)
        Filling(connection, people, interactions).all()
        start = time.monotonic()
        for statement in held:
            connection.execute(statement)
        print(f"  indexes in {time.monotonic() - start:.0f} s", flush=True)
        for table in (*TABLES, "people_organisation"):
            if table != "inbox_turn":
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce((SELECT max(id) FROM {table}), 1))"
                )
    with psycopg.connect(address.dsn(), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    mark.touch()
    return address


_STAFF = """
INSERT INTO staff_team (id, name, pillar) VALUES (1, 'Service', 'service'), (2, 'Sales', 'sales');
INSERT INTO staff_user (id, email, name, role, password, is_superuser, is_staff, is_active, date_joined, zone, theme, set_up_at)
SELECT n, 'u' || n || '@kettleworks.example', 'User ' || n, role, '', false, false, true, now(), 'UTC', '', now()
FROM unnest(ARRAY['owner', 'admin', 'lead', 'staff', 'contractor']) WITH ORDINALITY AS u(role, n);
INSERT INTO staff_user_teams (user_id, team_id) VALUES (3, 1), (4, 1), (5, 2);
INSERT INTO channels_source (id, connector, name, state, settings, purpose, owner_id, legal_basis, data_class, retention_days,
    raw_days, went_live_anyway, health, last_error, failures, auth_failures, refused_hooks)
SELECT n, connector, 'Source ' || n, 'active', '{}', '', 1, 'interest', 'posts', 9000, 90, '', 'ok', '', 0, 0, 0
FROM unnest(ARRAY['mastodon', 'email', 'files', 'webhook']) WITH ORDINALITY AS s(connector, n);
INSERT INTO channels_channel (id, source_id, network, key, name, pillar, brand, language, purpose, hours, is_live)
VALUES (1, 1, 'mastodon', 'ours', '@kettleworks_care', 'service', '', '', '', '{}', true),
       (2, 2, 'email', 'care@kettleworks.example', 'care@kettleworks.example', 'service', '', '', '', '{}', true);
SELECT setval(pg_get_serial_sequence(t, 'id'), 100) FROM unnest(ARRAY['staff_team', 'staff_user', 'channels_source',
    'channels_channel', 'staff_user_teams']) t;
"""


def _strip(connection: psycopg.Connection) -> list[str]:
    """Drop indexes and constraints of the large tables; returns the statements that make them again, keys first."""
    rebuild: list[str] = []
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'f', 'c') ORDER BY contype = 'f'",
        [list(TABLES)],
    ).fetchall()
    outside = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint"
        " WHERE confrelid = ANY(%s::regclass[]) AND contype = 'f' AND NOT conrelid = ANY(%s::regclass[])",
        [list(TABLES), list(TABLES)],
    ).fetchall()
    foreign = [row for row in (*constraints, *outside) if row[3] == "f"]
    own = [row for row in constraints if row[3] != "f"]
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i WHERE indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))",
        [list(TABLES)],
    ).fetchall()
    for table, name, _definition, _kind in (*foreign, *own):
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}")
    rebuild += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition, _ in own]
    rebuild += [definition for _, definition in indexes]
    rebuild += [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition, _ in foreign]
    return rebuild
