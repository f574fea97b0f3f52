"""A2: the core is adaptable without code. A field is made, filled, asked, ordered, taken out and retired within the minute.

Two processes stand beside each other: a second one that has looked at the fields before sees each change at its next look.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.people import organisations
from mutuals.people.models import Organisation, Person
from mutuals.records import definitions
from mutuals.staff import tokens

OTHER = """
import json, sys, django
django.setup()
from mutuals.base.filters import Refused, from_query, record
from mutuals.people import queries
from mutuals.records import book
from mutuals.staff.models import User
from zoneinfo import ZoneInfo
from datetime import UTC, datetime
for line in sys.stdin:
    ada = User.objects.get(name="Ada")
    try:
        page = queries.list_people(
            ada, where=from_query([line.strip()]), sort="custom.renewal_month", zone=ZoneInfo("UTC"), now=datetime.now(UTC)
        )
        told = [row.person.name for row in page.rows]
    except Refused as error:
        told = str(error).partition(". ")[0]
    print(json.dumps([[one.label for one in book.shapes("person")], told]), flush=True)
"""


@pytest.fixture
def us(transactional_db):
    return cast.staff()


@contextmanager
def beside(child_environ):
    """Another process of this installation, which is asked for a list by a condition and answers with labels and names."""
    words = [sys.executable, "-W", "ignore", "-c", OTHER]
    with subprocess.Popen(words, env=child_environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:

        def asked(part):
            print(part, file=other.stdin, flush=True)
            return json.loads(other.stdout.readline())

        try:
            yield asked
        finally:
            other.stdin.close()
            other.wait(20)


def program(user, *scopes):
    _, key = tokens.make(user, name="shop", scopes=scopes, now=clock.now())

    def ask(method, path, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        headers = {"Authorization": f"Bearer {key}"}
        answer = Client().generic(method, f"/api/v1{path}", data, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content)

    return ask


def terminal(capsys, user, *words):
    code = cli.main([*map(str, words), "--json", "--as", user.email])
    return code, capsys.readouterr().out


def test_a_field_lives_from_its_making_to_its_end_in_two_processes(us, capsys, child_environ):
    ask, browser = program(us.aron, "read", "write", "admin"), Client()
    browser.force_login(us.aron)
    bea, bo, ann = (cast.person(name, by=us.ada) for name in ("Bea Brand", "Bo Brand", "Ann Brand"))

    with beside(child_environ) as other:
        before = other("custom.renewal_month:over:5")
        made = browser.post("/settings/fields/person/new/", {"label": "Renewal month", "kind": "number"})
        browser.post(f"/customers/{bea.pk}/edit/", {"custom": "1", "custom.renewal_month": "7"})
        by_program, told = ask("PATCH", f"/people/{bo.pk}", {"custom": {"renewal_month": 12}})
        by_hand, _ = terminal(capsys, us.ada, "fields", "fill", "person", ann.pk, "renewal_month=3")
        during = other("custom.renewal_month:over:5")
        _, listed = ask("GET", "/people?f=custom.renewal_month:over:5&sort=custom.renewal_month")
        screen = browser.get("/customers/?f=custom.renewal_month:over:5&col=custom.renewal_month").text
        file = b"".join(browser.get("/customers/export.csv?sort=custom.renewal_month").streaming_content).decode()
        _, fields = ask("GET", "/fields?record=person")
        ended, _ = ask("POST", f"/fields/{fields['items'][0]['id']}/retire")
        after = other("custom.renewal_month:over:5")

    assert before == [[], "There is no field “custom.renewal_month” of person"]
    assert (made.status_code, by_program, by_hand, ended) == (302, 200, 0, 200)
    assert told["custom"] == {"renewal_month": 12}
    assert during == [["Renewal month"], ["Bo Brand", "Bea Brand"]]
    assert [row["custom"]["renewal_month"] for row in listed["items"]] == [12, 7]
    assert ("Bo Brand" in screen, "Ann Brand" in screen) == (True, False)
    assert [line.rpartition(",")[2] for line in file.splitlines()] == ["Renewal month", "12", "7", "3"]
    assert after == [[], "“Renewal month” is retired, so it cannot be filtered by."]
    assert Person.objects.get(pk=ann.pk).custom == {"renewal_month": 3}


def test_programs_are_told_by_name_what_a_field_refuses(us):
    ask = program(us.ada, "read", "write")
    definitions.add("organisation", by=us.olga, now=cast.NOW, label="Budget", kind="money")
    firm = organisations.add(by=us.ada, name="The Kettle works", now=cast.NOW)

    wrong, why = ask("PATCH", f"/organisations/{firm.pk}", {"custom": {"budget": "a lot"}})
    unknown, _ = ask("PATCH", f"/organisations/{firm.pk}", {"custom": {"colour": "red"}})
    kept, told = ask(
        "PATCH", f"/organisations/{firm.pk}", {"custom": {"budget": {"amount": "12.50", "currency": "EUR"}}}
    )
    emptied, none = ask("PATCH", f"/organisations/{firm.pk}", {"custom": {"budget": None}})
    refused, _ = ask("POST", "/fields", {"record": "person", "label": "Grade", "kind": "text"})

    assert (wrong, why["errors"][0]["field"], unknown) == (422, "custom.budget", 422)
    assert (kept, told["custom"]) == (200, {"budget": {"amount": 12.5, "currency": "EUR"}})
    assert (emptied, none["custom"], refused) == (200, {}, 403)
    assert Organisation.objects.get().custom == {}


def test_fields_are_made_listed_ordered_and_retired_from_the_terminal_and_by_programs(us, capsys):
    ask = program(us.aron, "read", "write", "admin")

    made, _ = terminal(
        capsys, us.aron, "fields", "add", "person", "Grade", "choice", "--option", "Gold", "--option", "Tin"
    )
    _, seats = ask("POST", "/fields", {"record": "person", "label": "Seats", "kind": "number", "is_required": True})
    _, changed = ask("PATCH", f"/fields/{seats['id']}", {"label": "Places", "is_required": False})
    ask("POST", "/fields/order", {"record": "person", "keys": ["seats", "grade"]})
    retired, _ = terminal(capsys, us.aron, "fields", "retire", "person", "grade")
    _, listed = ask("GET", "/fields")
    _, shown = terminal(capsys, us.ada, "fields", "list", "person")
    refused, _ = terminal(capsys, us.ada, "fields", "add", "person", "Size", "number")

    assert (made, retired, refused) == (0, 0, 4)
    assert (changed["label"], changed["key"], changed["is_required"]) == ("Places", "seats", False)
    assert [(one["key"], one["retired_at"] is None) for one in listed["items"]] == [("seats", True), ("grade", False)]
    assert [one["key"] for one in json.loads(shown)] == ["seats", "grade"]
