"""Merging two persons and taking it back: what is refused, what is chosen, and what stays."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

import cast
from cast import NOW, person, staff
from mutuals.base import journal
from mutuals.history.models import Interaction
from mutuals.identity import edges, joins, link, merge, remark, split
from mutuals.identity.models import Edge, Merge, Verdict
from mutuals.identity.tests.test_merged_values import told_by_a_file
from mutuals.people import persons
from mutuals.people.models import Person, Profile
from mutuals.people.queries import cluster
from mutuals.people.visibility import visible_to
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_two_persons_are_one_after_a_merge_and_nothing_else_is_rewritten():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada, email="b@brand.example")
    theirs = Profile.objects.get(network="email")

    done = merge.merge(bea, double, by=us.ada, now=LATER)

    assert (done.person, done.other, done.is_new) == (bea, double, True)
    assert cluster(bea) == [bea.pk, double.pk]
    assert list(visible_to(us.ada)) == [bea]
    assert Profile.objects.get(pk=theirs.pk).person_id == double.pk
    assert done.person.email == "b@brand.example"
    assert Edge.objects.get().verdict == Verdict.SAME
    assert next(entry.kind for entry in journal.of(double)) == "person.merged"


def test_the_same_merge_twice_is_one_and_says_which():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)
    first = merge.merge(bea, double, by=us.ada, now=LATER)

    again = merge.merge(double, bea, by=us.ben, now=LATER)

    assert (again.key, again.is_new) == (first.key, False)
    assert Merge.objects.count() == 1


def test_a_person_cannot_be_merged_with_themself_and_stays():
    us = staff()
    bea = person(by=us.ada)

    with pytest.raises(ValueError, match="one person already"):
        merge.merge(bea, bea, by=us.ada, now=LATER)

    assert list(visible_to(us.ada)) == [bea]


def test_an_id_that_was_merged_away_stands_for_whom_it_became():
    us = staff()
    bea, double, third = person(by=us.ada), person("B. Brand", by=us.ada), person("Beatrix", by=us.ada)
    merge.merge(bea, double, by=us.ada, now=LATER)

    done = merge.merge(double, third, by=us.ada, now=LATER)

    assert done.person == bea
    assert Merge.objects.order_by("-pk")[0].gone == third


def test_a_contractor_merges_nobody():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)

    with pytest.raises(NotAllowed):
        merge.merge(bea, double, by=us.cleo, now=LATER)

    assert not Merge.objects.exists()


def test_whoever_is_known_longer_is_kept_unless_staff_say_otherwise():
    us = staff()
    young, old = person(by=us.ada, now=NOW), person("B. Brand", by=us.ada, now=NOW - timedelta(days=9))

    by_rule = merge.merge(young, old, by=us.ada, now=LATER)
    joins.undo(by_rule.key, by=us.ada, now=LATER)
    by_hand = merge.merge(young, old, by=us.ada, keep=young, now=LATER)

    assert (by_rule.person, by_hand.person) == (old, young)


def test_a_chosen_value_stands_whatever_is_newer_and_the_undo_gives_back_the_old_one():
    us = staff()
    bea, double = person(by=us.ada, city="Porto"), person("B. Brand", by=us.ada, city="Braga")
    persons.edit(double, by=us.ada, changes={"name": "Beatrix Brand"}, now=NOW + timedelta(minutes=5))
    before = Profile.objects.get(network="mutuals", person=bea).fields

    done = merge.merge(bea, double, by=us.ada, now=LATER, choices={"name": "kept", "city": "gone"})
    chosen = done.person.name, done.person.city
    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=1))

    bea.refresh_from_db()
    assert chosen == ("Bea Brand", "Braga")
    assert (bea.name, bea.city) == ("Bea Brand", "Porto")
    assert Profile.objects.get(network="mutuals", person=bea).fields == before


def test_what_staff_changed_after_a_merge_stays_when_it_is_undone_and_is_named():
    us = staff()
    bea = person(by=us.ada, city="Porto", tags=["tea"], stage="lead")
    double = person("B. Brand", by=us.ada, city="Braga", tags=["cup"])
    done = merge.merge(bea, double, by=us.ada, now=LATER, choices={"city": "gone"})
    persons.edit(
        done.person,
        by=us.ben,
        changes={"city": "Faro", "tags": ["tea", "cup", "loud"]},
        now=LATER + timedelta(minutes=1),
    )

    undone = joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=2))

    bea.refresh_from_db()
    double.refresh_from_db()
    assert undone.edited_since == ("city", "tags")
    assert (bea.city, bea.tags, bea.stage) == ("Faro", ["tea", "loud"], "lead")
    assert (double.city, double.tags) == ("Braga", ["cup"])


def test_tags_are_joined_and_an_empty_stage_or_owner_is_filled():
    us = staff()
    bea = person(by=us.ada, tags=["tea"])
    double = person("B. Brand", by=us.ada, tags=["cup", "tea"], stage="customer", owner=us.ben)

    done = merge.merge(bea, double, by=us.ada, now=LATER)

    assert (done.person.tags, done.person.stage, done.person.owner) == (["tea", "cup"], "customer", us.ben)


@pytest.mark.parametrize("choices", [{"shoe": "kept"}, {"name": "both"}, {"tags": "mine"}])
def test_a_choice_that_cannot_be_is_refused_by_the_name_of_its_field(choices):
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)

    with pytest.raises(persons.Unfit) as refused:
        merge.merge(bea, double, by=us.ada, now=LATER, choices=choices)

    assert refused.value.field == next(iter(choices))
    assert not Merge.objects.exists()


def test_what_staff_said_is_two_is_merged_only_anyway_and_is_two_again_after_the_undo():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    first = merge.merge(bea, bo, by=us.ada, now=LATER)
    split.whole(Merge.objects.get(), by=us.ada, now=LATER + timedelta(minutes=1), note="Two phones, two voices.")

    with pytest.raises(merge.Blocked, match="two different people"):
        merge.merge(bea, bo, by=us.ben, now=LATER + timedelta(minutes=2))
    done = merge.merge(bea, bo, by=us.ben, now=LATER + timedelta(minutes=3), anyway=True)
    while_one = edges.between(edges.profiles_of([bea.pk]), edges.profiles_of([bo.pk])).get().verdict
    joins.undo(done.key, by=us.ben, now=LATER + timedelta(minutes=4))

    assert done.key != first.key
    assert while_one == Verdict.SAME
    assert edges.between(edges.profiles_of([bea.pk]), edges.profiles_of([bo.pk])).get().verdict == Verdict.DIFFERENT


def test_a_profile_that_was_said_not_to_be_theirs_blocks_a_merge_with_its_person():
    us = staff()
    bea, bo, handle = person(by=us.ada), person("Bo Brand", by=us.ada), cast.profile()
    link.confirm(handle, person=bea, by=us.ada, now=NOW)
    handle.refresh_from_db()
    link.reject(handle, by=us.ada, now=NOW)
    handle.refresh_from_db()
    link.confirm(handle, person=bo, by=us.ada, now=NOW)

    with pytest.raises(merge.Blocked, match="not theirs"):
        merge.merge(bea, bo, by=us.ben, now=LATER)

    assert merge.merge(bea, bo, by=us.ben, now=LATER, anyway=True).is_new


def test_no_machine_merges_two_persons():
    made = [Person.objects.get(pk=number) for number in persons.make(["Bea Brand", "B. Brand"], now=NOW)]

    with pytest.raises(NotAllowed):
        merge.merge(*made, by="machine:identity", now=LATER)

    assert not Merge.objects.exists()


def test_undoing_twice_is_undoing_once_and_doing_it_again_keeps_the_choices():
    us = staff()
    bea, double = person(by=us.ada, city="Porto"), person("B. Brand", by=us.ada, city="Braga")
    done = merge.merge(bea, double, by=us.ada, now=LATER, choices={"city": "gone"})

    first = joins.undo(done.key, by=us.ada, now=LATER)
    second = joins.undo(done.key, by=us.ada, now=LATER)
    again = joins.undo(first.key, by=us.ada, now=LATER)

    assert (first.is_new, second.is_new) == (True, False)
    assert again.person.city == "Braga"
    assert Merge.objects.filter(undone_at=None).count() == 1


def test_an_edit_of_a_merged_person_is_shown_even_if_it_says_what_their_record_always_said():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)
    told_by_a_file(bea, name="Bea Brand")
    done = merge.merge(bea, double, by=us.ada, now=LATER)

    edited = persons.edit(done.person, by=us.ada, changes={"name": "Bea Brand"}, now=LATER + timedelta(minutes=1))

    assert done.person.name == "B. Brand"
    assert edited.name == "Bea Brand"


def test_notes_written_while_two_were_one_stay_with_whom_was_kept():
    us = staff()
    old, young = person(by=us.ada, now=NOW - timedelta(days=1)), person("B. Brand", by=us.ada)
    done = merge.merge(old, young, by=us.ada, now=LATER, keep=young)
    noted = remark.add(Person.objects.get(pk=old.pk), by=us.ada, text="Called about the lid.", now=LATER)

    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=1))

    assert noted.profile.person_id == young.pk
    assert Person.objects.get(pk=young.pk).interaction_count == 1


@pytest.mark.parametrize("key", ["merge:", "merge:x", "merge:" + "9" * 400, "shoe:1", "", "merge:１"])
def test_a_key_of_nothing_takes_nothing_back(key):
    us = staff()

    with pytest.raises(ValueError):
        joins.undo(key, by=us.ada, now=LATER)


def test_a_message_that_was_on_its_way_in_during_a_merge_is_counted_a_minute_later():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)
    done = merge.merge(bea, double, by=us.ada, now=LATER)
    Interaction.objects.create(
        key="late", profile=Profile.objects.get(network="mutuals", person=double), network="mutuals", kind="note",
        direction="note", status="noted", is_public=False, occurred_at=NOW, text="Not seen when it was counted.",
    )  # fmt: skip

    link.settle_now([bea.pk, double.pk, 10**9])

    done.person.refresh_from_db()
    assert done.person.interaction_count == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["the same way round", "the other way round", "one of them and a third"])
def test_two_merges_at_once_leave_one_forest(second):
    us = staff()
    bea, double, third = person(by=us.ada), person("B. Brand", by=us.ada), person("Beatrix", by=us.ada)
    pairs = {
        "the same way round": (bea, double, bea),
        "the other way round": (double, bea, double),
        "one of them and a third": (double, third, third),
    }
    start, done = Barrier(2), []

    def act(one, other, keep):
        start.wait(120)
        with suppress(ValueError):
            done.append(merge.merge(one, other, by=us.ada, now=LATER, keep=keep))
        connection.close()

    threads = [Thread(target=act, args=args) for args in ((bea, double, bea), pairs[second])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    roots = dict(Person.objects.values_list("pk", "canonical_id"))
    assert len(done) == 2
    assert sum(one.is_new for one in done) == Merge.objects.count()
    assert Merge.objects.count() == (2 if second == "one of them and a third" else 1)
    assert all(roots[root] == root for root in roots.values())
    assert roots[bea.pk] == roots[double.pk]


def test_an_edit_of_somebody_who_was_merged_since_they_were_read_goes_to_whom_they_became():
    us = staff()
    bea, double = person(by=us.ada, email="bea@brand.example"), person("B. Brand", by=us.ada)
    merge.merge(bea, double, by=us.ada, now=LATER)

    persons.edit(double, by=us.ben, changes={"city": "Faro"}, now=LATER + timedelta(minutes=1))

    bea.refresh_from_db()
    double.refresh_from_db()
    assert (bea.city, double.city, double.name) == ("Faro", "", "B. Brand")


def test_what_staff_said_of_somebody_merged_before_is_said_again_when_a_merge_against_it_is_undone():
    us = staff()
    ann, bo, cy = (person(name, by=us.ada) for name in ("Ann", "Bo", "Cy"))
    bos, cys = (persons.own_of(one.pk).pk for one in (bo, cy))
    edges.say(bos, cys, Verdict.DIFFERENT, edges.Grounds(), by=f"staff:{us.ada.pk}", now=NOW)
    merge.merge(ann, bo, by=us.ada, now=LATER, keep=ann)
    done = merge.merge(ann, cy, by=us.ada, now=LATER + timedelta(minutes=1), keep=ann, anyway=True)
    between = edges.live(bos, cys)

    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=2))

    assert between is None
    assert edges.live(bos, cys).verdict == Verdict.DIFFERENT


def test_whoever_was_merged_into_one_who_leaves_goes_along():
    us = staff()
    ann, bo, cy = (person(name, by=us.ada) for name in ("Ann", "Bo", "Cy"))
    merge.merge(bo, cy, by=us.ada, now=LATER, keep=bo)
    done = merge.merge(ann, bo, by=us.ada, now=LATER + timedelta(minutes=1), keep=ann)

    joins.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=2))

    assert cluster(Person.objects.get(pk=cy.pk)) == [bo.pk, cy.pk]
    assert cluster(Person.objects.get(pk=ann.pk)) == [ann.pk]


def test_a_note_of_ours_is_nothing_that_was_heard_and_a_call_is():
    us = staff()
    bea = person(by=us.ada)
    remark.add(bea, by=us.ada, text="Looks like a good customer.", now=LATER)
    noted = Person.objects.get(pk=bea.pk)

    remark.add(bea, by=us.ada, text="She called about the lid.", now=LATER, kind="call")

    called = Person.objects.get(pk=bea.pk)
    assert (noted.last_at, noted.interaction_count) == (None, 1)
    assert (called.last_at, called.interaction_count) == (LATER, 2)


def test_a_merge_is_not_done_again_over_what_staff_said_since_it_was_undone():
    us = staff()
    one, other = person(by=us.ada), person(by=us.ada, name="Bea Nobody")
    done = merge.merge(one, other, by=us.ada, now=NOW)
    undone = joins.undo(done.key, by=us.ada, now=NOW + timedelta(minutes=1))
    edges.say(
        remark.own_record(one, now=NOW).pk,
        remark.own_record(other, now=NOW).pk,
        Verdict.DIFFERENT,
        edges.said_by(us.olga, "said they are two people", is_for=False),
        by=f"staff:{us.olga.pk}",
        now=NOW + timedelta(minutes=2),
    )

    with pytest.raises(merge.Blocked, match="two different people"):
        joins.undo(undone.key, by=us.ada, now=NOW + timedelta(minutes=3))

    assert Person.objects.filter(canonical_id=one.pk).count() == 1
