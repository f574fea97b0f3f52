"""What a presence is for, said by the API and the terminal."""

import json

import pytest
from django.test import Client

import cast
from mutuals.base import journal
from mutuals.base.models import Entry
from mutuals.cli import main
from mutuals.people.models import Profile


def label_of(row):
    row.refresh_from_db()
    return "bot" if row.is_bot else row.label


@pytest.mark.parametrize("word", ["personal", "work", "shared", "bot"])
def test_a_label_is_given_and_taken_away_by_the_api(ada, word):
    row = cast.profile()

    given = ada("POST", f"/profiles/{row.pk}/label", {"label": word}).json()
    between = label_of(row)
    taken = ada("POST", f"/profiles/{row.pk}/label", {"label": ""}).json()

    assert (given["label"], given["is_bot"]) == (("", True) if word == "bot" else (word, False))
    assert (between, taken["label"], taken["is_bot"], label_of(row)) == (word, "", False, "")
    assert [one.data["changes"]["label"] for one in journal.of(row)] == [[word, ""], ["", word]]


def test_the_same_label_sent_twice_under_one_key_is_given_once(ada):
    row = cast.profile()
    body = {"label": "work"}

    first = ada("POST", f"/profiles/{row.pk}/label", body, Idempotency_Key="one")
    ada("POST", f"/profiles/{row.pk}/label", {"label": "personal"})
    again = ada("POST", f"/profiles/{row.pk}/label", body, Idempotency_Key="one")

    assert (again.status_code, again.content, again["Idempotency-Replayed"]) == (200, first.content, "true")
    assert label_of(row) == "personal"


def test_another_word_is_named_with_those_that_are_allowed(ada):
    row = cast.profile()

    answer = ada("POST", f"/profiles/{row.pk}/label", {"label": "friend"})

    told = answer.json()["errors"][0]
    assert (answer.status_code, told["field"], label_of(row)) == (422, "label", "")
    assert told["detail"] == "“friend” is no label. A presence is one of: personal, work, shared, bot."


def test_what_we_wrote_down_ourselves_has_no_label(staff, ada):
    own = Profile.objects.get(person=cast.person(by=staff.ada), network="mutuals")

    answer = ada("POST", f"/profiles/{own.pk}/label", {"label": "shared"})

    assert (answer.status_code, label_of(own)) == (422, "")


def test_another_teams_contractor_learns_of_no_profile_and_no_presence_is_404(staff, ada):
    row = cast.profile()
    cleo = Client()
    cleo.force_login(staff.cleo)

    there, nowhere = (
        cleo.post(f"/api/v1/profiles/{number}/label", {"label": "work"}, content_type="application/json")
        for number in (row.pk, 987654321)
    )

    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
    assert (there.status_code, label_of(row)) == (403, "")
    assert ada("POST", "/profiles/987654321/label", {"label": "work"}).status_code == 404


def test_a_label_is_given_and_taken_away_by_the_terminal(staff, capsys):
    row = cast.profile()

    def told(*more):
        capsys.readouterr()
        code = main(["people", "label", *map(str, more), "--json"])
        out, wrong = capsys.readouterr()
        return code, json.loads(out or wrong)

    given = told(row.pk, "work")
    between = label_of(row)
    taken = told(row.pk, "--none")
    friend, nowhere = told(row.pk, "friend"), told(987654321, "work")
    cleo = told(row.pk, "bot", "--as", staff.cleo.email)

    assert (given, between) == ((0, {"profile": row.pk, "label": "work"}), "work")
    assert (taken, label_of(row)) == ((0, {"profile": row.pk, "label": ""}), "")
    assert friend[0] == 1
    assert "“friend” is no label" in friend[1]["refused"]
    assert (nowhere, cleo[0]) == ((3, {"refused": "There is no profile 987654321."}), 4)
    assert Entry.objects.filter(kind="profile.labelled").count() == 2
