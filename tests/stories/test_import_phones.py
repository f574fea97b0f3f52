"""Numbers that name no country, at the terminal and over the API."""

import json

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.capture.tests.import_steps import check, choose, upload, write
from mutuals.people.models import Person
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db
PEOPLE = "name,phone\nBea Solmar,0221 1234567\n"


def imported(capsys, *argv: str) -> tuple[int, dict]:
    code = cli.main(["import", *argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_terminal_says_how_many_name_no_country_and_takes_one(tmp_path, capsys):
    cast.staff()
    path = str(write(tmp_path, PEOPLE))

    code, without = imported(capsys, path)
    written = Person.objects.get().phone
    cli.main(["import", str(write(tmp_path, PEOPLE.replace("name,", "who,"))), "--map", "who=name", "--dry-run"])
    words = capsys.readouterr().out
    _, with_it = imported(capsys, path, "--region", "DE")

    assert (code, without["numbers_without_a_country"], written) == (0, 1, "0221 1234567")
    assert "in 1 row, kept as written; --region DE (or another) reads them" in words
    assert "numbers_without_a_country" not in with_it
    assert "+492211234567" in Person.objects.values_list("phone", flat=True)


def test_the_api_says_how_many_name_no_country(tmp_path):
    us = cast.staff()
    of = check(choose(upload(write(tmp_path, PEOPLE))))
    _, key = tokens.make(us.lea, name="programs", scopes=["read"], now=clock.now())

    told = Client(headers={"Authorization": f"Bearer {key}"}).get(f"/api/v1/imports/{of.pk}").json()

    assert told["numbers_without_country"] == 1
