"""Codes by the API and the terminal."""

import json
from collections.abc import Iterator

import pytest

import cast
from api.conftest import Caller
from mutuals import cli
from mutuals.base import clock
from mutuals.capture.models import Outgoing
from mutuals.capture.tests.tiny import installed
from mutuals.channels.models import Source
from mutuals.identity import link
from mutuals.people.models import Person, Profile


@pytest.fixture
def square(staff: cast.Staff) -> Iterator[Source]:
    """A source that can be answered, and that Ada speaks on."""
    with installed():
        made = cast.source(owner=staff.olga, connector="tiny", settings={"address": "http://tiny.invalid"})
        cast.channel(made, speakers=(staff.ada,))
        yield made


def bea_of(staff: cast.Staff, square: Source, *, public: bool = False) -> Person:
    cast.turn(square, public=public)
    bea = cast.person("Bea of the square", by=staff.ada)
    link.confirm(Profile.objects.get(network="town", name="@bea"), person=bea, by=staff.ada, now=clock.now())
    return bea


def test_a_code_is_sent_listed_and_withdrawn(staff: cast.Staff, ada: Caller, square: Source) -> None:
    bea = bea_of(staff, square)

    sent = ada("POST", f"/people/{bea.pk}/codes", {})
    listed = ada.get(f"/people/{bea.pk}/codes")["items"]
    ended = ada("POST", f"/codes/{sent.json()['id']}/withdraw")

    assert (sent.status_code, ended.status_code) == (201, 200)
    assert [one["id"] for one in listed] == [sent.json()["id"]]
    assert "code" not in listed[0]
    assert Outgoing.objects.filter(interaction_id=sent.json()["message_id"]).exists()
    assert ada.get(f"/people/{bea.pk}/codes")["items"] == []


def test_a_code_that_others_would_read_is_refused(staff: cast.Staff, ada: Caller, square: Source) -> None:
    bea = bea_of(staff, square, public=True)

    answer = ada("POST", f"/people/{bea.pk}/codes", {})

    assert answer.status_code == 409
    assert "in private" in answer.json()["detail"]


def test_the_terminal_sends_a_code_to_the_presence_that_it_names(
    staff: cast.Staff, square: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    bea = bea_of(staff, square)
    number = Profile.objects.get(network="town", name="@bea").pk

    done = cli.main(["people", "code", str(bea.pk), "--profile", str(number), "--as", staff.ada.email, "--json"])
    told = json.loads(capsys.readouterr().out)
    other = cli.main(["people", "code", str(bea.pk), "--profile", "999999", "--as", staff.ada.email])

    assert (done, told["to"]) == (0, "@bea")
    assert other != 0
