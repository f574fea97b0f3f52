"""Reports: figures equal what is counted by hand, each opens its rows, and nobody is shown what is another's."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base.filters import Refused, Test
from mutuals.base.models import House, Rate
from mutuals.base.refusals import Refusal
from mutuals.history.models import Interaction
from mutuals.inbox.models import Case, Turn
from mutuals.insights import cost, pivot
from mutuals.insights.pivot_asked import from_body, made, to_body
from mutuals.insights.pivot_parts import next_first
from mutuals.people.models import Organisation
from mutuals.processes.models import Process
from mutuals.sales.models import Deal, Order, OrderLine, Product

pytestmark = pytest.mark.django_db
HOURS = (0, 1, 2, 3, 12, 21, 22, 23)


@pytest.fixture
def us():
    return cast.staff()


def run(us, *told, by=None, **more):
    return pivot.run(made(*told, **more), viewer=by or us.ada, now=cast.NOW)


def figures(told, number=0):
    """The figures of a report by the words of its line and its column."""
    return {
        (*(one.words for one in line.values), *((column.words,) if told.across else ())): cell[number]
        for line in told.lines
        for column, cell in zip(told.columns, line.cells, strict=True)
        if cell[number] is not None
    }


def rows_behind(asked, line, column, us):
    condition = pivot.opened(asked, [one.raw for one in line.values], column.raw, viewer=us.ada, now=cast.NOW)
    return pivot.rows_of(asked.narrowed(where=condition), viewer=us.ada, now=cast.NOW).count()


def orders():
    """An order at many hours around both changes of clocks of 2026, of Berlin and of New York, and around the new year."""
    days = (date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2025, 12, 31))
    moments = [
        datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) + timedelta(days=more)
        for day in days
        for more in range(3)
        for hour in HOURS
    ]
    rows = [
        Order(
            number=f"O-{place}", placed_at=at, currency="EUR" if place % 3 else "USD", total=place + Decimal("0.35")
        )
        for place, at in enumerate(moments)
    ]  # fmt: skip
    return Order.objects.bulk_create(rows)


def first_of(day, every, first_weekday):
    """The first day of a group, reckoned apart from the product."""
    if every == "day":
        return day
    if every == "week":
        return day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return {"month": date(day.year, day.month, 1), "quarter": date(day.year, (day.month - 1) // 3 * 3 + 1, 1)}.get(
        every, date(day.year, 1, 1)
    )


def test_days_are_those_of_the_zone_on_days_when_clocks_change_and_each_figure_opens_its_rows(us):
    told = orders()
    House.objects.update_or_create(pk=1, defaults={"first_weekday": 6})

    for name in ("Europe/Berlin", "America/New_York"):
        for every in ("day", "week", "month", "quarter", "year"):
            counted = defaultdict(int)
            for one in told:
                counted[first_of(one.placed_at.astimezone(ZoneInfo(name)).date(), every, 6)] += 1
            found = run(us, "order", None, [f"placed:{every}"], zone=name)

            assert found.zone == name
            assert {line.values[0].raw: line.cells[0][0] for line in found.lines if line.cells[0][0]} == counted
            firsts = [line.values[0].raw for line in found.lines]
            assert all(next_first(one, every) == other for one, other in pairwise(firsts))
            assert found.totals == ((Decimal(len(told)),),)
            if every in ("day", "week"):
                lines = [line for line in found.lines if line.cells[0][0]]
                behind = [rows_behind(found.asked, line, found.columns[0], us) for line in lines]
                assert behind == [line.cells[0][0] for line in lines]


def test_amounts_are_in_one_currency_by_the_rate_of_their_day_or_one_row_a_currency_never_mixed(us):
    told = orders()
    for day, rate in ((date(2026, 1, 1), "0.90"), (date(2026, 10, 1), "0.8333333333")):
        Rate.objects.create(currency="USD", against="EUR", on_day=day, rate=Decimal(rate), source="us")

    def home(one):
        if one.currency == "EUR":
            return one.total
        if one.placed_at < datetime(2026, 1, 1, tzinfo=UTC):
            return None
        rate = Decimal("0.90") if one.placed_at < datetime(2026, 10, 1, tzinfo=UTC) else Decimal("0.8333333333")
        return (one.total * rate).quantize(Decimal("0.01"))

    how = ["sum:total", "mean:total", "median:total", "count"]
    whole = run(us, "order", None, [], "", how)
    apart = run(us, "order", None, [], "", how, money="own")

    known = [home(one) for one in told if home(one) is not None]
    (cells,) = whole.lines[0].cells
    assert whole.currency == "EUR"
    assert cells[0] == sum(known)
    assert abs(cells[1] - sum(known) / len(known)) < Decimal("0.001")
    assert abs(cells[2] - median(known)) < Decimal("0.001")
    assert cells[3] == len(told)
    assert f"{len(told) - len(known)} rows are not in" in whole.notes[0]
    assert apart.currency == ""
    assert apart.totals == ()
    sums = {code: sum(one.total for one in told if one.currency == code) for code in ("EUR", "USD")}
    assert figures(apart) == {(code,): amount for code, amount in sums.items()}
    for line in apart.lines:
        assert rows_behind(apart.asked, line, apart.columns[0], us) == line.cells[0][3]


def test_deals_by_month_and_owner_with_several_figures_and_groups_that_are_empty(us):
    firm = Organisation.objects.create(name="The Kettle works", name_key="the kettle works")
    when = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)  # 1 June in Berlin
    told = [
        Deal(title=f"D{place}", organisation=firm, amount=amount, currency="USD", home=amount, owner=owner,
             lost_reason="price" if outcome == "lost" else "", outcome=outcome, ended_at=ended,
             opened_at=cast.NOW - timedelta(days=place * 10))
        for place, (amount, owner, outcome, ended) in enumerate([
            (100, us.ada, "won", when), (300, us.ben, "won", when), (50, us.ada, "won", when - timedelta(days=1)),
            (70, None, "lost", when), (0, us.ben, "", None),
        ])
    ]  # fmt: skip
    Deal.objects.bulk_create(told)
    asked = {"rows": ["ended:month"], "column": "owner", "measures": ["count", "sum:amount", "distinct:outcome"]}

    berlin = run(us, "deal", **asked, zone="Europe/Berlin")
    utc = run(us, "deal", Test("outcome", "is", "won"), **asked, zone="UTC")
    ages = run(us, "deal", rows=["opened:age"], zone="UTC")

    assert figures(berlin, 0) == {
        ("Jun 2026", us.ada.name): 1, ("Jun 2026", us.ben.name): 1, ("Jun 2026", "none"): 1, ("May 2026", us.ada.name): 1,
        ("none", us.ben.name): 1,
    }  # fmt: skip
    assert figures(berlin, 1)["Jun 2026", us.ben.name] == 300
    assert figures(berlin, 2)["Jun 2026", "none"] == 1
    assert [line.values[0].words for line in berlin.lines] == ["May 2026", "Jun 2026", "none"]
    assert figures(utc, 1) == {("May 2026", us.ada.name): 150, ("May 2026", us.ben.name): 300}
    assert utc.sentence == "outcome is Won"
    for told in (berlin, utc, ages):
        for line in told.lines:
            for column, cell in zip(told.columns, line.cells, strict=True):
                assert rows_behind(told.asked, line, column, us) == (cell[0] or 0)


def test_whoever_sees_less_is_shown_smaller_figures_and_nobody_anothers(us):
    source = cast.source(owner=us.olga)
    one, two, other = cast.turn(source, "p1"), cast.turn(source, "p3", who="cy"), cast.turn(source, "p2", who="bo")
    Turn.objects.filter(pk__in=[one.pk, two.pk]).update(assignee=us.cleo)
    for turn, owner in ((one, us.cleo), (two, us.ada), (other, us.ada)):
        Case.objects.create(
            title="Leaks",
            reference=f"C-{turn.pk}-{owner.pk}",
            conversation_id=turn.conversation_id,
            owner=owner,
            opened_at=cast.NOW,
        )

    lead = run(us, "case", rows=["owner"], by=us.lea)
    contractor = run(us, "case", rows=["owner"], by=us.cleo)
    talk = run(us, "interaction", rows=["network"], by=us.cleo)

    assert figures(lead) == {(us.ada.name,): 2, (us.cleo.name,): 1}
    assert figures(contractor) == {("a colleague",): 1, (us.cleo.name,): 1}
    assert sum(figures(talk).values()) == 2 < Interaction.objects.count()
    assert us.ada.name not in str(contractor)
    for hidden in (("deal",), ("organisation",), ("idea",), ("person", None, ["email"])):
        with pytest.raises(Refused):
            run(us, *hidden, by=us.cleo)


def test_a_contact_costs_what_was_said_for_its_kind_and_network_on_its_day(us):
    source = cast.source(owner=us.olga)
    said = [cast.turn(source, f"p{number}") for number in range(4)]
    at = [cast.NOW - timedelta(days=days) for days in (40, 20, 10, 0)]
    told = list(Interaction.objects.order_by("pk"))
    for one, when in zip(told, at, strict=True):
        Interaction.objects.filter(pk=one.pk).update(occurred_at=when)
    assert run(us, "interaction", measures=["sum:cost", "count"]).lines[0].cells == ((None, Decimal(4)),)

    network, kind = told[0].network, told[0].kind
    put = [
        cost.put(
            kind="", network=network, amount=Decimal("2"), since=(cast.NOW - timedelta(days=30)).date(), by=us.olga
        ),
        cost.put(
            kind=kind, network=network, amount=Decimal("3.5"), since=(cast.NOW - timedelta(days=15)).date(), by=us.olga
        ),
        cost.put(kind="", network="letter", amount=Decimal("9"), since=date(2020, 1, 1), by=us.olga),
    ]
    again = cost.put(kind="", network="letter", amount=Decimal("9"), since=date(2020, 1, 1), by=us.olga)
    found = run(us, "interaction", None, ["network"], "", ["sum:cost", "count"])

    assert len(said) == 4
    assert [is_new for _, is_new in (*put, again)] == [True, True, True, False]
    assert figures(found) == {(network,): Decimal("9")}
    assert found.currency == "EUR"
    assert found.notes == ("1 rows are not in “Sum of cost of contacts”: no cost is known for them.",)


def test_lines_tags_and_what_is_read_beside_are_grouped_and_what_is_too_much_is_refused(us):
    lid = Product.objects.create(sku="L-1", name="Lid", category="Parts")
    order = Order.objects.create(number="O-1", placed_at=cast.NOW, currency="EUR", total=10)
    OrderLine.objects.create(order=order, position=1, product=lid, name="Lid", quantity=3, unit_price=Decimal("2.50"))
    OrderLine.objects.create(order=order, position=2, name="Kettle", quantity=1, unit_price=Decimal("20"))
    bea, bo = cast.person("Bea", by=us.ada), cast.person("Bo", by=us.ada)
    type(bea).objects.filter(pk=bea.pk).update(tags=["loyal", "vip"])
    type(bo).objects.filter(pk=bo.pk).update(tags=["vip"])
    cast.person("Cy", by=us.ada)
    cast.turn(cast.source(owner=us.olga))

    lines = run(us, "line", None, ["category", "article"], "", ["sum:amount", "sum:quantity"])
    tags = run(us, "person", None, ["tags"])
    mood = run(us, "interaction", None, ["mood"], "direction")

    assert figures(lines) == {("Parts", "Lid"): Decimal("7.5"), ("none", "Kettle"): 20}
    assert {words: many for (words,), many in figures(tags).items() if words != "none"} == {"loyal": 1, "vip": 2}
    assert tags.totals == ()
    assert sum(figures(mood).values()) == 1
    for told in (lines, tags, mood):
        for line in told.lines:
            for column, cell in zip(told.columns, line.cells, strict=True):
                assert rows_behind(told.asked, line, column, us) == (cell[0] if told is not lines else 1)
    Order.objects.bulk_create(
        [Order(number=f"N{n}", placed_at=cast.NOW, currency="EUR", total=1) for n in range(2_001)]
    )
    with pytest.raises(Refusal, match="2,000"):
        run(us, "order", None, ["number"])
    for bad in (["total"], ["placed:hour"], ["status:month"], ["a", "b", "c"], ["nothing"], ["placed", "placed"]):
        with pytest.raises(Refused):
            run(us, "order", None, bad)
    assert from_body(to_body(lines.asked)) == lines.asked
    assert not Process.objects.exists()
