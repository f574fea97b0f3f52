"""An import that was uploaded and never ran can be taken away: by the screen, the API and the terminal."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock, files
from mutuals.base.models import Blob, Entry
from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import, RememberedMapping
from mutuals.capture.tests.import_steps import check, choose, run, upload, write
from mutuals.channels.models import Source
from mutuals.staff import tokens

pytestmark = pytest.mark.django_db
PEOPLE = "name,email\nBea Solmar,bea@town.example\n"


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def waiting(us, tmp_path):
    return upload(write(tmp_path, PEOPLE))


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def kept() -> list[str]:
    """Names of the files that lie in our folder."""
    return [one.name for one in Path(settings.FILES).rglob("*") if one.is_file()]


@pytest.mark.parametrize("is_checked", [False, True], ids=["only uploaded", "checked"])
def test_the_screen_takes_it_away_with_its_file_and_the_source_that_it_made(
    us, waiting, is_checked, django_capture_on_commit_callbacks
):
    client, blob = as_(us.lea), waiting.blob_id
    if is_checked:
        check(choose(waiting))
    page = client.get(f"/imports/{waiting.pk}/")

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/imports/{waiting.pk}/remove/", follow=True)

    assert "Remove: it never ran" in page.text
    assert answer.redirect_chain[-1][0] == "/imports/"
    assert "people.csv is gone from here. Nothing of it had been taken in." in answer.text
    assert [model.objects.count() for model in (Import, Source, Blob)] == [0, 0, 0]
    assert blob not in kept()
    assert Entry.objects.get(kind="import.withdrawn").by == f"staff:{us.lea.pk}"


def test_what_is_read_runs_or_ran_stays(us, waiting):
    client = as_(us.lea)
    ended = run(check(choose(waiting)))
    done = client.get(f"/imports/{ended.pk}/")

    answers = []
    for state in ("checking", "running", "done"):
        Import.objects.update(state=state)
        answers.append(client.post(f"/imports/{ended.pk}/remove/"))
    Import.objects.update(state="failed")
    stopped = client.post(f"/imports/{ended.pk}/remove/")

    assert "Remove" not in done.text
    assert {answer.status_code for answer in [*answers, stopped]} == {422}
    assert "it stays" in stopped.text
    assert files.path(Import.objects.get().blob_id).is_file()


@pytest.mark.parametrize(
    "told",
    [{"purpose": "Who buys"}, {"state": "draft"}, {"settings": {"host": "mail.example"}}, {"legal_basis": "Contract"}],
    ids=["purpose", "set up by hand", "answers", "legal basis"],
)
def test_a_source_that_somebody_said_something_about_stays(us, waiting, told):
    Source.objects.update(**told)

    begin.withdraw(waiting, by=us.lea)

    assert Source.objects.exists()


def test_a_source_stays_while_another_import_names_it(us, waiting, tmp_path):
    other = upload(write(tmp_path, PEOPLE, "more.csv"))

    begin.withdraw(waiting, by=us.lea)
    stays = Source.objects.exists()
    begin.withdraw(other, by=us.lea)

    assert stays
    assert not Source.objects.exists()


def test_the_api_takes_it_away_once(us, waiting):
    _, key = tokens.make(us.lea, name="programs", scopes=["read", "write"], now=clock.now())
    client = Client(headers={"Authorization": f"Bearer {key}"})

    gone = client.delete(f"/api/v1/imports/{waiting.pk}")
    again = client.delete(f"/api/v1/imports/{waiting.pk}")

    assert (gone.status_code, again.status_code) == (200, 404)
    assert not Import.objects.exists()


def test_the_api_says_why_one_that_ran_stays(us, waiting):
    _, key = tokens.make(us.lea, name="programs", scopes=["read", "write"], now=clock.now())
    run(check(choose(waiting)))

    answer = Client(headers={"Authorization": f"Bearer {key}"}).delete(f"/api/v1/imports/{waiting.pk}")

    assert (answer.status_code, "it stays" in answer.text) == (422, True)


def test_the_terminal_lists_imports_and_takes_one_away(us, waiting, capsys):
    cli.main(["imports", "list", "--json"])
    listed = json.loads(capsys.readouterr().out)
    gone = cli.main(["imports", "remove", str(waiting.pk), "--json"])
    told = json.loads(capsys.readouterr().out)
    again = cli.main(["imports", "remove", str(waiting.pk)])
    forbidden = cli.main(["imports", "list", "--as", us.cleo.email])

    assert [(one["file"], one["state"], one["never_ran"]) for one in listed] == [("people.csv", "uploaded", True)]
    assert (gone, told["removed"], again, forbidden) == (0, waiting.pk, 3, 4)
    assert not Import.objects.exists()


def test_a_trial_at_the_terminal_leaves_no_mapping_behind_and_a_run_does(us, tmp_path, capsys):
    path = str(write(tmp_path, "Wer;Post\nBea Solmar;bea@town.example\n"))
    how = ["--as-target", "people", "--map", "Wer=name", "--map", "Post=email"]

    trial = cli.main(["import", path, *how, "--dry-run", "--json"])
    after_trial = RememberedMapping.objects.count()
    whole = cli.main(["import", path, *how, "--json"])

    assert (trial, after_trial, whole) == (0, 0, 0)
    assert RememberedMapping.objects.get().mapping == {"Wer": "name", "Post": "email"}


def test_a_job_that_was_asked_for_one_that_is_gone_ends_quietly(us, waiting):
    begin.withdraw(waiting, by=us.lea)

    running.check_now(waiting.pk)
    running.run_now(waiting.pk)

    assert not Import.objects.exists()
