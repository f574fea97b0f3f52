"""Merges and splits as staff see them: what would happen, what happened, and taking back any of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from mutuals.base.refusals import Refusal
from mutuals.identity import edges, forest, merge, picks, split
from mutuals.identity.merge import Done
from mutuals.identity.models import Merge, Split
from mutuals.people import canonical, hanging, persons
from mutuals.people.choice import Voice, chosen, merged
from mutuals.people.hanging import Thing
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.people.queries import cluster
from mutuals.staff.models import User
from mutuals.staff.permissions import require

_NOTHING = "There is nothing to take back under this name: it never was, or its people were erased."


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of two persons: what each has, what would stand without a choice, and the sides that may be chosen."""

    name: str
    kept: Any
    gone: Any
    result: Any
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many things of a kind are on which side: kept and gone of a merge, stays and goes of a split."""

    name: str
    here: int
    there: int


@dataclass(frozen=True, slots=True)
class Together:
    """What a merge would make of two persons. `against` says what speaks against it; [] = nothing."""

    kept: Person
    gone: Person
    choices: list[Choice]
    shares: list[Share]
    against: list[str]

    @property
    def names(self) -> dict[str, str]:
        """Both as they are told apart."""
        return dict(zip(("kept", "gone"), told_apart(self.kept, self.gone), strict=True))


@dataclass(frozen=True, slots=True)
class Apart:
    """Where each thing goes in a split: counts by kind, and what is asked about, by kind."""

    person: Person
    other: Person | None  # None = a new person
    shares: list[Share]
    asked: dict[str, list[Thing]]
    called: tuple[str, str] | None = None  # of a merge: by what their own records say

    @property
    def names(self) -> dict[str, str]:
        """Both as they are told apart."""
        return dict(zip(("stays", "goes"), self.called or told_apart(self.person, self.other), strict=True))


@dataclass(frozen=True, slots=True)
class Past:
    """One merge or split of the past. `key` is for `undo`: of what stands it takes it back, of what was undone it does it
    again; `kind` is merge or split."""

    key: str
    kind: str
    at: datetime
    by: str
    person: Person  # who was kept, or was split
    other: Person  # who was merged away, or who got the profiles
    moved: dict[str, int]
    undone_at: datetime | None
    undone_by: str
    names: tuple[str, str]  # of both; of a merge by what their own records say

    @property
    def told_apart(self) -> tuple[str, str]:
        """Both names, with their numbers where they are the same."""
        return _numbered(self.names, self.person, self.other)


def told_apart(one: Person, other: Person | None) -> tuple[str, str]:
    """Two people as they are called, with their numbers where that is the same name; nobody yet is somebody new."""
    names = str(one), str(other or "somebody new")
    return names if other is None else _numbered(names, one, other)


def called_before(pairs: Sequence[tuple[Person, Person]]) -> list[tuple[str, str]]:
    """Those who were merged, as they are called by their own records: whoever was kept may have the other one's name now."""
    own = picks.own_names({person.pk for pair in pairs for person in pair})
    found = []
    for one, other in pairs:
        gone = own[other.pk] or str(other)
        kept = own[one.pk] or (str(one) if str(one) != gone else f"Person {one.pk}")
        found.append((kept, gone))
    return found


def _numbered(names: tuple[str, str], one: Person, other: Person) -> tuple[str, str]:
    return names if names[0] != names[1] else (f"{names[0]} ({one.pk})", f"{names[1]} ({other.pk})")


def together(one: Person, other: Person, *, viewer: User, keep: Person | None = None) -> Together:
    """Before a merge. Refused: a person with themself or with whom they are merged already."""
    require(viewer, "person.merge")
    roots = _roots(one, other)
    first, second = roots[one.pk], roots[other.pk]
    if first.pk == second.pk:
        raise Refusal("These are one person already: choose another one to merge with.")
    kept = min((first, second), key=lambda person: (person.created_at, person.pk))
    if keep is not None:
        kept = roots.get(keep.pk, kept)
    gone = second if kept.pk == first.pk else first
    ids = cluster(kept), cluster(gone)
    return Together(
        kept,
        gone,
        _choices(kept, gone, merged(persons.voices(ids[0]), persons.voices(ids[1]))),
        _shares((ids[0], edges.profiles_of(ids[0])), (ids[1], edges.profiles_of(ids[1]))),
        merge.reasons_against(kept, gone),
    )


def apart_whole(row: Merge, *, viewer: User) -> Apart:
    """Before a whole person is split off, or a merge is undone. Refused: one that is undone already."""
    require(viewer, "person.merge")
    if row.undone_at is not None:
        raise Refusal("These two were split already.")
    root = _roots(row.kept)[row.kept_id]
    leave = forest.under(row.gone_id)
    stay = [number for number in cluster(root) if number not in set(leave)]
    shares = _shares((stay, edges.profiles_of(stay)), (leave, edges.profiles_of(leave)))
    return Apart(root, row.gone, shares, {}, _numbered(called_before([(root, row.gone)])[0], root, row.gone))


def apart(person: Person, profile_ids: Sequence[int], *, viewer: User, to: Person | None = None) -> Apart:
    """Before some profiles are split off: what follows them, and what staff are asked about."""
    require(viewer, "person.merge", person)
    root = _roots(person)[person.pk]
    ids = cluster(root)
    leave = list(Profile.objects.filter(pk__in=list(profile_ids), person__in=ids).values_list("pk", flat=True))
    stay = [number for number in edges.profiles_of(ids) if number not in set(leave)]
    asked = {
        name: there for name, kind in hanging.kinds().items() if kind.things and (there := kind.things(ids, leave))
    }
    return Apart(root, to, _shares((ids, stay), ([], leave)), asked)


def undo(key: str, *, by: User, now: datetime) -> Done:
    """Take back a merge or a split, or do once more what was taken back, by the key that an act or the history told.

    Refused: a key that nothing has, or has any more.
    """
    kind, _, number = key.partition(":")
    acts: dict[str, tuple[type[Merge] | type[Split], Any]] = {
        "merge": (Merge, merge.undo),
        "unmerge": (Merge, merge.again),
        "split": (Split, split.undo),
        "unsplit": (Split, split.again),
    }
    if kind not in acts or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise Refusal(_NOTHING)
    table, act = acts[kind]
    row = table._default_manager.filter(pk=int(number)).first()
    if row is None:
        raise Refusal(_NOTHING)
    done: Done = act(row, by=by, now=now)
    return done


def part(key: str, *, by: User, now: datetime, note: str = "") -> Done:
    """Whoever was merged in leaves with everything of theirs, and no machine joins the two again, by the key of the merge.

    Refused: a key of something else, or one that nothing has any more.
    """
    return split.whole(merge_of(key), by=by, now=now, note=note)


def merge_of(key: str) -> Merge:
    """The merge that a key names, undone or not. Refused: one of something else, or that nothing has any more."""
    kind, _, number = key.partition(":")
    if kind not in ("merge", "unmerge") or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        raise Refusal("Only a merge can be split off as a whole, by its key: merge:12.")
    row = Merge.objects.select_related("kept", "gone").filter(pk=int(number)).first()
    if row is None:
        raise Refusal(_NOTHING)
    return row


def history(
    person: Person | None = None, *, viewer: User, before: datetime | None = None, limit: int = 50
) -> list[Past]:
    """Merges and splits of a person and of all who are one with them, or of everybody; newest first."""
    require(viewer, "person.merge")
    merges = Merge.objects.select_related("kept", "gone")
    splits = Split.objects.select_related("person", "to")
    if person is not None:
        ids = cluster(person)
        merges = merges.filter(Q(kept__in=ids) | Q(gone__in=ids))
        splits = splits.filter(Q(person__in=ids) | Q(to__in=ids))
    if before is not None:
        merges, splits = merges.filter(at__lt=before), splits.filter(at__lt=before)
    joined = list(merges.order_by("-at", "-pk")[:limit])
    names = called_before([(row.kept, row.gone) for row in joined])
    found = [_merged(row, told) for row, told in zip(joined, names, strict=True)]
    found += [_parted(row) for row in splits.order_by("-at", "-pk")[:limit]]
    return sorted(found, key=lambda past: past.at, reverse=True)[:limit]


def merges_of(person: Person) -> list[Past]:
    """The live merges that made a person what they are, oldest first: each can be split off as a whole."""
    rows = Merge.objects.filter(gone__in=cluster(person), undone_at=None).select_related("kept", "gone").order_by("pk")
    names = called_before([(row.kept, row.gone) for row in rows])
    return [_merged(row, told) for row, told in zip(rows, names, strict=True)]


def _roots(*people: Person) -> dict[int, Person]:
    """Whoever these became; read, not held. Refused: Gone."""
    roots = canonical.of(person.pk for person in people)
    rows = Person.objects.in_bulk(list(roots.values()))
    if any(roots.get(person.pk) not in rows for person in people):
        raise Gone
    return {number: rows[root] for number, root in roots.items()}


def _choices(kept: Person, gone: Person, voices: Sequence[Voice]) -> list[Choice]:
    stands = chosen(voices)
    fields = [
        Choice(name, getattr(kept, name), getattr(gone, name), stands[name], (picks.KEPT, picks.GONE))
        for name in picks.FIELDS
    ]
    for name, column in picks.COLUMNS.items():
        one, other = getattr(kept, column), getattr(gone, column)
        both = picks.combined(one, other, picks.BOTH)
        fields.append(Choice(name, one, other, both, (picks.BOTH, picks.KEPT, picks.GONE)))
    return fields


def _shares(here: tuple[Sequence[int], Sequence[int]], there: tuple[Sequence[int], Sequence[int]]) -> list[Share]:
    ours, theirs = hanging.counts_for(*here), hanging.counts_for(*there)
    return [
        Share(name, ours.get(name, 0), theirs.get(name, 0)) for name in hanging.kinds() if name in {**ours, **theirs}
    ]


def _merged(row: Merge, names: tuple[str, str]) -> Past:
    key = f"{'unmerge' if row.undone_at else 'merge'}:{row.pk}"
    return Past(key, "merge", row.at, row.by, row.kept, row.gone, {}, row.undone_at, row.undone_by, names)


def _parted(row: Split) -> Past:
    key = f"{'unsplit' if row.undone_at else 'split'}:{row.pk}"
    moved = {name: len(pairs) for name, pairs in row.moved.items()}
    names = str(row.person), str(row.to)
    return Past(key, "split", row.at, row.by, row.person, row.to, moved, row.undone_at, row.undone_by, names)
