"""A program of ours tells that a customer signed in with an account of theirs: by the API and the terminal."""

import json

import pytest

import cast
from api.conftest import Caller
from mutuals import cli
from mutuals.base import clock
from mutuals.base.models import Entry
from mutuals.identity import link
from mutuals.identity.models import Edge, Link, LinkState, Proof, Verdict
from mutuals.people import erased
from mutuals.people.models import Person, Profile

GITHUB = {"network": "github", "key": "583231", "name": "beapours", "url": "https://github.com/beapours"}


@pytest.fixture
def bea(staff: cast.Staff) -> Person:
    return cast.person(by=staff.ada, email="bea@kettles.example")


def told(caller: Caller, person: Person, **more: str) -> tuple[int, dict]:
    answer = caller("POST", f"/people/{person.pk}/sign-ins", {**GITHUB, **more})
    return answer.status_code, answer.json()


def test_a_sign_in_makes_the_account_theirs_as_proven_and_twice_is_once(aron: Caller, bea: Person) -> None:
    first = told(aron, bea)
    second = told(aron, bea)

    held = Link.objects.get(profile=first[1]["profile_id"])
    assert (first[0], first[1]["outcome"], first[1]["new"]) == (200, "linked", True)
    assert (second[0], second[1]["profile_id"], second[1]["new"]) == (200, first[1]["profile_id"], False)
    assert (held.person, held.state, held.because[0]["words"]) == (bea, LinkState.PROVEN, "Signed in with this account")
    assert Proof.objects.count() == Entry.objects.filter(kind="account.vouched").count() == 1


def test_an_account_that_is_somebody_elses_on_record_stays_theirs_and_staff_are_asked(
    staff: cast.Staff, aron: Caller, bea: Person
) -> None:
    bo = cast.person("Bo Brand", by=staff.ada)
    row = Profile.objects.create(network="github", key="583231", name="bopours")
    link.confirm(row, person=bo, by=staff.ada, now=clock.now())

    status, answer = told(aron, bea)
    again = told(aron, bea)[1]

    assert (status, answer["outcome"], answer["new"], again["new"]) == (200, "asked", True, False)
    assert Edge.objects.get(pk=answer["pair_id"]).verdict == Verdict.UNSURE
    assert again["pair_id"] == answer["pair_id"]
    assert Profile.objects.get(pk=row.pk).person == bo


def test_what_staff_said_is_not_theirs_is_left_so(staff: cast.Staff, aron: Caller, bea: Person) -> None:
    row = Profile.objects.create(network="github", key="583231", name="beapours")
    link.confirm(row, person=bea, by=staff.ada, now=clock.now())
    row.refresh_from_db()
    link.reject(row, by=staff.ada, now=clock.now())

    status, answer = told(aron, bea)

    assert (status, answer["outcome"], answer["pair_id"]) == (200, "left", None)
    assert Profile.objects.get(pk=row.pk).person is None


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"network": "githb"}, "network", "Did you mean github?"),
        ({"network": "email"}, "network", "Nobody signs in"),
        ({"network": "mutuals"}, "network", "Nobody signs in"),
        ({"network": "bluesky", "key": "bea.example"}, "key", "not its handle"),
        ({"network": "mastodon", "key": "@bea@town.example"}, "key", "not its handle"),
        ({"network": "bluesky", "key": "did:"}, "key", "DID"),
        ({"network": "github", "key": "not a number"}, "key", "number"),
    ],
)
def test_an_unknown_network_and_a_key_that_may_change_are_refused_in_words(
    aron: Caller, bea: Person, more: dict[str, str], field: str, words: str
) -> None:
    status, answer = told(aron, bea, **more)

    assert status == 422
    assert words in answer["detail"]
    assert answer["errors"][0]["field"] == field
    assert not Proof.objects.exists()


def test_our_own_accounts_and_those_of_who_was_forgotten_are_refused_and_nothing_is_kept(
    aron: Caller, bea: Person
) -> None:
    Profile.objects.create(network="github", key="1", is_ours=True)
    erased.keep_out([("github", "2")], now=clock.now())

    answers = [told(aron, bea, key=key) for key in "12"]

    assert [status for status, _ in answers] == [409, 409]
    assert "forgotten" in answers[1][1]["detail"]
    assert not Proof.objects.exists()


def test_only_who_may_vouch_is_believed(ada: Caller, bea: Person) -> None:
    status, _ = told(ada, bea)

    assert status == 403
    assert not Profile.objects.filter(network="github").exists()


def test_the_terminal_tells_it_as_well(staff: cast.Staff, bea: Person, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["people", "signed-in", str(bea.pk)]

    done = cli.main([*words, "github", "583231", "--name", "beapours", "--as", staff.aron.email, "--json"])
    said = json.loads(capsys.readouterr().out)
    refused = cli.main([*words, "myspace", "1", "--as", staff.aron.email])
    why = capsys.readouterr().err

    assert (done, said["outcome"]) == (0, "linked")
    assert refused == 1
    assert "Known are: amazon" in why
