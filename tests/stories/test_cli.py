"""The same acts from the terminal: every command explains itself, speaks JSON, and ends with a code to trust."""

import argparse
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cast import NOW, event, person, source, staff, turn
from committed import is_same
from mutuals import cli
from mutuals.capture import receive
from mutuals.capture.models import Import, RawEvent
from mutuals.channels.models import Source
from mutuals.connectors.contract import Raw
from mutuals.history.models import Interaction
from mutuals.inbox.models import Turn
from mutuals.people.models import Person, Profile
from mutuals.sales.models import Order

HERE = Path(__file__).resolve().parents[2]
OTHERS = ("mutuals.config.openapi",)
PEOPLE = "id,name,email\n1,Bea Brand,bea@harbour.example\n2,Bo Brand,bo@harbour.example\n3,Nobody,not-an-address\n"
POSTS = "id,text,tweet_created\n1,My kettle leaks,2/23/2015 9:29\n2,Mine too,2/24/2015 10:00\n"


def commands(parser: argparse.ArgumentParser, name: str = "") -> list[tuple[str, str, argparse.ArgumentParser]]:
    """Every command with its words, depth first: (name, words, parser)."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            words = {one.dest: one.help or "" for one in action._choices_actions}
            for verb, below in action.choices.items():
                full = f"{name} {verb}".strip()
                deeper = commands(below, full)
                found += deeper or [(full, words.get(verb, ""), below)]
    return found


@pytest.fixture
def said(capsys):
    """Run a command: its exit code, its JSON, and what it said on standard error."""

    def run(*argv: object) -> tuple[int, object, str]:
        capsys.readouterr()
        code = cli.main([*map(str, argv), "--json"], more=OTHERS)
        out, err = capsys.readouterr()
        return code, json.loads(out) if out.strip() else None, err

    return run


@pytest.fixture
def file(tmp_path):
    def write(content: str, name: str = "people.csv") -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return write


ALL = [one for one in commands(cli.build(more=OTHERS)) if one[0] != "run"]


@pytest.mark.parametrize(("name", "words", "parser"), ALL, ids=[name for name, _, _ in ALL])
def test_every_command_explains_itself_and_speaks_json(name, words, parser):
    assert words
    assert "--json" in parser.format_help()


def test_the_help_of_each_command_of_identity_ends_in_examples():
    words = [
        "identity review list",
        "identity review answer",
        "identity review accept",
        "identity why",
        "identity sweep",
    ]
    words += ["people merge", "people split", "people undo", "people signed-in"]
    told = {name: parser.format_help() for name, _, parser in ALL}

    lacking = [one for one in words if f"\n  mutuals {one}" not in told[one]]

    assert lacking == []


def test_the_page_about_the_terminal_names_every_command():
    lines = [f"| `mutuals {name}` | {words} |" for name, words, _ in commands(cli.build(more=OTHERS))]

    made = (HERE / "tests" / "stories" / "terminal.head.md").read_text() + "\n".join(lines) + "\n"

    assert is_same(HERE / "docs" / "how-to" / "terminal.md", made)


@pytest.mark.django_db
def test_a_file_of_people_goes_in_and_they_are_found(said, file, tmp_path):
    """A8, P7."""
    staff()
    errors = tmp_path / "errors.csv"

    code, told, _ = said("import", file(PEOPLE), "--source", "Shop", "--errors", errors)
    _, found, _ = said("people", "find", "brand")
    shown, bea, _ = said("people", "show", found[0]["id"])

    assert (code, told["counts"]["new"], told["counts"]["errors"], told["reconciled"]) == (6, 2, 1, True)
    assert "not-an-address" in errors.read_text("utf-8-sig")
    assert [row["name"] for row in found] == ["Bea Brand", "Bo Brand"]
    assert (shown, bea["email"]) == (0, "bea@harbour.example")


@pytest.mark.django_db
def test_a_trial_takes_nothing_in_and_says_the_same_numbers(said, file):
    """P7."""
    staff()

    code, told, _ = said("import", file(PEOPLE), "--dry-run")

    assert (code, told["preview"]["new"], told["preview"]["errors"]) == (6, 2, 1)
    assert not Person.objects.exists()
    assert not Import.objects.exists()
    assert not Source.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "more", "remedy"),
    [
        (POSTS, (), "--zone"),
        ("a,b\n1,2\n3,4\n", (), "--as-target"),
        (PEOPLE, ("--match", "city"), "--match"),
        (PEOPLE, ("--map", "nothing=name"), "no column"),
        (PEOPLE, ("--map", "name"), "COLUMN=FIELD"),
        ("number,placed_at,total\n1,2026-03-01,5.00\n", (), "--currency"),
        ("", (), "empty"),
    ],
)
def test_what_is_missing_is_asked_for_by_the_name_of_its_option(said, file, content, more, remedy):
    """A8."""
    staff()

    code, told, err = said("import", file(content), *more)

    assert (code, told) == (1, None)
    assert remedy in json.loads(err)["refused"]
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_the_answers_of_the_options_reach_the_rows(said, file):
    staff()
    orders = 'nr,when,sum,who\n7,3/4/2026 10:00,"1.234,50",bea@harbour.example\n'
    answers = ("--zone", "Europe/Berlin", "--day-first", "yes", "--decimal", ",", "--currency", "EUR")
    columns = [f"--map={one}" for one in ("nr=number", "when=placed_at", "sum=total", "who=email")]

    code, told, err = said("import", file(orders), "--as-target", "orders", *answers, *columns)

    assert (code, err) == (0, "")
    order = Order.objects.get()
    assert (told["counts"]["new"], str(order.total), order.placed_at.isoformat()) == (
        1,
        "1234.50",
        "2026-04-03T08:00:00+00:00",
    )


@pytest.mark.django_db
def test_posts_name_their_network_and_whether_they_are_public(said, file):
    staff()

    code, told, _ = said("import", file(POSTS), "--zone", "UTC", "--network", "town", "--public")

    assert (code, told["target"], told["in_the_history"]) == (0, "posts", 2)
    assert set(Interaction.objects.values_list("is_public", flat=True)) == {True}


@pytest.mark.django_db
def test_what_was_put_aside_is_shown_tried_again_and_dropped(said):
    """J6."""
    square = source(owner=staff().olga)
    raws = [Raw(key=f"bad{number}", body=b"no JSON") for number in range(2)]
    receive.keep(square, raws, cursor=None, now=NOW)
    said("source", "sync", square.pk)

    _, listed, _ = said("parked", "list")
    again = said("parked", "retry", listed[0]["id"])
    dropped = said("parked", "drop", listed[1]["id"])
    nothing = said("parked", "drop", listed[1]["id"])

    assert len(listed) == 2
    assert "JSON" in listed[0]["reason"] or "Expecting" in listed[0]["reason"]
    assert (again[:2], dropped[:2]) == ((0, {"waiting_again": 1}), (0, {"dropped": 1}))
    assert nothing[0] == 3
    assert sorted(RawEvent.objects.values_list("state", flat=True)) == ["dropped", "received"]


@pytest.mark.django_db
def test_the_exit_code_says_why_nothing_was_done(said, file):
    us = staff()
    bea = person("Bea Brand", by=us.ada)

    missing = said("people", "show", 999_999)[0]
    gone = said("import", "/nowhere/at/all.csv")
    unknown = said("parked", "show", 14606)
    misused = said("parked", "show", "many")
    refused = said("people", "erase", bea.pk)[0]
    forbidden = said("import", file(PEOPLE), "--as", us.cleo.email)[0]
    stranger = said("people", "find", "Bea", "--as", "nobody@kettleworks.example")[0]

    assert (missing, refused, forbidden, stranger) == (3, 1, 4, 3)
    assert (gone[0], json.loads(gone[2])) == (3, {"refused": "There is no file /nowhere/at/all.csv."})
    assert (unknown[0], json.loads(unknown[2])) == (3, {"refused": "Nothing with the number 14606 is put aside."})
    assert (misused[0], list(json.loads(misused[2]))) == (2, ["refused"])


class Closed(io.StringIO):
    """An output whose reader has gone, as `| head` does."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.django_db
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_has_seen_enough_gets_no_error(capsys, more):
    us = staff()
    person("Bea Brand", by=us.ada)

    with redirect_stdout(Closed()):
        code = cli.main(["people", "find", "Bea", *more])

    assert (code, capsys.readouterr().err) == (0, "")


@pytest.mark.django_db
def test_one_person_is_printed_for_people_and_for_programs(said, capsys):
    us = staff()
    bea = person("Bea Brand", by=us.ada, email="bea@harbour.example")
    bea.last_at = NOW
    bea.save()

    _, told, _ = said("people", "show", bea.pk)
    cli.main(["people", "show", str(bea.pk)])
    words = capsys.readouterr().out

    assert told["last_heard"] == NOW.isoformat()
    assert "last heard: " in words
    assert "profiles:\n  id " in words
    assert not set("{}[]").intersection(words)


@pytest.mark.django_db
def test_a_contractor_does_not_see_more_by_the_terminal_than_by_the_screens(said):
    us = staff()
    person("Bea Brand", by=us.ada, email="bea@harbour.example")

    code, found, _ = said("people", "find", "Bea", "--as", us.cleo.email)

    assert (code, found) == (0, [])


@pytest.mark.django_db
def test_a_contractor_reads_of_a_person_only_their_own_conversations_and_no_address(said):
    us = staff()
    square = source(owner=us.olga)
    bea = person("Bea Brand", by=us.ada, email="bea@harbour.example")
    mine, _ = turn(square, "p1", "Mine."), turn(square, "p2", "Not mine.")
    Profile.objects.filter(network="town").update(person=bea)
    Turn.objects.filter(pk=mine.pk).update(assignee=us.cleo)

    _, told, _ = said("people", "show", bea.pk, "--as", us.cleo.email)

    assert [one["text"] for one in told["newest"]] == ["Mine."]
    assert "bea@harbour.example" not in str(told)


def test_a_town_is_written_without_a_database(said, tmp_path):
    code, told, _ = said("town", "--people", 12, "--days", 5, "--out", tmp_path / "town")
    few, _, err = said("town", "--people", 2, "--out", tmp_path / "few")

    assert (code, told["people"]) == (0, 12)
    assert (tmp_path / "town" / "manifest.json").is_file()
    assert few == 1
    assert "at least 7" in json.loads(err)["refused"]


@pytest.mark.django_db
def test_the_small_town_moves_in_once(said, settings, tmp_path):
    """D3, G1: Bea's mails, posts and orders stand on her one page; a second time changes nothing."""
    settings.STATE = tmp_path

    code, _, err = said("seed", "--people", 12, "--days", 20)
    before = [model.objects.count() for model in (Person, Interaction, RawEvent, Order, Turn)]
    again = said("seed", "--people", 12, "--days", 20)[0]
    after = [model.objects.count() for model in (Person, Interaction, RawEvent, Order, Turn)]
    other = said("seed", "--people", 13, "--days", 20)[0]
    _, found, _ = said("people", "find", "Bea Brand")
    _, bea, _ = said("people", "show", found[0]["id"], "--limit", 100)

    assert (code, err, again, other) == (0, "", 0, 1)
    assert before == after
    assert {profile["network"] for profile in bea["profiles"]} >= {"email", "mastodon", "bluesky"}
    assert {row["kind"] for row in bea["newest"]} >= {"order", "mail"}
    assert {row["direction"] for row in bea["newest"]} == {"in", "out"}
    assert Turn.objects.filter(assignee__name="Ada").exists()
    assert Turn.objects.filter(state="closed").exists()
    assert (tmp_path / "first-sign-in.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_town_does_not_mix_with_people_of_ones_own_unless_that_is_said(said):
    person("Bea Brand", by=staff().olga)

    code, _, err = said("seed", "--people", 12)

    assert code == 1
    assert "--yes" in json.loads(err)["refused"]
    assert not Interaction.objects.exists()


@pytest.mark.django_db
def test_an_answer_and_its_outcome_by_the_terminal(said):
    """G10."""
    us = staff()
    square = source(owner=us.olga)
    receive.keep(square, [Raw(key="1", body=json.dumps(event("p1")).encode())], cursor=None, now=NOW)
    said("source", "sync", square.pk)
    _, (waiting,), _ = said("inbox", "list")

    _, shown, _ = said("inbox", "show", waiting["id"])
    refused, _, err = said("inbox", "reply", waiting["id"], "Sorry!")
    closed, told, _ = said("inbox", "close", waiting["id"], "--purpose", "fix", "--outcome", "not_possible")

    assert shown["cannot_be_answered"] == "This source cannot be answered."
    assert refused == 1
    assert "cannot be answered" in json.loads(err)["refused"]
    assert (closed, told["state"]) == (0, "closed")


@pytest.mark.django_db
def test_a_search_that_takes_too_long_says_so_in_the_terminal(said, settings):
    settings.PATIENCE = 0
    staff()

    code, found, err = said("search", "kettle")

    assert (code, found) == (1, None)
    assert "This search takes too long. Narrow it" in err


@pytest.mark.parametrize(
    "words", [("--help",), ("db", "status", "--help"), ("openapi", "--help"), ("inbox", "reply", "--help")]
)
def test_a_command_begins_in_a_process_that_knows_nothing_of_django_yet(words):
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    ended = subprocess.run([sys.executable, "-m", "mutuals", *words], env=environ, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    assert "usage: mutuals" in ended.stdout


def test_a_command_of_the_database_whose_reader_has_gone_ends_quietly(tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    reads, writes = os.pipe()
    os.close(reads)

    with os.fdopen(writes, "wb") as out:
        ended = subprocess.run(
            [sys.executable, "-m", "mutuals", "db", "status"],
            env={**environ, "MUTUALS_STATE": str(tmp_path)}, stdout=out, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    assert (ended.returncode, ended.stderr) == (3, "")  # it does not run
