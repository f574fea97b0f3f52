"""An import taken back by its doors: the page, the API and the terminal do the same."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals import cli
from mutuals.capture.imports import running, undo
from mutuals.capture.models import Import
from mutuals.inbox import tasks
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db
PEOPLE = "Name,E-Mail,City\nBea Solmar,bea@town.example,Porto\nBo Ray,bo@town.example,Rome\nCy Low,nowhere,\n"


@pytest.fixture
def lea():
    return cast.staff().lea


def brought(user) -> tuple[Client, Import]:
    client = Client()
    client.force_login(user)
    client.post("/imports/", {"file": SimpleUploadedFile("leads.csv", PEOPLE.encode()), "target": "people"})
    of = Import.objects.get()
    running.check(of, by=user)
    running.check_now(of.pk)
    client.post(f"/imports/{of.pk}/run/")
    running.run_now(of.pk)
    return client, of


def test_the_page_counts_undoes_tells_and_brings_again(lea):
    client, of = brought(lea)

    page = client.get(f"/imports/{of.pk}/").text
    plan = client.get(f"/imports/{of.pk}/undo/").text
    begun = client.post(f"/imports/{of.pk}/undo/", follow=True).text
    part = client.get(f"/imports/{of.pk}/undo/", headers={"HX-Request": "true"}).text
    bo = Person.objects.get(name="Bo Ray")
    tasks.add(TaskIn(title="Ring Bo", about=f"person:{bo.pk}"), by=lea, now=cast.NOW)
    undo.undo_now(of.pk)
    told = client.get(f"/imports/{of.pk}/undo/").text
    fresh = client.get(f"/imports/{of.pk}/undo/", headers={"HX-Request": "true"})
    client.post(f"/imports/{of.pk}/run/")
    running.run_now(of.pk)

    assert "It would take back 2 people, 2 presences" in page
    assert "Bring only the failed rows again" in page
    assert "What would go back" in plan
    assert "Being taken back" in begun
    assert part.strip().startswith("<div")
    assert fresh.headers["HX-Refresh"] == "true"
    assert "was taken back" in told
    assert "A task hangs on it." in told
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Bea Solmar", "Bo Ray"]


def test_the_failed_rows_are_brought_from_the_page(lea):
    client, of = brought(lea)

    answer = client.post(f"/imports/{of.pk}/rerun/")

    again = Import.objects.latest("pk")
    assert answer.headers["Location"] == f"/imports/{again.pk}/"
    assert "These are the rows that failed in" in client.get(f"/imports/{again.pk}/").text
    assert client.post(f"/imports/{again.pk}/rerun/").status_code == 422
    assert client.post(f"/imports/{again.pk}/undo/").status_code == 422


def test_the_terminal_counts_and_undoes(lea, capsys):
    _, of = brought(lea)

    cli.main(["imports", "undo", str(of.pk), "--dry-run", "--as", lea.email, "--json"])
    before = json.loads(capsys.readouterr().out)
    cli.main(["imports", "undo", str(of.pk), "--as", lea.email, "--json"])
    after = json.loads(capsys.readouterr().out)

    assert (before["state"], after["state"]) == ("not undone", "undone")
    assert {one["record"]: one["made"] for one in before["rows"]} == {"person": 2, "profile": 2}
    assert after["stayed"] == []
    assert not Person.objects.exists()
