"""Stories of proofs: what a profile on a server of others says of itself, and what a page and a network answer. D2."""

from __future__ import annotations

from typing import Any

import pytest

import cast
from mutuals.base import clock
from mutuals.base.net import guarded
from mutuals.base.tests.hostile_server import says, serving
from mutuals.history.models import Interaction
from mutuals.identity.models import Link, LinkState
from mutuals.identity.proofs import claims, looks
from mutuals.people import persons
from mutuals.people.models import Profile
from peers import desk
from peers.atproto_dev import Network
from peers.snac import Pair

pytestmark = pytest.mark.peers


@pytest.fixture
def staff(db: None) -> cast.Staff:
    """Everybody who works at the Kettle works."""
    return cast.staff()


def _known(staff: cast.Staff, website: str) -> cast.Person:
    """Bea, whose page stands in a file of ours."""
    made = cast.person(by=staff.ada)
    own = persons.own_of(made.pk)
    assert own is not None
    own.fields["website"] = {"value": website, "at": clock.now().isoformat(), "by": "import:1"}
    own.save(update_fields=["fields"])
    return made


def _look(row: Interaction, allow: str, settings: Any) -> Profile:
    """The jobs that follow from what she claims."""
    settings.NET_ALLOW = allow
    profile = Profile.objects.get(pk=row.profile_id)
    claims.look([profile.pk], now=clock.now())
    for one in claims.told_by([profile.pk]):
        for address in one.pages.values():
            looks.at_page(address=address, http=guarded(allow)[0], now=clock.now())
        looks.at_domain(profile_id=one.id, http=guarded(allow)[0], now=clock.now())
    return Profile.objects.get(pk=profile.pk)


def test_a_page_and_a_profile_on_another_server_that_name_each_other_are_hers(
    snac_pair: Pair, staff: cast.Staff, settings: Any
) -> None:
    """D2: rel=me both ways."""
    settings.NET_ALLOW = snac_pair.allow
    theirs, actor = snac_pair.theirs, snac_pair.theirs.accounts["bea"].actor
    body = f'<p>Kettles.</p><a rel="me" href="{actor}">elsewhere</a>'.encode()
    with serving(lambda wire, _: wire.sendall(says("HTTP/1.1 200 OK", "Content-Type: text/html", body=body))) as (
        port,
        _,
    ):
        site = f"http://127.0.0.1:{port}/bea"
        form = {"fields_attributes[0][name]": "Home", "fields_attributes[0][value]": site}
        theirs.ask("bea", "PATCH", "/api/v1/accounts/update_credentials", data=form)
        bea = _known(staff, site)
        answers = {"address": snac_pair.ours.address}
        ours = desk.connect(
            staff, "mastodon", answers, agreed=lambda opened: snac_pair.ours.sign_in(opened, "kettleworks")
        )
        theirs.post_as("bea", f"@{snac_pair.ours.accounts['kettleworks'].handle} my page tells of kettles")
        row = desk.heard(ours.source, "page tells of kettles")
        profile = _look(row, f"{snac_pair.allow},127.0.0.1:{port}", settings)

    assert profile.fields["sites"]["value"] == [site]
    held = Link.objects.get(profile=profile, until=None)
    assert (held.person_id, held.state) == (bea.pk, LinkState.PROVEN)
    assert held.because[0]["seen"] in (site, f"profile:{profile.pk}")


def test_a_handle_that_is_the_domain_of_her_page_is_hers(
    bluesky_dev: Network, staff: cast.Staff, settings: Any
) -> None:
    """D2: AT Protocol handle = domain."""
    settings.NET_ALLOW = bluesky_dev.allow
    account = bluesky_dev.account("proofbea")
    company = bluesky_dev.account("proofworks")
    bea = _known(staff, f"https://{account.handle}/")
    ours = desk.connect(
        staff,
        "bluesky",
        {"address": bluesky_dev.address, "identifier": company.handle, "app_password": company.password},
    )
    bluesky_dev.post_as("proofbea", f"@{company.handle} my name is my page", mentions=("proofworks",))
    row = desk.heard(ours.source, "my name is my page")
    profile = _look(row, bluesky_dev.allow, settings)

    held = Link.objects.get(profile=profile, until=None)
    assert (profile.key, profile.name) == (account.did, account.handle)
    assert (held.person_id, held.state, held.because[0]["clue"]) == (bea.pk, LinkState.PROVEN, "domain")
