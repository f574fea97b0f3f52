"""Two persons become one and are parted again from the terminal."""

import json

import pytest

import cast
from mutuals import cli
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def said(capsys):
    """Run a command: its exit code, and its JSON."""

    def run(*argv: object) -> tuple[int, object]:
        capsys.readouterr()
        code = cli.main([*map(str, argv), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else None

    return run


def two():
    us = cast.staff()
    bea = cast.person(by=us.ada, city="Porto")
    return bea, cast.person(
        "B. Brand", by=us.ada, email="b@brand.example", city="Braga", now=cast.NOW + cast.minutes(1)
    )


def test_two_are_looked_at_merged_told_of_and_taken_apart(said):
    bea, double = two()

    before = said("people", "merge", bea.pk, double.pk, "--preview")[1]
    done = said("people", "merge", bea.pk, double.pk, "--take", "city=gone")[1]
    again = said("people", "merge", bea.pk, double.pk)[1]
    shown = said("people", "show", double.pk)[1]
    past = said("people", "merges", bea.pk)[1]
    leaving = said("people", "undo", done["key"], "--preview")[1]
    code, undone = said("people", "undo", done["key"], "--for-good")

    assert {"field": "city", "kept": "Porto", "gone": "Braga", "would_be": "Porto"} in before["fields"]
    assert (again["key"], again["changed"]) == (done["key"], "no, it was so before")
    assert (shown["id"], shown["city"]) == (bea.pk, "Braga")
    assert [row["key"] for row in past] == [done["key"]]
    assert leaving["leaves"] == f"{double.pk} B. Brand"
    assert {"what": "presences", "stays": 0, "goes": 1} in leaving["goes"]
    assert (code, undone["key"]) == (0, f"un{done['key']}")
    assert Person.objects.get(pk=bea.pk).city == "Porto"
    assert said("people", "merge", bea.pk, double.pk)[0] == 1


def test_profiles_are_split_off_by_the_terminal_and_come_back(said):
    bea, _ = two()
    profile = cast.profile(of=bea)

    before = said("people", "split", bea.pk, profile.pk, "--preview")[1]
    done = said("people", "split", bea.pk, profile.pk)[1]
    code, back = said("people", "undo", done["key"])

    assert {"what": "presences", "stays": 0, "goes": 1} in before["goes"]
    assert (code, back["person"]) == (0, f"{bea.pk} Bea Brand")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["merge", "1", "999999"], 3),
        (["merge", "BEA", "BEA"], 1),
        (["merge", "BEA", "DOUBLE", "--take", "shoe=kept"], 1),
        (["merge", "BEA", "DOUBLE", "--take", "name"], 1),
        (["split", "BEA", "999999"], 1),
        (["split", "BEA", "1", "--along", "affiliations=x"], 1),
        (["undo", "shoe:1"], 1),
        (["undo", "split:1", "--for-good"], 1),
        (["undo", "merge:" + "9" * 5000], 1),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(said, words, code):
    bea, double = two()
    told = [{"BEA": bea.pk, "DOUBLE": double.pk}.get(word, word) for word in words]

    ended, _ = said("people", *told)

    assert ended == code
    assert Person.objects.get(pk=double.pk).canonical_id == double.pk


@pytest.mark.parametrize("words", [["unmerge:99"], ["merge:99"], ["split:99"], ["merge:99", "--preview"]])
def test_a_key_that_nothing_has_is_not_taken_for_somebody_who_was_erased(capsys, words):
    two()

    code = cli.main(["people", "undo", *words])

    assert code == 1
    assert "There is nothing to take back under this name: it never was, or" in capsys.readouterr().err


def test_many_pairs_are_reckoned_accepted_and_taken_back_by_the_terminal(said):
    bea, _ = two()
    row = cast.profile()
    cast.doubt(bea, row, sure=0.98)

    before = said("identity", "review", "accept", "0.95", "--preview")[1]
    open_still = Profile.objects.get(pk=row.pk).person
    done = said("identity", "review", "accept", "0.95")[1]
    quality = said("identity", "quality")[1]
    back = said("identity", "review", "undo", done["key"])[1]
    code, _ = said("identity", "review", "accept", "0.3")

    assert (before["pairs"], before["going_by_answers"], open_still) == (1, 0, None)
    assert done["done"] == "1 pair accepted"
    assert quality["bands"][0]["same"] == 1
    assert back["done"] == "1 answer is taken back"
    assert code == 1


def test_whoever_asks_to_learn_from_too_little_is_told_what_it_takes(said):
    cast.staff()

    code, told = said("identity", "learn")

    assert code == 0
    assert "takes 40 answers, at least 5 of them that two are the same" in told["done"]
    assert told["versions"] == []
