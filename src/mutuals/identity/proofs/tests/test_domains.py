"""A handle that is a domain, and portraits that are fetched."""

import pytest

import cast
from cast import NOW
from mutuals.base.net import GuardedHttp, GuardedSockets
from mutuals.base.tests.hostile_server import says, serving, way_out
from mutuals.identity.models import Link, Proof
from mutuals.identity.proofs import claims, looks, record
from mutuals.identity.proofs.tests.test_pages import holder_of, known, presence, waiting_jobs
from mutuals.identity.proofs.tests.test_pictures import portrait
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db
DID = "did:plc:bea.garden"


@pytest.fixture
def service():
    """A service that says which account a handle is of."""
    told = {"did": DID}

    def answer(connection, request):
        if "resolveHandle" in request:
            connection.sendall(says(body=f'{{"did": "{told["did"]}"}}'.encode()))
        else:
            connection.sendall(says("HTTP/1.1 404 Not Found"))

    with serving(answer) as (port, _):
        yield told, f"http://127.0.0.1:{port}", way_out(port)


def account(us, address, *, name="bea.garden"):
    cast.source("Sky", owner=us.olga, connector="bluesky", settings={"address": address})
    return presence(name, network="bluesky", url="", since="2024-01-01T00:00:00+00:00")


def test_a_handle_that_is_the_domain_on_record_is_that_persons(service):
    us = cast.staff()
    bea = known(us, website="https://www.bea.garden/")
    profile = account(us, service[1])

    claims.look([profile.pk], now=NOW)
    looks.at_domain(profile_id=profile.pk, http=service[2], now=NOW)

    (clue,) = Link.objects.get(profile=profile).because
    assert waiting_jobs() == [claims.DOMAIN]
    assert (holder_of(profile), clue["clue"]) == (bea.pk, "domain")
    assert "resolveHandle?handle=bea.garden" in clue["seen"]


def test_a_handle_whose_domain_names_another_account_is_nobodys(service):
    us = cast.staff()
    known(us, website="https://bea.garden")
    profile = account(us, service[1])
    service[0]["did"] = "did:plc:somebody"

    look = looks.at_domain(profile_id=profile.pk, http=service[2], now=NOW)

    assert look.found is False
    assert holder_of(profile) is None


def test_a_domain_that_nobody_has_on_record_is_not_asked():
    us = cast.staff()
    profile = account(us, "https://sky.garden")

    claims.look([profile.pk], now=NOW)

    assert waiting_jobs() == []


def test_an_account_that_takes_another_handle_loses_the_proof(service):
    us = cast.staff()
    known(us, website="https://bea.garden")
    profile = account(us, service[1])
    looks.at_domain(profile_id=profile.pk, http=service[2], now=NOW)
    Profile.objects.filter(pk=profile.pk).update(name="bea.bsky.social")

    looks.recheck(http=service[2], now=NOW + record.AGAIN)

    assert holder_of(profile) is None
    assert "another handle" in Proof.objects.get(ended_at__isnull=False).ended_because


def test_a_handle_that_is_no_domain_any_more_loses_the_proof(service):
    us = cast.staff()
    known(us, website="https://bea.garden")
    profile = account(us, service[1])
    looks.at_domain(profile_id=profile.pk, http=service[2], now=NOW)
    Profile.objects.filter(pk=profile.pk).update(name="handle.invalid")

    looks.recheck(http=service[2], now=NOW + record.AGAIN)

    assert holder_of(profile) is None


def fetched(body, *, head="HTTP/1.1 200 OK"):
    with serving(lambda connection, _: connection.sendall(says(head, body=body))) as (port, requests):
        row = presence(avatar=f"http://127.0.0.1:{port}/bea.png")
        for _ in range(2):
            looks.at_picture(profile_id=row.pk, http=way_out(port), now=NOW)
    return Profile.objects.get(pk=row.pk).fields["picture"]["value"], len(requests)


def test_a_portrait_is_fetched_once_and_kept_as_sixteen_letters():
    found, asked = fetched(portrait())

    assert len(found) == 16
    assert asked == 1


@pytest.mark.parametrize(
    ("body", "head"),
    [(b"<html>", "HTTP/1.1 200 OK"), (b"", "HTTP/1.1 404 Not Found"), (b"\x89PNG" * 600_000, "HTTP/1.1 200 OK")],
    ids=["a page", "gone", "too large"],
)
def test_what_is_no_portrait_is_not_asked_for_again(body, head):
    found, asked = fetched(body, head=head)

    assert (found, asked) == ("", 1)


def test_a_portrait_is_worth_a_job_until_it_was_fetched_and_again_when_it_changes():
    row = presence(avatar="https://files.garden/one.png")
    told = []
    for picture in ("", "https://files.garden/one.png", "https://files.garden/none.png"):
        row.fields["picture"] = {"value": "", "by": picture}
        row.save()
        claims.look([row.pk], now=NOW)
        told.append(len(waiting_jobs()))

    assert told == [1, 1, 2]


def test_a_portrait_in_our_own_network_is_not_fetched():
    row = presence(avatar="http://127.0.0.1:9/bea.png")
    http = GuardedHttp(GuardedSockets())

    found = looks.at_picture(profile_id=row.pk, http=http, now=NOW)

    assert found == ""
