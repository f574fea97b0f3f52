"""Questions about people: lists with filters, counts, and finding somebody by what one remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from mutuals.base.filters import Condition, Refused, check, plan, record
from mutuals.base.lists import cursors
from mutuals.base.patience import TooSlow, within
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.people.names import email_key, fold, phone_key, tidy
from mutuals.people.visibility import sees_contacts, shown_contact, visible_to
from mutuals.staff.permissions import Scope, scope

LONGEST_PAGE = 200
FOUND_AT_MOST = 20
LIKENESS = 0.45  # least trigram similarity of a name that is offered
PATIENCE = 400  # milliseconds for the search by likeness
SIEVED = 1.2  # seconds for the way that was reckoned to be the best one
IN_ORDER = 0.4  # seconds that a filtered list is walked in its order, before those who fit are looked for
FEW = 1_000  # people who fit up to which all of them are fetched and sorted
COUNTING = 0.7  # seconds after which a count says "more than"
OWN_PATIENCE = 4  # times as long may the list of one's own people take: there is nothing to narrow
MOST_OWN = 1_000  # people up to whom a list of one's own people is counted: each is asked about on their own
TOO_SLOW = "This list takes too long. Take a filter away, or ask for the beginning of a name, a town or a tag besides."


@dataclass(frozen=True, slots=True)
class Sort:
    """How a list is ordered; the primary key decides between equals. `custom__key` is a value of the house's own making."""

    column: str
    descending: bool
    nullable: bool = False

    def of(self, person: Person) -> Any:
        """The value by which a person stands where they stand."""
        if self.is_custom:
            return person.custom.get(self.column.removeprefix("custom__"))
        return getattr(person, self.column.removeprefix("heard__"))

    @property
    def is_custom(self) -> bool:
        """Whether no index holds this order."""
        return self.column.startswith("custom__")


SORTS = {
    "name": Sort("name_key", descending=False),
    "last": Sort("heard__last_at", descending=True, nullable=True),
    "value": Sort("order_total", descending=True),
    "created": Sort("created_at", descending=True),
}


def sort_of(name: str, viewer: Any) -> Sort:
    """The order of that name; by a field of the house's own making "custom.key", largest first. Refused: others."""
    if name in SORTS:
        return SORTS[name]
    told = f"People are sorted by: {', '.join(SORTS)}, or custom.key."
    if "." not in name:
        raise Refused(told, field="sort")
    field = record("person").field(name[:60], viewer)
    if not field.sortable:
        raise Refused(told, field="sort")
    return Sort(field.path, descending=True, nullable=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list; address and number as the viewer may read them."""

    person: Person
    email: str
    phone: str
    organisation: Organisation | None
    role: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursors of the neighbouring pages ("" = there is none)."""

    rows: tuple[Listed, ...]
    next: str
    previous: str
    is_whole: bool = False  # nobody else is in the list


def list_people(
    viewer: Any,
    *,
    where: Condition | None = None,
    sort: str = "name",
    after: str = "",
    limit: int = 50,
    patience: float | None = None,
    zone: ZoneInfo,
    now: datetime,
) -> Page:
    """A page of the people that `viewer` may see; two statements, three where it reaches those never heard from.

    `after` is a cursor of another page of the same list. Refused: unknown sorts, foreign cursors, unusable conditions.
    TooSlow: a filter, or one's own people, not found within `patience` seconds (None: as the installation says).
    """
    order = sort_of(sort, viewer)
    limit = max(1, min(limit, LONGEST_PAGE))
    place = _place(after, sort)
    patience = settings.PATIENCE if patience is None else patience
    people = visible_to(viewer)
    if where is not None:
        of = record("person")
        way = plan.way(people, check(where, of, viewer=viewer), of, wanted=limit + 1, zone=zone, now=now)
        found = _found(way, order, place, limit + 1, patience)
    elif scope(viewer, "person.view") is Scope.ALL and not order.is_custom:
        found = _walk(people, order, place, limit + 1)
    else:
        with within(patience * OWN_PATIENCE, TOO_SLOW):
            found = _walk(people, order, place, limit + 1)
    is_back = bool(place and place[2])
    has_more = len(found) > limit
    found = found[:limit][::-1] if is_back else found[:limit]
    if not found:
        return Page((), "", "", is_whole=not place)
    value = order.of
    forth = _cursor(sort, value(found[-1]), found[-1].pk, is_back=False) if has_more or is_back else ""
    back = _cursor(sort, value(found[0]), found[0].pk, is_back=True) if place and (has_more or not is_back) else ""
    places = main_places([person.pk for person in found])
    rows = tuple(listed(person, places.get(person.pk), viewer) for person in found)
    return Page(rows, forth, back, is_whole=not place and not has_more)


def count_people(
    viewer: Any,
    *,
    where: Condition | None = None,
    limit: int = 10_000,
    page: Page | None = None,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[int, bool]:
    """How many people a condition has, and whether that is exact; counting stops at `limit`: then there are more.

    `page` is one of the list, where that is known: if it is all of it, nothing is counted, and if counting takes too long,
    there are more than stand on it. One's own people are counted up to `MOST_OWN`.
    """
    if page is not None and page.is_whole:
        return len(page.rows), True
    limit = limit if scope(viewer, "person.view") is Scope.ALL else min(limit, MOST_OWN)
    try:
        with within(min(COUNTING, settings.PATIENCE), TOO_SLOW):
            found = _filtered(viewer, where, zone, now).order_by().values("pk")[: limit + 1].count()
    except TooSlow:
        return len(page.rows) if page else 0, False
    return min(found, limit), found <= limit


def find_by_name(viewer: Any, text: str, *, limit: int = FOUND_AT_MOST) -> list[Person]:
    """People by a name, or its beginning, a part of it, or something like it; by address, number or handle exactly.

    Each step is asked only while fewer than `limit` are found, the last one only where nobody was: it reads far more than
    the others, has 400 ms and is given up after that. Names of those who were merged away lead to whom they became.
    """
    asked = tidy(text, at_most=200)
    key = fold(asked)
    if not key:
        return []
    people = visible_to(viewer)
    found = {person.pk: person for person in _by_handle(viewer, people, asked, limit)}
    steps = [people.filter(name_key__startswith=key).order_by("name_key", "pk")]
    if len(key) >= 3:
        steps.append(people.filter(name_key__contains=key))
    for step in steps:
        if len(found) < limit:
            found |= {person.pk: person for person in step.exclude(pk__in=list(found))[: limit - len(found)]}
    if len(found) < limit:
        found |= {person.pk: person for person in _by_former_name(people, key, limit - len(found))}
    if not found and len(key) >= 3:
        found |= {person.pk: person for person in _alike(people, key, limit) if person.pk not in found}
    return list(found.values())[:limit]


def cluster(person: Person) -> list[int]:
    """The ids of all rows that were merged into one person, their own among them."""
    return list(Person.objects.filter(canonical_id=person.canonical_id).order_by("pk").values_list("pk", flat=True))


def profiles_of(person: Person) -> list[Profile]:
    """The profiles of a person over the whole cluster."""
    return list(Profile.objects.filter(person__canonical_id=person.canonical_id).order_by("network", "pk"))


def _filtered(viewer: Any, where: Condition | None, zone: ZoneInfo, now: datetime) -> QuerySet[Person]:
    people = visible_to(viewer)
    if where is None:
        return people
    of = record("person")
    return plan.narrowed(people, check(where, of, viewer=viewer), of, zone=zone, now=now)


def _found(way: plan.Way, sort: Sort, place: tuple[Any, int, bool] | None, limit: int, patience: float) -> list[Person]:
    """Up to `limit` rows of a condition, in two ways, of which the planner cannot know the better one.

    Where many fit, the walk in the order of the list meets them soon. Where that takes too long, hardly anybody fits: these
    are looked for in any order, all at once.
    """
    people = way.free
    try:
        if way.source is not None and not sort.is_custom:
            with within(min(SIEVED, patience), TOO_SLOW):
                keys = way.first(partial(_rows, sort), place, limit)
                rows = people.model._default_manager.select_related("owner").in_bulk(keys)
                return [rows[key] for key in keys if key in rows]
        with within(min(IN_ORDER, patience), TOO_SLOW):
            return _walk(people, sort, place, limit)
    except TooSlow:
        with within(patience, TOO_SLOW):
            few = list(people.order_by().values_list("pk", flat=True)[: FEW + 1])
            return _walk(people if len(few) > FEW else Person.objects.filter(pk__in=few), sort, place, limit)


def _rows(sort: Sort, people: QuerySet[Person], place: tuple[Any, int, bool] | None, limit: int) -> list[Any]:
    """The same as the value of each and their key."""
    return _walk(people, sort, place, limit, only=(sort.column, "pk"))


def _walk(
    people: QuerySet[Person], sort: Sort, place: tuple[Any, int, bool] | None, limit: int, only: Sequence[str] = ()
) -> list[Any]:
    """Up to `limit` rows from a place on, forwards or back; rows without a value stand at the end."""
    value, pk, is_back = place or (None, 0, False)
    people = people.values_list(*only) if only else people.select_related("owner")
    falling = sort.descending is not is_back
    by_value = [OrderBy(F(sort.column), descending=falling), OrderBy(F("pk"), descending=falling)]
    by_key = [OrderBy(F("pk"), descending=falling)]
    known = people.filter(**{f"{sort.column}__isnull": False}) if sort.nullable else people
    if sort.nullable:  # the index ends with the rows that have no value
        by_value[0] = OrderBy(
            F(sort.column), descending=falling, nulls_last=falling or None, nulls_first=not falling or None
        )
    unknown = people.filter(**{f"{sort.column}__isnull": True})
    parts = [(known, by_value, True), *([(unknown, by_key, False)] if sort.nullable else [])]
    found: list[Any] = []
    for rows, order, has_value in reversed(parts) if is_back else parts:
        if place and has_value == (value is not None):
            rows = rows.filter(_beyond(sort.column if has_value else "", value, pk, falling=falling))
        elif place and has_value is not is_back:
            continue  # this part lies behind the place
        found += rows.order_by(*order)[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _beyond(column: str, value: Any, pk: int, *, falling: bool) -> Q:
    """Rows after a place, written so that the index is entered at it."""
    word = "lt" if falling else "gt"
    if not column:
        return Q(**{f"pk__{word}": pk})
    return Q(**{f"{column}__{word}e": value}) & (Q(**{f"{column}__{word}": value}) | Q(**{f"pk__{word}": pk}))


def _cursor(sort: str, value: Any, pk: int, *, is_back: bool) -> str:
    return cursors.pack([value, pk, is_back], of=f"person {sort}")


def _place(cursor: str, sort: str) -> tuple[Any, int, bool] | None:
    value, pk, is_back = cursors.unpack(cursor, of=f"person {sort}") or (None, 0, None)
    return None if is_back is None else (value, pk, is_back)


def main_places(person_ids: Sequence[int]) -> dict[int, Affiliation]:
    """Where each of these canonical persons is, by all who were merged into them: their main place, else the newest."""
    rows = Affiliation.objects.filter(person__canonical_id__in=list(person_ids), until=None)
    ordered = rows.select_related("organisation", "person").order_by("is_main", "pk")
    return {place.person.canonical_id: place for place in ordered}


def listed(person: Person, place: Affiliation | None, viewer: Any) -> Listed:
    """A row of a list as `viewer` may read it."""
    email, phone = shown_contact(person, viewer)
    return Listed(person, email, phone, place.organisation if place else None, place.role if place else "")


def _by_handle(viewer: Any, people: QuerySet[Person], text: str, limit: int) -> list[Person]:
    bare = text.removeprefix("@")
    holders = Q(name=bare) | Q(name=f"@{bare}")
    if sees_contacts(viewer):
        for network, key in (("email", email_key(text)), ("phone", phone_key(text))):
            if key:
                holders |= Q(network=network, key=key)
    else:
        holders &= ~Q(network__in=["email", "phone"])
    found = Profile.objects.filter(holders, person__isnull=False).values("person__canonical_id")[: limit * 2]
    ids = [row["person__canonical_id"] for row in found]
    return list(people.filter(pk__in=ids).order_by("name_key", "pk")[:limit]) if ids else []


def _by_former_name(people: QuerySet[Person], key: str, limit: int) -> list[Person]:
    """Those into whom somebody of this name was merged, by an index of merged rows alone."""
    merged = Person.objects.exclude(canonical=F("pk")).filter(name_key__startswith=key).order_by("name_key", "pk")
    ids = list(merged.values_list("canonical", flat=True)[:limit])
    return list(people.filter(pk__in=ids).order_by("name_key", "pk")) if ids else []


def _alike(people: QuerySet[Person], key: str, limit: int) -> list[Person]:
    """Names within a few letters, most alike first; nothing where the database does not find them in time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(LIKENESS)])
            cursor.execute(
                "SELECT id FROM people_person WHERE name_key %% %s ORDER BY similarity(name_key, %s) DESC, id LIMIT %s",
                [key, key, limit],
            )
            ids = [int(row[0]) for row in cursor.fetchall()]
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError:
        return []
    rows = {person.pk: person for person in people.filter(pk__in=ids)}
    return [rows[pk] for pk in ids if pk in rows]
