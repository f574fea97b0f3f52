"""`mutuals link`: real accounts against a list of names, a town's profiles against its customers, and what size does to both.

The list is the names of the real people, three in ten left out, and names drawn by public name statistics. Beside us, on the
same candidates of its own, gradient boosting on sixteen features with a margin before the runner-up, five-fold by person.
Truth is only counted with. SCALE=full links a town of a million; lists of that size are kept in .cache/bench.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.figure import Figure
from benchmarks.identity import data
from benchmarks.identity_boosting import boosted
from mutuals.town.cast import SIZE as CAST
from mutuals.town.cast import cast
from mutuals.town.customers import Customers, organisations
from mutuals.town.people import households

SEEDS = (1, 2, 3)
UNRELATED = 100_000
ABSENT = 0.3
TOWNS = ((2_000, 3), (5_000, 11))
SIZES = (50_000, 1_000_000) if os.environ.get("SCALE") == "full" else (2_000, 20_000)
KEPT = Path(__file__).parents[1] / ".cache" / "bench"
SEED, NOW = 21, datetime(2026, 11, 1, tzinfo=UTC)
_EVERY = 0.2  # seconds between two looks at memory
_TAG = re.compile(r"<[^>]+>")
_HREF = re.compile(r'href="([^"]+)"')


@dataclass(frozen=True)
class Account:
    """One account of the file: its id, its network and handle, and whose it is."""

    id: str
    network: str
    handle: str
    person: str


@dataclass(frozen=True)
class Found:
    """Who came nearest for one profile, how surely, whether that is right, and whether a machine would link."""

    probability: float
    right: bool
    linked: bool


def measure() -> list[Figure]:
    """All claims of `link`. Absent without the data."""
    return [*_accounts(), *_towns(), *_sizes()]


def _accounts() -> list[Figure]:
    people, accounts = data("social_persons.csv", "social_accounts.csv")
    ours, theirs, linked = list[float](), list[float](), list[Found]()
    for seed in SEEDS:
        listed, held, there = world(people, accounts, seed)
        found = _linked(listed, held)
        ours.append(recall(found, there))
        theirs.append(recall([Found(p, right, False) for p, right in boosted(listed, held)], there))
        linked += [one for one in found if one.linked]
    sure = sum(one.right for one in linked) / max(len(linked), 1)
    note = " ".join(f"{mine:.3f}/{other:.3f}" for mine, other in zip(ours, theirs, strict=True))
    mine, other = float(np.mean(ours)), float(np.mean(theirs))
    return [
        Figure("accounts: recall at precision .99", mine, "", "", f"by seed, ours/boosting: {note}"),
        Figure("accounts: gradient boosting with margin, the same", other, ""),
        Figure("accounts: points of recall more", 100 * (mine - other), "points", ">= 5"),
        Figure(
            "accounts: precision of automatic links", sure, "", ">= 0.99", f"{len(linked)} links of {len(SEEDS)} lists"
        ),
    ]


def world(people: Path, accounts: Path, seed: int) -> tuple[list[tuple[str, str]], list[Account], int]:
    """The list (id, name), the accounts, and how many of these are somebody's of the list."""
    chance = random.Random(seed)
    with people.open(encoding="utf-8") as file:
        persons = [(row["person_id"], row["name"]) for row in csv.DictReader(file)]
    with accounts.open(encoding="utf-8") as file:
        held = [
            Account(f"a{number}", row["platform"], row["handle"], row["person_id"])
            for number, row in enumerate(csv.DictReader(file))
        ]
    ids = sorted(person for person, _ in persons)
    chance.shuffle(ids)
    gone = set(ids[: int(len(ids) * ABSENT)])
    listed = [(person, name) for person, name in persons if person not in gone]
    listed += [(f"u{number}", name) for number, name in enumerate(_names(chance))]
    return listed, held, sum(one.person not in gone for one in held)


def _names(chance: random.Random) -> Iterator[str]:
    """As the census of the United States of 1990 has them."""
    spec = find_spec("names")
    folder = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    held = [_shares(folder / name) for name in ("dist.all.last", "dist.female.first", "dist.male.first")]
    last, female, male = (chance.choices(names, weights, k=UNRELATED) for names, weights in held)
    for number, family in enumerate(last):
        yield f"{(female if chance.random() < 0.5 else male)[number]} {family}"


def _shares(path: Path) -> tuple[list[str], list[float]]:
    rows = [line.split() for line in path.read_text().splitlines()]
    return [row[0].title() for row in rows], [float(row[1]) for row in rows]


def recall(found: Sequence[Found], there: int, precision: float = 0.99) -> float:
    """The share of those who are there that is found before precision falls under what is asked."""
    ranked = sorted(found, key=lambda one: -one.probability)
    right = np.array([one.right for one in ranked])
    if not len(right):
        return 0.0
    enough = np.flatnonzero(np.cumsum(right) / np.arange(1, len(right) + 1) >= precision)
    return float(right[: enough[-1] + 1].sum() / there) if len(enough) else 0.0


def _linked(listed: Sequence[tuple[str, str]], held: Sequence[Account]) -> list[Found]:
    truth = {one.id: {one.person} for one in held}
    with tempfile.TemporaryDirectory() as folder:
        people, profiles = Path(folder, "people.csv"), Path(folder, "profiles.csv")
        _written(people, ("id", "name"), listed)
        _written(profiles, ("id", "network", "handle"), ((one.id, one.network, one.handle) for one in held))
        return _run(people, profiles, truth)[0]


def _written(path: Path, head: Sequence[str], rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Took:
    """Seconds on the clock and of all processes, and the most megabytes that all of them held at one moment."""

    wall: float
    cpu: float
    megabytes: float


def watched(*command: str) -> Took:
    """Run a command of `mutuals.identity.piles` to its end. RuntimeError where it fails."""
    begun, most = time.monotonic(), 0.0
    whole = [sys.executable, "-m", "mutuals.identity.piles", *command]
    process = subprocess.Popen(whole, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        most = max(most, _held(process.pid))
        time.sleep(_EVERY)
    _, status, used = ended
    if status:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return Took(time.monotonic() - begun, used.ru_utime + used.ru_stime, max(most, used.ru_maxrss / 1024))


def _run(people: Path, profiles: Path, truth: Mapping[str, set[str]]) -> tuple[list[Found], Took]:
    """What `link` says, and what it took."""
    with tempfile.TemporaryDirectory(prefix="mutuals-bench-") as folder:
        out = Path(folder) / "links.csv"
        took = watched("link", str(people), str(profiles), "--out", str(out))
        with out.open(encoding="utf-8") as file:
            found = [
                Found(
                    float(row["probability"]), row["person_id"] in truth[row["profile_id"]], row["decision"] == "link"
                )
                for row in csv.DictReader(file)
                if row["person_id"]
            ]
    return found, took


def _held(process: int) -> float:
    """Megabytes of a process and those that it started, what they share counted once."""
    total = 0.0
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            total += sum(_held(int(child)) for child in task.read_text().split())
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            total += int(line.split()[1]) / 1024 if line.startswith("Pss:") else 0.0
    return total


def _towns() -> list[Figure]:
    reached, linked = list[float](), list[Found]()
    for people, seed in TOWNS:
        found, there = _town(people, seed)
        reached.append(recall(found, there))
        linked += [one for one in found if one.linked]
    sure = sum(one.right for one in linked) / max(len(linked), 1)
    note = " ".join(f"{people:,}: {one:.3f}" for (people, _), one in zip(TOWNS, reached, strict=True))
    return [
        Figure("town: recall at precision .99", float(np.mean(reached)), "", ">= 0.85", note),
        Figure("town: precision of automatic links", sure, "", ">= 0.99", f"{len(linked)} links"),
    ]


def _sizes() -> list[Figure]:
    figures, precisions = list[Figure](), list[float]()
    for people in SIZES:
        folder = _lists(people)
        with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
            truth = {row["id"]: set(filter(None, row["rows"].split(";"))) for row in csv.DictReader(file)}
        found, took = _run(folder / "people.csv", folder / "profiles.csv", truth)
        linked = [one for one in found if one.linked]
        right = sum(one.right for one in linked)
        precisions.append(right / max(len(linked), 1))
        size, big = f"town of {people:,}", people >= 1_000_000
        few = "<= 0.2" if people >= 20_000 else ""
        figures += [
            Figure(f"{size}: false automatic links", 100 * (1 - precisions[-1]), "%", few, f"{len(linked):,} links"),
            Figure(f"{size}: recall of automatic links", right / max(sum(map(bool, truth.values())), 1), ""),
            Figure(f"{size}: CPU, reading and writing included", took.cpu, "s", "<= 240" if big else "", "two cores"),
            Figure(f"{size}: on the clock", took.wall, "s", "<= 120" if big else ""),
            Figure(f"{size}: most memory of all processes", took.megabytes, "MB", "<= 2048"),
        ]
    fall = 100 * (precisions[0] - precisions[-1])
    return [*figures, Figure(f"fall in precision from {SIZES[0]:,} to {SIZES[1]:,}", fall, "points", "<= 0.3")]


def _lists(people: int) -> Path:
    """people.csv, profiles.csv and truth.csv of a town: its customers as they are kept, and every account of its people
    as networks show it. Made once; what the town says is left away, which would take most of the time and the room."""
    folder = KEPT / f"lists-{people}-{SEED}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(prefix="mutuals-bench-") as name:
        made = Path(name)
        profiles = dict(_inhabitants(people, made))
        head = ("id", "network", "handle", "display_name", "bio", "website")
        _written(made / "profiles.csv", head, ((key, *row[:5]) for key, row in sorted(profiles.items())))
        _written(made / "truth.csv", ("id", "rows"), ((key, row[5]) for key, row in sorted(profiles.items())))
        (made / "customers.csv").rename(made / "people.csv")
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.copytree(made, aside, ignore=shutil.ignore_patterns("customers*"))
        aside.rename(folder)
    return folder


def _inhabitants(people: int, out: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The accounts of everybody, with the rows of customers.csv that are their owner's; writes that file."""
    customers = Customers(out, organisations(random.Random(SEED), max(3, people // 40), ("Brand",), ("Leeds",)))
    for place, household in enumerate(chain(cast(NOW), households(people, SEED, NOW, 1, CAST))):
        chance = random.Random(f"{SEED}/{place}")
        for person in household:
            if person.kind == "customer":
                if not person.customer_ids:
                    customers.number(chance, person)
                customers.write(chance, person)
            for one in person.accounts:
                if one.network in ("mastodon", "bluesky"):
                    site = one.site if one.network == "mastodon" else ""
                    shown = (one.network, one.handle, one.shown, one.bio, site, ";".join(person.customer_ids))
                    yield f"{one.network}:{one.handle}", shown
    customers.close()


def _town(people: int, seed: int) -> tuple[list[Found], int]:
    """What is found of a town, and how many of its profiles are a customer's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        town = [sys.executable, "-m", "mutuals", "town", "--people", str(people), "--days", "1", "--seed", str(seed)]
        subprocess.run([*town, "--now", NOW.isoformat(), "--out", name], check=True, stdout=subprocess.DEVNULL)
        truth = _truth(folder / "truth" / "people.jsonl")
        profiles = {**dict(_shown(folder / "mastodon.jsonl")), **dict(_shown(folder / "bluesky.jsonl"))}
        head = ("id", "network", "handle", "display_name", "bio", "website")
        _written(folder / "profiles.csv", head, ((key, *row) for key, row in sorted(profiles.items())))
        known = {key: truth.get(key, set()) for key in profiles}
        found, _ = _run(folder / "customers.csv", folder / "profiles.csv", known)
        return found, sum(map(bool, known.values()))


def _truth(path: Path) -> dict[str, set[str]]:
    """Account -> the rows of customers that are its owner's."""
    owners = dict[str, set[str]]()
    with path.open(encoding="utf-8") as file:
        for line in file:
            held = json.loads(line)["profiles"]
            rows = {one["key"] for one in held if one["network"] == "customers.csv"}
            owners |= {f"{one['network']}:{one['handle']}": rows for one in held}
    return owners


def _shown(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every account that stands anywhere in a network's file, as it shows itself."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            waiting: list[object] = [json.loads(line)]
            while waiting:
                one = waiting.pop()
                if isinstance(one, list):
                    waiting += one
                elif isinstance(one, dict):
                    waiting += one.values()
                    if "acct" in one and "display_name" in one:
                        sites = ";".join(_HREF.findall(" ".join(field["value"] for field in one["fields"])))
                        shown = ("mastodon", one["acct"], one["display_name"], _TAG.sub(" ", one["note"]), sites)
                        yield f"mastodon:{one['acct']}", shown
                    elif "did" in one and "displayName" in one:
                        shown = ("bluesky", one["handle"], one["displayName"], one.get("description", ""), "")
                        yield f"bluesky:{one['handle']}", shown
