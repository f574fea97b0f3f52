"""P28: after any history of edits, orders, merges, splits and erasures a segment holds exactly those whom a look at everybody
would find, though only those who changed are ever looked at.
"""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from mutuals import privacy
from mutuals.identity import merge, offered
from mutuals.identity.models import Merge
from mutuals.outreach import renewing, segments
from mutuals.outreach.models import Member, Segment, SegmentState
from mutuals.people import organisations, persons, stirred
from mutuals.people.models import Affiliation, Fact, Person
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.orders import LineIn, OrderIn

pytestmark = pytest.mark.django_db
TOWNS = ("Porto", "Lisbon", "Faro")


def asked(field, op, value=None, **more):
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}


def everything(us, people):
    """One segment of each kind of condition, each built."""
    told = {
        "in Porto": asked("city", "is", "Porto"),
        "not gold": asked("tags", "hasnot", "gold"),
        "buyers": asked("bought", "atleast", asked("total", "over", 10), amount=2),
        "silent": asked("interactions", "none"),
        "has a big deal": asked("deals", "any", asked("amount", "over", 500)),
        "risky": asked("facts", "any", asked("name", "is", "risk")),
        "of the works": asked("organisation", "any", asked("city", "is", "Porto")),
    }
    made = {name: segments.add(by=us.ada, now=cast.NOW, name=name, condition=one) for name, one in told.items()}
    porto = asked("number", "is", made["in Porto"].pk)
    made["buyers in Porto"] = segments.add(
        by=us.ada, now=cast.NOW, name="buyers in Porto",
        condition={"all": [asked("segment", "any", porto), asked("orders", "over", 0)]},
    )  # fmt: skip
    made["picked"] = segments.add(by=us.ada, now=cast.NOW, name="picked", people=[people[0].pk, people[1].pk])
    made["not picked"] = segments.add(
        by=us.ada, now=cast.NOW, name="not picked",
        condition=asked("segment", "none", asked("name", "is", "picked")),
    )  # fmt: skip
    for one in made.values():
        renewing.look(one.pk, now=cast.NOW)
    return made


class Town:
    """What may happen to people, by chance."""

    def __init__(self, us, people, works, seed):
        self.us, self.chance, self.works, self.orders = us, random.Random(seed), works, 0
        self.people = people

    def somebody(self):
        rows = list(Person.objects.filter(trashed_at=None, canonical_id__isnull=False).order_by("pk"))
        return self.chance.choice([one for one in rows if one.canonical_id == one.pk])

    def edit(self):
        changes = {"city": self.chance.choice(TOWNS), "tags": self.chance.choice([[], ["gold"], ["gold", "late"]])}
        persons.edit(self.somebody(), by=self.us.ada, changes=changes, now=cast.NOW)

    def order(self):
        self.orders += 1
        line = LineIn("Kettle", unit_price=Decimal(self.chance.choice([5, 50])))
        told = OrderIn(f"O-{self.orders}", cast.NOW, "EUR", lines=(line,))
        offered.enter(told, person=self.somebody(), organisation=None, by=self.us.ada, now=cast.NOW)

    def deal(self):
        told = DealIn("Kettles", person=self.somebody(), amount=Decimal(self.chance.choice([100, 900])), currency="EUR")
        row, _ = deals.open_deal(told, by=self.us.ada, now=cast.NOW)
        if self.chance.random() < 0.3:
            deals.trash(row, by=self.us.ada, now=cast.NOW)

    def fact(self):
        who = self.somebody()
        if not Fact.objects.filter(person=who).delete()[0]:
            Fact.objects.create(person=who, name="risk", value=1, source="staff:1")

    def place(self):
        who = self.somebody()
        if not Affiliation.objects.filter(person=who).delete()[0]:
            organisations.affiliate(who, self.works, by=self.us.ada)

    def works_move(self):
        organisations.edit(self.works, by=self.us.ada, changes={"city": self.chance.choice(TOWNS)}, now=cast.NOW)

    def join(self):
        one, other = self.somebody(), self.somebody()
        if one != other:
            merge.merge(one, other, by=self.us.ada, now=cast.NOW, anyway=True)

    def part(self):
        row = Merge.objects.filter(undone_at=None).order_by("pk").last()
        if row is not None:
            merge.undo(row, by=self.us.ada, now=cast.NOW)

    def leave(self):
        if Person.objects.count() > 8:
            privacy.erase(self.somebody(), by=self.us.olga, now=cast.NOW)

    def into_the_trash(self):
        who = self.somebody()
        Person.objects.filter(pk=who.pk).update(trashed_at=cast.NOW)

    def pick(self):
        segment = Segment.objects.get(name="picked")
        act = self.chance.choice([segments.put_in, segments.take_out])
        act(segment, [self.somebody().pk], by=self.us.ada, now=cast.NOW)

    def step(self):
        acts = [self.edit] * 4 + [self.order] * 3 + [self.join] * 2 + [self.part] * 2
        acts += [self.deal, self.fact, self.place, self.works_move, self.leave, self.into_the_trash, self.pick]
        self.chance.choice(acts)()


def held_by(one):
    return set(Member.objects.filter(segment=one).values_list("member_id", flat=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_members_are_those_of_a_look_at_everybody_after_any_history(seed):
    us = cast.staff()
    people = [cast.person(f"Person {number}", by=us.ada, city=TOWNS[number % 3]) for number in range(12)]
    town = Town(us, people, organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW), seed)
    made = everything(us, people)

    differing, moved = [], 0
    for number in range(40):
        town.step()
        if number % 4 == 3:
            renewing.follow(now=cast.NOW)
            for name, one in made.items():
                row = Segment.objects.get(pk=one.pk)
                there, wanted = held_by(one), renewing.whole(row, now=cast.NOW)
                moved += row.renewed_at is not None
                if there != wanted or row.members != len(there) or row.state != SegmentState.READY:
                    differing.append((number, name, there, wanted, row.members, row.state, row.why_not))

    assert differing == []
    assert moved
    assert stirred.waiting() == 0


def test_a_look_that_is_killed_goes_on_where_it_stopped_and_those_who_change_meanwhile_are_not_lost():
    us = cast.staff()
    people = [cast.person(f"Person {number}", by=us.ada, city="Porto") for number in range(7)]
    one = segments.add(by=us.ada, now=cast.NOW, name="in Porto", condition=asked("city", "is", "Porto"))
    stirred.watch()

    renewing.look_on(one.pk, now=cast.NOW, piece=3)
    half = Segment.objects.get(pk=one.pk)
    persons.edit(people[0], by=us.ada, changes={"city": "Faro"}, now=cast.NOW)
    persons.edit(people[6], by=us.ada, changes={"city": "Faro"}, now=cast.NOW)
    segments.stop(half, by=us.ada)
    is_more_while_stopped = renewing.look_on(one.pk, now=cast.NOW, piece=3)
    segments.look_again(half, by=us.ada, now=cast.NOW)
    while renewing.look_on(one.pk, now=cast.NOW, piece=3):
        pass
    renewing.follow(now=cast.NOW)

    done = Segment.objects.get(pk=one.pk)
    assert (half.done, half.total, half.members, half.state) == (3, 7, 3, "building")
    assert not is_more_while_stopped
    assert (done.state, done.done, done.members) == ("ready", 7, 5)
    assert held_by(one) == {person.pk for person in people[1:6]}


def test_what_time_moves_is_looked_at_by_night_and_a_new_condition_at_once():
    us = cast.staff()
    bea = cast.person("Bea Brand", by=us.ada, city="Porto")
    old = segments.add(by=us.ada, now=cast.NOW, name="known long", condition=asked("created", "older", 30))
    town = segments.add(by=us.ada, now=cast.NOW, name="in town", condition=asked("city", "is", "Faro"))
    for one in (old, town):
        renewing.look(one.pk, now=cast.NOW)
    Person.objects.filter(pk=bea.pk).update(created_at=cast.NOW)

    renewing.follow(now=cast.NOW)
    at_first = held_by(old)
    begun_too_soon = renewing.night(now=cast.NOW + timedelta(hours=1))
    later = cast.NOW + timedelta(days=40)
    begun = renewing.night(now=later)
    renewing.look(old.pk, now=later)
    segments.change(town, by=us.ada, changes={"condition": asked("city", "is", "Porto")}, now=later)
    renewing.look(town.pk, now=later)

    assert (at_first, begun_too_soon, begun) == (set(), 0, 1)
    assert held_by(old) == held_by(town) == {bea.pk}
    assert Segment.objects.get(pk=town.pk).next_look_at is None
    assert Segment.objects.get(pk=old.pk).next_look_at > later
