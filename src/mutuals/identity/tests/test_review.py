"""Answers of the review: what follows, what is refused, taking back, many at once, and the second look."""

from datetime import timedelta
from itertools import pairwise
from math import isclose

import pytest
from django.db import ProgrammingError, connection, transaction

import cast
from cast import NOW
from mutuals.base.refusals import Refusal
from mutuals.identity import edges, evidence, joins, link, merge, queries, review
from mutuals.identity.models import Edge, Link, LinkState, Merge, SecondLook, Verdict
from mutuals.identity.review import Stale, is_asked_twice
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def asked():
    """Staff, Bea, and a presence that may be hers."""
    us = cast.staff()
    bea = cast.person(by=us.ada)
    row = cast.profile()
    return us, bea, row, cast.doubt(bea, row)


def test_a_profile_that_is_the_same_becomes_the_persons_and_the_answer_can_be_taken_back():
    us, bea, row, edge = asked()

    done = review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)
    held = Profile.objects.get(pk=row.pk).person
    back = review.undo(done.key, by=us.ada, now=LATER)
    again = review.undo(done.key, by=us.ada, now=LATER)

    assert held == bea
    assert Profile.objects.get(pk=row.pk).person is None
    assert Edge.objects.get(pk=back.edge).verdict == Verdict.UNSURE
    assert again.words == "It was taken back already"
    assert [one.edge.pk for one in queries.queue(us.ada)] == [back.edge]


def test_never_the_same_is_remembered_and_not_asked_again():
    us, bea, row, edge = asked()

    done = review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    waiting = queries.waiting(us.ada)
    link = Link.objects.get(profile=row)
    review.undo(done.key, by=us.ada, now=LATER)

    assert waiting == 0
    assert (link.state, link.person, link.until) == (LinkState.REJECTED, bea, None)
    assert Link.objects.get(pk=link.pk).until is not None
    assert queries.waiting(us.ada) == 1


def test_two_persons_are_merged_with_the_chosen_values_and_parted_again():
    us = cast.staff()
    bea = cast.person(by=us.ada, city="Porto")
    other = cast.person("B. Brand", by=us.ada, city="Lisbon")
    edge = cast.doubt(bea, other)

    done = review.answer(edge, Verdict.SAME, by=us.ada, now=LATER, keep=bea, choices={"city": "gone"})
    bea.refresh_from_db()
    taken = bea.city
    review.undo(done.key, by=us.ada, now=LATER)

    assert taken == "Lisbon"
    assert Merge.objects.get().undone_at is not None
    assert Person.objects.get(pk=other.pk).canonical_id == other.pk
    assert Person.objects.get(pk=bea.pk).city == "Porto"
    assert queries.waiting(us.ada) == 1


def test_two_presences_of_nobody_become_a_new_person():
    us = cast.staff()
    one, other = cast.profile("@tilo.b"), cast.profile("@tilo", network="bluesky")
    edge = cast.doubt(one, other)

    done = review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)

    assert {row.person for row in Profile.objects.filter(pk__in=[one.pk, other.pk])} == {done.person}
    assert done.person.name == "@tilo.b"


def test_who_does_not_know_sends_the_pair_to_the_end():
    us, bea, _, edge = asked()
    next_one = cast.doubt(bea, cast.profile("@beapours"), sure=0.4)

    done = review.answer(edge, Verdict.UNSURE, by=us.ada, now=LATER)
    order = [one.edge.pk for one in queries.queue(us.ada)]
    review.undo(done.key, by=us.ada, now=LATER)

    assert order == [next_one.pk, edge.pk]
    assert [one.edge.pk for one in queries.queue(us.ada)] == [edge.pk, next_one.pk]


def test_a_second_answer_to_the_same_pair_is_refused_kindly():
    us, _, _, edge = asked()
    review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)

    with pytest.raises(Stale, match="meanwhile"):
        review.answer(edge, Verdict.SAME, by=us.ben, now=LATER)

    assert queries.pair(edge.pk, viewer=us.ben).said.by == f"staff:{us.ada.pk}"


def test_contractors_neither_see_the_queue_nor_answer():
    us, _, _, edge = asked()

    with pytest.raises(NotAllowed):
        review.answer(edge, Verdict.SAME, by=us.cleo, now=LATER)
    with pytest.raises(NotAllowed):
        queries.queue(us.cleo)
    with pytest.raises(NotAllowed):
        review.accept_above(0.95, by=us.lea, now=LATER)

    assert queries.waiting(us.ada) == 1


def test_a_pair_of_somebody_who_was_erased_is_gone():
    us, _, row, edge = asked()
    Profile.objects.filter(pk=row.pk).delete()

    with pytest.raises(Gone):
        review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)

    assert queries.pair(edge.pk, viewer=us.ada) is None


def test_many_are_accepted_at_once_and_taken_back_at_once():
    us = cast.staff()
    pairs = [(cast.person(f"Bea {n}", by=us.ada), cast.profile(f"@bea{n}")) for n in range(3)]
    for place, (person, row) in enumerate(pairs):
        cast.doubt(person, row, sure=0.99 - place * 0.03)

    expected = queries.error_of(0.95, now=LATER)
    done = review.accept_above(0.95, by=us.aron, now=LATER)
    linked = Profile.objects.exclude(person=None).filter(network="mastodon").count()
    review.undo(done.key, by=us.aron, now=LATER)

    assert (expected.pairs, linked) == (2, 2)
    assert 0 < expected.share < 0.1
    assert queries.waiting(us.aron) == 3


def test_a_pair_that_cannot_be_is_neither_reckoned_with_nor_accepted_among_many():
    us = cast.staff()
    person, row = cast.person("Oliver Wilson", by=us.ada), cast.profile("@owilson")
    cast.doubt(person, row, sure=0.99)
    clash = cast.clue("Two mailboxes of one house, web.example", None, clue="conflict", **{"for": False})
    odd = cast.doubt(cast.person("Olivia Wilson", by=us.ada), person, cast.clue("One name", 9.0), clash, sure=0.99)

    expected = queries.error_of(0.95, now=LATER)
    review.accept_above(0.95, by=us.aron, now=LATER)

    assert expected.pairs == 1
    assert [edge.pk for edge in queries.unsure()] == [odd.pk]
    assert Profile.objects.get(pk=row.pk).person == person


def test_a_pair_by_one_kind_of_clue_alone_is_not_accepted_among_many():
    us = cast.staff()
    alone = cast.clue("99.2 % among 12,940.", None, clue="decision", is_of_one_kind=True)
    copied = cast.doubt(
        cast.person("Bea Brand", by=us.ada), cast.profile("@bea"), cast.clue("One name", 9.0), alone, sure=0.992
    )

    expected = queries.error_of(0.95, now=LATER)
    with pytest.raises(Refusal, match="Nothing above"):
        review.accept_above(0.95, by=us.aron, now=LATER)

    assert expected.pairs == 0
    assert [edge.pk for edge in queries.unsure()] == [copied.pk]


def test_two_in_a_hundred_are_asked_again_of_somebody_else_who_is_not_told():
    us, _, _, edge = asked()
    review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    SecondLook.objects.get_or_create(edge=edge)

    hidden, shown = queries.queue(us.ada), queries.queue(us.ben)
    review.answer(shown[0].edge, Verdict.SAME, by=us.ben, now=LATER)

    assert 150 < sum(is_asked_twice(number) for number in range(10_000)) < 250
    assert hidden == []
    assert [one.edge for one in shown] == [edge]
    assert queries.agreement() == (1, 0)
    assert Edge.objects.get(until=None).verdict == Verdict.DIFFERENT
    assert queries.queue(us.ben) == []


def test_how_often_the_review_was_right_is_counted_by_week_and_band():
    us, bea, _, edge = asked()
    other = cast.doubt(bea, cast.profile("@x"), sure=0.92)
    review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)
    taken_back = review.answer(other, Verdict.DIFFERENT, by=us.ada, now=LATER)

    before = queries.bands(now=LATER)
    review.undo(taken_back.key, by=us.ada, now=LATER)

    assert [(band.low, band.answers, band.same) for band in before] == [(0.9, 2, 1)]
    assert [(band.answers, band.same) for band in queries.bands(now=LATER)] == [(1, 1)]


def test_the_queue_is_walked_by_place_and_costs_the_same_for_any_length():
    us, bea, _, edge = asked()
    more = [cast.doubt(bea, cast.profile(f"@b{n}"), sure=0.5, priority=0.1 * n) for n in range(5)]

    first = queries.queue(us.ada, limit=2)
    rest = queries.queue(us.ada, after=first[-1].cursor, limit=10)

    assert [one.edge.pk for one in first] == [edge.pk, more[4].pk]
    assert [one.edge.pk for one in rest] == [one.pk for one in reversed(more[:4])]
    for nonsense in ("nonsense_x", "7ff8" + "0" * 28, "0" * 31, "é" * 32):
        assert queries.queue(us.ada, after=nonsense, limit=1)[0].edge == edge


def test_the_bars_add_up_from_chance_to_the_probability():
    clues = evidence.clues_of([cast.clue("a", 8.5), cast.clue("b", -2.0), cast.clue("c", None, proof=True), "broken"])

    steps = evidence.waterfall(clues, probability=0.9, pool=1024)

    assert [one.is_proof for one in clues] == [True, False, False]
    assert [step.kind for step in steps] == ["start", "for", "against", "rest", "sum"]
    assert steps[0].start == -10
    assert all(isclose(one.end, two.start) for one, two in pairwise(steps[:-1]))
    assert isclose(steps[-1].end, evidence.bits_of(0.9))
    assert all(left >= 0 and left + wide <= 1006 for _, left, wide in evidence.bars(steps))
    assert [evidence.percent(one) for one in (0.9989, 0.99895, 1366 / 1367, 0.999999)] == [
        "99.8 %",
        "99.8 %",
        "over 99.9 %",
        "over 99.9 %",
    ]


BREAK = """
CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the server went away'; END $$;
CREATE TRIGGER break_it BEFORE INSERT ON base_entry FOR EACH ROW WHEN (NEW.kind = 'pairs.accepted') EXECUTE FUNCTION break_it();
"""


def test_a_bulk_act_that_breaks_at_its_end_has_answered_nothing():
    us = cast.staff()
    for number in range(3):
        cast.doubt(cast.person(f"P{number}", by=us.ada), cast.profile(f"@p{number}"), sure=0.97)
    with connection.cursor() as cursor:
        cursor.execute(BREAK)

    with pytest.raises(ProgrammingError, match="went away"), transaction.atomic():
        review.accept_above(0.95, by=us.olga, now=LATER)

    assert queries.waiting(us.ada) == 3
    assert not Profile.objects.filter(network="mastodon").exclude(person=None).exists()


def test_nobody_is_their_own_second_look():
    us, _, _, edge = asked()
    review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    look = SecondLook.objects.get_or_create(edge=edge, defaults={"asked_at": LATER})[0]

    with pytest.raises(Stale):
        review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)

    look.refresh_from_db()
    assert (look.verdict, look.by) == ("", None)


def test_an_answer_that_was_taken_back_is_not_asked_of_a_second_one():
    us, _, _, edge = asked()
    done = review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    SecondLook.objects.get_or_create(edge=edge, defaults={"asked_at": LATER})

    review.undo(done.key, by=us.ada, now=LATER)

    assert not SecondLook.objects.exists()


def test_a_pair_of_somebody_who_was_merged_before_is_open_again_when_the_answer_is_taken_back():
    us = cast.staff()
    ann, bo, cy = (cast.person(name, by=us.ada) for name in ("Ann", "Bo", "Cy"))
    edge = cast.doubt(bo, cy)
    merge.merge(ann, bo, by=us.ada, now=LATER, keep=ann)
    done = review.answer(edge, Verdict.SAME, by=us.ada, now=LATER + timedelta(minutes=1))
    between = queries.waiting(us.ada)

    review.undo(done.key, by=us.ada, now=LATER + timedelta(minutes=2))

    assert (between, queries.waiting(us.ada)) == (0, 1)
    assert edges.live(edge.a_id, edge.b_id).verdict == Verdict.UNSURE


def test_the_other_candidates_of_a_presence_are_asked_about_again_when_the_answer_is_taken_back():
    us, _, row, edge = asked()
    cast.doubt(cast.person("Bo Brand", by=us.ada), row, sure=0.4)
    done = review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)
    between = queries.waiting(us.ada)

    review.undo(done.key, by=us.ada, now=LATER)

    assert (between, queries.waiting(us.ada)) == (0, 2)


def test_a_second_look_is_taken_back_by_whom_it_is_and_by_nobody_else():
    us, _, _, edge = asked()
    review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    SecondLook.objects.get_or_create(edge=edge, defaults={"asked_at": LATER})
    done = review.answer(edge, Verdict.SAME, by=us.lea, now=LATER)

    with pytest.raises(Refusal, match="nothing of yours"):
        review.undo(done.key, by=us.ada, now=LATER)
    review.undo(done.key, by=us.lea, now=LATER)

    look = SecondLook.objects.get(edge=edge)
    assert (look.verdict, look.by) == ("", None)


def test_a_second_look_at_two_who_are_one_by_now_names_both_as_they_were():
    us = cast.staff()
    one, other = (cast.person(name, by=us.ada) for name in ("Bea Brand", "B. Brand"))
    edge = cast.doubt(one, other)
    review.answer(edge, Verdict.SAME, by=us.ada, now=LATER)
    SecondLook.objects.get_or_create(edge=edge, defaults={"asked_at": LATER})

    line = next(row for row in queries.queue(us.lea) if row.edge.pk == edge.pk)

    assert {line.one.words, line.other.words} == {"Bea Brand", "B. Brand"}
    assert set(queries.referred(line.edge)) == {f"person:{one.pk}", f"person:{other.pk}"}


def test_what_has_become_one_person_is_no_question_and_takes_no_answer_until_they_part():
    us, bea, row, edge = asked()
    other = cast.person("Bo Brand", by=us.ada)
    link.confirm(row, person=other, by=us.ada, now=LATER)
    done = merge.merge(bea, other, by=us.ada, now=LATER)
    while_one = queries.waiting(us.ada), queries.pair(edge.pk, viewer=us.ada).is_open

    with pytest.raises(Stale):
        review.answer(edge, Verdict.DIFFERENT, by=us.ada, now=LATER)
    joins.undo(done.key, by=us.ada, now=LATER)

    assert while_one == (0, False)
    assert queries.waiting(us.ada) == 1
