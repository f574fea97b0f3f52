from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from mutuals.base.filters import Refused, from_query
from mutuals.connectors.contract import Handle
from mutuals.people import profiles, visibility
from mutuals.people.fields import register_fields
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.people.names import fold
from mutuals.people.queries import Page, cluster, count_people, find_by_name, list_people
from mutuals.staff.models import Role, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def _fields() -> None:
    register_fields()


def user(role: Role = Role.STAFF) -> User:
    return User.objects.create_user(f"{role}@kettleworks.example", name="Ada", role=role)


def person(name: str, **values: Any) -> Person:
    made = Person.objects.create(name=name, name_key=fold(name), **values)
    made.refresh_from_db()
    return made


def listed(viewer: User, **asked: Any) -> Page:
    return list_people(viewer, zone=UTC_ZONE, now=NOW, **asked)


def names(page: Page) -> list[str]:
    return [row.person.name for row in page.rows]


@pytest.mark.parametrize("sort", ["name", "last", "value", "created"])
def test_walking_a_list_forth_and_back_meets_everybody_once_and_in_order(sort: str) -> None:
    ada = user()
    for n in range(11):
        last = None if n % 3 == 0 else NOW - timedelta(days=n // 2)
        person(f"P{n % 4}", last_at=last, order_total=Decimal(n % 2), created_at=NOW - timedelta(days=n % 5))
    whole = [row.person.pk for row in listed(ada, sort=sort).rows]

    pages = [listed(ada, sort=sort, limit=3)]
    while pages[-1].next:
        pages.append(listed(ada, sort=sort, limit=3, after=pages[-1].next))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(listed(ada, sort=sort, limit=3, after=back[-1].previous))

    assert [row.person.pk for page in pages for row in page.rows] == whole
    assert len(whole) == 11
    assert [row.person.pk for page in reversed(back) for row in page.rows] == whole
    assert pages[0].previous == ""


def test_a_list_shows_whom_a_condition_names_and_counts_them() -> None:
    ada = user()
    for n in range(6):
        person(f"Bea {n}", city="Porto" if n else "Bonn", tags=["loyal"] if n % 2 else [])
    where = from_query(["city:is:Porto", "tags:has:loyal"])

    found = listed(ada, where=where)

    assert names(found) == ["Bea 1", "Bea 3", "Bea 5"]
    assert count_people(ada, where=where, zone=UTC_ZONE, now=NOW) == (3, True)
    assert count_people(ada, limit=5, zone=UTC_ZONE, now=NOW) == (5, False)


def test_a_page_costs_two_statements_and_brings_the_organisation() -> None:
    ada = user()
    works = Organisation.objects.create(name="the Kettle works", name_key="the kettle works")
    for n in range(5):
        Affiliation.objects.create(person=person(f"P{n}"), organisation=works, role="Buyer", is_main=True)

    with CaptureQueriesContext(connection) as asked:
        page = listed(ada)
        told = {(row.organisation.name, row.role) for row in page.rows if row.organisation}

    assert len(asked) == 2
    assert told == {("the Kettle works", "Buyer")}


def test_merged_rows_are_found_under_the_person_they_belong_to() -> None:
    ada, bea, former = user(), person("Bea Kettle"), person("Bea K.")
    Person.objects.filter(pk=former.pk).update(canonical=bea)

    page = listed(ada)

    assert names(page) == ["Bea Kettle"]
    assert cluster(bea) == [bea.pk, former.pk]


def test_a_person_is_found_by_name_part_likeness_address_number_and_handle() -> None:
    ada, bea = user(), person("Beatriz Kettle")
    person("Otto Brewer")
    handles = [Handle("mastodon", "9", "@bea@brew.example"), Handle("email", "b@k.example", "b@k.example"),
               Handle("phone", "+492211234567", "")]  # fmt: skip
    Profile.objects.filter(pk__in=[one.id for one in profiles.ensure(handles, now=NOW).values()]).update(person=bea)

    asked = ["beatriz kettle", "BEATR", "kett", "Beatris Kettel", "B@K.example", "+49 221 1234567", "@bea@brew.example"]

    assert [[one.pk for one in find_by_name(ada, text)] for text in asked] == [[bea.pk]] * 7
    assert find_by_name(ada, " \0") == []


def _only_bea(_user: User) -> Q:
    return Q(name="Bea")


@pytest.fixture
def cleo() -> Iterator[User]:
    visibility.own_people(_only_bea)
    yield user(Role.CONTRACTOR)
    visibility.disown(_only_bea)


def test_a_contractor_sees_only_their_own_people_with_masked_addresses(cleo: User) -> None:
    person("Bea", email="bea@kettle.example", phone="+492211234567")
    person("Bo")

    page = listed(cleo)

    assert [(row.person.name, row.email, row.phone) for row in page.rows] == [("Bea", "b…@k….example", "+49 … 67")]
    assert find_by_name(cleo, "bea@kettle.example") == []
    assert find_by_name(cleo, "bo") == []
    with pytest.raises(Refused):
        listed(cleo, where=from_query(["email:starts:bea"]))


@pytest.mark.parametrize("cursor", ["x", "W10", "a:b:c"])
def test_a_cursor_that_we_did_not_write_is_refused(cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        listed(user(), after=cursor)

    assert refused.value.field == "after"


def test_a_cursor_of_another_order_is_refused() -> None:
    ada = user()
    for n in range(3):
        person(f"P{n}")
    cursor = listed(ada, limit=1).next

    with pytest.raises(Refused):
        listed(ada, sort="created", after=cursor)


def test_nobody_sees_anybody_without_an_account() -> None:
    person("Bea")

    found = visibility.visible_to(None)

    assert not found.filter(canonical_id=F("pk")).exists()


def test_somebody_is_found_by_the_name_of_whom_was_merged_into_them_by_the_index_of_those():
    ada, bea, gone = user(), person("Bea Brand"), person("Trixi Kettle")
    Person.objects.filter(pk=gone.pk).update(canonical=bea)

    found = find_by_name(ada, "trixi")

    merged = Person.objects.exclude(canonical=F("pk")).filter(name_key__startswith="trixi").values_list("canonical")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert found == [bea]
    assert "person_merged_name" in merged.explain()
