"""Whoever wants to be somebody else: forged letters, borrowed pages, domains that look like others, the page of a team."""

import pytest

import cast
from cast import NOW
from mutuals.base.tests.hostile_server import says, serving, way_out
from mutuals.identity import link
from mutuals.identity.models import Edge, Verdict
from mutuals.identity.proofs import claims, codes, looks
from mutuals.identity.proofs.addresses import page
from mutuals.identity.proofs.tests.test_brought import arrive, letter
from mutuals.identity.proofs.tests.test_pages import TOWN, holder_of, known, presence
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
PASSED = {"checked": "mx.works.garden; dmarc=pass header.from=victim.garden"}
FORGED = {"checked": "mx.works.garden; dmarc=fail header.from=victim.garden"}


@pytest.mark.parametrize(
    ("headers", "is_theirs"),
    [(PASSED, True), ({}, False), (FORGED, False), ({"checked": ""}, False), ({"Auto_Submitted": "yes"}, False)],
)
def test_a_code_in_a_forged_letter_does_not_claim_the_address(headers, is_theirs):
    us = cast.staff()
    box = cast.source(
        "Box", owner=us.olga, connector="email", team=us.service, settings={"checked_by": "mx.works.garden"}
    )
    cast.channel(box, "help@works.garden")
    mallory, hers = cast.person("Mallory", by=us.ada), cast.profile("@mallory")
    link.confirm(hers, person=mallory, by=us.ada, now=NOW)
    made = codes.make(Person.objects.get(pk=mallory.pk), sent_to=hers, by=us.ada, now=NOW)

    arrive(box, letter("x", made.code, **headers).replace(b"bea@bea.garden", b"bea@victim.garden"))

    held = Profile.objects.get(network="email", key="bea@victim.garden").person_id
    assert held == (mallory.pk if is_theirs else None)


@pytest.mark.parametrize("host", ["straße", "βόλος", "be\u200cab", "be\u200dab"])
def test_a_domain_that_is_read_as_two_is_nobodys_page(host):
    address = f"https://{host}.garden/"

    assert page(address) == ""


def test_a_verified_domain_that_is_only_spelled_alike_proves_nothing():
    us = cast.staff()
    known(us, website="https://strasse.garden")
    thief = presence("@thief", proven=["https://straße.garden"], url="")

    claims.look([thief.pk], now=NOW)

    assert holder_of(thief) is None


def test_a_server_cannot_give_its_account_the_page_of_another():
    us = cast.staff()
    body = f'<a rel="me" href="{TOWN}">me</a>'.encode()
    with serving(lambda wire, _: wire.sendall(says("HTTP/1.1 200 OK", "Content-Type: text/html", body=body))) as (
        port,
        _,
    ):
        site = f"http://127.0.0.1:{port}/bea"
        known(us, website=site)
        thief, bea = presence("@thief", sites=[site]), presence("@bea", sites=[site])
        Profile.objects.filter(pk=thief.pk).update(key="https://evil.garden/users/x", name="@x@evil.garden")

        looks.at_page(address=site, http=way_out(port), now=NOW)

    assert (holder_of(thief), holder_of(bea) is None) == (None, False)


def called(names):
    """Presences of one network that one page proves, by what they are called."""
    rows = [presence(f"@n{n}", proven=["https://works.garden/us"], url="") for n in range(len(names))]
    for row, name in zip(rows, names, strict=True):
        Profile.objects.filter(pk=row.pk).update(shown=name)
    return rows


@pytest.mark.parametrize("other", ["Carl Clark", "Клара Кларк"])
def test_the_page_of_a_team_makes_nobody_of_it_another(other):
    us = cast.staff()
    bea = cast.person(by=us.ada)
    first, second = called(["Bea Brand", other])
    link.confirm(first, person=bea, by=us.ada, now=NOW)

    claims.look([first.pk, second.pk], now=NOW)

    assert (holder_of(first), holder_of(second)) == (bea.pk, None)
    assert [edge.verdict for edge in Edge.objects.all()] == [Verdict.UNSURE]


@pytest.mark.parametrize("other", ["Béa at work", "bea", ""])
def test_the_second_account_of_one_person_is_linked_by_their_page(other):
    us = cast.staff()
    bea = cast.person(by=us.ada)
    first, second = called(["Bea Brand", other])
    link.confirm(first, person=bea, by=us.ada, now=NOW)

    claims.look([first.pk, second.pk], now=NOW)

    assert holder_of(second) == bea.pk
