"""Presences of organisations by the API, the terminal and the screen."""

import json

from django.test import Client

import cast
from cast import NOW
from mutuals.cli import main
from mutuals.identity.proofs import record
from mutuals.people import organisations
from mutuals.people.models import Profile


def suggested(staff):
    firm = organisations.add(by=staff.ada, name="The Kettle works", domain="kettles.garden", now=NOW)
    row = cast.profile("@kettles")
    record.keep(row.pk, "verified_field", "page:kettles.garden", seen=f"profile:{row.pk}", now=NOW)
    return firm, row


def holder(row):
    return Profile.objects.get(pk=row.pk).organisation


def test_it_is_told_said_and_taken_back_by_the_api(staff, ada):
    firm, row = suggested(staff)

    told = ada.get(f"/profiles/{row.pk}/organisations")
    body = {"organisation_id": firm.pk, "theirs": True}
    done = ada("POST", f"/profiles/{row.pk}/organisation", body).json()
    between = holder(row)
    undone = ada("POST", "/profiles/organisation/undo", {"key": done["key"]})

    assert [(one["organisation"]["id"], one["because"][0]["detail"]) for one in told] == [(firm.pk, "kettles.garden")]
    assert (between, undone.status_code, holder(row)) == (firm, 200, None)


def test_a_persons_presence_is_refused_by_the_api(staff, ada):
    firm, row = suggested(staff)
    Profile.objects.filter(pk=row.pk).update(person=cast.person(by=staff.ada))

    answer = ada("POST", f"/profiles/{row.pk}/organisation", {"organisation_id": firm.pk, "theirs": True})

    assert (answer.status_code, holder(row)) == (409, None)


def test_it_is_told_said_and_taken_back_by_the_terminal(staff, capsys):
    firm, row = suggested(staff)
    words = ["people", "organisation", str(row.pk), "--json"]

    def told(*more):
        capsys.readouterr()
        code = main([*words, *map(str, more)])
        return code, json.loads(capsys.readouterr().out or "null")

    before, done = told(), told("--is", firm.pk)
    between = holder(row)
    told("--undo", done[1]["key"])
    never, after = told("--never", firm.pk), told()

    assert (before[0], [one["organisation"] for one in before[1]], between) == (0, [firm.pk], firm)
    assert (never[0], after, holder(row)) == (0, (0, []), None)


def test_it_is_seen_said_and_taken_back_on_the_screen(staff):
    firm, row = suggested(staff)
    client = Client()
    client.force_login(staff.ada)

    page = client.get(f"/profiles/{row.pk}/").text
    said = client.post(f"/profiles/{row.pk}/organisation/", {"organisation": firm.pk, "verdict": "theirs"}, follow=True)
    between, of_firm = holder(row), client.get(f"/organisations/{firm.pk}/").text
    way = said.text.split("/profiles/organisation/")[1].split('"')[0]
    back = client.post(f"/profiles/organisation/{way}", follow=True)

    assert "Whose it may be" in page
    assert "The network found that the site leads back to this presence: kettles.garden" in page
    assert (between, "@kettles" in of_firm, "Not theirs" in of_firm) == (firm, True, True)
    assert (holder(row), "Whose it may be" in back.text) == (None, True)
