"""The lists of this room, for `base.lists`: people, who are walked by a statement of their own, and organisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from mutuals.base import clock, lists
from mutuals.base.filters import Kind
from mutuals.base.lists import Act, Asked, Column, Listing, Narrow, Page, Ref, Sort
from mutuals.people import editing, organisations, queries
from mutuals.people.models import Affiliation, Organisation
from mutuals.people.names import fold
from mutuals.people.persons import Unfit, clean_tags
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.records.engine import name_references
from mutuals.staff.models import User
from mutuals.staff.permissions import may, require
from mutuals.staff.queries import active

MOST_TICKED = 200


def staff(viewer: Any) -> list[tuple[str, str]]:
    """Those who can own a record, as values and names; somebody who sees no colleagues finds themselves alone."""
    if not may(viewer, "user.view"):
        return [(str(viewer.pk), viewer.name)]
    return [(str(one.pk), one.name) for one in active()]


def exports(viewer: Any) -> None:
    """Refuse those who may not take a list out of the house."""
    require(viewer, "list.export")


def owner(row: Any) -> str | None:
    """Whose a record is."""
    return row.owner.name if row.owner else None


def _named(rows: QuerySet[Any], text: str, viewer: Any) -> QuerySet[Any]:
    key = fold(text)[:200]
    return rows.filter(Q(name_key__contains=key) | Q(domain__contains=key)) if key else rows


def _with_people(rows: list[Organisation], viewer: Any) -> None:
    """How many have a place there now, for a whole page in one statement."""
    places = Affiliation.objects.filter(organisation__in=[one.pk for one in rows], until=None).values("organisation")
    told = places.annotate(people=Count("person__canonical", distinct=True)).values_list("organisation", "people")
    counted = dict(told)
    for one in rows:
        one.people = counted.get(one.pk, 0)  # type: ignore[attr-defined]
    name_references("organisation", rows, viewer)


@transaction.atomic
def _tag(ids: Sequence[int], by: Any, word: str) -> str:
    return _retagged(ids, by, word, has=True)


@transaction.atomic
def _untag(ids: Sequence[int], by: Any, word: str) -> str:
    return _retagged(ids, by, word, has=False)


def _retagged(ids: Sequence[int], by: User, word: str, *, has: bool) -> str:
    require(by, "organisation.edit")
    wanted = clean_tags([word])
    if not wanted:
        raise Unfit("A tag is a word.", field="tag")
    now, changed = clock.now(), 0
    for row in organisations_visible_to(by).filter(pk__in=list(ids)[:MOST_TICKED]).order_by("pk"):
        if (wanted[0] in row.tags) is has:
            continue
        tags = [*row.tags, wanted[0]] if has else [one for one in row.tags if one != wanted[0]]
        organisations.edit(row, by=by, changes={"tags": tags}, now=now)
        changed += 1
    return f"{changed} {'tagged' if has else 'lost the tag'} “{wanted[0]}”."


def _parent(row: Any) -> Ref | None:
    return Ref(row.parent.name, f"organisation:{row.parent_id}") if row.parent else None


ORGANISATIONS = Listing(
    record="organisation",
    words=("organisation", "organisations"),
    right="organisation.view",
    visible_to=organisations_visible_to,
    title=Column("name", value=lambda row: Ref(row.name, f"organisation:{row.pk}")),
    columns=(
        Column("domain"),
        Column("city", groups=True),
        Column("country", usual=False, groups=True),
        Column("phone", "Phone", usual=False),
        Column("tags"),
        Column("stage", usual=False, groups=True),
        Column("parent", "Part of", kind=Kind.TEXT, value=_parent, usual=False),
        Column("owner", kind=Kind.TEXT, value=owner, groups=True),
        Column("people", "People", kind=Kind.NUMBER, value="people"),
        Column("created", usual=False),
    ),
    sorts=(Sort("name", "Name", "name_key"), Sort("newest", "Last added", "pk", descending=True)),
    acts=(
        Act("tag", "Tag", "tag", "organisation.edit", _tag, asks="Tag"),
        Act("untag", "Untag", "x", "organisation.edit", _untag, asks="Tag"),
    ),
    narrows=(Narrow("q", "Name, domain", _named, typed=True),),
    beside=lambda rows: rows.select_related("owner", "parent"),
    dress=_with_people,
    options={"owner": staff},
    exports=exports,
    editing=editing.of_organisations(staff),
)


def _people(asked: Asked, *, after: str, limit: int, patience: float | None) -> Page:
    found = queries.list_people(
        asked.viewer, where=asked.where, sort=asked.sort or "name", after=after, limit=limit, patience=patience,
        zone=asked.zone, now=asked.now,
    )  # fmt: skip
    for one in found.rows:
        one.person.listed = one  # type: ignore[attr-defined]
    name_references("person", [one.person for one in found.rows], asked.viewer)
    return Page(tuple(one.person for one in found.rows), found.next, found.previous, found.is_whole)


def _people_counted(asked: Asked, *, page: Page | None, limit: int) -> tuple[int, bool]:
    walked = queries.Page(tuple(one.listed for one in page.rows), page.next, page.previous) if page else None
    return queries.count_people(
        asked.viewer, where=asked.where, limit=limit, page=walked, zone=asked.zone, now=asked.now
    )


def _organisation(row: Any) -> Ref | None:
    one = row.listed.organisation
    return Ref(one.name, f"organisation:{one.pk}") if one else None


PEOPLE = Listing(
    record="person",
    words=("person", "people"),
    right="person.view",
    visible_to=visible_to,
    title=Column("name", value=lambda row: Ref(str(row), f"person:{row.pk}")),
    columns=(
        Column("organisation", kind=Kind.TEXT, value=_organisation),
        Column("owner", kind=Kind.TEXT, value=owner),
        Column("stage"),
        Column("email", value=lambda row: row.listed.email, usual=False),
        Column("phone", value=lambda row: row.listed.phone, usual=False),
        Column("city", usual=False),
        Column("country", usual=False),
        Column("language", usual=False),
        Column("tags"),
        Column("contacts", usual=False),
        Column("orders"),
        Column("value", currency="order_currency"),
        Column("last_order"),
        Column("last", value="last_at"),
        Column("created", usual=False),
    ),
    sorts=(
        Sort("name", "Name", "name_key"),
        Sort("last", "Last contact", "heard__last_at", descending=True, nullable=True),
        Sort("value", "Bought for", "order_total", descending=True),
        Sort("created", "Known since", "created_at", descending=True),
    ),
    options={"owner": staff},
    exports=exports,
    page=_people,
    counted=_people_counted,
    editing=editing.of_people(staff),
)


def register_lists() -> None:
    """Make the lists of this room known."""
    for one in (PEOPLE, ORGANISATIONS):
        lists.register(one)
