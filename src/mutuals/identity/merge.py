"""Two persons become one, and are parted again: by staff alone, no machine merges two persons. A merge is an edge, a row and
one column: nothing else is rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.identity import edges, forest, picks
from mutuals.identity.edges import Grounds
from mutuals.identity.link import settle, settle_later
from mutuals.identity.models import Edge, Link, LinkState, Merge, Verdict
from mutuals.identity.remark import own_record
from mutuals.people import canonical, persons
from mutuals.people.models import Person
from mutuals.people.queries import cluster
from mutuals.staff.models import User
from mutuals.staff.permissions import require


class Blocked(Refusal):
    """Something speaks against this merge; staff may merge `anyway`. `reasons` says what, one sentence each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"{' '.join(reasons)} Merge them anyway only if that was a mistake.")
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act. `key` names it for `joins.undo`; `person` is the canonical person that it was about."""

    key: str
    person: Person
    other: Person | None = None  # whoever was merged away, or stands alone now
    is_new: bool = True  # False: it was done before, and nothing was changed now
    edited_since: tuple[str, ...] = ()  # what staff changed after the act that was undone; their edits stay


@gate.giving_way
@transaction.atomic
def merge(
    one: Person,
    other: Person,
    *,
    by: User,
    now: datetime,
    keep: Person | None = None,
    choices: Mapping[str, str] | None = None,
    anyway: bool = False,
    note: str = "",
) -> Done:
    """Two persons are one human. The same merge twice is one; ids that were merged away stand for whom they became.

    `keep` is one of the two, else whoever is known longer. `choices` says by field whose value stands ("kept", "gone";
    for tags, stage, owner and team also "both", which is the rule): a field without a choice stays that of whoever is kept,
    where they have one of equal standing (staff before files before what a presence calls itself).
    Refused: a person with themself, an unknown field (Unfit), somebody erased (Gone), and Blocked where staff said that
    they are two, unless they are to be merged `anyway`.
    """
    require(by, "person.merge", one)
    wanted = picks.check(choices or {})
    if one.pk == other.pk:
        raise Refusal("These are one person already: choose another one to merge with.")
    forest.alone()
    roots = canonical.held([one.pk, other.pk])
    kept, gone = roots[one.pk], roots[other.pk]
    if kept.pk == gone.pk:
        return _before(one, other, kept)
    if keep is not None and keep.pk not in (one.pk, other.pk, kept.pk, gone.pk):
        raise Refusal("Whoever is kept must be one of the two.")
    first = min((kept, gone), key=lambda person: (person.created_at, person.pk))
    stays = first.pk if keep is None else roots[keep.pk].pk if keep.pk in roots else keep.pk
    kept, gone = (kept, gone) if kept.pk == stays else (gone, kept)
    against = _against(kept, gone)
    if against and not anyway:
        raise Blocked([one.words for one in against])
    edges.end([one.edge for one in against if one.edge is not None], now=now)
    who = f"staff:{by.pk}"
    return _join(kept, gone, wanted, edges.said_by(by, "said they are one person", note), by=who, now=now)


def reasons_against(one: Person, other: Person) -> list[str]:
    """What speaks against merging two persons, in words; [] = nothing."""
    return [found.words for found in _against(one, other)]


def unless_said_since(one: Person, other: Person, since: datetime) -> None:
    """Raise Blocked where staff said after `since` that these two are not one: an old act is not done again over that."""
    later = [found.words for found in _against(one, other) if found.by.startswith("staff:") and found.since > since]
    if later:
        raise Blocked(later)


@gate.giving_way
@transaction.atomic
def undo(row: Merge, *, by: User, now: datetime) -> Done:
    """As if this merge had not been: whoever was gone, with all who were merged into them, stands alone again.

    Values that it took are given back, unless staff changed them since. Everything that came in by a profile is with its
    person, whenever it came. Undoing twice is undoing once. Refused: Gone.
    """
    require(by, "person.merge")
    forest.alone()
    roots = canonical.held([row.kept_id, row.gone_id])
    row = Merge.objects.select_for_update().get(pk=row.pk)
    if row.undone_at is not None:
        return Done(f"unmerge:{row.pk}", roots[row.kept_id], roots[row.gone_id], is_new=False)
    edited = picks.give_back(row, now=now)
    Merge.objects.filter(pk=row.pk).update(undone_at=now, undone_by=f"staff:{by.pk}")
    apart = forest.under(row.gone_id)
    canonical.part(apart, row.gone_id)
    if row.edge is not None:
        edges.take_back(row.edge, now=now)
    root = roots[row.kept_id].pk
    _name_anew(row.kept_id, now=now)
    _differ_again(apart, cluster(roots[row.kept_id]), now=now)
    settle([root, row.gone_id], now=now)
    settle_later([root, row.gone_id], now=now)
    _note("person.unmerged", row, by=by)
    people = Person.objects.in_bulk([root, row.gone_id])
    return Done(f"unmerge:{row.pk}", people[root], people[row.gone_id], edited_since=tuple(edited))


def again(row: Merge, *, by: User, now: datetime) -> Done:
    """Merge once more what was undone, with the same choices. Blocked where staff said since that they are two."""
    if row.undone_at is not None:
        unless_said_since(row.kept, row.gone, row.undone_at)
    choices = {name: told["chose"] for name, told in row.choices.items()}
    return merge(row.kept, row.gone, by=by, now=now, keep=row.kept, choices=choices, anyway=True)


def _join(kept: Person, gone: Person, choices: Mapping[str, str], grounds: Grounds, *, by: str, now: datetime) -> Done:
    """Both are canonical, held and two."""
    told = picks.take(kept, gone, choices, by=by, now=now)
    pair = own_record(kept, now=now).pk, own_record(gone, now=now).pk
    edge = edges.say(*pair, Verdict.SAME, grounds, by=by, now=now)
    row = Merge.objects.create(kept=kept, gone=gone, edge=edge, choices=told, by=by, at=now)
    canonical.join(gone, kept)
    settle([kept.pk], now=now)
    settle_later([kept.pk], now=now)
    _note("person.merged", row, by=by)
    kept.refresh_from_db()
    gone.refresh_from_db()
    return Done(f"merge:{row.pk}", kept, gone)


def _before(one: Person, other: Person, root: Person) -> Done:
    row = forest.joined_by(one.pk, other.pk)
    return Done(f"merge:{row.pk}" if row else "", root, row.gone if row else None, is_new=False)


@dataclass(frozen=True, slots=True)
class _Against:
    """Something that speaks against a merge, in words, by whom and since when; the edge that would have to end."""

    words: str
    by: str
    since: datetime
    edge: Edge | None = None


def _against(one: Person, other: Person) -> list[_Against]:
    sides = [cluster(one), cluster(other)]
    profiles = [edges.profiles_of(side) for side in sides]
    apart = edges.between(*profiles).filter(verdict=Verdict.DIFFERENT).order_by("pk")
    found = [_Against(_apart(edge), edge.by, edge.since, edge) for edge in apart]
    refused = Link.objects.filter(
        Q(profile__in=profiles[0], person__in=sides[1]) | Q(profile__in=profiles[1], person__in=sides[0]),
        state=LinkState.REJECTED,
        until=None,
    )
    if row := refused.select_related("profile").order_by("-since", "pk").first():
        words = f"It was said on {row.since:%d %B %Y} that {row.profile} is not theirs."
        found.append(_Against(words, row.by, row.since))
    return found


def _apart(edge: Edge) -> str:
    who = "Staff said" if edge.by.startswith("staff:") else "The clues said"
    return f"{who} on {edge.since:%d %B %Y} that they are two different people."


def _name_anew(number: int, *, now: datetime) -> None:
    """Whoever kept them, and was merged away since, is called as without them; so are those who came after, up to today's.

    What changes nothing at one of them changes nothing further up: a chosen value is the best of all that were there.
    """
    while (onward := Merge.objects.filter(gone=number, undone_at=None).first()) is not None:
        if not persons.choose_away(number, forest.under(number), now=now):
            return
        number = onward.kept_id


def _differ_again(apart: Sequence[int], rest: Sequence[int], *, now: datetime) -> None:
    """What was held to be different, and had to end for some merge of these, is held to be so once more."""
    gone, kept = edges.profiles_of(apart), edges.profiles_of(rest)
    times = Merge.objects.filter(Q(kept__in=[*apart, *rest]) | Q(gone__in=[*apart, *rest])).values_list("at", flat=True)
    sides = Q(a__in=gone, b__in=kept) | Q(a__in=kept, b__in=gone)
    newest = {(edge.a_id, edge.b_id): edge for edge in Edge.objects.filter(sides).order_by("pk")}
    ended = [edge for edge in newest.values() if edge.verdict == Verdict.DIFFERENT and edge.until in set(times)]
    edges.again(ended, now=now)


def _note(kind: str, row: Merge, *, by: Any) -> None:
    for number in (row.kept_id, row.gone_id):
        journal.note(kind, f"person:{number}", by=by, merge=row.pk, kept=row.kept_id, gone=row.gone_id)
