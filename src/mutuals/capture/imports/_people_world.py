"""What a batch of people needs to know of the tables, and of what a preview pretends to have written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mutuals.base import bulk
from mutuals.capture.imports.decisions import Pair, Ref, Shadow, joined, parted
from mutuals.people import erased
from mutuals.people.choice import Voice, chosen
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.people.names import fold, tidy
from mutuals.people.persons import VOICE

_PROFILES = """
SELECT p.network, p.key, p.id, own.canonical_id, p.organisation_id, p.is_ours, p.name, p.shown, p.label, p.fields::text
FROM unnest(%s::varchar[], %s::varchar[]) AS asked(network, key)
JOIN people_profile p ON p.network = asked.network AND p.key = asked.key
LEFT JOIN people_person own ON own.id = p.person_id
"""


@dataclass(slots=True)
class Presence:
    """A profile as the batch sees it; `seen` is the first row of this file that spoke about it."""

    id: int | None = None
    person: Ref | None = None
    organisation: int | None = None
    is_ours: bool = False
    name: str = ""
    shown: str = ""
    label: str = ""
    is_erased: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    attach: bool = False
    fresh: dict[str, Any] = field(default_factory=dict)  # fields to be written
    was: dict[str, Any] = field(default_factory=dict)  # its fields before this batch
    named: set[str] | None = None  # what rows of this batch tell by it, new or not; None = they do not speak of it
    seen: int = 0

    def told(self, fields: dict[str, Any]) -> bool:
        """Take over new fields; True where any differs."""
        new = {name: one for name, one in fields.items() if self.fields.get(name) != one}
        self.fields = fields
        self.fresh |= new
        return bool(new)

    def kept(self) -> dict[str, Any]:
        """What the shadow keeps of it."""
        return {name: getattr(self, name) for name in ("id", "person", "name", "shown", "label", "fields")}

    def voice(self, pair: Pair, place: int) -> Voice:
        """How it speaks about its person; a profile not yet written speaks after all others."""
        number = self.id if self.id is not None else 2**62 + place
        return Voice(number, *pair, self.name, self.shown, self.label, self.fields)


@dataclass(slots=True)
class Human:
    """A person as the batch sees them."""

    name: str = ""
    told: list[str] = field(default_factory=list)  # names given in this batch
    tags: list[str] = field(default_factory=list)
    ties: list[list[str]] = field(default_factory=list)  # folded organisation and role
    pairs: list[Pair] = field(default_factory=list)  # profiles given in this import
    numbers: list[str] = field(default_factory=list)  # in the source's own system, as they were before this import
    since: datetime | None = None
    is_new: bool = False
    is_renamed: bool = False
    new_tags: bool = False
    old_tags: list[str] = field(default_factory=list)  # before this batch
    new_ties: list[tuple[str, str]] = field(default_factory=list)  # organisation as written, and role

    def join(self, tags: Iterable[str], organisation: str, role: str) -> bool:
        """Take over tags and a place in an organisation; True where either is new."""
        before = len(self.tags)
        for tag in tags:
            clean = tidy(tag, at_most=40)
            if clean and clean not in self.tags and len(self.tags) < 50:
                self.tags.append(clean)
        self.new_tags |= len(self.tags) > before
        tie = [fold(organisation)[:200], tidy(role, at_most=120)]
        if not tie[0] or tie in self.ties:
            return len(self.tags) > before
        self.ties.append(tie)
        self.new_ties.append((organisation, tie[1]))
        return True

    def tell(self, name: str, pair: Pair) -> None:
        """Note a profile that speaks for this person anew, and the name that it gives."""
        self.is_renamed = True
        if name:
            self.told.append(name)
        if pair not in self.pairs:
            self.pairs.append(pair)


class World:
    """Profiles and persons around a batch. Loading is eight statements, whatever its size."""

    def __init__(self, shadow: Shadow, system: str) -> None:
        self._shadow, self._system = shadow, system
        self._profiles: dict[Pair, Presence] = {}
        self._saw: dict[str, int] = {}
        self._named: list[str] = []  # folded names of the people as they were loaded
        self.people: dict[Ref, Human] = {}
        self.names: set[str] = set()

    def load(self, pairs: Iterable[Pair], names: Iterable[str]) -> None:
        """Read what is known of these profiles, their people, and persons of these folded names."""
        wanted = sorted(set(pairs))
        self._profiles = {pair: Presence() for pair in wanted}
        asked_for = [bulk.array(one for one, _ in wanted), bulk.array(key for _, key in wanted)]
        for network, key, *rest, fields in bulk.execute(_PROFILES, asked_for):
            state = self._profiles[network, key] = Presence(*rest)
            state.fields = state.was = json.loads(fields)
        for pair in erased.which(wanted):
            self._profiles[pair].is_erased = True
        for key, number in self._shadow.get(f"seen:{joined(pair)}" for pair in wanted).items():
            self._profiles[parted(key)].seen = number
        for key, kept in self._shadow.get(f"profile:{joined(pair)}" for pair in wanted).items():
            state = self._profiles[parted(key)]
            state.person, state.fields = kept["person"], kept["fields"]
        self._load_people({state.person for state in self._profiles.values() if state.person is not None})
        asked = {name[:200] for name in names if name}
        self.names = set(Person.objects.filter(name_key__in=bulk.among_texts(asked)).values_list("name_key", flat=True))
        self.names |= {key.removeprefix("name:") for key in self._shadow.get(f"name:{name}" for name in asked)}

    def at(self, pair: Pair) -> Presence:
        """One profile; one that was not asked for counts as unknown."""
        return self._profiles.setdefault(pair, Presence())

    def number_of(self, ref: Ref) -> str:
        """A number that a person has in the source's own system; "" = none."""
        human = self.people[ref]
        given = [key for network, key in human.pairs if network == self._system and not key.startswith("row:")]
        return next(iter([*human.numbers, *given]), "")

    def saw(self, record: Pair, number: int) -> None:
        """Note that a row of this file was about a record."""
        state = self.at(record)
        if not state.seen:
            state.seen = self._saw[f"seen:{joined(record)}"] = number

    def changed_profiles(self) -> dict[Pair, Presence]:
        """Profiles that the batch makes or changes."""
        return {pair: state for pair, state in self._profiles.items() if state.attach or state.fresh}

    def named_profiles(self) -> dict[Pair, Presence]:
        """Profiles of which rows of the batch speak, whether they tell anything new or not."""
        return {pair: state for pair, state in self._profiles.items() if state.named is not None}

    def remember_seen(self) -> None:
        """Keep which records this batch was about, and the names that may be replaced."""
        before = {f"name:{name}": 1 for name in self._named}
        self._shadow.put(self._saw | before)

    def remember_all(self) -> None:
        """Keep everything the batch would have written, as a later batch would read it."""
        for ref, human in self.people.items():
            if human.is_renamed:
                human.name = self._name_chosen(ref, human)
        told: dict[str, Any] = {
            f"profile:{joined(pair)}": state.kept() for pair, state in self.changed_profiles().items()
        }
        for ref, human in self.people.items():
            told[f"person:{ref}"] = {"name": human.name, "tags": human.tags, "ties": human.ties, "pairs": human.pairs}
            told[f"name:{fold(human.name)[:200]}"] = 1
        self._shadow.put(told)

    def _load_people(self, refs: set[Ref]) -> None:
        ids = bulk.among(ref for ref in refs if isinstance(ref, int))
        for pk, name, tags in Person.objects.filter(pk__in=ids).values_list("pk", "name", "tags"):
            self.people[pk] = Human(name, tags=tags, old_tags=list(tags))
            self._named.append(fold(name)[:200])
        places = Affiliation.objects.filter(person__canonical_id__in=ids).order_by("pk")
        for pk, key, role in places.values_list("person__canonical_id", "organisation__name_key", "role"):
            self.people[pk].ties.append([key, role])
        known = Profile.objects.filter(network=self._system, person__canonical_id__in=ids).order_by("pk")
        for pk, key in known.exclude(key__startswith="row:").values_list("person__canonical_id", "key"):
            self.people[pk].numbers.append(key)
        for key, kept in self._shadow.get(f"person:{ref}" for ref in refs).items():
            ref = key.removeprefix("person:")
            pairs = [(network, own) for network, own in kept["pairs"]]
            whose: Ref = int(ref) if ref.isdigit() else ref
            before = self.people[whose].numbers if whose in self.people else []
            self.people[whose] = Human(kept["name"], [], kept["tags"], kept["ties"], pairs, numbers=before)

    def _name_chosen(self, ref: Ref, human: Human) -> str:
        """The name that stands on the page once the batch is written; the same choice as `people.persons.choose`."""
        voices: dict[Pair, Voice] = {}
        if isinstance(ref, int):
            found = Profile.objects.filter(person__canonical_id=ref)
            for voice in found.values_list(*VOICE):
                voices[voice[1], voice[2]] = Voice(*voice)
        kept = self._shadow.get(f"profile:{joined(pair)}" for pair in human.pairs)
        for place, pair in enumerate(human.pairs):
            state = self._profiles.get(pair) or Presence(**kept.get(f"profile:{joined(pair)}", {}))
            before = voices.get(pair)
            voices[pair] = replace(state.voice(pair, place), precedence=before.precedence if before else 0)
        return str(chosen(voices.values())["name"])
