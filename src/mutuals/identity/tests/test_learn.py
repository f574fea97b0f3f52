"""Decisions of staff teach what clues weigh, and how far probabilities may be believed."""

import pytest

from cast import NOW, minutes, person, profile, staff
from mutuals.base.refusals import Refusal
from mutuals.identity import learn, live, teach, weights
from mutuals.identity.edges import MACHINE
from mutuals.identity.judged import Judgement
from mutuals.identity.model import social
from mutuals.identity.model.decide import Candidate
from mutuals.identity.model.score import Evidence, weight
from mutuals.identity.models import Edge, Model, Touched, Verdict
from mutuals.people.models import Profile
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
GIVEN = ("Aino", "Boris", "Chidi", "Dolores", "Ewan", "Fatima", "Gustav", "Hiroko")
WORDS = ("kettle", "otter", "vinyl", "saddle", "ember", "tango", "pixel", "brook", "quiet")


@pytest.fixture(autouse=True)
def no_version_of_another_test():
    weights.of.cache_clear()


def test_labels_teach_by_splink_what_a_clue_is_worth_among_our_own_people():
    staff()
    for number in range(60):
        judge(number, same=True, digits=number + 10)  # here people put another number behind the same word
    for number in range(60, 80):
        judge(number, same=False)
    live.drain(now=NOW)

    made = teach.learn(now=NOW)

    said = made.measured
    assert made.is_in_use
    assert (said["pairs"], said["labels"]) == (80, 60)
    assert said["strangers"] > 1000
    assert said["loss_after"] < said["loss_before"]
    assert said["wrong_links_gained"] == 0
    assert made.version == weights.in_use().version
    assert bits("handle", "same but for digits") > day_one("handle", "same but for digits") + 1
    assert bits("employer", "same") < day_one("employer", "same") - 1  # all of them work for one
    assert ["handle", "same but for digits"] in [line[:2] for line in said["moved"]]


def test_few_labels_move_the_calibration_alone():
    staff()
    for number in range(60):
        judge(number, same=number < 20, digits=number + 10)
    live.drain(now=NOW)

    made = teach.learn(now=NOW)

    assert made.measured["labels"] == made.measured["strangers"] == 0
    assert made.measured["moved"] == []
    assert bits("employer", "same") == day_one("employer", "same")
    assert weights.in_use().calibration.judged == 60


def test_without_news_nothing_is_learned_but_for_somebody_who_asks():
    staff()
    for number in range(20):
        judge(number, same=number % 2 == 0)
    too_few = teach.learn(now=NOW)
    for number in range(20, 60):
        judge(number, same=number % 3 == 0)
    first = teach.learn(now=NOW)

    again = teach.learn(now=NOW + minutes(60))
    asked = teach.learn(now=NOW + minutes(60), by="staff:1")

    assert too_few is None
    assert first is not None
    assert again is None
    assert asked.by == "staff:1"


def test_the_same_judgements_teach_the_same():
    us = staff()
    for number in range(70):
        judge(number, same=number < 50, digits=number + 10)
    live.drain(now=NOW)
    first = teach.learn(now=NOW, by="staff:1")
    learn.use("", by=us.aron, now=NOW)

    again = teach.learn(now=NOW, by="staff:1")

    assert first.version != again.version
    assert (first.file, first.measured) == (again.file, again.measured)


def test_an_admin_goes_back_to_an_earlier_version_and_at_most_five_are_kept():
    us = staff()
    for number in range(60):
        judge(number, same=number % 3 == 0)
    for hour in range(7):
        teach.learn(now=NOW + minutes(60 * hour), by="staff:1")
    oldest = Model.objects.order_by("pk").first().version

    learn.use(oldest, by=us.aron, now=NOW)
    went_back = weights.in_use().version
    learn.use("", by=us.aron, now=NOW)

    assert Model.objects.count() <= learn.KEPT + 1
    assert went_back == oldest
    assert not Model.objects.filter(is_in_use=True).exists()
    with pytest.raises(Refusal, match="not kept"):
        learn.use("never-was", by=us.aron, now=NOW)
    with pytest.raises(NotAllowed):
        learn.use("", by=us.ben, now=NOW)
    with pytest.raises(NotAllowed):
        learn.begin(by=us.ben)


@pytest.mark.parametrize(("families", "links"), [(("name", "site"), False), (("name", "handle"), True)])
def test_a_version_is_tried_by_the_rule_that_links(families, links):
    """What anybody can copy is one kind of clue."""
    evidence = tuple(Evidence(name, "same", 9.0, name) for name in families)
    judgement = Judgement({}, {}, False, 100, 1, (), of_persons=False)

    tried = teach._Tried(judgement, Candidate(0, 18.0, evidence), 0.9996)

    assert teach._links(tried, tried.probability, 100) is links


@pytest.mark.django_db(transaction=True)
def test_learning_runs_in_a_process_of_its_own(child_environ, monkeypatch):
    staff()
    for number in range(60):
        judge(number, same=number % 3 == 0)
    for name, value in child_environ.items():
        monkeypatch.setenv(name, value)

    learn.run("staff:1")

    assert Model.objects.get().by == "staff:1"


def test_all_pairs_together_teach_what_stands_behind_numbers_without_a_label():
    us = staff()
    made = households(us, 30)
    live.drain(now=NOW)
    asked = Profile.objects.filter(person=None).exclude(network="mutuals").count()

    first = teach.learn(now=NOW)
    again = teach.learn(now=NOW + minutes(60))
    Touched.objects.bulk_create(Touched(profile=row) for row in Profile.objects.filter(person=None))
    live.drain(now=NOW + minutes(120))

    linked = [(row, holder) for row, holder in made if Profile.objects.get(pk=row.pk).person_id is not None]
    assert first.is_in_use
    assert first.measured["numbered"] > 30
    assert first.measured["labels"] == first.measured["pairs"] == 0
    assert ["behind", "handle 1 and mail b", 0.0] in [line[:3] for line in first.measured["moved"]]
    assert again is None
    assert len(linked) > len(made) - asked + 10
    assert all(Profile.objects.get(pk=row.pk).person_id == holder.pk for row, holder in linked)


def test_a_learned_habit_stays_where_fewer_pairs_are_left_to_learn_from():
    us = staff()
    households(us, 30)
    first = teach.learn(now=NOW)
    Profile.objects.filter(person=None, network="mastodon").delete()
    live.drain(now=NOW)

    again = teach.learn(now=NOW + minutes(60), by="staff:1")

    assert again is None
    assert weights.in_use().version == first.version
    assert bits("behind", "handle 1 and mail b") > 2


def households(us, many):
    """Three of one name and number, by the letter behind it in their mailbox and the digit behind it in their handle."""
    made = []
    for number in range(many):
        family = f"{WORDS[number % 9]}{WORDS[number // 9]}".title()
        for place, letter in enumerate("abc"):
            given = GIVEN[(number + 3 * place) % 8]
            holder = person(f"{given} {family}", by=us.ada, email=f"{WORDS[place]}.{200 + number}{letter}@tea.example")
            row = profile(f"{family}{number}{letter}", of=None)
            handle = f"@{WORDS[8 - place]}{200 + number}{place or ''}"
            Profile.objects.filter(pk=row.pk).update(name=handle, shown=f"{given} {family[0]}.")
            made.append((row, holder))
    live.drain(now=NOW)
    return made


def bits(comparison, level):
    return told(weights.in_use().model, comparison, level)


def day_one(comparison, level):
    return told(social.day_one(), comparison, level)


def told(model, comparison, level):
    levels = next(one.levels for one in model.comparisons if one.name == comparison)
    return weight(next(one for one in levels if one.name == level))


def judge(number, *, same, digits=None):
    """Two accounts that the machine weighed, and what staff then said of them."""
    word = f"{WORDS[number % 9]}{WORDS[number // 9 % 9]}"
    other_word = word if digits or same else f"{WORDS[(number + 1) % 9]}{WORDS[(number + 2) % 9]}"
    one = account(f"one{number}", f"@{word}{digits or ''}", GIVEN[number % 8])
    other = account(
        f"two{number}", f"@{other_word}{2 * digits if digits and same else ''}", GIVEN[(number + (not same)) % 8]
    )
    pair = {"a": one, "b": other}
    Edge.objects.create(**pair, verdict=Verdict.UNSURE, probability=0.5, pool=64, by=MACHINE, since=NOW, until=NOW)
    verdict = Verdict.SAME if same else Verdict.DIFFERENT
    Edge.objects.create(**pair, verdict=verdict, by="staff:1", since=NOW)


def account(key, handle, shown):
    made = profile(key, of=None)
    works = {"employer": {"value": "Acme Freight", "at": NOW.isoformat(), "by": "staff:1"}}
    Profile.objects.filter(pk=made.pk).update(name=handle, shown=shown, fields=works)
    return made
