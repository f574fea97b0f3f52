"""How a file's columns are read and chosen, as tables of cases."""

from __future__ import annotations

import pytest

from mutuals.identity.piles import cells, evidence
from mutuals.identity.piles.evidence import Held

PLENTY = Held(filled=1.0, varied=0.9, distinct=900, length=8.0, words=1.0, digits=0.0)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("1971-06-24", "1971-06-24"),
        ("1971-06-24 00:00:00", "1971-06-24"),
        ("19710624", "1971-06-24"),
        ("24.6.1971", "1971-06-24"),
        ("24/06/1971", "1971-06-24"),
        ("12/24/1971", "1971-12-24"),
        ("24061971", "1971-06-24"),
        ("1971-06", "1971-06"),
        ("1971", "1971"),
        ("24.6.71", None),
        ("unknown", None),
        ("", None),
        ("９" * 5000, None),
    ],
)
def test_a_date_of_birth_is_understood_however_it_is_written(told, meant):
    assert cells.born(told) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [("catherine", "katherine"), ("smith", "smyth"), ("philip", "filip"), ("jensen", "jenson"), ("garcia", "garsia")],
)
def test_names_that_sound_alike_have_one_sound(one, other):
    assert cells.sound(one) == cells.sound(other)


def test_text_of_any_script_is_folded_into_latin_letters_and_bounded():
    folded = [cells.fold(text) for text in ("Łukasz  O'Neil", "Иванов", "\u202eevil\x00", "x" * 10_000_000, "!!!")]

    assert folded == ["lukasz o neil", "ivanov", "evil", "x" * cells.LONGEST, ""]


def plan(*columns, **held):
    return evidence.plan(columns, {name: held.get(name, PLENTY) for name in columns})


@pytest.mark.parametrize(
    ("record", "given", "family", "others"),
    [
        ({"name": "Robert Alan Smith"}, "robert", "smith", ("alan",)),
        ({"name": "Smith, Robert"}, "robert", "smith", None),
        ({"name": "Robert"}, "robert", None, None),
        ({"given_name": "Ann", "family_name": "Lee", "name": "Ann Mary Lee"}, "ann", "lee", ("mary",)),
        ({"given_name": "Ann"}, "ann", None, None),
        ({"display_name": "Ann Lee"}, "ann", "lee", None),
    ],
)
def test_names_are_parted_into_given_family_and_others(record, given, family, others):
    made = plan("name", "given_name", "family_name", "display_name")

    row = evidence.read(record, made)

    assert (row["given"], row["family"], row["others"]) == (given, family, others)


def test_a_record_in_which_nothing_stands_is_a_row_of_nothing():
    made = plan("name", "email", "phone", "birth_date", "postcode", "city")

    rows = [
        evidence.read(record, made) for record in ({}, {"name": "?", "email": "no", "phone": "1", "birth_date": "x"})
    ]

    assert rows == [{}, {}]


def test_several_values_of_one_cell_are_all_read():
    made = plan("name", "email", "phone")

    row = evidence.read({"email": "A@b.org; c@d.org", "phone": "+44 20 7946 0000;12"}, made)

    assert row["emails"] == ("a@b.org", "c@d.org")
    assert row["phones"] == ("079460000",)


def test_what_has_no_word_of_ours_is_compared_by_what_it_holds():
    few = Held(filled=0.9, varied=0.01, distinct=5, length=6.0, words=1.0, digits=0.0)
    number = Held(filled=0.9, varied=0.9, distinct=900, length=9.0, words=1.0, digits=0.9)
    words = Held(filled=0.9, varied=0.4, distinct=400, length=30.0, words=4.0, digits=0.0)

    made = plan("name", "x_sex", "x_insurance", "x_note", x_sex=few, x_insurance=number, x_note=words)

    levels = {one.name: [level.name for level in one.levels] for one in made.comparisons}
    assert levels["x_sex"] == ["same", "alike"]
    assert "slip" in levels["x_insurance"]
    assert "most words" in levels["x_note"]


def test_a_column_in_which_nothing_tells_is_left_out():
    empty = Held(filled=0.001, varied=1.0, distinct=3, length=5.0, words=1.0, digits=0.0)
    same = Held(filled=1.0, varied=0.0, distinct=1, length=5.0, words=1.0, digits=0.0)

    made = plan("name", "city", "x_source", city=empty, x_source=same)

    assert {one.name for one in made.comparisons} == {"given", "family", "others"}


def test_a_column_that_repeats_others_is_redundant():
    records = [
        {"given_name": "Ann", "family_name": "Lee", "x_label": "LEE, Ann", "x_note": f"seen {number}"}
        for number in range(20)
    ]

    assert evidence.redundant(records, ["given_name", "family_name", "x_label", "x_note"]) == ["x_label"]


def test_of_two_columns_that_say_the_same_one_stays():
    records = [{"name": "Ann", "x_a": f"code {number}", "x_b": f"Code {number}"} for number in range(20)]

    assert evidence.redundant(records, ["name", "x_a", "x_b"]) == ["x_b"]
