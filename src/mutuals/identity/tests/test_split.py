"""Splitting a person: what leaves, what follows, what is asked about, and taking it back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import cast
from cast import NOW, event, person, said, source, staff
from mutuals.history.models import Interaction
from mutuals.identity import bought, edges, joins, link, merge, remark, split
from mutuals.identity.models import LIVE, Link, LinkState, Merge, Split, Verdict
from mutuals.people import organisations
from mutuals.people.models import Affiliation, Fact, Person, Profile
from mutuals.people.queries import cluster
from mutuals.sales.models import Order
from mutuals.sales.orders import OrderIn
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
AFTER = NOW + timedelta(hours=2)


def heard(us, *, of, who="bea", key="p1"):
    """A profile with a message, linked to a person."""
    town = source(owner=us.olga)
    row = said(town, event(key, "My kettle leaks.", who=who))[0].profile
    link.confirm(row, person=of, by=us.ada, now=NOW)
    return Profile.objects.get(pk=row.pk), town


def test_profiles_leave_for_a_new_person_with_all_that_came_in_by_them():
    us = staff()
    bea = person(by=us.ada)
    row, town = heard(us, of=bea)

    done = split.some(bea, [row.pk], by=us.ada, now=LATER)
    said(town, event("p2", "And it leaks again.", who="bea", at=LATER))

    done.other.refresh_from_db()
    bea.refresh_from_db()
    assert Profile.objects.get(pk=row.pk).person == done.other
    assert (done.other.name, done.other.interaction_count, bea.interaction_count) == ("@bea", 2, 0)
    assert edges.live(row.pk, Profile.objects.get(network="mutuals", person=bea).pk).verdict == Verdict.DIFFERENT
    assert Link.objects.get(profile=row, state=LinkState.REJECTED).person == bea


def test_what_hangs_on_the_person_goes_only_where_staff_say_so_and_what_a_profile_told_goes_with_it():
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)
    works = organisations.add(by=us.ada, name="Cup and Co", now=NOW)
    place = organisations.affiliate(bea, works, by=us.ada, role="buyer", since=date(2026, 1, 1), is_main=True)
    stays = organisations.affiliate(bea, works, by=us.ada, role="owner", since=date(2025, 1, 1))
    told = Fact.objects.create(person=bea, name="speaks", value="pt", source=f"profile:{row.pk}")
    kept = Fact.objects.create(person=bea, name="churn_risk", value=0.3, source="machine:insights")
    order = OrderIn("A-1", NOW, "EUR", Decimal(20))
    bought.take([bought.Bought(order, person=bea)], source=None, by=us.ada, now=NOW)
    number = Order.objects.get().pk
    about_her, about_him = (remark.add(bea, by=us.ada, text=text, now=NOW) for text in ("Hers.", "His."))

    before = joins.apart(bea, [row.pk], viewer=us.ada)
    done = split.some(
        bea,
        [row.pk],
        by=us.ada,
        now=LATER,
        along={"affiliations": [place.pk], "orders": [number], "notes and calls": [about_him.pk]},
    )

    new = done.other
    shares = {share.name: (share.here, share.there) for share in before.shares}
    assert shares["messages"] == (0, 1)
    assert {name: len(things) for name, things in before.asked.items()} == {
        "affiliations": 2,
        "facts": 2,
        "notes and calls": 2,
        "orders": 1,
    }
    assert list(new.affiliations.all()) == [place]
    assert (Affiliation.objects.get(pk=place.pk).is_main, Affiliation.objects.get(pk=stays.pk).person) == (True, bea)
    assert (Fact.objects.get(pk=told.pk).person, Fact.objects.get(pk=kept.pk).person) == (new, bea)
    assert (new.order_count, done.person.order_count) == (1, 0)
    assert Interaction.objects.get(about=f"order:{number}").profile.person == new
    assert Interaction.objects.get(pk=about_him.pk).profile.person == new
    assert Interaction.objects.get(pk=about_her.pk).profile.person == bea


def test_an_undone_split_gives_everything_back_and_the_made_person_lives_on_in_the_old_one():
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)
    works = organisations.add(by=us.ada, name="Cup and Co", now=NOW)
    place = organisations.affiliate(bea, works, by=us.ada, role="buyer")
    done = split.some(bea, [row.pk], by=us.ada, now=LATER, along={"affiliations": [place.pk]})
    remark.add(done.other, by=us.ada, text="A note on the new one.", now=LATER)

    undone = joins.undo(done.key, by=us.ada, now=AFTER)

    bea.refresh_from_db()
    assert (undone.person, undone.edited_since) == (bea, ())
    assert Profile.objects.get(pk=row.pk).person == bea
    assert Affiliation.objects.get(pk=place.pk).person == bea
    assert cluster(bea) == [bea.pk, done.other.pk]
    assert bea.interaction_count == 2
    assert Link.objects.get(profile=row, until=None, state__in=LIVE).person == bea
    assert not Link.objects.filter(state=LinkState.REJECTED, until=None).exists()
    assert {
        edge.verdict for edge in edges.between(edges.profiles_of([bea.pk]), edges.profiles_of([done.other.pk]))
    } == {Verdict.SAME}


def test_a_split_that_was_taken_back_can_be_done_again():
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER)
    undone = joins.undo(done.key, by=us.ada, now=AFTER)

    again = joins.undo(undone.key, by=us.ada, now=AFTER + timedelta(hours=1))

    assert again.other == done.other
    assert Profile.objects.get(pk=row.pk).person == done.other
    assert cluster(bea) == [bea.pk]
    assert Split.objects.filter(undone_at=None, is_new=True).count() == 1


def test_profiles_that_go_to_a_named_person_come_back_alone():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    row, _ = heard(us, of=bea)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER, to=bo)
    held = Profile.objects.get(pk=row.pk).person

    joins.undo(done.key, by=us.ada, now=AFTER)

    assert held == bo
    assert Profile.objects.get(pk=row.pk).person == bea
    assert cluster(bo) == [bo.pk]
    assert not Merge.objects.exists()


def test_what_somebody_moved_on_after_a_split_stays_there_when_it_is_undone_and_is_named():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    row, _ = heard(us, of=bea)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER)
    split.some(done.other, [row.pk], by=us.ben, now=LATER, to=bo)

    undone = joins.undo(done.key, by=us.ada, now=AFTER)

    assert undone.edited_since == ("profiles",)
    assert Profile.objects.get(pk=row.pk).person == bo


def test_a_whole_person_leaves_and_no_machine_joins_them_again():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    merge.merge(bea, bo, by=us.ada, now=LATER)

    done = split.whole(Merge.objects.get(), by=us.ben, now=AFTER, note="Two voices.")
    twice = split.whole(Merge.objects.get(), by=us.ben, now=AFTER)

    assert (done.person, done.other, twice.is_new) == (bea, bo, False)
    assert cluster(bea) == [bea.pk]
    assert merge.reasons_against(bea, bo)


def test_a_person_made_of_three_is_split_in_any_order():
    us = staff()
    a, b, c = person("A", by=us.ada), person("B", by=us.ada), person("C", by=us.ada)
    first = merge.merge(b, a, by=us.ada, now=LATER, keep=b)
    second = merge.merge(c, b, by=us.ada, now=LATER, keep=c)

    joins.undo(first.key, by=us.ada, now=AFTER)
    between = dict(Person.objects.values_list("pk", "canonical_id"))
    joins.undo(second.key, by=us.ada, now=AFTER)

    assert between == {a.pk: a.pk, b.pk: c.pk, c.pk: c.pk}
    assert all(row.canonical_id == row.pk for row in Person.objects.all())


def test_a_rejected_profile_is_not_linked_again_by_a_machine_after_the_person_was_merged():
    us = staff()
    bea, double = person(by=us.ada, email="bea@brand.example"), person("B. Brand", by=us.ada)
    row, town = heard(us, of=bea)
    link.reject(row, by=us.ada, now=NOW)
    merge.merge(bea, double, by=us.ada, now=LATER, keep=double)
    who = {"network": "town", "id": "bea", "name": "@bea", "email_verified": "bea@brand.example"}

    said(town, event("p9", "Hello", at=LATER, author=who))

    assert Profile.objects.get(pk=row.pk).person is None


@pytest.mark.parametrize("which", ["nothing", "own record", "a stranger's", "too many", "here already"])
def test_a_split_that_cannot_be_is_refused_in_words(which):
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    row, _ = heard(us, of=bea)
    asked = {
        "nothing": [],
        "own record": [Profile.objects.get(network="mutuals", person=bea).pk],
        "a stranger's": [Profile.objects.get(network="mutuals", person=bo).pk],
        "too many": list(range(1, 202)),
        "here already": [row.pk],
    }[which]

    with pytest.raises(ValueError, match=r"\.$"):
        split.some(bea, asked, by=us.ada, now=LATER, to=bea if which == "here already" else None)

    assert not Split.objects.exists()


@pytest.mark.parametrize("along", [{"messages": [1]}, {"shoes": [1]}, {"affiliations": [99]}])
def test_things_that_cannot_go_along_are_refused(along):
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)

    with pytest.raises(ValueError, match=r"cannot be chosen|do not hang"):
        split.some(bea, [row.pk], by=us.ada, now=LATER, along=along)

    assert Profile.objects.get(pk=row.pk).person == bea


def test_a_contractor_splits_nobody_and_reads_no_history_of_it():
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)

    with pytest.raises(NotAllowed):
        split.some(bea, [row.pk], by=us.cleo, now=LATER)
    with pytest.raises(NotAllowed):
        joins.history(viewer=us.cleo)


def test_the_history_tells_merges_and_splits_newest_first_and_whether_they_stand():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)
    row, _ = heard(us, of=bea)
    done = merge.merge(bea, double, by=us.ada, now=LATER)
    split.some(bea, [row.pk], by=us.ben, now=AFTER)
    joins.undo(done.key, by=us.ada, now=AFTER)

    of_bea, of_double = joins.history(bea, viewer=us.ada), joins.history(double, viewer=us.ada)

    assert [past.kind for past in of_bea] == ["split", "merge"]
    assert [(past.key, past.undone_by) for past in of_double] == [(f"un{done.key}", f"staff:{us.ada.pk}")]
    assert [past.kind for past in joins.history(viewer=us.ada, before=AFTER)] == ["merge"]


def test_what_a_merge_would_make_is_told_before_it_is_done():
    us = staff()
    bea = person(by=us.ada, city="Porto", tags=["tea"])
    double = person("B. Brand", by=us.ada, email="b@brand.example", tags=["cup"], now=LATER)
    heard(us, of=double)

    told = joins.together(bea, double, viewer=us.ada)

    fields = {one.name: (one.kept, one.gone, one.result) for one in told.choices}
    assert (told.kept, told.gone, told.against) == (bea, double, [])
    assert fields["email"] == ("", "b@brand.example", "b@brand.example")
    assert fields["tags"] == (["tea"], ["cup"], ["tea", "cup"])
    assert ("messages", 0, 1) in [(share.name, share.here, share.there) for share in told.shares]
    assert not Merge.objects.exists()


def test_a_profile_of_whoever_was_merged_away_can_leave_the_person_that_they_became():
    us = staff()
    bea, double = person(by=us.ada), person("B. Brand", by=us.ada)
    row = cast.profile()
    link.confirm(row, person=double, by=us.ada, now=NOW)
    done = merge.merge(bea, double, by=us.ada, now=LATER)

    left = split.some(bea, [row.pk], by=us.ada, now=AFTER)
    joins.undo(left.key, by=us.ada, now=AFTER + timedelta(hours=1))
    joins.undo(done.key, by=us.ada, now=AFTER + timedelta(hours=2))

    assert Profile.objects.get(pk=row.pk).person == double


def test_whoever_was_made_for_a_split_keeps_their_name_when_it_is_taken_back_and_done_again():
    us = staff()
    bea = person(by=us.ada)
    row, _ = heard(us, of=bea)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER)

    joins.undo(done.key, by=us.ada, now=AFTER)

    assert Person.objects.get(pk=done.other.pk).name == "@bea"


def test_splitting_once_more_and_taking_that_back_joins_nobody_who_was_there_before():
    us = staff()
    bea, xaver, row = person("Bea", by=us.ada), person("Xaver", by=us.ada), cast.profile("@pours")
    link.confirm(row, person=bea, by=us.ada, now=NOW)
    done = split.some(bea, [row.pk], by=us.ada, now=NOW + timedelta(minutes=1))
    merge.merge(done.other, xaver, by=us.ada, now=NOW + timedelta(minutes=2), keep=xaver)
    key = done.key

    for minute in range(3, 6):  # back, once more (to whom the new one became), and back again
        key = joins.undo(key, by=us.ada, now=NOW + timedelta(minutes=minute)).key

    assert Person.objects.get(pk=xaver.pk).canonical_id == xaver.pk
    assert Profile.objects.get(pk=row.pk).person_id == bea.pk


def test_a_split_that_was_taken_back_leaves_nobody_said_to_be_different():
    us = staff()
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    row, _ = heard(us, of=bea)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER, to=bo)
    own = [remark.own_record(one, now=NOW).pk for one in (bea, bo)]
    before = edges.between([own[0]], [row.pk, own[1]]).count()

    joins.undo(done.key, by=us.ada, now=AFTER)

    assert before == 2
    assert not edges.between([own[0]], [row.pk, own[1]]).filter(verdict=Verdict.DIFFERENT).exists()


def test_what_staff_said_is_not_theirs_is_not_that_of_a_presence_that_leaves():
    us = staff()
    bea = person(by=us.ada)
    row, town = heard(us, of=bea)
    stranger = said(town, event("z1", "Hello.", who="zed"))[0].profile
    link.confirm(stranger, person=bea, by=us.ada, now=NOW)
    link.reject(Profile.objects.get(pk=stranger.pk), by=us.ada, now=NOW)

    done = split.some(bea, [row.pk], by=us.ada, now=LATER)

    assert link.is_refused(stranger, done.other.pk)


def test_what_a_machine_gave_to_a_new_person_does_not_come_back_to_whom_staff_refused_it():
    us = staff()
    bea = person(by=us.ada)
    row, town = heard(us, of=bea)
    stranger = said(town, event("z1", "Hello.", who="zed"))[0].profile
    link.confirm(stranger, person=bea, by=us.ada, now=NOW)
    link.reject(Profile.objects.get(pk=stranger.pk), by=us.ada, now=NOW)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER)
    link.attach([(stranger.pk, done.other.pk)], state=LinkState.CONFIRMED, because=[], by=edges.MACHINE, now=LATER)

    joins.undo(done.key, by=us.ada, now=AFTER)

    assert Profile.objects.get(pk=row.pk).person.canonical_id == bea.pk
    assert Profile.objects.get(pk=stranger.pk).person is None
    assert not Link.objects.filter(profile=stranger, state__in=LIVE, until=None).exists()


def test_what_staff_gave_to_a_new_person_since_comes_along_and_ends_their_older_no():
    us = staff()
    bea = person(by=us.ada)
    row, town = heard(us, of=bea)
    stranger = said(town, event("z1", "Hello.", who="zed"))[0].profile
    link.confirm(stranger, person=bea, by=us.ada, now=NOW)
    link.reject(Profile.objects.get(pk=stranger.pk), by=us.ada, now=NOW)
    done = split.some(bea, [row.pk], by=us.ada, now=LATER)
    link.confirm(Profile.objects.get(pk=stranger.pk), person=done.other, by=us.ada, now=LATER)

    joins.undo(done.key, by=us.ada, now=AFTER)

    assert Profile.objects.get(pk=stranger.pk).person.canonical_id == bea.pk
    assert not Link.objects.filter(profile=stranger, state=LinkState.REJECTED, until=None).exists()
