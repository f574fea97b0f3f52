"""Deals: opened, moved, won and lost by their process, with lines, stakeholders, pipelines, a board and a trash."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cast
from cast import NOW
from mutuals import privacy
from mutuals.base import house as base_house
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import merge, offered
from mutuals.people import organisations
from mutuals.people.models import Person
from mutuals.processes import keep, run, templates, usual
from mutuals.processes.models import Item, Process
from mutuals.sales import deals, goods, owned, pipeline, quotes
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal, DealLine, DealRole
from mutuals.staff import house
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
CONSUMERS = "sales_consumer"


def opened(us, bea: Person | None = None, title: str = "Kettles for the bar", **more) -> Deal:
    pipe = more.pop("pipeline", None)
    told = DealIn(title, "EUR", bea, **{"amount": Decimal(1200), **more})
    return deals.open_deal(told, by=us.ben, now=NOW, pipeline=pipe)[0]


def second(us) -> Process:
    """Another pipeline beside the usual one."""
    one = templates.templates()[CONSUMERS]
    version = keep.draft(one.body, by=us.lea, now=NOW, name=one.name, kind=one.kind, pillar=one.pillar)
    return keep.publish(version, by=us.lea, now=NOW).process


def kinds_of(deal: Deal) -> list[str]:
    return list(Entry.objects.filter(about=f"deal:{deal.pk}").order_by("pk").values_list("kind", flat=True))


def test_the_first_deal_of_a_fresh_house_runs_in_the_pipeline_that_is_shipped_with_it() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)

    row = opened(us, bea)

    assert row.item is not None
    assert row.item.process.kind == "deal"
    assert (row.item.step, row.owner, row.item.about) == ("qualify", us.ben, f"deal:{row.pk}")
    assert pipeline.probability(row) == 10
    assert pipeline.weighted(row) == Decimal("120.00")
    assert "deal.opened" in kinds_of(row)


def test_the_very_same_deal_again_is_the_same_deal() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    told = DealIn("Kettles", "eur", bea, amount=Decimal("10"))

    first, is_new = deals.open_deal(told, by=us.ben, now=NOW)
    again, is_new_again = deals.open_deal(told, by=us.ada, now=NOW)
    other, _ = deals.open_deal(replace(told, title="Lids"), by=us.ben, now=NOW)

    assert (first, is_new, is_new_again) == (again, True, False)
    assert other != first
    assert Item.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal(10) ** 13}, "amount"),
        ({"title": " "}, "title"),
        ({"currency": "euro"}, "currency"),
        ({"probability": 101}, "probability"),
        ({"expected_on": date(1800, 1, 1)}, "expected_on"),
        ({"person": None}, "person"),
    ],
)
def test_a_deal_that_cannot_be_is_refused_by_its_field_and_nothing_is_kept(wrong, field) -> None:
    us = cast.staff()
    told = replace(DealIn("Kettles", "EUR", cast.person(by=us.ben), amount=Decimal(5)), **wrong)

    with pytest.raises(Refusal) as refused:
        deals.open_deal(told, by=us.ben, now=NOW)

    assert field in refused.value.fields
    assert not Deal.objects.exists()


def test_it_goes_along_its_steps_and_is_won_and_the_buyer_is_a_customer() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    row = opened(us, bea)

    moved = deals.move(row, to="needs", by=us.ben, now=NOW)
    step = moved.item.step if moved.item else ""
    won = deals.win(moved, by=us.ben, now=NOW + timedelta(days=2))
    again = deals.win(won, by=us.ben, now=NOW + timedelta(days=3))

    assert step == "needs"
    assert (again.outcome, again.ended_at) == ("won", NOW + timedelta(days=2))
    assert pipeline.weighted(again) == Decimal(1200)
    assert kinds_of(row).count("deal.won") == 1
    bea.refresh_from_db()
    assert bea.stage == "customer"


def test_losing_asks_why_and_the_deal_keeps_it() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))

    with pytest.raises(Refusal):
        deals.lose(row, by=us.ben, now=NOW, because=" ")
    lost = deals.lose(row, by=us.ben, now=NOW, because="Too dear")
    again = deals.lose(lost, by=us.ben, now=NOW, because="Something else")

    assert (again.outcome, again.lost_reason, again.ended_at) == ("lost", "Too dear", NOW)
    with pytest.raises(Refusal):
        deals.win(again, by=us.ben, now=NOW)


def test_whoever_moves_its_run_by_the_process_moves_the_deal() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))
    assert row.item is not None

    run.drop(row.item, by=us.ben, now=NOW, because="They went silent")
    row.refresh_from_db()
    dropped = (row.outcome, row.lost_reason)
    back = deals.reopen(row, by=us.ben, now=NOW, because="They called")

    assert dropped == ("lost", "They went silent")
    assert (back.outcome, back.ended_at, back.lost_reason) == ("", None, "")
    assert back.item is not None
    assert back.item.state == "running"


def test_another_pipeline_takes_it_over_and_the_deal_stays_open() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))
    other, usual_one = second(us), usual.of("deal", by=us.ben, now=NOW)

    there = deals.move_to_pipeline(row, other, by=us.ben, now=NOW)
    once = deals.move_to_pipeline(there, other, by=us.ben, now=NOW)
    back = deals.move_to_pipeline(once, usual_one, by=us.ben, now=NOW)

    assert once.item is not None
    assert once.outcome == ""
    assert (back.item.process, back.item.state, back.item.step, back.outcome) == (usual_one, "running", "qualify", "")
    assert list(Item.objects.filter(process=other).values_list("state", flat=True)) == ["dropped"]
    assert not {"deal.lost", "deal.reopened"} & set(kinds_of(row))


def test_lines_say_what_it_comes_to_and_the_price_lists_say_what_one_costs() -> None:
    us = cast.staff()
    kettle = goods.add_product(by=us.lea, sku="K-1", name="Kettle")
    prices = goods.put_list(by=us.lea, name="All", currency="EUR")
    goods.put_prices(prices, by=us.lea, prices={kettle.pk: Decimal(20)})
    row = opened(us, cast.person(by=us.ben))
    lines = [
        quotes.Offer("K-1", quantity=Decimal(3)),
        quotes.Offer(name="Visit", unit_price=Decimal(50), discount=Decimal(10)),
    ]

    deals.put_lines(row, lines, by=us.ben, now=NOW)
    deals.put_lines(row, lines, by=us.ben, now=NOW)
    row.refresh_from_db()

    assert row.amount == Decimal("105.00")
    assert DealLine.objects.filter(deal=row).count() == 2
    assert kinds_of(row).count("deal.lines") == 1
    with pytest.raises(Refusal) as refused:
        deals.edit(row, by=us.ben, changes={"amount": "7"}, now=NOW)
    assert "amount" in refused.value.fields
    emptied = deals.put_lines(row, [], by=us.ben, now=NOW)
    assert deals.edit(emptied, by=us.ben, changes={"amount": "7"}, now=NOW).amount == 7


def test_editing_tells_before_and_after_and_the_run_goes_to_the_new_owner() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))
    changes = {"title": "Two kettles", "expected_on": "2026-12-24", "probability": "40", "owner": us.lea}

    deals.edit(row, by=us.ben, changes=changes, now=NOW)
    edited = deals.edit(row, by=us.ben, changes=changes, now=NOW)

    assert (edited.title, edited.expected_on, edited.probability) == ("Two kettles", date(2026, 12, 24), 40)
    entries = Entry.objects.filter(kind="deal.edited", about=f"deal:{row.pk}")
    assert [one.data["changes"]["title"] for one in entries] == [["Kettles for the bar", "Two kettles"]]
    assert pipeline.weighted(edited) == Decimal("480.00")


def test_who_has_a_say_is_named_once_whoever_they_were_merged_into() -> None:
    us = cast.staff()
    bea, bo = cast.person(by=us.ben), cast.person("Bo Brand", by=us.ben)
    row = opened(us, bea)

    deals.name_role(row, bea, "decides", by=us.ben)
    deals.name_role(row, bo, "uses", by=us.ben)
    deals.name_role(row, bo, "doubts", by=us.ben)
    with pytest.raises(Refusal):
        deals.name_role(row, bo, "sings", by=us.ben)
    both = [one.role for one in pipeline.roles(row)]
    merge.merge(bea, bo, by=us.lea, now=NOW)
    one = pipeline.roles(row)
    deals.name_role(row, bea, "", by=us.ben)

    assert both == ["decides", "doubts"]
    assert [told.person.canonical for told in one] == [bea]
    assert not DealRole.objects.exists()


def test_the_trash_takes_it_out_of_lists_boards_and_sums_and_gives_it_back() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    row = opened(us, bea)
    assert row.item is not None

    deals.trash(row, by=us.ben, now=NOW)
    deals.trash(row, by=us.ben, now=NOW)
    gone = (pipeline.of_person(us.ben, bea), pipeline.board(us.ben, row.item.process, now=NOW).count)
    with pytest.raises(Refusal):
        deals.win(row, by=us.ben, now=NOW)
    in_trash = pipeline.listed(us.ben, trashed=True)
    deals.restore(row, by=us.ben, now=NOW)

    assert gone == ([], 0)
    assert in_trash == [row]
    assert pipeline.of_person(us.ben, bea) == [row]
    assert kinds_of(row).count("deal.trashed") == 1


def test_a_board_counts_sums_and_weighs_each_step_by_currency_in_a_few_statements() -> None:
    us = cast.staff()
    bea, firm = cast.person(by=us.ben), organisations.add(by=us.ben, name="Bar Nord", now=NOW)
    first = opened(us, bea, "One", amount=Decimal(100))
    opened(us, None, "Two", organisation=firm, amount=Decimal(50), probability=80)
    third = opened(us, bea, "Three", amount=Decimal(10))
    deals.edit(third, by=us.ben, changes={"currency": "USD"}, now=NOW)
    deals.move(opened(us, bea, "Four", amount=Decimal(7)), to="needs", by=us.ben, now=NOW)
    deals.lose(opened(us, bea, "Five"), by=us.ben, now=NOW, because="No")
    assert first.item is not None

    with CaptureQueriesContext(connection) as asked:
        board = pipeline.board(us.ben, first.item.process, now=NOW + timedelta(days=30))
        whom = [str(card.person.canonical if card.person else card.organisation) for card in board.columns[0].cards]

    qualify, needs = board.columns[:2]
    told = [(one.currency, one.amount, one.weighted) for one in qualify.sums.values()]
    assert sorted(told) == [("EUR", Decimal(150), Decimal("50.00")), ("USD", Decimal(10), Decimal("1.00"))]
    assert (qualify.count, qualify.late, needs.count, board.count) == (3, 3, 1, 4)
    assert [(one.currency, one.amount) for one in board.sums] == [("EUR", Decimal(157)), ("USD", Decimal(10))]
    assert [card.title for card in qualify.cards] == ["Three", "Two", "One"]
    assert whom == ["Bea Brand", "Bar Nord", "Bea Brand"]
    assert len(asked) <= 6, [one["sql"] for one in asked.captured_queries]
    assert pipeline.board(us.ben, first.item.process, now=NOW, owner=us.ada).count == 0


def test_a_house_that_sells_to_organisations_only_sells_to_the_one_that_somebody_is_of() -> None:
    us = cast.staff()
    bea, firm = cast.person(by=us.ben), organisations.add(by=us.ben, name="Bar Nord", now=NOW)
    own = opened(us, bea, "As a person")
    goods.sell_to(by=us.aron, people=False)

    with pytest.raises(Refusal) as refused:
        opened(us, bea, "Alone")
    organisations.affiliate(bea, firm, by=us.ben, is_main=True)
    of_firm = opened(us, bea, "For the firm")
    edited = deals.edit(own, by=us.ben, changes={"title": "Still mine"}, now=NOW)

    assert "organisation" in refused.value.fields
    assert (of_firm.person, of_firm.organisation) == (bea, firm)
    assert (edited.person, edited.organisation) == (bea, None)


def test_quotes_and_orders_of_a_deal_stand_with_it() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    row = opened(us, bea)
    terms = quotes.Terms("EUR", (quotes.Offer(name="Kettle", unit_price=Decimal(20)),))

    quote = offered.offer(terms, by=us.ben, number="Q-1", person=bea, deal=row, now=NOW)
    quotes.send(quote, by=us.ben, now=NOW)
    order = offered.accept(quote, by=us.ben, now=NOW)
    order.refresh_from_db()

    assert (quote.deal, order.deal) == (row, row)


def test_a_merge_shows_the_deals_of_both_and_moves_none() -> None:
    us = cast.staff()
    bea, bo = cast.person(by=us.ben), cast.person("Bo Brand", by=us.ben)
    mine, theirs = opened(us, bea, "Hers"), opened(us, bo, "His")

    merge.merge(bea, bo, by=us.lea, now=NOW)
    joined = {one.title for one in pipeline.of_person(us.ben, bea)}

    assert joined == {"Hers", "His"}
    assert Deal.objects.get(pk=theirs.pk).person_id == bo.pk
    assert Deal.objects.get(pk=mine.pk).person_id == bea.pk


def test_erasing_takes_deals_of_nobody_else_and_parts_those_of_organisations() -> None:
    us = cast.staff()
    bea, firm = cast.person(by=us.ben), organisations.add(by=us.ben, name="Bar Nord", now=NOW)
    alone = opened(us, bea, "Bea alone")
    of_firm = opened(us, bea, "Bar", organisation=firm)
    deals.name_role(of_firm, bea, "decides", by=us.ben)

    package = privacy.export(bea, by=us.aron, now=NOW)[1]
    receipt = privacy.erase(bea, by=us.aron, now=NOW)
    of_firm.refresh_from_db()

    assert package.counts["sales"]["deals"] == 2
    assert not Deal.objects.filter(pk=alone.pk).exists()
    assert not Item.objects.filter(about=f"deal:{alone.pk}").exists()
    assert (of_firm.person, of_firm.organisation) == (None, firm)
    assert of_firm.item is not None
    assert of_firm.item.state == "running"
    assert receipt.counts["sales"]["deals erased"] == 1
    assert not Entry.objects.filter(about=f"deal:{alone.pk}").exclude(data={}).exists()


def test_open_deals_go_to_another_when_an_access_ends() -> None:
    us = cast.staff()
    row, over = opened(us, cast.person(by=us.ben)), opened(us, cast.person("Bo", by=us.ben), "Over")
    deals.lose(over, by=us.ben, now=NOW, because="No")

    held = owned.held_by(us.ben)
    moved = owned.hand_over(us.ben, us.lea)

    assert (held, moved) == (1, 1)
    assert [Deal.objects.get(pk=one.pk).owner for one in (row, over)] == [us.lea, us.ben]


def test_contractors_see_no_deal_and_change_none() -> None:
    us = cast.staff()
    row = opened(us, cast.person(by=us.ben))

    assert not pipeline.deals_visible_to(us.cleo).exists()
    for act in (
        lambda: deals.edit(row, by=us.cleo, changes={"title": "Mine"}, now=NOW),
        lambda: deals.win(row, by=us.cleo, now=NOW),
        lambda: deals.trash(row, by=us.cleo, now=NOW),
        lambda: deals.open_deal(DealIn("Mine", "EUR", row.person), by=us.cleo, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_a_deal_comes_to_is_kept_in_the_currency_of_the_house_by_the_rate_of_its_day() -> None:
    us = cast.staff()
    bea = cast.person(by=us.ben)
    rate = house.RateIn("USD", NOW.date() - timedelta(days=3), Decimal("0.9"))
    house.put_rates([rate], by=us.olga)

    own, _ = deals.open_deal(DealIn("Own", "EUR", amount=Decimal(100), person=bea), by=us.ben, now=NOW)
    known, _ = deals.open_deal(DealIn("Known", "USD", amount=Decimal(100), person=bea), by=us.ben, now=NOW)
    unknown, _ = deals.open_deal(DealIn("Unknown", "JPY", amount=Decimal(100), person=bea), by=us.ben, now=NOW)
    told = [row.home for row in (own, known, unknown)]
    changed = deals.edit(known, by=us.ben, changes={"amount": Decimal(200)}, now=NOW)
    house.put_rates([house.RateIn("JPY", NOW.date(), Decimal("0.006"))], by=us.olga)
    base_house.renew_home(["deal"])
    unknown.refresh_from_db()

    assert told == [Decimal(100), Decimal(90), None]
    assert changed.home == Decimal(180)
    assert unknown.home == Decimal("0.60")
