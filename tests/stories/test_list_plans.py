"""How the lists of the engine are carried out at size: by index, without OFFSET, and no more rows than a page needs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.base import lists
from mutuals.base.filters import from_query
from mutuals.base.lists import Asked, Sort
from mutuals.inbox.models import Case, Promise, Task
from mutuals.people.models import Organisation
from mutuals.sales.models import Order, Product
from plans import steps

pytestmark = pytest.mark.django_db
MANY = 2_000
PAGE = 50
INDEXED = [
    ("order", "placed"),
    ("order", "stored"),
    ("product", "newest"),
    ("product", "oldest"),
    ("product", "number"),
    ("product", "category"),
    ("organisation", "newest"),
    ("case", "newest"),
    ("task", "due"),
    ("task", "done"),
    ("promise", "due"),
]


@pytest.fixture
def many() -> cast.Staff:
    """Thousands of each, known to the planner."""
    us = cast.staff()
    Organisation.objects.bulk_create(
        Organisation(name=f"Shop {n}", name_key=f"shop {n:05}", city=f"Town {n % 40}") for n in range(MANY)
    )
    Product.objects.bulk_create(Product(sku=f"K-{n:05}", name=f"Part {n}", category=f"c{n % 40}") for n in range(MANY))
    Order.objects.bulk_create(
        Order(
            number=f"O-{n}",
            placed_at=cast.NOW - timedelta(minutes=n // 3),
            currency="EUR",
            total=Decimal(n),
            status=f"s{n % 20}",
        )
        for n in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sales_order, sales_product, people_organisation")
    return us


def at_work(by: Any) -> None:
    """Thousands of cases, tasks and promises of every state."""
    bea, some = cast.person(by=by), range(MANY)
    Case.objects.bulk_create(
        Case(
            reference=f"C-{n:05}", title="Leaks", person=bea, opened_at=cast.NOW - timedelta(minutes=n // 3),
            **({"state": "solved", "purpose": "fix", "outcome": "solved"} if n % 2 else {}),
        )
        for n in some
    )  # fmt: skip
    moments = [cast.NOW + timedelta(hours=n // 3) for n in some]
    done = [cast.NOW if n % 2 else None for n in some]
    Task.objects.bulk_create(
        Task(title="Call", due_at=moments[n], made_at=cast.NOW, changed_at=cast.NOW, done_at=done[n]) for n in some
    )
    Promise.objects.bulk_create(
        Promise(
            words="A lid", person=bea, owner=by, due_at=moments[n], made_at=cast.NOW, state="kept" if n % 2 else "open"
        )
        for n in some
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_case, inbox_task, inbox_promise")


def asked(viewer: Any, *parts: str, sort: str = "") -> Asked:
    return Asked(viewer, ZoneInfo("UTC"), cast.NOW, where=from_query(parts) if parts else None, sort=sort)


def pages_of(record: str, told: Asked, after: str = "") -> tuple[lists.Page, list[str]]:
    """A page, and the statements that read rows for it."""
    with CaptureQueriesContext(connection) as seen:
        page = lists.walk(lists.listing(record), told, after=after, limit=PAGE)
    return page, [
        sql
        for sql in (one["sql"] for one in seen.captured_queries)
        if sql.startswith("SELECT") and "LIMIT" in sql and "records_edition" not in sql
    ]


def read(found: list[dict[str, Any]], table: str) -> int:
    """Rows of a table that a plan touched, used or not."""
    return sum(
        round((one["Actual Rows"] + one.get("Rows Removed by Filter", 0)) * one["Actual Loops"])
        for one in found
        if one.get("Relation Name") == table
    )


def row_by_row() -> None:
    """What is beside a row is fetched for that row: how few people and staff this database has is not what is asked here."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")


def test_a_page_in_the_middle_reads_its_rows_and_little_else(many: cast.Staff) -> None:
    at_work(many.ada)
    row_by_row()
    for record, sort in INDEXED:
        told = asked(many.ada, sort=sort)
        page, _ = pages_of(record, told)
        for _ in range(10):
            page, statements = pages_of(record, told, page.next)
        table = lists.listing(record).visible_to(many.ada).model._meta.db_table

        found = steps(statements[0].replace("%", "%%"), [])

        assert len(statements) == 1, (record, sort)
        assert "OFFSET" not in statements[0], (record, sort)
        assert "Sort" not in {one["Node Type"] for one in found}, (record, sort)
        assert read(found, table) <= PAGE + 10, (record, sort)
        assert len(page.rows) == PAGE, (record, sort)


def test_every_order_that_these_lists_declare_is_in_this_test() -> None:
    declared = {(name, one.name) for name in ("order", "product", "organisation") for one in lists.listing(name).sorts}

    assert declared == {
        *(one for one in INDEXED if one[0] in ("order", "product", "organisation")),
        ("organisation", "name"),
    }  # the one that is sorted whole: its index is one of beginnings


def test_few_among_many_are_found_and_walked_back_in_their_order(many: cast.Staff) -> None:
    told = asked(many.ada, "status:is:s7")
    first, statements = pages_of("order", told)
    second, _ = pages_of("order", told, first.next)
    back, _ = pages_of("order", told, second.previous)

    assert all("OFFSET" not in one for one in statements)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert len({row.pk for row in (*first.rows, *second.rows)}) == len(first.rows) + len(second.rows) == MANY // 20


def test_a_count_stops_at_its_limit_whatever_stands_behind_it(many: cast.Staff) -> None:
    with CaptureQueriesContext(connection) as seen:
        found = lists.count(lists.listing("order"), asked(many.ada), limit=100)
    statement = next(one["sql"] for one in seen.captured_queries if "COUNT" in one["sql"])

    assert found == (100, False)
    assert read(steps(statement, []), "sales_order") <= 101


def test_rows_without_a_value_stand_at_the_end_in_both_directions() -> None:
    us = cast.staff()
    for number in range(7):
        Organisation.objects.create(name=str(number), name_key=str(number), owner=us.ada if number % 2 else None)
    of = lists.listing("organisation")
    owned = lists.Listing(
        record="organisation", words=of.words, right=of.right, visible_to=of.visible_to, title=of.title,
        columns=of.columns, sorts=(Sort("owner", "Owner", "owner_id", nullable=True),),
    )  # fmt: skip

    pages, after = [], ""
    for _ in range(4):
        page = lists.walk(owned, asked(us.ada), after=after, limit=2)
        pages.append([row.name for row in page.rows])
        after = page.next
    backwards, before = [], page.previous
    while before:
        page = lists.walk(owned, asked(us.ada), after=before, limit=2)
        backwards.append([row.name for row in page.rows])
        before = page.previous

    assert pages == [["1", "3"], ["5", "0"], ["2", "4"], ["6"]]
    assert backwards == pages[-2::-1]
