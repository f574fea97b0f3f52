"""The privacy desk: handing over and erasing, with receipts."""

import io
import zipfile

import pytest
from django.test import Client

import cast
from mutuals.people.models import Person, Profile, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.FILES = tmp_path


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_desk_says_what_is_held(here, django_assert_num_queries):
    bea = cast.person(by=here.ada, email="bea@town.example")
    client = as_(here.aron)

    with django_assert_num_queries(6):
        answer = client.get(f"/customers/{bea.pk}/privacy/")

    assert "What we hold of Bea Brand" in answer.text
    assert "<dd>1: mail</dd>" in answer.text


def test_each_network_is_named_once_and_our_own_record_is_no_presence(here):
    bea = cast.person(by=here.ada, email="bea@town.example")
    for network, key in (("crm:x", "K-1"), ("crm:x", "K-2"), ("town", "bea")):
        Profile.objects.create(network=network, key=key, name=key, person=bea)

    page = as_(here.aron).get(f"/customers/{bea.pk}/privacy/").text

    assert page.count("customer number of x") == 1
    assert "<dd>4: " in page
    assert "mutuals</dd>" not in page


def test_everything_is_packed_and_the_receipt_leads_to_it(here):
    bea = cast.person(by=here.ada, email="bea@town.example")
    client = as_(here.aron)

    made = client.post(f"/customers/{bea.pk}/privacy/export/")
    receipt = client.get(made.headers["Location"])
    package = client.get(made.headers["Location"] + "package/")

    names = zipfile.ZipFile(io.BytesIO(b"".join(package.streaming_content))).namelist()
    assert "people.json" in names
    assert "The package" in receipt.text
    assert "Bea" not in receipt.text.split("<main")[1].split("</main>")[0]
    assert "attachment" in package.headers["Content-Disposition"]


def test_erasing_asks_for_the_name_and_leaves_a_receipt(here):
    bea = cast.person(by=here.ada, email="bea@town.example")
    client = as_(here.aron)

    wrong = client.post(f"/customers/{bea.pk}/privacy/erase/", {"name": "Bo"})
    still = Person.objects.filter(pk=bea.pk).exists()
    right = client.post(f"/customers/{bea.pk}/privacy/erase/", {"name": "bea  brand"})
    listed = client.get("/receipts/")

    assert wrong.status_code == 422
    assert "This is not the name." in wrong.text
    assert still
    assert right.status_code == 302
    assert not Person.objects.filter(pk=bea.pk).exists()
    assert Receipt.objects.get().reference in listed.text


@pytest.mark.parametrize("address", ["", "export/", "erase/"])
def test_only_admins_hand_over_and_erase(here, address):
    bea = cast.person(by=here.ada)
    client = as_(here.lea)

    answer = (
        client.post(f"/customers/{bea.pk}/privacy/{address}")
        if address
        else client.get(f"/customers/{bea.pk}/privacy/")
    )

    assert answer.status_code == 403
    assert Person.objects.filter(pk=bea.pk).exists()
