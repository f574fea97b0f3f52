"""One person's way out: everything handed over, everything erased, nothing comes back."""

import json
import zipfile

import pytest

from cast import NOW, event, everywhere, minutes, person, said, source, staff
from mutuals import privacy
from mutuals.base import files
from mutuals.capture.models import RawEvent
from mutuals.history.models import Interaction
from mutuals.people.models import Person, Profile, Receipt
from mutuals.sales.models import Order
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
WHO = {"network": "town", "id": "bea-7731", "name": "@bea.pours.7731", "email_verified": "bea@harbour.example"}


@pytest.fixture
def town():
    us = staff()
    bea = person("Bea Brand", by=us.ada, email="bea@harbour.example", now=NOW)
    person("Bo Brand", by=us.ada, email="bo@harbour.example", now=NOW)
    square = source(owner=us.olga)
    said(
        square,
        event("p1", "My kettle leaks, says bea-7731.", author=WHO),
        event("p2", "Mine too.", who="bo", reply_to="p1"),
    )
    own = Profile.objects.get(network="mutuals", person=bea)
    Order.objects.create(number="KW-1", profile=own, placed_at=NOW, currency="EUR", total="12.50")
    return us, bea, square


def test_the_package_holds_everything_and_the_receipt_counts_it(town):
    """K9, P22."""
    us, bea, _ = town

    blob, receipt = privacy.export(bea, by=us.aron, now=NOW)

    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        parts = {name: json.loads(package.read(name)) for name in package.namelist() if name.endswith(".json")}
    assert [row["text"] for row in parts["history.json"]["interactions"]] == ["My kettle leaks, says bea-7731."]
    assert parts["sales.json"]["orders"][0]["number"] == "KW-1"
    assert {row["network"] for row in parts["people.json"]["profiles"]} == {"mutuals", "email", "town"}
    assert receipt.counts["history"]["interactions"] == 1
    assert receipt.counts["sales"]["orders"] == 1


def test_erasing_leaves_no_trace_in_any_table_and_the_receipt_is_true(town):
    """K9."""
    us, bea, _ = town
    before = {needle: everywhere(needle) for needle in ("bea-7731", "bea@harbour.example", "Bea Brand")}

    receipt = privacy.erase(bea, by=us.aron, now=NOW + minutes(5))

    assert all(before.values())
    assert {needle: everywhere(needle) for needle in before} == {needle: [] for needle in before}
    assert receipt.counts["history"]["interactions"] == 1
    assert receipt.counts["people"]["profiles"] == 3
    assert Order.objects.get().profile is None
    assert any("accounts" in sentence for sentence in receipt.kept)
    assert Interaction.objects.get().text == "Mine too."
    assert Person.objects.get().name == "Bo Brand"
    assert Receipt.objects.count() == 1


def test_what_an_erased_person_says_later_is_not_taken_in(town):
    """K9, P32."""
    us, bea, square = town
    privacy.erase(bea, by=us.aron, now=NOW)

    said(square, event("p9", "I am bea-7731 again", author=WHO), event("p10", "Hello", who="bo"), now=NOW + minutes(9))

    assert not Profile.objects.filter(network="town", key="bea-7731").exists()
    assert everywhere("bea-7731") == []
    assert RawEvent.objects.filter(state="refused").count() >= 1
    assert Interaction.objects.filter(text="Hello").exists()


def test_an_erased_person_does_not_come_back_under_the_page_of_their_account(town):
    us, _, square = town
    page = {"network": "mastodon", "id": "https://tea.example/@cleo", "name": "cleo@tea.example"}
    cleo = {**page, "id": "https://tea.example/users/42", "url": page["id"], "email_verified": "cleo@harbour.example"}
    gone = person("Cleo Cup", by=us.ada, email="cleo@harbour.example", now=NOW)
    said(square, event("p3", "Hello", author=cleo))

    privacy.erase(gone, by=us.aron, now=NOW)
    said(square, event("p4", "Hello again", author=page), now=NOW + minutes(9))

    assert not Profile.objects.filter(network="mastodon").exists()
    assert everywhere("tea.example/@cleo") == []


def test_only_admins_and_owners_may_export_or_erase(town):
    """K5, K13."""
    us, bea, _ = town

    for user in (us.lea, us.ada, us.cleo):
        with pytest.raises(NotAllowed):
            privacy.export(bea, by=user, now=NOW)
        with pytest.raises(NotAllowed):
            privacy.erase(bea, by=user, now=NOW)

    assert Person.objects.filter(pk=bea.pk).exists()
