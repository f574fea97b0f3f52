"""The live model on the lists of `identity_link`: cards, keys, candidates, weights and decision, one profile at a time, in
process and without a database; `mutuals link` on the same lists beside it. Truth is only counted with.
Also: what would be asked from one half on, and what an admin gets who accepts at once all from .9 on, of whom nobody else is
likely.

A profile that is linked adds what it holds to what is known of its person, and whoever shares a key with it is asked again
once. Links are those that a machine makes by itself; reviews are profiles of which staff would be asked. All of it on day one,
and again of whoever is not linked once a night has taught what stands behind numbers there (`teach`).
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from benchmarks import identity_link as file_link
from benchmarks.figure import Figure
from benchmarks.identity import data
from benchmarks.identity_link import Found, recall

SEEDS = (1, 2, 3)
TOWNS = ((2_000, 3), (5_000, 11))


def measure() -> list[Figure]:
    """All figures, from a process of its own: Django is set up there, without a database behind it."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "mutuals.config.settings"}
    data("social_persons.csv", "social_accounts.csv")
    done = subprocess.run([sys.executable, "-m", __name__], env=environ, check=True, stdout=subprocess.PIPE)
    return [Figure(**held) for held in json.loads(done.stdout)]


class Pool:
    """All that is known of persons and of profiles that are nobody's, as `identity.known` keeps it."""

    def __init__(self) -> None:
        self.ready = weights.Ready(
            social.VERSION,
            model := social.day_one(),
            Scorer(model),
            social.READINGS,
            tuple(sorted({level.tf for one in model.comparisons for level in one.levels if level.tf})),
            social.READING,
            calibrate.from_told(model.calibration),
        )
        self.held = dict[int, Held]()
        self.keys = dict[int, list[int]]()
        self.under = defaultdict[int, list[int]](list)
        self.counts = Counter[int]()

    def keep(self, number: int, voices: Sequence[cards.Voice], person: int | None) -> known.Asker:
        """Known under its number, in place of what was known before."""
        self.forget(number)
        card = cards.card(voices)
        row, keys = self.ready.read(card), keys_of(card)
        self.held[number] = Held(number, person, None if person is not None else number, row)
        self.keys[number] = keys
        for key in keys:
            self.under[key].append(number)
        self.counts.update(known.values(row, self.ready, person))
        return known.Asker(self.held[number], (number,), keys)

    def learn(self) -> bool:
        """A night: what stands behind numbers, as `teach` learns it. Whether there was anything to learn."""
        having = defaultdict[str, dict[int, Held]](dict)
        for held in self.held.values():
            for number in _numbers(held) if held.person is not None else ():
                having[number][held.id] = held
        met = list[behind.Met]()
        for held in self.held.values():
            few = [having[number] for number in _numbers(held) if len(having[number]) <= behind.SHARED]
            for other in (
                {one.id: one for found in few for one in found.values()}.values() if held.person is None else ()
            ):
                one, two = dict(held.row), dict(other.row)
                known.frequent([one], self.ready, self.counts, unknown=0)
                known.frequent([two], self.ready, self.counts)
                met += [found for found in [teach.met_of(self.ready.scorer, held.id, one, two)] if found is not None]
        habit = behind.learn(met, max(1, self.counts[known.POOL]))
        if habit is not None:
            model = behind.with_habit(self.ready.model, habit.comparison)
            self.ready = replace(self.ready, model=model, scorer=Scorer(model))
        return habit is not None

    def forget(self, number: int) -> None:
        """Nobody is found under it any more."""
        if number in self.held:
            for key in self.keys.pop(number):
                self.under[key].remove(number)
            held = self.held.pop(number)
            self.counts.subtract(known.values(held.row, self.ready, held.person))

    def weigh(self, asker: known.Asker) -> list[Weighed]:
        """What is thought of each candidate."""
        keys = asker.keys[: known.LOOKED_UNDER]
        under = {(0, key): self.under[key][: known.BLOCK + 1] for key in keys if key in self.under}
        best = known._likeliest(asker, 0, under, known.Found())
        others = [Held(one, self.held[one].person, self.held[one].profile, dict(self.held[one].row)) for one in best]
        known.frequent([one.row for one in others], self.ready, self.counts)
        pool = known.frequent([asker.held.row], self.ready, self.counts, unknown=0)
        score = self.ready.scorer.against(asker.held.row)
        scored = [(other, score(other.row)) for other in others]
        return live.weigh(asker, scored, Standing(), self.ready, max(pool, len(others)))


def _numbers(held: Held) -> set[str]:
    return {str(value).partition(" ")[0] for value in held.row.get("behind") or ()}


Outcome = tuple[list[Found], list[Found]]
"""What is found for each profile in the end, and those of it that may be accepted at once."""


def run(
    people: Sequence[tuple[str, list[cards.Voice]]],
    profiles: Sequence[tuple[str, cards.Voice]],
    truth: dict[str, set[str]],
) -> tuple[Outcome, Outcome | None]:
    """On day one, and a night later; None where the night taught nothing."""
    pool, ids = Pool(), dict[int, str]()
    voices = dict[int, list[cards.Voice]]()
    for number, (key, told) in enumerate(people, 1):
        pool.keep(number, told, number)
        ids[number], voices[number] = key, told
    first = len(people) + 1
    askers = {number: pool.keep(number, [voice], None) for number, (_, voice) in enumerate(profiles, first)}
    found = dict[int, tuple[float, int, bool, bool]]()

    def told() -> Outcome:
        rows = [
            (Found(sure, ids[person] in truth[profiles[number - first][0]], linked), at_once)
            for number, (sure, person, linked, at_once) in sorted(found.items())
        ]
        return [row for row, _ in rows], [row for row, at_once in rows if at_once]

    def add(number: int, person: int) -> known.Asker:
        voices[person].append(profiles[number - first][1])
        return pool.keep(person, voices[person], person)

    _look(pool, askers, found, add)
    day_one = told()
    if not pool.learn():
        return day_one, None
    _look(pool, {number: one for number, one in askers.items() if number in pool.held}, found, add)
    return day_one, told()


def _look(
    pool: Pool,
    askers: Mapping[int, known.Asker],
    found: dict[int, tuple[float, int, bool, bool]],
    add: Callable[[int, int], known.Asker],
) -> None:
    """Everybody once, and again who shares a key with somebody that gained a profile."""
    waiting, asked = list(askers), set[int]()
    while waiting:
        number = waiting.pop()
        weighed = [one for one in pool.weigh(askers[number]) if one.other.person is not None]
        if not weighed:
            found.pop(number, None)
            continue
        best = weighed[0]
        person = best.other.person or 0
        rival = weighed[1].probability if len(weighed) > 1 else 0.0
        is_clear = best.probability >= review.LEAST and rival <= 1 - review.LEAST and not best.candidate.conflicts
        found[number] = (best.probability, person, best.is_beyond_doubt, is_clear and not best.is_beyond_doubt)
        if best.is_beyond_doubt:
            pool.forget(number)
            keys = add(number, person).keys
            near = {
                one for key in keys if len(pool.under[key]) <= known.BLOCK for one in pool.under[key] if one in askers
            }
            waiting += [one for one in near if one not in asked and (one not in found or not found[one][2])]
            asked |= near


def _both(name: str, outcome: tuple[Outcome, Outcome | None], there: int, profiles: int) -> dict[str, float]:
    day_one, later = outcome
    figures = _told(name, day_one[0], there, day_one[1], profiles)
    return figures | (_told(f"{name}, a night later", later[0], there, later[1], profiles) if later else {})


def _told(name: str, found: list[Found], there: int, at_once: list[Found], profiles: int) -> dict[str, float]:
    linked = [one for one in found if one.linked]
    asked = [one for one in found if not one.linked and one.probability >= social.RULE.review]
    half = [one for one in asked if one.probability >= 0.5]
    return {
        f"{name}: recall at precision .99": recall(found, there),
        f"{name}: automatic links": len(linked),
        f"{name}: precision of automatic links": sum(one.right for one in linked) / max(len(linked), 1),
        f"{name}: recall of automatic links": sum(one.right for one in linked) / max(there, 1),
        f"{name}: asked about, of 1,000 profiles": 1000 * len(asked) / max(profiles, 1),
        f"{name}: right among those asked about": sum(one.right for one in asked) / max(len(asked), 1),
        f"{name}: asked about from .5 on, of 1,000 profiles": 1000 * len(half) / max(profiles, 1),
        f"{name}: right ones that .5 would not ask about": sum(one.right for one in asked)
        - sum(one.right for one in half),
        f"{name}: accepted at once from .9 on, right": sum(one.right for one in at_once),
        f"{name}: accepted at once from .9 on, wrong": sum(not one.right for one in at_once),
        f"{name}: accepted at once, error expected": sum(1 - one.probability for one in at_once) / max(len(at_once), 1),
        f"{name}: accepted at once, error": sum(not one.right for one in at_once) / max(len(at_once), 1),
    }


def accounts(seed: int) -> dict[str, float]:
    """Handles only, against names only."""
    listed, held, there = file_link.world(*data("social_persons.csv", "social_accounts.csv"), seed)
    people = [(key, [_voice(number, OWN, key, told={"name": name})]) for number, (key, name) in enumerate(listed, 1)]
    profiles = [
        (one.id, _voice(number, one.network, one.handle, name=one.handle))
        for number, one in enumerate(held, len(listed) + 1)
    ]
    return _both(f"accounts {seed}", run(people, profiles, {one.id: {one.person} for one in held}), there, len(held))


def town(size: int, seed: int) -> dict[str, float]:
    """Display names, biographies and sites against what an import keeps of the customers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "mutuals", "town", "--people", str(size), "--days", "1", "--seed", str(seed)]
        subprocess.run(
            [*command, "--now", "2026-11-01T00:00:00Z", "--out", name], check=True, stdout=subprocess.DEVNULL
        )
        truth = file_link._truth(folder / "truth" / "people.jsonl")
        shown = {
            **dict(file_link._shown(folder / "mastodon.jsonl")),
            **dict(file_link._shown(folder / "bluesky.jsonl")),
        }
        people = list(_customers(folder / "customers.csv"))
    profiles = [
        (key, _shown(number, *row)) for number, (key, row) in enumerate(sorted(shown.items()), 3 * len(people) + 1)
    ]
    known_of = {key: truth.get(key, set()) for key in shown}
    there = sum(map(bool, known_of.values()))
    return _both(f"town {size}", run(people, profiles, known_of), there, len(profiles))


def _voice(
    number: int, network: str, key: str, *, name: str = "", shown: str = "", told: Mapping[str, object] | None = None
) -> cards.Voice:
    return cards.Voice(number, network, key, name, shown, "", "", told or {})


def _customers(path: Path) -> Iterator[tuple[str, list[cards.Voice]]]:
    """As an import keeps them: rows of one address and one initial are one person, known by the first of the ids."""
    held = dict[str, list[cards.Voice]]()
    of = dict[str, str]()
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            told = {
                name: value for name, value in row.items() if value and name not in ("email", "phone", "tags", "note")
            }
            told["name"] = f"{row['given_name']} {row['family_name']}".strip()
            own = [_voice(3 * number + 1, OWN, row["customer_id"], told=told)]
            mail = [_voice(3 * number + 2, "email", one, name=one) for one in [row["email"]] if one]
            phone = [_voice(3 * number + 3, "phone", one.replace(" ", "")) for one in [row["phone"]] if one]
            first = of.setdefault(f"{row['email'] or row['customer_id']} {row['given_name'][:1]}", row["customer_id"])
            held.setdefault(first, []).extend([*own, *mail, *phone])
    yield from held.items()


def _shown(number: int, network: str, handle: str, shown: str, bio: str, sites: str) -> cards.Voice:
    told = {"bio": bio.strip(), "sites": sites.split(";") if sites else []}
    return _voice(number, network, handle, name=f"@{handle}", shown=shown, told={k: v for k, v in told.items() if v})


def main(names: Sequence[str]) -> int:
    """Every figure as JSON; by name (accounts-1, town-2000-3) as lines."""
    if names:
        for one in names:
            kind, *numbers = one.split("-")
            for name, value in {"accounts": accounts, "town": town}[kind](*map(int, numbers)).items():
                print(f"{name:64} {value:.4f}", flush=True)
        return 0
    figures = list[Figure]()
    for made in (*(partial(town, *one) for one in TOWNS), *(partial(accounts, one) for one in SEEDS)):
        for name, value in made().items():
            asked = ">= 0.99" if name.endswith("precision of automatic links") else ""
            figures.append(Figure(f"live, {name}", value, "", asked))
    print(json.dumps([asdict(figure) for figure in figures]))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
    import django

    django.setup()
    from mutuals.identity import cards, known, live, review, teach, weights
    from mutuals.identity.conclude import Weighed
    from mutuals.identity.keys import keys_of
    from mutuals.identity.known import Held
    from mutuals.identity.model import behind, calibrate, social
    from mutuals.identity.model.score import Scorer
    from mutuals.identity.standing import Standing
    from mutuals.people.profiles import OWN

    sys.exit(main(sys.argv[1:]))
