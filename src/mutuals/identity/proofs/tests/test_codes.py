"""A code that went out to one presence and comes back from another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

import cast
from cast import NOW, event
from mutuals.base.models import Entry
from mutuals.identity import link
from mutuals.identity.models import Challenge, Guess, Link, LinkState
from mutuals.identity.proofs import codes
from mutuals.people.models import Person, Profile
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
HOUR = cast.minutes(60)


@pytest.fixture
def town():
    """Staff, a square, and Bea with one presence that is hers."""
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    bea = cast.person(by=us.ada)
    hers = cast.profile(of=None)
    link.confirm(hers, person=bea, by=us.ada, now=NOW)
    return us, square, Person.objects.get(pk=bea.pk), hers


def sent(town, *, now=NOW):
    us, _, bea, hers = town
    return codes.make(bea, sent_to=hers, by=us.ada, now=now)


def said(town, text, *, who="pours", key="m1", now=NOW):
    return cast.said(town[1], event(key, text, who=who, at=now), now=now)[0].profile_id


def holder_of(number):
    return Profile.objects.get(pk=number).person_id


@pytest.mark.parametrize("write", ["{}", "my code: {}.", "({})", "ok\n{}\nthanks"])
def test_whoever_sends_the_code_back_is_that_person(town, write):
    made = sent(town)

    number = said(town, write.format(made.code), now=NOW + HOUR)

    held = Link.objects.get(profile=number)
    (clue,) = held.because
    assert (held.person_id, held.state) == (town[2].pk, LinkState.PROVEN)
    assert (clue["clue"], clue["proof"]) == ("code", True)
    assert clue["seen"].startswith("raw:")
    assert Challenge.objects.get().met_by_id == number
    assert set(Entry.objects.filter(about=f"person:{town[2].pk}").values_list("kind", flat=True)) >= {
        "code.made",
        "code.returned",
        "profile.proven",
    }


def test_letters_may_come_small_and_with_long_dashes(town):
    made = sent(town)

    number = said(town, made.code.lower().replace("-", "–"))

    assert holder_of(number) == town[2].pk


def test_a_code_is_good_once(town):
    made = sent(town)
    said(town, made.code)

    second = said(town, made.code, who="another", key="m2")

    assert holder_of(second) is None


def test_a_code_ends_after_a_day(town):
    made = sent(town)

    late = said(town, made.code, now=NOW + codes.LASTS)

    assert holder_of(late) is None


def test_the_presence_that_it_was_sent_to_proves_nothing_and_does_not_use_it_up(town):
    us, _, bea, _ = town
    number = said(town, "Hello.", who="bea2", key="m0")
    link.confirm(Profile.objects.get(pk=number), person=bea, by=us.ada, now=NOW)
    made = codes.make(bea, sent_to=Profile.objects.get(pk=number), by=us.ada, now=NOW)

    said(town, made.code, who="bea2", key="m1")
    other = said(town, made.code, who="pours", key="m2")

    assert holder_of(other) == bea.pk


def test_whoever_sent_five_wrong_ones_is_not_heard_any_more(town):
    made = sent(town)
    tail = made.code.rpartition("-")[2]
    for n in range(codes.TRIES + 3):
        said(town, f"2222-222{codes._LETTERS[n]}-{tail}", who="guesser", key=f"g{n}")

    late = said(town, made.code, who="guesser", key="late")

    assert Guess.objects.get().tries == codes.TRIES
    assert holder_of(late) is None


def test_nobody_closes_a_code_for_anybody_else(town):
    made = sent(town)
    tail = made.code.rpartition("-")[2]
    for n in range(3 * codes.TRIES):
        said(town, f"2222-222{codes._LETTERS[n]}-{tail}", who=f"guesser{n % 4}", key=f"g{n}")

    number = said(town, made.code)

    assert holder_of(number) == town[2].pk


def test_guesses_go_when_their_code_is_over(town):
    made = sent(town)
    said(town, f"2222-2222-{made.code.rpartition('-')[2]}", who="guesser", key="g")

    sent(town, now=NOW + codes.LASTS)

    assert not Guess.objects.exists()


def test_the_code_itself_is_kept_nowhere(town):
    made = sent(town)

    found = cast.everywhere(made.code) + cast.everywhere(made.code[:9].replace("-", ""))

    assert found == []


def test_without_an_open_code_a_message_costs_one_question_more_and_its_words_are_not_read(town):
    made = sent(town)
    said(town, made.code)

    with CaptureQueriesContext(connection) as asked:
        said(town, made.code, who="another", key="m2")

    assert sum("identity_challenge" in query["sql"] for query in asked) == 1


def test_a_code_goes_only_to_a_presence_that_is_surely_theirs(town):
    us, _, bea, _ = town
    strangers = cast.profile("@stranger")

    with pytest.raises(codes.CannotAsk, match="surely theirs"):
        codes.make(bea, sent_to=strangers, by=us.ada, now=NOW)
    with pytest.raises(NotAllowed):
        codes.make(bea, sent_to=town[3], by=us.cleo, now=NOW)


def test_somebody_has_only_so_many_open_codes_and_staff_may_end_one(town):
    made = [sent(town) for _ in range(codes.MOST_OPEN)]

    with pytest.raises(codes.CannotAsk, match="open"):
        sent(town)
    codes.withdraw(made[0].challenge, by=town[0].ada, now=NOW)

    assert sent(town).code
    assert holder_of(said(town, made[0].code)) is None


def test_a_code_sent_by_somebody_elses_presence_goes_to_the_review(town):
    us, _, bea, _ = town
    bo = cast.person("Bo Brand", by=us.ada)
    number = said(town, "Hello.", who="bo", key="m0")
    link.confirm(Profile.objects.get(pk=number), person=bo, by=us.ada, now=NOW)
    made = sent(town)

    said(town, made.code, who="bo", key="m1")

    assert holder_of(number) == bo.pk
    assert Entry.objects.filter(kind="profile.contradicted", about=f"person:{bea.pk}").exists()


@given(st.integers(min_value=1, max_value=2**60))
def test_the_number_in_a_code_is_read_back(number):
    told = codes._spelled(number)

    assert codes._read(told) == number


@pytest.mark.parametrize("text", ["2222-2222-" * 500, "A" * 5000, "-" * 5000, "2222-2222-ZZZZZZZZZZZZ", "Ⅻ222-2222-2"])
def test_odd_words_are_no_codes(town, text):
    sent(town)

    number = said(town, text)

    assert holder_of(number) is None
