"""From a page that two name to a link, and back when the page does not say so any more."""

from datetime import timedelta

import pytest
from django.db import connection

import cast
from cast import NOW
from mutuals.base.models import Entry
from mutuals.base.tests.hostile_server import says, serving, way_out
from mutuals.identity import edges, link, merge
from mutuals.identity.models import Edge, Link, LinkState, Proof, Verdict
from mutuals.identity.proofs import claims, looks, record
from mutuals.people import organisations, persons
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
TOWN = "https://town.example/@bea"


class Site:
    """A page on loopback that names TOWN as its author's own, as long as `says_so`."""

    def __init__(self, port, path="/bea"):
        self.port, self.says_so, self.is_up = port, True, True
        self.address = f"http://127.0.0.1:{port}{path}"
        self.page = f"127.0.0.1:{port}{path}"
        self.http = way_out(port)

    def answer(self, connection, _request):
        body = f'<a rel="me" href="{TOWN}">me</a>' if self.says_so else "<p>Nothing here."
        status = "200 OK" if self.is_up else "503 Busy"
        connection.sendall(says(f"HTTP/1.1 {status}", "Content-Type: text/html", body=body.encode()))


@pytest.fixture
def site():
    holder = []
    with serving(lambda connection, request: holder[0].answer(connection, request)) as (port, requests):
        holder.append(Site(port))
        holder[0].requests = requests
        yield holder[0]


def presence(name="@bea", *, sites=(), proven=(), network="mastodon", url=TOWN, of=None, **told):
    told |= {"sites": list(sites)} if sites else {}
    told |= {"proven_sites": list(proven)} if proven else {}
    fields = {
        field: {"value": value, "at": NOW.isoformat(), "by": f"network:{network}"} for field, value in told.items()
    }
    key = f"https://town.example/users/{name}" if network != "bluesky" else f"did:plc:{name}"
    return Profile.objects.create(network=network, key=key, name=name, url=url, fields=fields, person=of)


def known(us, name="Bea Brand", *, website="", by="import:1", **more):
    """Somebody whose website stands in a record of ours."""
    made = cast.person(name, by=us.ada, **more)
    own = persons.own_of(made.pk)
    own.fields["website"] = {"value": website, "at": NOW.isoformat(), "by": by}
    own.save(update_fields=["fields"])
    return made


def holder_of(profile):
    return Profile.objects.get(pk=profile.pk).person_id


def looked_at(site, profile, *, now=NOW):
    claims.look([profile.pk], now=now)
    return looks.at_page(address=site.address, http=site.http, now=now)


def test_a_site_and_a_presence_that_name_each_other_are_one_persons(site):
    us = cast.staff()
    bea = known(us, website=site.address.upper().replace("/BEA", "/bea"))
    profile = presence(sites=[site.address])

    looked_at(site, profile)

    held = Link.objects.get(profile=profile)
    (clue,) = held.because
    assert (holder_of(profile), held.state, held.by) == (bea.pk, LinkState.PROVEN, "machine:proofs")
    assert (clue["clue"], clue["proof"], clue["for"], clue["seen"]) == ("rel_me", True, True, site.address)
    assert clue["at"] == NOW.isoformat()
    assert Entry.objects.filter(kind="profile.proven", about=f"person:{bea.pk}").count() == 1


@pytest.mark.parametrize("by", ["form:1", "network:town", ""])
def test_a_website_that_anybody_may_have_written_into_a_form_proves_nothing(site, by):
    us = cast.staff()
    known(us, website=site.address, by=by)
    profile = presence(sites=[site.address])

    claims.look([profile.pk], now=NOW)
    looks.at_page(address=site.address, http=site.http, now=NOW)

    assert holder_of(profile) is None
    assert not Link.objects.filter(profile=profile).exists()


def test_looking_twice_changes_nothing(site):
    us = cast.staff()
    known(us, website=site.address)
    profile = presence(sites=[site.address])

    for _ in range(2):
        looked_at(site, profile)

    assert Link.objects.filter(profile=profile).count() == Proof.objects.count() == 1
    assert Entry.objects.filter(kind="profile.proven").count() == 1


def test_a_page_that_nobody_knows_is_not_fetched(site):
    profile = presence(sites=[site.address])

    claims.look([profile.pk], now=NOW)

    assert waiting_jobs() == []


def waiting_jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'identity.look%'"
        )
        return [row[0] for row in cursor.fetchall()]


def test_a_page_that_a_record_names_is_looked_at_whoever_came_first(site):
    us = cast.staff()
    first = presence(sites=[site.address])
    bea = known(us, website=site.address)

    claims.look([persons.own_of(bea.pk).pk], now=NOW)

    assert waiting_jobs() == [claims.PAGE]
    assert holder_of(first) is None


def test_a_claim_that_the_page_does_not_return_proves_nothing(site):
    us = cast.staff()
    known(us, website=site.address)
    thief = presence("@thief", sites=[site.address], url="https://town.example/@thief")

    looked_at(site, thief)

    assert holder_of(thief) is None
    assert not Proof.objects.exists()


def test_another_page_of_the_same_host_proves_nothing(site):
    us = cast.staff()
    known(us, website=site.address.replace("/bea", "/bo"))
    profile = presence(sites=[site.address])

    looked_at(site, profile)

    assert holder_of(profile) is None


def test_a_page_that_two_people_are_said_to_have_links_to_neither(site):
    us = cast.staff()
    known(us, website=site.address)
    known(us, "Bo Brand", website=site.address)
    profile = presence(sites=[site.address])

    looked_at(site, profile)

    assert holder_of(profile) is None
    assert Proof.objects.count() == 1
    assert list(Edge.objects.values_list("verdict", flat=True)) == ["unsure"] * 2


def test_a_company_page_proves_nobody_who_works_there():
    us = cast.staff()
    known(us, website="https://kettles.garden")
    profile = presence(sites=["https://kettles.garden"], proven=["https://kettles.garden"])
    organisations.add(by=us.ada, name="The Kettle works", domain="kettles.garden", now=NOW)

    claims.look([profile.pk], now=NOW)

    assert holder_of(profile) is None


def test_a_host_from_which_two_people_write_is_a_companys():
    us = cast.staff()
    known(us, website="https://kettles.garden", email="bea@kettles.garden")
    cast.person("Bo Brand", by=us.ada, email="bo@kettles.garden")
    profile = presence(proven=["https://kettles.garden"])

    claims.look([profile.pk], now=NOW)

    assert holder_of(profile) is None


def test_what_the_network_verified_proves_without_a_look():
    us = cast.staff()
    bea = known(us, website="bea.garden")
    profile = presence(proven=["https://www.bea.garden/"])

    told = claims.look([profile.pk], now=NOW)

    assert told == [(profile.pk, bea.pk)]
    assert Link.objects.get(profile=profile).because[0]["clue"] == "verified_field"


def test_two_presences_with_one_proof_are_of_one_person():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    first = presence(proven=["https://bea.garden"])
    link.confirm(first, person=bea, by=us.ada, now=NOW)
    second = presence("@pours", proven=["https://bea.garden"], url="")

    claims.look([first.pk, second.pk], now=NOW)

    assert holder_of(second) == bea.pk


def test_a_site_that_only_a_presence_claims_does_not_make_it_anybodys():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    link.confirm(presence(sites=["https://bea.garden"]), person=bea, by=us.ada, now=NOW)
    thief = presence("@thief", proven=["https://bea.garden"], url="")

    claims.look([thief.pk], now=NOW)

    assert holder_of(thief) is None


def test_a_proof_that_is_lost_ends_the_link_that_rests_on_it_and_suggests_it(site):
    us = cast.staff()
    bea = known(us, website=site.address)
    profile = presence(sites=[site.address])
    looked_at(site, profile)
    site.says_so = False

    later = NOW + record.AGAIN
    looks.recheck(http=site.http, now=later)

    assert holder_of(profile) is None
    held = Link.objects.get(profile=profile, until=None)
    (clue,) = held.because
    assert (held.person_id, held.state) == (bea.pk, LinkState.SUGGESTED)
    assert (clue["for"], clue["proof"]) == (False, False)
    assert Proof.objects.get().ended_because == "The page does not name this presence with rel=me."
    assert Entry.objects.filter(kind="profile.unproven", about=f"person:{bea.pk}").exists()


def test_a_lost_proof_leaves_what_staff_said_standing(site):
    us = cast.staff()
    bea = known(us, website=site.address)
    profile = presence(sites=[site.address])
    link.confirm(profile, person=bea, by=us.ada, now=NOW)
    looked_at(site, profile)
    before = Link.objects.get(profile=profile).state
    site.says_so = False

    looks.recheck(http=site.http, now=NOW + record.AGAIN)

    assert (before, Link.objects.get(profile=profile).state, holder_of(profile)) == ("proven", "confirmed", bea.pk)


def test_a_server_that_is_down_costs_nobody_a_link_until_it_is_down_for_long(site):
    us = cast.staff()
    known(us, website=site.address)
    profile = presence(sites=[site.address])
    looked_at(site, profile)
    site.is_up, now, holders = False, NOW, []

    for _ in range(record.SILENT):
        now += record.AGAIN
        looks.recheck(http=site.http, now=now)
        holders.append(holder_of(profile) is not None)

    assert holders == [True] * (record.SILENT - 1) + [False]
    assert now - NOW > timedelta(days=30)


def test_a_proof_is_looked_at_again_when_its_time_comes_and_not_before(site):
    us = cast.staff()
    known(us, website=site.address)
    looked_at(site, presence(sites=[site.address]))
    before = len(site.requests)

    early = looks.recheck(http=site.http, now=NOW + record.AGAIN / 2)
    due = looks.recheck(http=site.http, now=NOW + record.AGAIN)

    assert (early, due, len(site.requests) - before) == (0, 1, 1)
    assert Proof.objects.get().again_at == NOW + 2 * record.AGAIN


def test_what_the_network_shows_no_more_is_lost():
    us = cast.staff()
    known(us, website="https://bea.garden")
    profile = presence(proven=["https://bea.garden"])
    claims.look([profile.pk], now=NOW)
    profile.refresh_from_db()
    profile.fields["proven_sites"]["value"] = []
    profile.save(update_fields=["fields"])

    claims.look([profile.pk], now=NOW + cast.minutes(1))

    assert holder_of(profile) is None
    assert Proof.objects.get().ended_at is not None


def test_a_proof_does_not_overrule_staff(site):
    us = cast.staff()
    bea = known(us, website=site.address)
    profile = presence(sites=[site.address])
    link.confirm(profile, person=bea, by=us.ada, now=NOW)
    link.reject(Profile.objects.get(pk=profile.pk), by=us.ada, now=NOW)

    looked_at(site, profile)

    assert holder_of(profile) is None


def test_a_proof_against_a_link_that_stands_is_asked_of_staff_once(site):
    us = cast.staff()
    bea, bo = known(us, website=site.address), cast.person("Bo Brand", by=us.ada)
    profile = presence(sites=[site.address])
    link.confirm(profile, person=bo, by=us.ada, now=NOW)

    for _ in range(2):
        looked_at(site, profile)

    edge = edges.live(profile.pk, persons.own_of(bea.pk).pk)
    assert holder_of(profile) == bo.pk
    assert (edge.verdict, edge.because[0]["proof"], Edge.objects.count()) == (Verdict.UNSURE, True, 1)


def test_what_was_asked_before_a_merge_is_not_asked_once_more_after_it(site):
    us = cast.staff()
    bea, bo = known(us, website=site.address), cast.person("Bo Brand", by=us.ada)
    double, profile = cast.person("B. Brand", by=us.ada), presence(sites=[site.address])
    link.confirm(profile, person=bo, by=us.ada, now=NOW)
    looked_at(site, profile)

    merge.merge(bea, double, by=us.ada, now=NOW, keep=double)
    looked_at(site, profile)

    assert Edge.objects.filter(verdict=Verdict.UNSURE).count() == 1


def test_many_claims_of_one_page_are_one_fetch_and_too_many_are_nobodys(site):
    us = cast.staff()
    known(us, website=site.address)
    Profile.objects.bulk_create(
        Profile(network="mastodon", key=f"k{n}", name=f"@{n}", fields={"sites": {"value": [site.address]}})
        for n in range(claims.MOST_CLAIMANTS + 1)
    )

    claims.look(Profile.objects.filter(network="mastodon").values_list("pk", flat=True), now=NOW)
    looks.at_page(address=site.address, http=site.http, now=NOW)

    assert waiting_jobs() == [claims.PAGE]
    assert len(site.requests) == 1
    assert not Proof.objects.exists()


@pytest.mark.parametrize("told", [None, 7, "x", {"a": 1}, [None, 7, {}, [], "\u202e", "https://" + "a" * 3000]])
def test_odd_fields_claim_nothing(told):
    profile = presence(sites=["https://bea.garden"], website="x")
    profile.fields |= {name: {"value": told} for name in ("sites", "proven_sites", "website", "avatar")}
    profile.save()

    found = claims.look([profile.pk], now=NOW)

    assert found == []


def test_who_waits_to_be_compared_is_looked_at_first():
    us = cast.staff()
    bea = known(us, website="https://bea.garden")
    profile = presence(proven=["https://bea.garden"])

    told = claims.look_at_touched(now=NOW, most=100)

    assert told == [(profile.pk, bea.pk)]


def test_a_question_that_a_proof_alone_raised_ends_with_it_and_the_networks_word_does_not_raise_it_again(site):
    us = cast.staff()
    bea, bo = known(us, website=site.address), known(us, "Bo Brand", website=site.address)
    profile = presence(proven=[site.address])
    claims.look([profile.pk], now=NOW)
    asked = Edge.objects.filter(until=None, verdict=Verdict.UNSURE, by=record.BY).count()
    site.says_so = False

    looks.at_page(address=site.address, http=site.http, now=NOW)
    claims.look([profile.pk], now=NOW + timedelta(days=2))

    assert (asked, Edge.objects.filter(until=None).count()) == (2, 0)
    assert Proof.objects.count() == 1
    assert {bea.pk, bo.pk}.isdisjoint({holder_of(profile)})
