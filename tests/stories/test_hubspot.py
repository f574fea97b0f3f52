"""Three files of HubSpot come in with what ties them, by the wizard, over the API and from the terminal; twice is once."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import cast
from mutuals.capture.imports import running
from mutuals.capture.models import Import
from mutuals.cli import main
from mutuals.people.models import Organisation, Person
from mutuals.sales.models import Deal

pytestmark = pytest.mark.django_db
COMPANIES = """\ufeff"Record ID","Company name","Company Domain Name","Phone Number","City","Country/Region"
"9001","Kettle Works","kettleworks.example","","Cork","Ireland"
"9002","Mill & Söhne","mill.example","","Köln","Germany"
"""
CONTACTS = """\ufeff"Record ID","First Name","Last Name","Email","Lead Status","Associated Company","Create Date","Notes"
"501","Bea","Solmar","bea@town.example","OPEN","Kettle Works","2025-02-03 10:15","<p>Likes <b>lids</b></p>"
"502","Jörg","Mill","joerg@mill.example;jm@mill.example","","Mill & Söhne","2025-02-04 09:00",""
"""
HEAD = (
    "Record ID,Deal Name,Deal Stage,Amount,Close Date,Associated Contact IDs,Associated Company IDs,Closed Lost Reason"
)
DEALS = f"""\ufeff{HEAD}
"71","Kettles for the canteen","Contract Sent","1200.50","2026-06-30 12:00","501","9001",""
"72","New deal","Closed Won","80","2026-03-01 12:00","502;501","9002",""
"73","New deal","Closed Lost","90","2026-03-02 12:00","502","9002","Too late"
"74","Nobody's","Appointment Scheduled","10","2026-03-02 12:00","599","",""
"""
FILES = {"companies.csv": COMPANIES, "contacts.csv": CONTACTS, "deals.csv": DEALS}


def by_wizard(user, name: str, text: str) -> Import:
    client = Client()
    client.force_login(user)
    client.post("/imports/", {"file": SimpleUploadedFile(name, text.encode())})
    of = Import.objects.latest("pk")
    page = client.get(f"/imports/{of.pk}/").text
    assert "HubSpot" in page
    columns = {f"col-{n}": of.mapping.get(column, "") for n, column in enumerate(of.sniffed["columns"])}
    said = {**columns, "match": of.options["match"], "zone": "Europe/Dublin", "decimal": "."}
    client.post(f"/imports/{of.pk}/mapping/", said | ({"const-currency": "EUR"} if "deals" in name else {}))
    running.check_now(of.pk)
    client.post(f"/imports/{of.pk}/run/")
    running.run_now(of.pk)
    of.refresh_from_db()
    return of


def by_api(user, name: str, text: str) -> Import:
    client = Client()
    client.force_login(user)
    target = {"companies.csv": "organisations", "contacts.csv": "people", "deals.csv": "deals"}[name]
    made = client.post("/api/v1/imports", {"target": target, "file": SimpleUploadedFile(name, text.encode())}).json()
    options = {**made["options"], "zone": "Europe/Dublin"} | (
        {"constants": {"currency": "EUR"}} if target == "deals" else {}
    )
    address = f"/api/v1/imports/{made['id']}"
    body = {"mapping": made["mapping"], "options": options}
    assert client.put(f"{address}/choice", body, content_type="application/json").status_code == 200
    client.post(f"{address}/check")
    running.check_now(made["id"])
    client.post(f"{address}/run")
    running.run_now(made["id"])
    return Import.objects.get(pk=made["id"])


def by_terminal(user, name: str, text: str, folder: Path) -> Import:
    (folder / name).write_text(text, encoding="utf-8")
    more = ["--currency", "EUR"] if "deals" in name else []
    main(["import", str(folder / name), "--zone", "Europe/Dublin", "--as", user.email, "--json", *more])
    return Import.objects.latest("pk")


def counts(of: Import) -> list[int]:
    assert of.preview == of.counts, (of.preview, of.counts, of.error)
    return [of.counts[one] for one in ("new", "updated", "same", "doubtful", "errors")]


def test_companies_contacts_and_deals_come_over_three_files_and_again_by_every_door_change_nothing(
    tmp_path, monkeypatch
):
    here = cast.staff()
    monkeypatch.setattr("sys.stdout", io.StringIO())

    wizard = [counts(by_wizard(here.lea, name, text)) for name, text in FILES.items()]
    api = [counts(by_api(here.lea, name, text)) for name, text in FILES.items()]
    terminal = [counts(by_terminal(here.lea, name, text, tmp_path)) for name, text in FILES.items()]

    assert wizard == [[2, 0, 0, 0, 0], [2, 0, 0, 0, 0], [3, 0, 0, 0, 1]]
    assert api == terminal == [[0, 0, 2, 0, 0], [0, 0, 2, 0, 0], [0, 0, 3, 0, 1]]
    assert {one.source.name for one in Import.objects.select_related("source")} == {"HubSpot"}
    assert (Person.objects.count(), Organisation.objects.count(), Deal.objects.count()) == (2, 2, 3)
    told = {
        (one.title, one.person.name, one.organisation.name, one.item.step, one.lost_reason)
        for one in Deal.objects.select_related("person", "organisation", "item")
    }
    assert told == {
        ("Kettles for the canteen", "Bea Solmar", "Kettle Works", "decision", ""),
        ("New deal", "Jörg Mill", "Mill & Söhne", "won", ""),
        ("New deal", "Jörg Mill", "Mill & Söhne", "lost", "Too late"),
    }
    trouble = Import.objects.filter(target="deals").earliest("pk").troubles.get()
    assert trouble.reason == "Nobody has the number 599 in HubSpot. Bring the file of people first."
