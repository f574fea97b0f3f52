"""Consents: the newest word holds over merges and splits, with evidence; asked in conditions, handed over and erased."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals import privacy as erasing
from mutuals.base import clock, filters
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import link, merge, split
from mutuals.people import consent, hanging, privacy, purposes
from mutuals.people.consent import Evidence
from mutuals.people.models import Consent, Person
from mutuals.people.visibility import visible_to
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SAID = Evidence(words="Yes, please write to me.", source="form:news")


@pytest.fixture
def us():
    return cast.staff()


def found(us, condition):
    of = filters.record("person")
    typed = filters.check(condition, of, viewer=us.ada)
    return set(visible_to(us.ada).filter(filters.to_q(typed, of, zone=ZoneInfo("UTC"), now=cast.NOW)))


def allowed(person, purpose="newsletter", now=cast.NOW):
    return consent.may(Person.objects.get(pk=person.pk), purpose, now=now).is_allowed


def test_the_newest_word_holds_and_an_older_consent_that_comes_late_does_not_overrule(us):
    bea = cast.person(by=us.ada)
    before = allowed(bea)

    given, is_new = consent.give(bea, "newsletter", SAID, by=us.ada, now=cast.NOW)
    again, is_again = consent.give(bea, "newsletter", SAID, by=us.ben, now=cast.NOW + DAY)
    between = allowed(bea)
    consent.withdraw(bea, "newsletter", by=us.ada, now=cast.NOW + 2 * DAY)
    after = allowed(bea)
    late = Evidence(words="A list on paper", at=cast.NOW - 30 * DAY)
    consent.give(bea, "newsletter", late, by=us.ada, now=cast.NOW + 3 * DAY)
    consent.give(
        bea, "newsletter", Evidence(words="Same moment", at=cast.NOW + 2 * DAY), by=us.ada, now=cast.NOW + 3 * DAY
    )

    assert (before, between, after, allowed(bea)) == (False, True, False, False)
    assert (is_new, is_again) == (True, False)
    assert again == given
    assert [row.state for row in consent.of(bea, us.ada)] == ["given", "withdrawn", "given", "given"]
    assert consent.may(bea, "newsletter", now=cast.NOW).because == "withdrawn on 22 Nov 2026"
    assert Entry.objects.filter(about=f"person:{bea.pk}", kind="consent.withdrawn").count() == 1
    assert consent.of(bea, us.cleo) == []


def test_what_rests_on_something_else_needs_no_consent_and_can_be_objected_to_where_the_law_knows_that(us):
    bea = cast.person(by=us.ada)
    rests = [allowed(bea, "service"), allowed(bea, "research")]
    consent.refuse(bea, "research", Evidence(words="No questions"), by=us.ada, now=cast.NOW)

    consent.give(bea, "offers", Evidence(words="Until the fair", until=date(2026, 11, 30)), by=us.ada, now=cast.NOW)

    assert (rests, allowed(bea, "research")) == ([True, True], False)
    assert [allowed(bea, "offers", cast.NOW + days * DAY) for days in (0, 10, 11)] == [True, True, False]
    for bad in (
        lambda: consent.refuse(bea, "service", Evidence(), by=us.ada, now=cast.NOW),
        lambda: consent.give(bea, "newsletter", Evidence(), by=us.ada, now=cast.NOW),
        lambda: consent.give(bea, "letters", SAID, by=us.ada, now=cast.NOW),
        lambda: consent.give(bea, "newsletter", Evidence(words="x", at=cast.NOW + DAY), by=us.ada, now=cast.NOW),
        lambda: consent.give(bea, "newsletter", Evidence(words="x", basis="luck"), by=us.ada, now=cast.NOW),
        lambda: consent.give(bea, "cite", Evidence("x", profile=cast.profile()), by=us.ada, now=cast.NOW),
    ):
        with pytest.raises(Refusal):
            bad()
    with pytest.raises(NotAllowed):
        consent.withdraw(bea, "newsletter", by=us.cleo, now=cast.NOW)


def test_merged_people_have_the_newest_word_of_both_and_each_gets_their_own_back(us):
    bea, other = cast.person(by=us.ada), cast.person("B. Brand", by=us.ada)
    handle = cast.profile(of=None)
    link.confirm(handle, person=other, by=us.ada, now=cast.NOW)
    handle.refresh_from_db()
    consent.give(bea, "newsletter", SAID, by=us.ada, now=cast.NOW)
    consent.withdraw(other, "newsletter", Evidence(profile=handle), by=us.ada, now=cast.NOW + DAY)
    consent.give(other, "offers", SAID, by=us.ada, now=cast.NOW)
    apart = [allowed(bea), allowed(other)]

    merge.merge(other, bea, keep=bea, by=us.ada, now=cast.NOW + 2 * DAY)
    together = [allowed(bea), allowed(bea, "offers")]
    standing = Consent.objects.filter(stands=True).count()
    link.reject(handle, by=us.ada, now=cast.NOW + 3 * DAY)

    assert (apart, together, standing) == ([True, False], [False, True], 2)
    assert allowed(bea)  # whoever withdrew by that handle is nobody we know
    link.confirm(handle, person=cast.person("Bo Solmar", by=us.ada), by=us.ada, now=cast.NOW + 4 * DAY)
    assert {row.state for row in Consent.objects.filter(profile=handle, stands=True)} == {"withdrawn"}


def test_a_split_takes_what_was_given_by_its_profiles_and_asks_for_the_rest(us):
    bea, handle = cast.person(by=us.ada), cast.profile()
    link.confirm(handle, person=bea, by=us.ada, now=cast.NOW)
    handle.refresh_from_db()
    consent.give(bea, "newsletter", Evidence("Yes", profile=handle), by=us.ada, now=cast.NOW)
    consent.give(bea, "offers", SAID, by=us.ada, now=cast.NOW)
    kind = hanging.kinds()["consents"]
    (asked,) = kind.things([bea.pk], [handle.pk])

    split.some(bea, [handle.pk], by=us.ada, now=cast.NOW + DAY, along={"consents": [asked.id]})
    handle.refresh_from_db()
    new = handle.person

    assert asked.words.startswith("Offers: given")
    assert (allowed(bea), allowed(new)) == (False, True)
    assert (allowed(bea, "offers"), allowed(new, "offers")) == (False, True)


def test_people_are_found_by_what_they_allow_in_the_one_language(us):
    bea, bo, cy = (cast.person(name, by=us.ada) for name in ("Bea Brand", "Bo Solmar", "Cy Dent"))
    consent.give(bea, "newsletter", SAID, by=us.ada, now=cast.NOW)
    consent.give(bo, "newsletter", SAID, by=us.ada, now=cast.NOW)
    consent.withdraw(bo, "newsletter", by=us.ada, now=cast.NOW + DAY)
    ended = Evidence(words="Last year", until=cast.NOW.date() - DAY)
    consent.give(cy, "newsletter", ended, by=us.ada, now=cast.NOW)
    news = purposes.named("newsletter")

    why = {reason: found(us, test) for reason, test in consent.against(news).items()}

    assert why == {"refused": set(), "withdrawn": {bo}, "no_consent": {bo, cy}}
    assert found(us, filters.from_json({"field": "consents", "op": "any", "value": {"all": ["state:is:given"]}})) == {
        bea,
        cy,
    }
    with pytest.raises(filters.Refused):
        filters.check(consent.against(news)["refused"], filters.record("person"), viewer=us.cleo)


def test_purposes_are_the_houses_own_and_a_retired_one_allows_nothing_new(us):
    shipped = [one.key for one in purposes.every()]
    row, is_new = purposes.add("fair", purposes.PurposeIn("Fairs"), by=us.aron)
    again, is_again = purposes.add("fair", purposes.PurposeIn("Other"), by=us.aron)
    purposes.change(row, purposes.PurposeIn("Fairs", "Where we are", "legitimate_interests"), by=us.aron)
    bea = cast.person(by=us.ada)
    rests = allowed(bea, "fair")

    purposes.retire(row, by=us.aron, now=cast.NOW)

    assert shipped[:3] == ["service", "newsletter", "offers"]
    assert (is_new, is_again, again.label, rests) == (True, False, "Fairs", True)
    with pytest.raises(Refusal):
        consent.may(bea, "fair", now=cast.NOW)
    with pytest.raises(NotAllowed):
        purposes.add("x", purposes.PurposeIn("X"), by=us.lea)
    with pytest.raises(Refusal):
        purposes.add("Not A Key", purposes.PurposeIn("X"), by=us.aron)


def test_what_somebody_allowed_is_handed_over_and_goes_with_them(us):
    bea = cast.person(by=us.ada)
    consent.give(bea, "newsletter", SAID, by=us.ada, now=cast.NOW)
    who = privacy.holder(bea)
    told = privacy.export(who)["consents"]

    receipt = erasing.erase(bea, by=us.aron, now=clock.now())

    assert [(row["purpose__key"], row["words"], row["source"]) for row in told] == [
        ("newsletter", "Yes, please write to me.", "form:news")
    ]
    assert receipt.counts["people"]["consents"] == 1
    assert not Consent.objects.exists()
