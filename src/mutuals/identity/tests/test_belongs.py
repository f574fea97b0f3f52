"""A presence that proved itself on an organisation's domain: never a person's by that, suggested, answered, taken back."""

import pytest

import cast
from cast import NOW
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import belongs, link, live
from mutuals.identity.models import Edge, Known, Link, Touched
from mutuals.identity.proofs import claims, record
from mutuals.people import organisations, persons
from mutuals.people.models import Organisation, Profile

pytestmark = pytest.mark.django_db
SITE = "https://kettles.garden"


def kettles(us, domain="kettles.garden"):
    return organisations.add(by=us.ada, name="The Kettle works", domain=domain, now=NOW)


def proven(name="@kettles", *, sites=(SITE,)):
    """A presence whose network found that these sites lead back to it."""
    fields = {"proven_sites": {"value": list(sites), "at": NOW.isoformat(), "by": "network:mastodon"}}
    key = f"https://town.example/users/{name}"
    row = Profile.objects.create(network="mastodon", key=key, name=name, fields=fields)
    claims.look([row.pk], now=NOW)
    return row


def firms(row):
    return [one.organisation for one in belongs.suggested([row.pk]).get(row.pk, [])]


def site_of(bea, where):
    own = persons.own_of(bea.pk)
    own.fields["website"] = {"value": where, "at": NOW.isoformat(), "by": "import:1"}
    own.save(update_fields=["fields"])


def now_of(row):
    return Profile.objects.get(pk=row.pk)


@pytest.mark.parametrize("where", [SITE, f"{SITE}/team/bea", "https://www.kettles.garden/"])
def test_a_proof_on_an_organisations_domain_suggests_it_and_names_no_person(where):
    us = cast.staff()
    site_of(cast.person(by=us.ada), where)
    firm = kettles(us)

    row = proven(sites=[where])

    (found,) = belongs.suggested([row.pk])[row.pk]
    assert (found.organisation, now_of(row).person_id, Link.objects.filter(profile=row).exists()) == (firm, None, False)
    assert [(one["clue"], one["proof"]) for one in found.because] == [("verified_field", True)]


def test_a_handle_that_is_the_domain_of_an_organisation_suggests_it():
    us = cast.staff()
    firm = kettles(us)
    row = Profile.objects.create(network="bluesky", key="did:plc:kettles", name="kettles.garden")
    record.keep(row.pk, "domain", "page:kettles.garden", seen="https://kettles.garden/", now=NOW)

    found = firms(row)

    assert found == [firm]


def test_a_domain_that_many_share_is_no_organisations():
    us = cast.staff()
    kettles(us, domain="github.com")

    row = proven(sites=["https://github.com/bea"])

    assert firms(row) == []


def test_two_organisations_of_one_domain_are_both_suggested_and_a_lost_proof_suggests_none():
    us = cast.staff()
    both = [kettles(us), kettles(us)]
    row = proven()
    before = firms(row)

    Profile.objects.filter(pk=row.pk).update(fields={"proven_sites": {"value": [], "at": NOW.isoformat(), "by": "x"}})
    claims.look([row.pk], now=NOW)

    assert (before, firms(row)) == (both, [])


def test_whose_is_accepted_is_an_organisations_and_is_compared_with_nobody():
    us = cast.staff()
    bea, firm, row = cast.person(by=us.ada), kettles(us), proven()
    cast.doubt(bea, row)
    live.drain(now=NOW)

    belongs.say(row, firm, is_theirs=True, by=us.ada, now=NOW)
    live.drain(now=NOW)

    assert (now_of(row).organisation, firms(row)) == (firm, [])
    assert not Known.objects.filter(profile=row).exists()
    assert not Edge.objects.filter(until=None, verdict="unsure").exists()
    entry = Entry.objects.get(kind="profile.belongs")
    assert (entry.by, entry.data["organisation"]) == (f"staff:{us.ada.pk}", firm.pk)


def test_what_was_accepted_is_taken_back_and_the_presence_is_compared_anew():
    us = cast.staff()
    firm, row = kettles(us), proven()
    done = belongs.say(row, firm, is_theirs=True, by=us.ada, now=NOW)

    words = [belongs.undo(done.key, by=us.ada, now=NOW).words for _ in range(2)]

    assert words == ["Taken back", "It was taken back already"]
    assert (now_of(row).organisation, firms(row)) == (None, [firm])
    assert Touched.objects.filter(profile=row).exists()


def test_never_is_remembered_until_it_is_taken_back():
    us = cast.staff()
    firm, row = kettles(us), proven()

    done = belongs.say(row, firm, is_theirs=False, by=us.ada, now=NOW)
    claims.look([row.pk], now=NOW)
    while_said = firms(row)
    belongs.undo(done.key, by=us.ada, now=NOW)

    assert (while_said, firms(row)) == ([], [firm])


def test_not_theirs_any_more_ends_it_and_comes_back_by_the_undo():
    us = cast.staff()
    firm, row = kettles(us), proven()
    first = belongs.say(row, firm, is_theirs=True, by=us.ada, now=NOW)
    done = belongs.say(row, firm, is_theirs=False, by=us.ada, now=NOW)
    between = now_of(row).organisation

    with pytest.raises(Refusal):
        belongs.undo(first.key, by=us.ada, now=NOW)
    belongs.undo(done.key, by=us.ada, now=NOW)

    assert (between, now_of(row).organisation) == (None, firm)


def test_a_persons_presence_is_no_organisations():
    us = cast.staff()
    firm, row = kettles(us), proven()
    link.confirm(row, person=cast.person(by=us.ada), by=us.ada, now=NOW)

    with pytest.raises(link.Taken):
        belongs.say(now_of(row), firm, is_theirs=True, by=us.ada, now=NOW)

    assert (now_of(row).organisation, firms(row)) == (None, [])


def test_another_organisations_presence_is_not_taken_from_it():
    us = cast.staff()
    firm, row = kettles(us), proven()
    belongs.say(row, firm, is_theirs=True, by=us.ada, now=NOW)

    with pytest.raises(link.Taken):
        belongs.say(row, Organisation.objects.create(name="B", name_key="b"), is_theirs=True, by=us.ada, now=NOW)

    assert now_of(row).organisation == firm
