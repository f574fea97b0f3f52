"""Decisions of staff teach how far probabilities may be believed."""

import pytest

from cast import NOW, minutes, profile, staff
from mutuals.base.refusals import Refusal
from mutuals.identity import learn, weights
from mutuals.identity.edges import MACHINE
from mutuals.identity.models import Edge, Model, Verdict
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def test_judgements_make_a_version_that_is_used_because_it_errs_less():
    staff()
    for number in range(60):
        judge(number, bits=12.0, same=number % 3 == 0)  # the model says 98 %; a third of them is right
    for number in range(60, 90):
        judge(number, bits=1.0, same=False)

    made = learn.refit(now=NOW)

    assert made.is_in_use
    assert made.measured["pairs"] == 90
    assert made.measured["loss_after"] < made.measured["loss_before"]
    assert weights.in_use().version == made.version
    assert weights.in_use().calibration(0.98) < 0.6


def test_without_news_nothing_is_learned_and_of_few_judgements_nothing_either():
    staff()
    for number in range(20):
        judge(number, bits=12.0, same=number % 2 == 0)
    too_few = learn.refit(now=NOW)
    for number in range(20, 60):
        judge(number, bits=12.0, same=number % 2 == 0)
    first = learn.refit(now=NOW)

    again = learn.refit(now=NOW + minutes(60))

    assert too_few is None
    assert first is not None
    assert again is None


def test_an_admin_goes_back_to_an_earlier_version_and_at_most_five_are_kept():
    us = staff()
    for number in range(80):
        judge(number, bits=12.0, same=number % 3 == 0)
    for hour in range(7):
        learn.refit(now=NOW + minutes(60 * hour))
        for number in range(100 + hour * 20, 120 + hour * 20):
            judge(number, bits=12.0, same=number % 3 == 0)
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


def judge(number, *, bits, same):
    """A pair that the machine weighed, and what staff then said of it."""
    one, other = profile(f"@one{number}", of=None), profile(f"@other{number}", of=None)
    clues = [{"clue": "handle", "weight": bits, "for": True, "detail": str(number)}]
    Edge.objects.create(
        a=one,
        b=other,
        verdict=Verdict.UNSURE,
        because=clues,
        probability=0.98,
        pool=64,
        by=MACHINE,
        since=NOW,
        until=NOW,
    )
    verdict = Verdict.SAME if same else Verdict.DIFFERENT
    Edge.objects.create(a=one, b=other, verdict=verdict, by="staff:1", since=NOW)
