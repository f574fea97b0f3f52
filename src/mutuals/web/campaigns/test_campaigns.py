"""Campaigns by screen: planned, settled with reasons, taken out for a mailer, touched, answered; and who may not."""

import pytest

import cast
from mutuals.base import clock
from mutuals.outreach import renewing, segments
from mutuals.outreach.models import Campaign, Response, Touch
from mutuals.people import consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def bea(us):
    return cast.person(by=us.ada, email="bea@kettles.example")


@pytest.fixture
def both(us, bea):
    """A segment of Bea, who wants news, and Bo, who was never asked."""
    bo = cast.person("Bo Solmar", by=us.ada, email="bo@kettles.example")
    consent.give(bea, "newsletter", consent.Evidence(words="Yes"), by=us.ada, now=clock.now())
    of = segments.add(by=us.ada, now=clock.now(), name="Both", people=[bea.pk, bo.pk])
    renewing.look(of.pk)
    return of


def test_a_campaign_is_planned_settled_and_measured_on_its_pages(us, bea, both, client):
    client.force_login(us.lea)
    plan = {
        "name": "Spring letter", "purpose": "newsletter", "segment": both.pk, "way": "email", "cost": "10",
        "currency": "EUR", "quiet_days": "7", "control": "0", "within_days": "30", "open_case": "on",
    }  # fmt: skip
    wrong = client.post("/campaigns/new/", plan | {"products": "L-404"})
    made = client.post("/campaigns/new/", plan)
    row = Campaign.objects.get()
    here = f"/campaigns/{row.pk}/"
    unsettled = client.get(f"{here}audience.csv").status_code

    client.post(f"{here}do/", {"do": "settle"})
    left = client.get(f"{here}audience/?reason=no_consent").content.decode()
    csv = b"".join(client.get(f"{here}audience.csv").streaming_content).decode()
    client.post(f"{here}do/", {"do": "touch", "wave": "1"})
    nobody = client.post(f"{here}answer/", {"person": "Nobody at all", "kind": "answered"})
    client.post(f"{here}answer/", {"person": str(bea.pk), "kind": "interested", "words": "Two, please"})
    client.post(f"{here}do/", {"do": "state", "state": "running"})
    page = client.get(here).content.decode()
    listed = client.get("/campaigns/").content.decode()

    assert (wrong.status_code, nobody.status_code, unsettled, made["Location"]) == (422, 422, 404, here)
    assert "Bo Solmar" in left
    assert "No consent" in left
    assert "bea@kettles.example" in csv
    assert "bo@kettles.example" not in csv
    assert Touch.objects.count() == 1
    assert "Two, please" in page
    assert "at most 30 days earlier" in page
    assert "Spring letter" in listed
    client.post(f"{here}do/", {"do": "unanswer", "response": Response.objects.get().pk})
    client.post(f"{here}edit/", plan | {"name": "Summer letter"})
    client.post(f"{here}do/", {"do": "start"})
    client.post(f"{here}do/", {"do": "trash"})
    row.refresh_from_db()
    assert (row.name, Response.objects.count(), bool(row.trashed_at)) == ("Summer letter", 0, True)
    assert "in the trash since" in client.get(here).content.decode()


def test_staff_do_not_take_addresses_out_and_contractors_see_nothing(us, both, client):
    told = {"name": "Spring", "purpose": "newsletter", "segment": both.pk}
    client.force_login(us.ada)
    client.post(
        "/campaigns/new/",
        told | {"way": "email", "cost": "0", "quiet_days": "0", "control": "0", "within_days": "5"},
    )
    row = Campaign.objects.get()
    client.post(f"/campaigns/{row.pk}/do/", {"do": "settle"})

    refused = client.get(f"/campaigns/{row.pk}/audience.csv").status_code
    client.force_login(us.cleo)
    seen = [client.get(path).status_code for path in ("/campaigns/", f"/campaigns/{row.pk}/", "/campaigns/new/")]

    assert refused == 403
    assert seen == [403, 403, 403]
