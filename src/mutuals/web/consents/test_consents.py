"""Consents by screen, API and terminal: noted with evidence, withdrawn by a click, asked in lists."""

import pytest

import cast
from mutuals.base import clock
from mutuals.people import consent
from mutuals.people.models import Purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def allowed(person):
    return consent.may(person, "newsletter", now=clock.now()).is_allowed


def test_a_consent_is_noted_with_evidence_and_withdrawn_by_a_click(us, client):
    bea = cast.person(by=us.ada)
    client.force_login(us.ada)
    here = f"/customers/{bea.pk}/consents/"

    refused = client.post(here, {"purpose": "newsletter", "state": "given"})
    client.post(here, {"purpose": "newsletter", "state": "given", "words": "On the phone", "on_day": "2026-01-02"})
    given = allowed(bea)
    card = client.get(f"/customers/{bea.pk}/").content.decode()
    figures = client.get("/settings/purposes/").content.decode()
    done = client.post(f"{here}withdraw/", {"purpose": "newsletter"})

    assert (refused.status_code, given, allowed(bea)) == (422, True, False)
    assert "given on 02 Jan 2026" in card
    assert "1 people, News by email: given" in figures
    assert done["Location"] == f"/customers/{bea.pk}/"
    assert "On the phone" in client.get(here).content.decode()
    client.force_login(us.cleo)
    assert client.get(here).status_code == 403


def test_an_admin_adds_changes_and_retires_a_purpose(us, client):
    client.force_login(us.aron)
    client.post("/settings/purposes/", {"key": "fair", "label": "Fairs", "basis": "consent"})
    row = Purpose.objects.get(key="fair")

    wrong = client.post("/settings/purposes/", {"key": "No Key", "label": "x", "basis": "consent"})
    client.post(f"/settings/purposes/{row.pk}/", {"label": "Fairs and shows", "basis": "legitimate_interests"})
    client.post(f"/settings/purposes/{row.pk}/retire/")
    row.refresh_from_db()

    assert (wrong.status_code, row.label, row.needs_consent) == (422, "Fairs and shows", False)
    assert row.retired_at
    assert "retired" in client.get("/settings/purposes/").content.decode()
