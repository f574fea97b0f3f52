"""What is said and done at once: staff beside machines, merges beside splits, looks beside an erasure."""

from contextlib import suppress
from functools import partial
from random import Random
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction

import cast
from cast import NOW, event, minutes, person, said, source, staff
from mutuals import privacy
from mutuals.base import gate
from mutuals.connectors.contract import Handle
from mutuals.identity import edges, joins, link, live, merge, remark, split
from mutuals.identity.edges import Grounds
from mutuals.identity.models import Link, LinkState, Merge, Proof, Verdict
from mutuals.identity.proofs import oauth, record
from mutuals.identity.tests.test_link import beside, is_whole, somebody_waits
from mutuals.people import canonical, many, persons
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db(transaction=True)


def rejecting(row, who, act):
    """`act` in a thread, begun while staff hold the profile, and finished after they said that it is not theirs."""
    begun = Event()
    thread = beside(act, after=begun)
    with transaction.atomic():
        gate.enter()
        Profile.objects.select_for_update(no_key=True).get(pk=row.pk)
        begun.set()
        for _ in range(400):
            if somebody_waits():
                break
            sleep(0.02)
        Link.objects.create(profile=row, person=who, state=LinkState.REJECTED, by="staff:1", since=NOW)
    thread.join(120)


def test_a_machine_that_waited_for_staff_hears_what_they_said():
    us = staff()
    bea, row = person(by=us.ada), cast.profile()

    rejecting(row, bea, lambda: in_one(link.attach_free, [(row.pk, bea.pk, Grounds())], by="machine:identity", now=NOW))

    assert Profile.objects.get(pk=row.pk).person is None
    assert [one.state for one in Link.objects.filter(profile=row)] == [LinkState.REJECTED]


def in_one(act, *args, **more):
    """An act in a transaction of its own."""
    with transaction.atomic():
        return act(*args, **more)


def test_a_proof_that_is_being_lost_proves_nothing_to_whoever_read_it_before():
    us = staff()
    bea, row = person(by=us.ada), cast.profile()
    record.keep(row.pk, "code", f"person:{bea.pk}", seen="raw:1", now=NOW)
    begun = Event()
    thread = beside(lambda: record.conclude([row.pk], now=NOW), after=begun)

    with transaction.atomic():
        gate.enter()
        Profile.objects.select_for_update(no_key=True).get(pk=row.pk)
        begun.set()
        for _ in range(400):
            if somebody_waits():
                break
            sleep(0.02)
        record.lose(Proof.objects.get(), why="It does not hold.", now=NOW)
    thread.join(120)

    assert Profile.objects.get(pk=row.pk).person is None
    assert not Link.objects.filter(profile=row, state=LinkState.PROVEN, until=None).exists()


def test_a_network_that_vouches_does_not_overrule_what_staff_are_just_saying():
    us = staff()
    bea, town = person(by=us.ada, email="bea@harbour.garden"), source(owner=us.olga)
    row = Profile.objects.create(network="town", key="bea", name="bea")
    who = {"network": "town", "id": "bea", "email_verified": "bea@harbour.garden"}

    rejecting(row, bea, lambda: said(town, event("p1", author=who)))

    assert Profile.objects.get(pk=row.pk).person is None


def test_a_network_that_vouches_does_not_join_what_staff_said_is_two():
    us = staff()
    bea, hers = person(by=us.ada, email="bea@harbour.garden"), cast.profile()
    link.confirm(hers, person=bea, by=us.ada, now=NOW)
    row = Profile.objects.create(network="town", key="bea", name="bea")
    in_one(edges.say, hers.pk, row.pk, Verdict.DIFFERENT, Grounds(), by=f"staff:{us.ada.pk}", now=NOW)
    who = {"network": "town", "id": "bea", "email_verified": "bea@harbour.garden"}

    said(source(owner=us.olga), event("p1", author=who))

    assert Profile.objects.get(pk=row.pk).person is None


def all_at_once(*acts):
    """Each act in a thread of its own; what they refuse is nothing to us."""
    go = Event()
    threads = [beside(partial(quietly, act), after=go) for act in acts]
    go.set()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()


def quietly(act):
    with suppress(ValueError):
        act()


def test_two_who_merge_the_same_two_both_ways_merge_them_once():
    us = staff()
    a, b = person("Ann", by=us.ada), person("Bo", by=us.ada)
    either = [partial(merge.merge, *pair, by=us.ada, now=NOW, keep=pair[0]) for pair in ((a, b), (b, a))]

    all_at_once(*either, *either)

    row = Merge.objects.get(undone_at=None)
    assert set(Person.objects.values_list("canonical_id", flat=True)) == {row.kept_id}
    assert edges.between(edges.profiles_of([a.pk]), edges.profiles_of([b.pk])).count() == 1


@pytest.mark.parametrize("seed", range(3))
def test_merging_splitting_undoing_and_new_messages_at_once_leave_a_whole_forest(seed):
    us, chance = staff(), Random(seed)
    town = source(owner=us.olga)
    made = [person(f"P{n}", by=us.ada) for n in range(4)]
    rows = [said(town, event(f"p{n}", who=f"w{n}"))[0].profile for n in range(4)]
    for row, one in zip(rows, made, strict=True):
        link.confirm(row, person=one, by=us.ada, now=NOW)
    first = merge.merge(made[0], made[1], by=us.ada, now=NOW)

    def some_act(number):
        one, other = chance.sample(made, 2)
        at = NOW + minutes(number)
        return chance.choice([
            partial(merge.merge, one, other, by=us.ada, now=at, anyway=True),
            partial(split.some, one, [chance.choice(rows).pk], by=us.ada, now=at),
            partial(joins.undo, first.key, by=us.ada, now=at),
            partial(said, town, event(f"m{number}", who=f"w{number % 4}", at=at), now=at),
        ])  # fmt: skip

    for turn in range(4):
        all_at_once(*(some_act(10 * turn + n) for n in range(4)))

    assert forest_of_rows() == {one.pk: one.canonical_id for one in Person.objects.all()}
    assert all(is_whole(row) for row in rows)


def forest_of_rows():
    """Who is whom by the live merges."""
    up = dict(Merge.objects.filter(undone_at=None).values_list("gone_id", "kept_id"))
    found = {}
    for number in Person.objects.values_list("pk", flat=True):
        root = number
        while root in up:
            root = up[root]
        found[number] = root
    return found


def test_a_person_has_one_own_record_though_two_need_it_at_once():
    us = staff()
    bea = person(by=us.ada)
    Profile.objects.filter(person=bea, network="mutuals").delete()
    go = Event()

    def need():
        with transaction.atomic():
            remark.own_record(bea, now=NOW)
            sleep(0.3)

    threads = [beside(need, after=go) for _ in range(2)]
    go.set()
    for thread in threads:
        thread.join(120)

    assert Profile.objects.filter(person=bea, network="mutuals").count() == 1


def test_a_proof_that_is_seen_while_its_owner_is_erased_is_not_kept_and_stops_nobody():
    us = staff()
    bea, row = person(by=us.ada), cast.profile()
    link.confirm(row, person=bea, by=us.ada, now=NOW)
    errors = []

    def look():
        try:
            record.keep(row.pk, "rel_me", "page:bea.garden", seen="https://bea.garden", now=NOW)
        except Exception as error:
            errors.append(error)

    go = Event()
    thread = beside(look, after=go)
    with transaction.atomic():
        privacy.erase(Person.objects.get(pk=bea.pk), by=us.olga, now=NOW)
        go.set()
        sleep(0.5)
    thread.join(120)

    assert errors == []
    assert not Proof.objects.exists()


@pytest.mark.parametrize(
    "hold",
    [
        lambda bea, us: persons.held(bea.pk),
        lambda bea, us: canonical.held([bea.pk]),
        lambda bea, us: many.tag([bea.pk], "vip", by=us.ada, now=NOW),
        lambda bea, us: persons.edit(bea, by=us.ada, changes={"name": "Bea Bond"}, now=NOW),
    ],
    ids=["held", "cluster", "many", "edit"],
)
def test_a_machine_that_names_a_person_does_not_wait_for_staff_who_edit_them(hold):
    us = staff()
    bea, row, begun = person(by=us.ada), cast.profile(), Event()
    thread = beside(
        partial(Link.objects.create, profile=row, person=bea, state=LinkState.SUGGESTED, by="x", since=NOW), after=begun
    )

    with transaction.atomic():
        hold(bea, us)
        begun.set()
        thread.join(120)
        is_done = not thread.is_alive()
    thread.join(120)

    assert is_done


def test_a_machine_that_meets_staff_gives_way_and_does_its_work_after_them():
    us = staff()
    one, two = person("Ann", by=us.ada), person("Bo", by=us.ada)
    met, done = Event(), []

    @gate.giving_way
    def machine():
        with live.alone():
            persons.held(one.pk)
            met.set()
            persons.held(two.pk)
            done.append("machine")

    with transaction.atomic():
        persons.held(two.pk)
        thread = beside(machine)
        met.wait(120)
        while thread.is_alive() and not somebody_waits():
            sleep(0.01)
        persons.held(one.pk)
        done.append("staff")
    thread.join(120)

    assert done == ["staff", "machine"]


def test_a_sign_in_that_is_told_six_times_at_once_is_news_once():
    us = staff()
    bea, told = person(by=us.ada), []

    def tell():
        told.append(oauth.vouch(bea, Handle("github", "9001", "beapours"), by=us.olga, now=NOW))

    all_at_once(*[tell] * 6)

    assert [one.outcome for one in told] == ["linked"] * 6
    assert [one.is_new for one in told].count(True) == 1
    assert Proof.objects.count() == 1


def test_whoever_edits_somebody_merged_meanwhile_does_not_stand_in_the_way_of_the_next_merge():
    us = staff()
    a, b, c = (person(name, by=us.ada) for name in ("Ann", "Bo", "Cy"))
    merge.merge(a, b, by=us.ada, now=NOW, keep=b)

    with transaction.atomic():
        roots = canonical.held([b.pk, c.pk])
        thread = beside(partial(persons.edit, a, by=us.ada, changes={"city": "Porto"}, now=NOW))
        while thread.is_alive() and not somebody_waits():
            sleep(0.01)
        canonical.join(roots[b.pk], roots[c.pk])
        has_waited = not thread.is_alive()
    thread.join(120)

    assert not has_waited
    assert Person.objects.get(pk=c.pk).city == "Porto"


def test_what_staff_say_of_a_pair_stands_though_a_machine_thinks_of_it_in_the_same_moment():
    us = staff()
    a, b = cast.profile("@a"), cast.profile("@b")
    pair, met = (a.pk, b.pk), []

    def meanwhile(execute, sql, params, many, context):
        if 'INSERT INTO "identity_edge"' in sql and not met:
            met.append(sql)
            thread = beside(partial(in_one, edges.say, *pair, Verdict.UNSURE, Grounds(), by=edges.MACHINE, now=NOW))
            thread.join(120)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        said = in_one(edges.say, *pair, Verdict.DIFFERENT, Grounds(), by=f"staff:{us.ada.pk}", now=NOW + minutes(1))

    assert met
    assert edges.live(*pair) == said
    assert edges.between([a.pk], [b.pk]).count() == 1
