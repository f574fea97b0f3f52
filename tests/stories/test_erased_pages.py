"""Whoever was erased does not come in again by another address of the same account: its page, or its id."""

import pytest

from cast import NOW, event, everywhere, minutes, person, said, source, staff
from mutuals import privacy
from mutuals.capture.models import RawEvent
from mutuals.connectors.contract import Handle
from mutuals.identity import link
from mutuals.identity.proofs import oauth
from mutuals.people import profiles
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
PAGE, ID, NAME = "https://brew.example/@bea7731", "https://brew.example/ap/users/9001", "bea7731@brew.example"
BY_PAGE = Handle("mastodon", PAGE, NAME, url=PAGE)
BY_ID = Handle("mastodon", ID, NAME, url=PAGE)


def known(us, *handles):
    """Bea, with one presence for each handle."""
    bea = person("Bea Brand", by=us.ada)
    for handle in handles:
        row = profiles.ensure([handle], now=NOW)[handle.network, handle.key]
        link.confirm(Profile.objects.get(pk=row.id), person=bea, by=us.ada, now=NOW)
    return bea


def says(key, handle, **more):
    """A post as the network shows it."""
    who = {"network": handle.network, "id": handle.key, "name": handle.name, "url": handle.url}
    return event(key, "Good morning", author=who | more)


@pytest.mark.parametrize(("before", "after"), [(BY_PAGE, BY_ID), (BY_ID, BY_PAGE)], ids=["page first", "id first"])
def test_who_was_erased_stays_out_whichever_address_of_the_account_was_known(before, after):
    """K9, P32."""
    us = staff()
    bea, square = known(us, before), source(owner=us.olga)

    privacy.erase(bea, by=us.aron, now=NOW)
    said(square, says("p1", after), says("p2", after, name="renamed@brew.example"), now=NOW + minutes(5))

    assert not Profile.objects.filter(network="mastodon").exists()
    assert RawEvent.objects.filter(state="refused").count() == 2
    assert (everywhere("bea7731"), everywhere("ap/users/9001")) == ([], [])


def test_another_server_cannot_keep_somebody_out_by_claiming_their_page():
    us = staff()
    bea, square = known(us, BY_PAGE), source(owner=us.olga)

    privacy.erase(bea, by=us.aron, now=NOW)
    stranger = Handle("mastodon", "https://tea.example/users/bo", "bo@tea.example", url=PAGE)
    said(square, says("p1", stranger), now=NOW + minutes(5))

    assert Profile.objects.get(network="mastodon").key == stranger.key


def test_a_sign_in_with_an_account_that_was_erased_by_its_page_is_refused():
    us = staff()
    bea, bo = known(us, BY_PAGE), person("Bo Solmar", by=us.ada)
    privacy.erase(bea, by=us.aron, now=NOW)

    with pytest.raises(oauth.NotTaken, match="forgotten"):
        oauth.vouch(bo, BY_ID, by=us.olga, now=NOW)

    assert not Profile.objects.filter(network="mastodon").exists()


@pytest.mark.parametrize("mine", ["page", "id"])
def test_the_double_of_an_erased_account_that_an_older_version_kept_goes_with_it(mine):
    us = staff()
    rows = {
        name: Profile.objects.create(network="mastodon", key=key, name=NAME, url=PAGE)
        for name, key in (("page", PAGE), ("id", ID))
    }
    bea, bo = person("Bea Brand", by=us.ada), person("Bo Solmar", by=us.ada)
    link.confirm(rows[mine], person=bea, by=us.ada, now=NOW)
    others = Profile.objects.create(network="mastodon", key=f"{ID}0", name="bo@brew.example", url=PAGE)
    link.confirm(others, person=bo, by=us.ada, now=NOW)

    receipt = privacy.erase(bea, by=us.aron, now=NOW)

    assert receipt.counts["people"]["profiles"] == 3
    assert list(Profile.objects.filter(network="mastodon")) == [others]
    assert list(Person.objects.all()) == [bo]
