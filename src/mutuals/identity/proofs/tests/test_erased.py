"""Nothing of a proof stays when somebody is erased, and everything of it is handed over when somebody asks."""

import json
import zipfile

import pytest

import cast
from cast import NOW
from mutuals import privacy
from mutuals.base import files
from mutuals.identity.models import Challenge, Proof
from mutuals.identity.proofs import claims, codes
from mutuals.identity.proofs.tests.test_pages import known, presence
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db


def proven():
    """Bea, whose presence is proven by her page, with an open code."""
    us = cast.staff()
    bea = known(us, website="https://brandnew.garden")
    row = presence(sites=["https://brandnew.garden"], proven=["https://brandnew.garden"], url="")
    claims.look([row.pk], now=NOW)
    codes.make(Person.objects.get(pk=bea.pk), sent_to=row, by=us.ada, now=NOW)
    return us, Person.objects.get(pk=bea.pk)


def test_proofs_and_codes_go_with_the_person():
    us, bea = proven()
    before = cast.everywhere("brandnew.garden")

    privacy.erase(bea, by=us.olga, now=NOW)

    assert "identity_proof" in before
    assert cast.everywhere("brandnew.garden") == []
    assert not Proof.objects.exists()
    assert not Challenge.objects.exists()


def test_proofs_and_codes_are_handed_over_without_the_code():
    us, bea = proven()

    blob, _ = privacy.export(bea, by=us.olga, now=NOW)

    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        told = "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
    assert "page:brandnew.garden" in told
    assert "ends_at" in told
    assert "digest" not in json.dumps(told)
