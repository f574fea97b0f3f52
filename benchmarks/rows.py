"""The rows of a large town: people, profiles, talk and orders as lines for COPY, as uneven as real ones."""

from __future__ import annotations

import random
import time
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from mutuals.people.names import fold

SEED = 20
END = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = 1000
LONG_THREAD = 20_000
BUSY = 40  # people with very long histories: the busiest customers
GIVEN = [
    "Ada", "Bea", "Bo", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Kai", "Lea", "Max", "Nora",
    "Olaf", "Pia", "Quin", "Rosa", "Sam", "Tilda", "Udo", "Vera", "Wim",
]  # fmt: skip
FIRST = [
    "Bar", "Ber", "Cor", "Dal", "Ed", "Fal", "Gar", "Hal", "Il", "Jor", "Kan", "Lin", "Mar", "Nor", "Os", "Pel",
    "Quar", "Ros", "Sol", "Tor", "Ul", "Van", "Wes", "Yor", "Zan",
]  # fmt: skip
LAST = [
    "mann", "son", "ström", "berg", "feld", "ov", "ini", "ez", "wood", "ley", "stad", "holm", "eau", "ier", "ska",
    "enko", "dottir", "well", "ford",
]  # fmt: skip
CITIES = [
    "Porto", "Lisbon", "Braga", "Bremen", "Kassel", "Lyon", "Nantes", "Parma", "Lucca", "Leeds", "York", "Cork",
    "Gent", "Breda", "Aarhus", "Malmö",
]  # fmt: skip
NOTHING = "\\N"  # NULL in the text form of COPY


def line(*values: object) -> str:
    """One row in the text form of COPY; texts hold no tabs, line ends or backslashes here."""
    return "\t".join(["t" if one is True else "f" if one is False else str(one) for one in values]) + "\n"


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
        last = datetime.fromtimestamp(self.last[n], UTC).isoformat() if self.last[n] else NOTHING
        at = (END - timedelta(minutes=self.people - n)).isoformat()
        return line(
            n, n, name, fold(name), f"p{n}@post{n % 97}.example", f"+3519{n:09d}", CITIES[n % len(CITIES)], "PT", "en",
            "customer", "{vip}" if n % 50 == 0 else "{}", at, at, last, self.counts[n], 1, f"{n % 900}.50", "EUR",
        )  # fmt: skip

    def profiles(self) -> None:
        """An own record each, a first outside profile each, a second one for half of them."""
        people = range(1, self.people + 1)
        columns = (
            "id, network, key, name, shown, person_id, label, is_bot, is_ours, url, fields, first_seen_at, changed_at"
        )
        at = END.isoformat()

        def rows() -> Iterator[str]:
            end = ("", False, False, "", "{}", at, at)
            for n in people:
                yield line(n, "mastodon", f"https://town.example/u/{n}", f"@u{n}@town.example", f"U {n}", n, *end)
            for n in range(1, self.extra + 1):
                address = f"p{n}@post{n % 97}.example"
                yield line(self.people + n, "email", address, address, "", n, *end)
            for n in people:
                yield line(self.people * 2 + n, "mutuals", f"own-{n}", "", "", n, *end)

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
                yield line(
                    number, source, f"k{number}", "", profile, conversation, channel, "3" if out else NOTHING, network,
                    "reply" if place else "post", "out" if out else "in", "sent" if out else "received", public, "", at, at,
                    "", "", text, "en", "", "", "", "", "", "{}",
                )  # fmt: skip
            begun = datetime.fromtimestamp(first, UTC).isoformat()
            ended = datetime.fromtimestamp(moment, UTC).isoformat()
            conversations.append(
                line(
                    conversation, source, f"c{conversation}", network, channel, profile, "", text[:120], public, size, begun,
                    ended, ended, NOTHING,
                )
            )  # fmt: skip
            closed = conversation % 5 != 0
            assignee = 4 if conversation % 40 == 0 else 5 if conversation % 7 == 0 else NOTHING
            turns.append(
                line(
                    conversation, "closed" if closed else "open", assignee, 1 + conversation % 2, "service", network, public, 1,
                    ended, "help" if closed else "", "solved" if closed else "", begun, ended if closed else NOTHING,
                )
            )  # fmt: skip

    def orders(self) -> None:
        """One order each on the own record, two lines an order."""
        people = range(1, self.people + 1)
        self.copy(
            "sales_order",
            "id, source_id, number, profile_id, placed_at, currency, total, status",
            (
                line(
                    n,
                    3,
                    f"KW-{n}",
                    self.people * 2 + n,
                    (END - timedelta(hours=n % 9000)).isoformat(),
                    "EUR",
                    f"{n % 900}.50",
                    "paid",
                )
                for n in people
            ),
        )
        self.copy(
            "sales_orderline",
            "order_id, position, name, quantity, unit_price",
            (f"{n}\t{place}\tKettle {n % 40}\t1\t{n % 450}.25\n" for n in people for place in (1, 2)),
        )
