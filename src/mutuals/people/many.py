"""One act on many people at once: tagging, giving to an owner, handing the list over as a file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.cells import csv_line
from mutuals.base.fields import words
from mutuals.base.filters import Condition
from mutuals.people.models import Person
from mutuals.people.persons import Unfit, clean_tags
from mutuals.people.queries import LONGEST_PAGE, Listed, list_people, listed, main_places
from mutuals.people.visibility import visible_to
from mutuals.records import book
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require

MOST = 200
EXPORTING = 10.0  # seconds for the next people of a list that goes into a file
_HEAD = ("Id", "Name", "Email", "Phone", "Organisation", "Role", "Town", "Country", "Language", "Stage", "Tags", "Owner",
         "Orders", "Bought for", "Currency", "Last order", "Last contact", "Known since")  # fmt: skip


def surviving(ids: Sequence[int]) -> tuple[list[int], int]:
    """Whom the people of these ids are today, each once, and how many of the ids were merged into somebody else.

    A list that was open while a colleague merged still names who was merged away: what is done to them is done to whom
    they became. Ids that nobody has are left out.
    """
    roots = dict(Person.objects.filter(pk__in=ids).values_list("pk", "canonical_id"))
    found = [roots[one] for one in ids if one in roots]
    return list(dict.fromkeys(found)), sum(root != number for number, root in roots.items())


@gate.giving_way
@transaction.atomic
def tag(ids: Sequence[int], word: str, *, by: User, now: datetime) -> list[int]:
    """Give people a tag; returns those who did not have it. Refused: more than 200 people, an empty tag, a 51st tag."""
    return _retag(ids, word, by=by, now=now, has=True)


@gate.giving_way
@transaction.atomic
def untag(ids: Sequence[int], word: str, *, by: User, now: datetime) -> list[int]:
    """Take a tag from people; returns those who had it."""
    return _retag(ids, word, by=by, now=now, has=False)


@gate.giving_way
@transaction.atomic
def give(owners: Mapping[int, int | None], *, by: User, now: datetime) -> dict[int, int | None]:
    """Give each person to an owner (None = nobody); returns the owners before, of those that changed.

    Refused: more than 200 people, an owner who has no access.
    """
    wanted = {owner for owner in owners.values() if owner is not None}
    if User.objects.filter(pk__in=wanted, is_active=True).count() < len(wanted):
        raise Unfit("Choose somebody who works here.", field="owner")
    before: dict[int, int | None] = {}
    for person in _locked(list(owners), by):
        new = owners[person.pk]
        if person.owner_id != new:
            before[person.pk] = person.owner_id
            Person.objects.filter(pk=person.pk).update(owner_id=new, changed_at=now)
            journal.note("person.edited", person, by=by, changes={"owner_id": [person.owner_id, new]})
    return before


def people_csv(
    viewer: User, *, where: Condition | None, ids: Sequence[int] = (), sort: str, zone: ZoneInfo, now: datetime
) -> Iterator[str]:
    """The people of a list, or those of `ids`, as lines of CSV in UTF-8, addresses as the viewer may read them.

    Times are in `zone`. Cells that a spreadsheet would run are made harmless. The journal keeps that it was taken out.
    """
    require(viewer, "list.export")
    journal.note("list.exported", viewer, by=viewer, people=len(ids) or "all of a list")
    rows = _chosen(viewer, ids) if ids else _listed(viewer, where, sort, zone, now)
    shapes = book.shapes("person") if may(viewer, "field.view") else ()
    head = (*_HEAD, *(one.label for one in shapes))
    told = ((*_cells(row, zone), *(words(one, row.person.custom, zone=zone) for one in shapes)) for row in rows)
    return itertools.chain([csv_line(head)], map(csv_line, told))


def _listed(viewer: User, where: Condition | None, sort: str, zone: ZoneInfo, now: datetime) -> Iterator[Listed]:
    after = ""
    while True:
        page = list_people(
            viewer, where=where, sort=sort, after=after, limit=LONGEST_PAGE, patience=EXPORTING, zone=zone, now=now
        )
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _chosen(viewer: User, ids: Sequence[int]) -> Iterator[Listed]:
    people = visible_to(viewer).filter(pk__in=list(ids)[:MOST]).select_related("owner").order_by("name_key", "pk")
    main = main_places([person.pk for person in people])
    for person in people:
        yield listed(person, main.get(person.pk), viewer)


def _cells(row: Listed, zone: ZoneInfo) -> tuple[Any, ...]:
    person = row.person
    return (
        person.pk, person.name, row.email, row.phone, row.organisation or "", row.role, person.city, person.country,
        person.language, person.stage, ", ".join(person.tags), person.owner or "", person.order_count,
        person.order_total, person.order_currency, _at(person.last_order_at, zone), _at(person.last_at, zone),
        _at(person.created_at, zone),
    )  # fmt: skip


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(" ", "minutes") if moment else ""


def _retag(ids: Sequence[int], word: str, *, by: User, now: datetime, has: bool) -> list[int]:
    wanted = clean_tags([word])
    if not wanted:
        raise Unfit("A tag is a word.", field="tag")
    changed = []
    for person in _locked(ids, by):
        if (wanted[0] in person.tags) is has:
            continue
        tags = clean_tags([*person.tags, wanted[0]] if has else [one for one in person.tags if one != wanted[0]])
        Person.objects.filter(pk=person.pk).update(tags=tags, changed_at=now)
        journal.note("person.edited", person, by=by, changes={"tags": [person.tags, tags]})
        changed.append(person.pk)
    return changed


def _locked(ids: Sequence[int], by: User) -> list[Person]:
    require(by, "person.edit")
    if len(set(ids)) > MOST:
        raise Unfit(f"At most {MOST} people at once.", field="id")
    gate.enter()
    people = visible_to(by).filter(pk__in=list(ids))
    return list(people.select_for_update(no_key=True, of=("self",)).order_by("pk"))
