"""The list engine over orders and products: pages by key, figures, groups, words, files."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base import lists
from mutuals.base.filters import Refused, from_query
from mutuals.base.journal import Entry
from mutuals.base.lists import Asked
from mutuals.identity import bought
from mutuals.people import organisations
from mutuals.sales import goods
from mutuals.sales.models import Order, Product
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
UTC = ZoneInfo("UTC")


@pytest.fixture
def us():
    return cast.staff()


def asked(viewer, *parts, **more):
    return Asked(viewer, UTC, cast.NOW, where=from_query(parts) if parts else None, **more)


def orders(us, many, *, currency="EUR", status="paid", start=0, person=None):
    """Orders of 10, 11, 12 … on the same day, two at a time at the same moment."""
    told = [
        bought.Bought(
            OrderIn(
                f"O-{number}",
                cast.NOW - timedelta(hours=number // 2),
                currency,
                Decimal(10 + number),
                status=status,
                lines=(LineIn("Kettle", "K-1", Decimal(1), Decimal(10 + number)),),
            ),
            person=person or cast.person(f"P {currency} {start}", by=us.ada),
        )
        for number in range(start, start + many)
    ]
    bought.take(told, source=None, by=us.ada, now=cast.NOW)


def numbers(page):
    return [row.number for row in page.rows]


def test_a_walk_meets_each_row_once_and_comes_back_the_same_way(us):
    orders(us, 7)
    of = lists.listing("order")

    first = lists.walk(of, asked(us.ada), limit=3)
    second = lists.walk(of, asked(us.ada), after=first.next, limit=3)
    third = lists.walk(of, asked(us.ada), after=second.next, limit=3)
    back = lists.walk(of, asked(us.ada), after=third.previous, limit=3)
    start = lists.walk(of, asked(us.ada), after=back.previous, limit=3)

    assert numbers(first) + numbers(second) + numbers(third) == ["O-1", "O-0", "O-3", "O-2", "O-5", "O-4", "O-6"]
    assert (numbers(back), numbers(start)) == (numbers(second), numbers(first))
    assert (first.previous, third.next, start.previous) == ("", "", "")
    assert not first.is_whole
    assert lists.walk(of, asked(us.ada)).is_whole


def test_a_cursor_that_was_forged_or_is_of_another_order_is_refused(us):
    orders(us, 3)
    of = lists.listing("order")
    page = lists.walk(of, asked(us.ada), limit=1)

    with pytest.raises(Refused, match="sorted otherwise"):
        lists.walk(of, asked(us.ada, sort="stored"), after=page.next)
    with pytest.raises(Refused, match="another list"):
        lists.walk(lists.listing("product"), asked(us.ada), after=page.next)
    with pytest.raises(Refused, match="not known"):
        lists.walk(of, asked(us.ada), after=page.next[:-2] + "xx")
    with pytest.raises(Refused, match="placed, stored"):
        lists.walk(of, asked(us.ada, sort="total"))


def test_a_condition_narrows_pages_counts_and_sums_alike(us):
    orders(us, 4)
    orders(us, 2, currency="USD", status="sent", start=20)
    of = lists.listing("order")
    some = asked(us.ada, "total:over:11")
    columns = of.chosen([], us.ada)

    found = lists.walk(of, some)

    assert sorted(numbers(found)) == ["O-2", "O-20", "O-21", "O-3"]
    assert lists.count(of, some) == (4, True)
    assert {(one.column, one.currency): one.amount for one in lists.sums(of, some, columns)} == {
        ("total", "EUR"): Decimal(25),
        ("total", "USD"): Decimal(61),
    }


def test_a_list_is_counted_and_added_up_by_the_values_of_a_column(us):
    orders(us, 3)
    orders(us, 2, currency="USD", start=20)
    orders(us, 1, status="sent", start=30)
    of = lists.listing("order")

    found = lists.grouped(of, asked(us.ada), "status", of.chosen([], us.ada))

    assert [(one.value, one.count) for one in found] == [("paid", 5), ("sent", 1)]
    assert {(one.currency, one.amount) for one in found[0].sums} == {("EUR", Decimal(33)), ("USD", Decimal(61))}
    with pytest.raises(Refused, match="kind, status, currency"):
        lists.grouped(of, asked(us.ada), "placed", [])


def test_an_order_with_two_lines_of_an_article_is_one_order(us):
    bea = cast.person(by=us.ada)
    two = tuple(LineIn("Kettle", "K-1", Decimal(1), Decimal(10)) for _ in range(2))
    told = [bought.Bought(OrderIn("O-1", cast.NOW, "EUR", Decimal(20), lines=two), person=bea)]
    bought.take(told, source=None, by=us.ada, now=cast.NOW)
    of, some = lists.listing("order"), asked(us.ada, kept={"article": "K-1"})

    assert numbers(lists.walk(of, some)) == ["O-1"]
    assert lists.count(of, some) == (1, True)
    assert [one.amount for one in lists.sums(of, some, of.chosen([], us.ada))] == [Decimal(20)]
    assert lists.grouped(of, some, "status", [])[0].count == 1


def test_counting_that_takes_too_long_says_more_than_and_sums_are_left_out(us, settings):
    orders(us, 3)
    of = lists.listing("order")
    page = lists.walk(of, asked(us.ada), limit=2)
    settings.PATIENCE = 0

    assert lists.count(of, asked(us.ada), page=page) == (2, False)
    assert lists.sums(of, asked(us.ada), of.chosen([], us.ada)) is None
    with pytest.raises(lists.walking.TooSlow):
        lists.walk(of, asked(us.ada, "total:over:1"))


def test_contractors_walk_count_and_add_up_their_own_alone(us):
    orders(us, 3)
    of = lists.listing("order")

    assert lists.walk(of, asked(us.cleo)).rows == ()
    assert lists.count(of, asked(us.cleo)) == (0, True)
    assert lists.sums(of, asked(us.cleo), list(of.columns)) == []
    assert lists.grouped(of, asked(us.cleo), "status", list(of.columns)) == []
    with pytest.raises(NotAllowed):
        lists.csv_lines(of, asked(us.cleo), of.columns)


def test_a_person_whom_the_viewer_does_not_see_narrows_nothing(us):
    with pytest.raises(lists.Unseen):
        lists.walk(lists.listing("order"), asked(us.cleo, kept={"person": str(cast.person(by=us.ada).pk)}))
    with pytest.raises(lists.Unseen):
        lists.walk(lists.listing("order"), asked(us.ada, kept={"person": "１２"}))


def test_conditions_are_told_as_chips_and_as_a_sentence(us):
    of = lists.listing("order")
    parts = [
        "total:over:100",
        "kind:in:sale|return",
        "placed:last:90",
        '{"field":"line","op":"any","value":{"all":[]}}',
        '{"any":["status:is:paid","number:empty"]}',
        "x",
    ]

    chips = lists.chips(of, parts, us.ada)
    whole = lists.sentence(
        of,
        from_query([*parts[:3], '{"field":"line","op":"none","value":{"field":"article","op":"is","value":"Kettle"}}']),
        us.ada,
    )

    assert [(one.label, one.how, one.value) for one in chips[:4]] == [
        ("Total", "above", "100"),
        ("What it is", "is one of", "Sale or Return"),
        ("Ordered at", "in the last days", "90"),
        ("Has a line", "with", ""),
    ]
    assert chips[4].label == "status is paid, or order number is empty"
    assert (chips[5].how, chips[0].typed, chips[1].typed) == ("cannot be read", "100", "sale, return")
    assert whole == (
        "Orders where total is above 100, and what it is is one of Sale or Return, and ordered at is in the last 90 days,"
        " and has no line where article is Kettle"
    )
    assert lists.sentence(of, None, us.ada) == "All orders"


def test_an_export_is_what_is_listed_and_is_noted(us):
    orders(us, 2)
    orders(us, 1, start=5, person=cast.person("=cmd()", by=us.ada))
    of = lists.listing("order")

    told = list(lists.csv_lines(of, asked(us.lea, "status:is:paid"), of.chosen(["buyer", "total"], us.lea)))
    ticked = list(lists.csv_lines(of, asked(us.lea), [], ids=[Order.objects.get(number="O-5").pk]))

    assert told[0] == "id,Number,Person,Total,Currency\r\n"
    assert told[3].endswith("O-5,'=cmd(),15.00,EUR\r\n")
    assert len(told) == 4
    assert len(ticked) == 2
    assert [one.data["rows"] for one in Entry.objects.filter(kind="list.exported").order_by("pk")] == [
        "all of a list",
        1,
    ]


def test_products_are_taken_off_offer_by_the_tick_once_and_by_leads_alone(us):
    for number in range(3):
        goods.add_product(by=us.lea, sku=f"K-{number}", name="Kettle")
    ids = list(Product.objects.values_list("pk", flat=True))
    act = next(one for one in lists.listing("product").acts if one.name == "retire")

    words, again = act.do(ids[:2], us.lea, ""), act.do(ids[:2], us.lea, "")

    assert (words, again) == ("2 not offered any more.", "0 not offered any more.")
    assert Product.objects.filter(is_active=True).count() == 1
    with pytest.raises(NotAllowed):
        act.do(ids, us.ada, "")


def test_every_column_of_every_list_has_a_label_and_a_value_that_can_be_read(us):
    orders(us, 1)
    organisations.add(by=us.ada, name="Kettle works", city="Porto", now=cast.NOW)
    for of in (lists.listing(name) for name in ("order", "organisation", "person", "product")):
        (row,) = lists.walk(of, asked(us.olga)).rows
        told = {of.label(one): of.value(one, row) for one in (of.title, *of.visible_columns(us.olga))}

        assert len(told) == len(of.columns) + 1
        assert str(told[of.label(of.title)]) in ("O-0", "Kettle works", "P EUR 0", "Kettle")
        assert not any(isinstance(value, object) and "object at" in str(value) for value in told.values())
        for sort in of.sorts:
            assert lists.walk(of, asked(us.olga, sort=sort.name)).rows == (row,)
        assert of.sort(of.programs)
