"""A disk that is full: on the screens, by the API and in the terminal it is said, and what to do."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import room
from mutuals.base.files import SPARE
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()
"""


def fill(table: str) -> None:
    """From now on the database answers as it does when a row of this table finds no room."""
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(table=table))


def browser(us: cast.Staff) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(us.ada)
    return client


def test_the_api_and_the_screens_answer_507_with_the_remedy_and_keep_nothing() -> None:
    client = browser(cast.staff())
    fill("people_person")

    answers = [
        client.post("/api/v1/people", {"name": "Bea Brand"}, content_type="application/json"),
        client.post("/customers/new/", {"name": "Bea Brand"}),
    ]

    assert [answer.status_code for answer in answers] == [507, 507]
    assert answers[0].json()["detail"] == room.REMEDY
    assert room.REMEDY in answers[1].text
    assert not Person.objects.exists()


def test_a_session_that_finds_no_room_is_a_full_disk_as_well() -> None:
    us = cast.staff()
    us.ada.set_password("a long enough word")
    us.ada.save()
    client = Client(raise_request_exception=False)
    fill("django_session")

    answer = client.post("/accounts/login/", {"login": us.ada.email, "password": "a long enough word"})

    assert answer.status_code == 507
    assert room.REMEDY in answer.text


def test_the_terminal_says_that_the_disk_is_full(capsys: pytest.CaptureFixture[str]) -> None:
    cast.staff()
    fill("people_person")

    code = cli.main(["people", "add", "--name", "Bea Brand"], more=())

    assert code == 1
    assert room.REMEDY in capsys.readouterr().err


def test_an_error_of_the_system_is_a_full_disk_by_its_number() -> None:
    errors = [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Quota"),
        OSError(errno.EIO, "Input"),
    ]

    found = [room.is_out_of_room(error) for error in errors]

    assert found == [True, True, False]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no file system without any room")
def test_the_doctor_finds_a_disk_without_room_and_says_so_with_its_exit_code(
    settings, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy = cli.main(["doctor", "--json"], more=())
    before = json.loads(capsys.readouterr().out)
    settings.STATE = Path("/proc")

    full = cli.main(["doctor", "--json"], more=())
    after = json.loads(capsys.readouterr().out)

    assert (healthy, before["findings"]) == (0, [])
    assert (full, after["free_space"]) == (1, "0.0 GiB")
    assert "point MUTUALS_STATE at it" in after["findings"][0]
    assert f"{SPARE >> 20} MiB" in after["findings"][0]
