"""Organisations as families, as places of several people, as two that were one; territories; nothing is nobody's."""

from datetime import date, timedelta

import pytest

import cast
from mutuals.base import clock, lists, undo
from mutuals.base.filters import Test as Asks
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.inbox import cases, tasks
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people import affiliations, family, joining, organisations, ownerless, territories
from mutuals.people.models import Affiliation, Organisation, Person, Placed
from mutuals.people.persons import Unfit
from mutuals.records import relations
from mutuals.sales import deals
from mutuals.sales.models import Deal
from mutuals.staff import accounts, named
from mutuals.staff import bulk as batches
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = cast.NOW


@pytest.fixture
def us():
    return cast.staff()


def house(name, us, **more):
    return organisations.add(by=us.ada, name=name, now=NOW, **more)


def test_a_family_has_no_circle_and_twenty_levels_and_is_seen_as_a_whole(us):
    top = house("Holding", us)
    mid = house("Kettle works", us, parent=top)
    low = house("Kettle shop", us, parent=mid.pk)
    bea, bo = cast.person(by=us.ada), cast.person("Bo", by=us.ada)
    for one, place in ((bea, mid), (bea, low), (bo, low)):
        organisations.affiliate(one, place, by=us.ada)
    told = deals.DealIn("Big kettle", "EUR", organisation=low, amount=4000)
    deals.open_deal(told, by=us.ben, now=NOW)
    cases.open_case(organisation=mid, by=us.ada, title="It leaks", now=NOW)

    with pytest.raises(Unfit) as circle:
        organisations.edit(top, by=us.ada, changes={"parent": low}, now=NOW)
    with pytest.raises(Unfit):
        organisations.edit(top, by=us.ada, changes={"parent": top}, now=NOW)
    deep = low
    for number in range(family.LEVELS - 3):
        deep = house(f"Part {number}", us, parent=deep)
    with pytest.raises(Unfit, match="20 levels"):
        house("One too deep", us, parent=deep)
    with pytest.raises(Unfit, match="20 levels"):
        organisations.edit(top, by=us.ada, changes={"parent": house("Above", us)}, now=NOW)

    figures = {one.name: (one.number, one.note) for one in family.figures(us.ada, family.below(top.pk))}
    assert circle.value.field == "parent"
    assert [(one.organisation.name, one.level) for one in family.parts(us.ada, top.pk)][:3] == [
        ("Holding", 0), ("Kettle works", 1), ("Kettle shop", 2),
    ]  # fmt: skip
    assert family.above(low.pk) == [top.pk, mid.pk]
    assert figures["people"] == (2, "")
    assert figures["open deals"] == (1, "EUR 4,000.00")
    assert figures["open cases"] == (1, "")


def test_somebody_is_at_two_organisations_at_once_and_formerly_at_a_third(us):
    bea = cast.person(by=us.ada, email="bea@kettleworks.example")
    works, club, old = house("Works", us, domain="kettleworks.example"), house("Club", us), house("Old firm", us)
    suggested = [one.pk for one in affiliations.suggested(us.ada, bea)]

    main = organisations.affiliate(bea, works, by=us.ada, role="Maker", since=date(2025, 1, 1), is_main=True)
    second = organisations.affiliate(bea, club, by=us.ada, role="Treasurer", since=date(2024, 5, 1))
    third = organisations.affiliate(bea, old, by=us.ada, since=date(2019, 1, 1), is_main=True)
    affiliations.change(third, by=us.ada, changes={"until": date(2024, 12, 31)})
    affiliations.change(main, by=us.ada, changes={"is_main": True, "role": "Head maker"})
    wrong = organisations.affiliate(bea, old, by=us.ada, role="Typed in error")
    affiliations.remove(wrong, by=us.ada)

    with pytest.raises(Unfit):
        affiliations.change(second, by=us.ada, changes={"until": date(2020, 1, 1)})
    told = [(one.organisation.name, one.role, one.is_main, one.until) for one in affiliations.of_person(us.ben, bea)]
    assert suggested == [works.pk]
    assert told == [
        ("Works", "Head maker", True, None), ("Club", "Treasurer", False, None), ("Old firm", "", False, date(2024, 12, 31)),
    ]  # fmt: skip
    assert affiliations.suggested(us.ada, bea) == []
    assert affiliations.of_person(us.cleo, bea) == []
    assert Entry.objects.filter(kind="person.place_changed", about=f"person:{bea.pk}").count() == 2


def test_two_organisations_become_one_and_are_parted_with_what_was_told_since(us):
    kept, gone = house("Kettle works", us, city="Ghent"), house("The Kettle Works Ltd", us, domain="kw.example")
    part, other = house("Kettle shop", us, parent=gone), house("Supplier", us)
    bea = cast.person(by=us.ada)
    twice = [organisations.affiliate(bea, one, by=us.ada, role="Maker") for one in (kept, gone)]
    bo = organisations.affiliate(cast.person("Bo", by=us.ada), gone, by=us.ada)
    deal, _ = deals.open_deal(deals.DealIn("Lids", "EUR", organisation=gone), by=us.ben, now=NOW)
    relations.add(f"organisation:{other.pk}", "supplies", f"organisation:{gone.pk}", by=us.ada, now=NOW)

    row = joining.merge(kept, gone, by=us.ada, now=NOW)
    again = joining.merge(kept, gone, by=us.ada, now=NOW)
    seen = named.one(us.ada, f"organisation:{gone.pk}")
    found = [one.other.name for one in relations.of(us.ada, f"organisation:{kept.pk}")]
    merged = (Deal.objects.get(pk=deal.pk).organisation_id, Organisation.objects.get(pk=part.pk).parent_id)
    kept.refresh_from_db()
    domain = kept.domain
    organisations.edit(kept, by=us.ada, changes={"domain": "kettle.example", "city": "Antwerp"}, now=NOW)
    later, _ = deals.open_deal(deals.DealIn("Since then", "EUR", organisation=kept), by=us.ben, now=NOW)
    stays = joining.undo(row, by=us.ada, now=NOW)
    joining.undo(row, by=us.ada, now=NOW)

    assert again.pk == row.pk
    assert (seen.key, found, domain) == (f"organisation:{kept.pk}", ["Supplier"], "kw.example")
    assert merged == (kept.pk, kept.pk)
    assert stays == {"domain": "kettle.example"}
    assert (Deal.objects.get(pk=deal.pk).organisation_id, Organisation.objects.get(pk=part.pk).parent_id) == (
        gone.pk, gone.pk,
    )  # fmt: skip
    assert Deal.objects.get(pk=later.pk).organisation_id == kept.pk
    assert Affiliation.objects.get(pk=bo.pk).organisation_id == gone.pk
    assert [Affiliation.objects.get(pk=one.pk).organisation_id for one in twice] == [kept.pk, gone.pk]
    assert relations.of(us.ada, f"organisation:{kept.pk}") == []
    assert [one.words for one in relations.of(us.ada, f"organisation:{gone.pk}")] == ["is supplied by"]


def test_merges_of_organisations_are_undone_in_the_order_in_which_they_stand(us):
    a, b, c = house("A", us), house("B", us), house("C", us)
    below = house("Below C", us, parent=c)
    first = joining.merge(b, a, by=us.ada, now=NOW)
    second = joining.merge(c, b, by=us.ada, now=NOW)
    whole = named.alike([f"organisation:{a.pk}"])[f"organisation:{a.pk}"]

    with pytest.raises(Refusal, match="Undo that first"):
        joining.undo(first, by=us.ada, now=NOW)
    with pytest.raises(Refusal, match="part of"):
        joining.merge(below, c, by=us.ada, now=NOW)
    with pytest.raises(NotAllowed):
        joining.merge(below, c, by=us.cleo, now=NOW)
    by_name = organisations.by_names(["A"])
    joining.undo(second, by=us.ada, now=NOW)
    joining.undo(first, by=us.ada, now=NOW)

    assert whole == [f"organisation:{one.pk}" for one in (c, a, b)]
    assert by_name == {"a": c.pk}
    assert not Organisation.objects.exclude(merged_into=None).exists()


def placing(us, *, name="Porto", value="Porto", owner=None, team=None, **more):
    told = {"name": name, "record": "person", "condition": Asks("city", "is", value), "owner": owner or us.ben}
    return territories.add(by=us.lea, team=team, **told | more)


def test_territories_place_who_is_nobodys_in_their_order_and_it_is_undone(us):
    bea = cast.person(by=us.ada, city="Porto")
    bo = cast.person("Bo", by=us.ada, city="Porto", owner=us.olga)
    cup = cast.person("Cup", by=us.ada, city="Ghent")
    lid = cast.person("Lid", by=us.ada, city="Porto")
    placing(us, team=us.sales)
    first = placing(us, name="Named Lid", condition=Asks("name", "is", "Lid"), owner=us.ada)
    territories.edit(first, by=us.lea, changes={"position": 1})

    shares = [(one.territory.name, one.number) for one in territories.shares("person", by=us.ada, now=NOW)]
    batch = territories.place("person", by=us.lea, now=NOW)
    owners = dict(Person.objects.values_list("name", "owner__name"))
    with pytest.raises(Refusal, match="without an owner"):
        territories.place("person", by=us.lea, now=NOW)
    cast_aside = Person.objects.get(pk=lid.pk)
    lists.listing("person").editing.write(cast_aside, {"owner": str(us.olga.pk)}, us.ada, NOW, "")
    batches.take_back(batch, by=us.lea, now=NOW)

    assert shares == [("Named Lid", 1), ("Porto", 1)]
    assert owners == {"Bea Brand": "Ben", "Bo": "Olga", "Cup": None, "Lid": "Ada"}
    assert (batch.total, batch.done) == (2, 2)
    assert Entry.objects.filter(kind="person.placed", about__in=[f"person:{bea.pk}", f"person:{lid.pk}"]).count() == 2
    after = Person.objects.in_bulk()
    assert (after[bea.pk].owner, after[bea.pk].team) == (None, None)
    assert (after[lid.pk].owner, after[bo.pk].owner, after[cup.pk].owner) == (us.olga, us.olga, None)
    assert [one.about for one in undo.kept(batch)] == [f"person:{lid.pk}"]


def test_newcomers_are_placed_by_the_clock_and_who_was_there_before_is_not(us):
    before = cast.person("Was there", by=us.ada, city="Porto")
    placing(us)
    territories.place_newcomers(now=NOW)
    came = cast.person("Came", by=us.ada, city="Porto")

    runs = [territories.place_newcomers(now=NOW + timedelta(minutes=5 * number)) for number in (1, 2, 3)]

    owners = dict(Person.objects.values_list("pk", "owner"))
    assert runs == [1, 0, 0]
    assert owners == {before.pk: None, came.pk: us.ben.pk}
    assert Placed.objects.get(pk="person").up_to == came.pk
    assert Entry.objects.get(kind="person.placed").by == "machine:territories"


def test_a_territory_whose_owner_left_or_whose_condition_is_unread_places_nobody_and_says_so(us):
    cast.person(by=us.ada, city="Porto")
    one = placing(us)
    accounts.deactivate(us.ben, by=us.olga, now=NOW, transfer_to=us.ada)
    one.refresh_from_db()
    type(one).objects.filter(pk=one.pk).update(condition={"field": "no_such", "op": "is", "value": "x"})

    (share,) = territories.shares("person", by=us.ada, now=NOW)

    assert one.owner == us.ada
    assert (share.number, "no_such" in share.wrong) == (0, True)
    with pytest.raises(NotAllowed):
        territories.add(by=us.cleo, name="No", record="person", condition=Asks("city", "is", "x"), owner=us.ben)


def test_what_is_nobodys_is_counted_and_given_to_somebody_by_kind(us):
    bea, works = cast.person(by=us.ada), house("Works", us)
    deal, _ = deals.open_deal(deals.DealIn("Lids", "EUR", organisation=works), by=us.ben, now=NOW)
    Deal.objects.filter(pk=deal.pk).update(owner=None)
    task, _ = tasks.add(TaskIn(title="Ring them"), by=us.ada, now=clock.now())
    type(task).objects.filter(pk=task.pk).update(assignee=None)

    found = {one.kind.name: one.number for one in ownerless.counts(us.ada)}
    for name, ids in (("people", [bea.pk]), ("organisations", [works.pk]), ("deals", [deal.pk])):
        assert ownerless.give(name, ids, to=us.lea, by=us.ada, now=NOW) == 1
        assert ownerless.give(name, ids, to=us.ben, by=us.ada, now=NOW) == 0
    given = ownerless.give("tasks", [task.pk], to=us.lea, by=us.ada, now=clock.now())

    assert {name: found[name] for name in ("people", "organisations", "deals", "tasks")} == {
        "people": 1, "organisations": 1, "deals": 1, "tasks": 1,
    }  # fmt: skip
    assert given == 1
    holds = accounts.holdings(us.lea)
    assert {holds[name] for name in ("people", "organisations", "open deals", "open tasks")} == {1}
    assert ownerless.rows("people", us.ada) == []
    with pytest.raises(NotAllowed):
        ownerless.counts(us.cleo)
    assert accounts.transfer(us.lea, us.ben, by=us.olga)["people"] == 1
    assert accounts.transfer(us.lea, us.ben, by=us.olga) == {}
