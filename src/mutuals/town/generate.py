"""One town, written household by household: the same seed, size and `now` give the same bytes; memory stays small."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from typing import IO, Any

from mutuals.town import fediverse, hooks, mails, sky
from mutuals.town.cast import SIZE, cast, presences
from mutuals.town.customers import Customers, order_record, organisations, write_organisations
from mutuals.town.feed import write_feed
from mutuals.town.keys import Keys
from mutuals.town.lately import MOST, lately
from mutuals.town.names import COUNTRIES
from mutuals.town.orders import orders
from mutuals.town.ours import own
from mutuals.town.people import households
from mutuals.town.shapes import COMPANY, Account, Person, Said
from mutuals.town.threads import Talk
from mutuals.town.truth import person_record, said_record

FILES = (
    "customers.csv", "customers.xlsx", "organisations.csv", "orders.jsonl", "mails.mbox", "mastodon.jsonl",
    "bluesky.jsonl", "hooks.jsonl", "feed.xml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownReport:
    """What was written. `counts`: records per file; `interactions`: all that was said, edited, liked or deleted."""

    out: Path
    people: int
    interactions: int
    counts: dict[str, int]
    since: datetime
    until: datetime


def generate(people: int, days: int, seed: int, out: Path, *, now: datetime) -> TownReport:
    """Write a town into the folder `out` (made if absent, files in it replaced).

    `people`: persons and bots, our own staff included; the cast of seven is always there. `now`: aware, the last moment
    of the town. Raises ValueError for fewer than 7 people, less than one day, or a naive `now`.
    """
    if people < SIZE:
        raise ValueError(f"A town has at least {SIZE} people: its cast")
    if days < 1:
        raise ValueError("A town needs at least one day")
    if now.tzinfo is None:
        raise ValueError("`now` must say in which zone it is")
    (out / "truth").mkdir(parents=True, exist_ok=True)
    writing = _Writing(people, days, seed, out, now.astimezone(UTC))
    try:
        writing.all()
    finally:
        writing.close()
    return writing.report()


class _Writing:
    """The open files of one town and what is counted on the way."""

    def __init__(self, people: int, days: int, seed: int, out: Path, now: datetime) -> None:
        self.people, self.days, self.seed, self.out, self.now = people, days, seed, out, now
        self.start = now - timedelta(days=days)
        self.counts: Counter[str] = Counter()
        self.talk = Talk(presences(), Keys(), now=now, days=days)
        rng = Random(f"{seed}/organisations")  # noqa: S311 - repeatable on purpose
        families = tuple(name for home in COUNTRIES for name in home.family)
        towns = tuple(name for home in COUNTRIES for name in home.towns)
        self.firms = organisations(rng, max(3, people // 40), families, towns)
        self.customers = Customers(out, self.firms)
        self._heard = list[Account]()
        self._lines: dict[str, IO[str]] = {
            name: (out / name).open("w", encoding="utf-8", newline="\n")
            for name in ("orders.jsonl", "mastodon.jsonl", "bluesky.jsonl", "hooks.jsonl",
                         "truth/people.jsonl", "truth/interactions.jsonl")
        }  # fmt: skip
        self._mbox = (out / "mails.mbox").open("wb")

    def all(self) -> None:
        """Write everything but the manifest's closing."""
        self.counts["organisations.csv"] = write_organisations(self.out, self.firms)
        self._company()
        for place, household in enumerate(self._households()):
            rng = Random(f"{self.seed}/life/{place}")  # noqa: S311 - repeatable on purpose
            for person in household:
                self._person(rng, person)
        rng = Random(f"{self.seed}/lately")  # noqa: S311 - repeatable on purpose
        for said in lately(rng, self._heard, self.talk.ours, self.talk.keys, now=self.now, days=self.days):
            self._said(rng, said)
        rng = Random(f"{self.seed}/ours")  # noqa: S311 - repeatable on purpose
        for said in own(rng, self._heard, self.talk.ours, self.talk.keys, now=self.now, days=self.days):
            self._said(rng, said)
        rng = Random(f"{self.seed}/feed")  # noqa: S311 - repeatable on purpose
        for told in write_feed(rng, self.out, now=self.now, days=self.days):
            self.counts["feed.xml"] += 1
            self._line("truth/interactions.jsonl", told)

    def _households(self) -> Iterator[list[Person]]:
        return chain(cast(self.now), households(self.people, self.seed, self.now, self.days, SIZE))

    def _company(self) -> None:
        profiles = [{"network": one.network, "key": one.key, "handle": one.handle} for one in self.talk.ours.all()]
        company = {"person": "kettleworks", "kind": "company", "name": COMPANY, "profiles": profiles}
        self._line("truth/people.jsonl", company)

    def _person(self, rng: Random, person: Person) -> None:
        if person.kind == "customer" and not person.customer_ids:
            self.customers.number(rng, person)
        old = self.customers.write(rng, person) if person.kind == "customer" else []
        bought = list(orders(rng, person, self.start, self.now, loyal=person.id == "bea"))
        for order in bought:
            self._line("orders.jsonl", order_record(order))
        self._line("truth/people.jsonl", person_record(person, old))
        if person.kind in ("staff", "contractor"):
            return
        if person.kind != "bot" and person.household[1:].isdecimal() and len(self._heard) < MOST:  # not the cast
            self._heard += [one for one in person.accounts if one.network == "mastodon"][:1]
        for said in self.talk.of(rng, person, bought):
            self._said(rng, said)

    def _said(self, rng: Random, said: Said) -> None:
        if said.source == "mails":
            self._mbox.write(mails.mbox(mails.message(rng, said), said.at, said.author.key))
            self.counts["mails.mbox"] += 1
        elif said.source == "mastodon":
            self._line("mastodon.jsonl", fediverse.item(said, self.counts["mastodon.jsonl"] + 1))
        elif said.source == "bluesky":
            self._line("bluesky.jsonl", sky.item(said))
        else:
            self._line("hooks.jsonl", hooks.event(said))
        self._line("truth/interactions.jsonl", said_record(said))

    def _line(self, name: str, record: dict[str, Any] | dict[str, object] | dict[str, str]) -> None:
        self._lines[name].write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.counts[name] += 1

    def close(self) -> None:
        """Finish all files."""
        for file in self._lines.values():
            file.close()
        self._mbox.close()
        self.customers.close()

    def report(self) -> TownReport:
        """Write manifest.json and say what was done."""
        self.counts["customers.csv"] = self.customers.rows
        self.counts["customers.xlsx"] = self.customers.sheet_rows
        counts = {name: self.counts[name] for name in sorted(self.counts)}
        said = counts["truth/interactions.jsonl"]
        manifest = {
            "seed": self.seed,
            "people": self.people,
            "days": self.days,
            "since": self.start.isoformat(),
            "until": self.now.isoformat(),
            "interactions": said,
            "counts": counts,
            "order": "household by household; within a thread by time",
            "presences": [_presence(one) for one in self.talk.ours.all()],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        (self.out / "manifest.json").write_text(text, encoding="utf-8")
        return TownReport(self.out, self.people, said, counts, self.start, self.now)


def _presence(account: Account) -> dict[str, str]:
    return {"network": account.network, "key": account.key, "handle": account.handle, "shown": account.shown}
