"""What `why` says of two: whom it names, and what it calls a link that no human made."""

import pytest

from cast import NOW, doubt, person, staff
from mutuals.identity import link, review, why
from mutuals.identity.edges import Grounds
from mutuals.identity.models import Verdict
from mutuals.identity.tests.test_clues import presence

pytestmark = pytest.mark.django_db


def test_two_that_became_one_are_named_by_the_ids_that_were_asked_about():
    us = staff()
    one, other = person("Bea Brand", by=us.ada), person("B. Brand", by=us.ada)
    review.answer(doubt(one, other), Verdict.SAME, by=us.ada, now=NOW)
    one.refresh_from_db()

    told = [reason.what for reason in why.why(one.canonical, one.canonical, viewer=us.ada)]

    assert any(f"person {one.pk} " in what and f"person {other.pk} " in what for what in told)


def test_what_a_machine_linked_is_not_called_confirmed_in_words():
    us = staff()
    bea = person("Bea Brand", by=us.ada)
    row, chosen = presence("bea"), presence("kettlefan")
    link.attach_free([(row.pk, bea.pk, Grounds([], probability=0.9995, pool=9))], by="machine:identity", now=NOW)
    link.confirm(chosen, person=bea, by=us.ada, now=NOW)

    told = [why.why(bea, one, viewer=us.ada)[0] for one in (row, chosen)]

    assert [one.verdict for one in told] == ["confirmed", "confirmed"]
    assert [why.in_words(one.verdict, one.by) for one in told] == ["linked by machine", "confirmed"]
