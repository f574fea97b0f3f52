"""Short lists: what is rare is known from elsewhere."""

import json
from pathlib import Path

import pytest

from mutuals.identity.piles.link import link
from mutuals.identity.piles.tests.test_link import HEAD, SHOWN, _lines, _table
from mutuals.identity.piles.words import Kind


def test_in_a_list_of_six_a_name_and_an_own_site_link_and_a_name_alone_is_asked_about(tmp_path: Path) -> None:
    rows = [
        ("P1", "Bea", "Brand", "bea@brand.example", "Köln", "", "https://beapours.example"),
        ("P2", "Bo", "Brand", "bo@brand.example", "Köln", "", ""),
        ("P3", "Anna", "Schneider", "anna@post.example", "Berlin", "", ""),
        ("P4", "Anna", "Schneider", "", "Hamburg", "", ""),
        ("P5", "Roger", "Quaintance", "rq@uni.example", "Cork", "", ""),
        ("P6", "Ida", "Diettow", "", "", "", ""),
    ]
    people = _table(tmp_path, Kind.PEOPLE, (*HEAD, "website"), rows)
    shown = [
        ("a", "mastodon", "kettles@town.example", "Bea Brand", "Tea. https://beapours.example", ""),
        ("b", "github", "rq77", "Roger Quaintance", "", ""),
        ("c", "twitter", "annas", "Anna Schneider", "", ""),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert {key: line["decision"] for key, line in lines.items()} == {"a": "link", "b": "review", "c": "review"}
    assert (lines["a"]["person_id"], lines["b"]["person_id"]) == ("P1", "P5")
    assert float(lines["b"]["probability"]) > 0.9
    assert float(lines["c"]["probability"]) < 0.6


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        ("Zsofia", "Kertesz-Balog", "Zsófia Kertész Balog"),
        ("Maria Luisa", "Ferreira da Costa", "Ferreira da Costa, Maria Luisa"),
        ("Peter", "Müller-Lüdenscheidt", "Peter Mueller Luedenscheidt"),
        ("Peter", "Mueller-Luedenscheidt", "Peter Müller-Lüdenscheidt"),
        ("Anna-Lena", "Brockhus", "Annalena Brockhus"),
        ("Jean", "O'Donovan", "Jean O’Donovan"),
        ("太郎", "山田", "山田太郎"),
        ("山田", "太郎", "山田 太郎"),
        ("Иван", "Петров", "Ivan Petrov"),
    ],
)
def test_a_name_of_several_words_is_the_same_wherever_its_columns_part_it(
    tmp_path: Path, given: str, family: str, shown: str
) -> None:
    rows = [("P1", "Renate", "Obermoser", "", ""), ("P2", given, family, "", ""), ("P3", "Emil", "Balog", "", "")]
    people = _table(tmp_path, Kind.PEOPLE, HEAD[:5], rows)
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, [("a", "twitter", "kettles", shown, "", "")])

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a"]
    assert (line["person_id"], line["decision"]) == ("P2", "review")
    assert {"the given name agrees", "the family name agrees"} <= {one["words"] for one in json.loads(line["evidence"])}


def test_a_name_that_too_many_bear_is_left_and_the_line_says_how_many(tmp_path: Path) -> None:
    rows = [(f"P{n}", "Anna", "Meier-Schulz", "", "") for n in range(1_200)]
    people = _table(tmp_path, Kind.PEOPLE, HEAD[:5], rows)
    shown = [
        ("a", "twitter", "kettles", "Anna Meier Schulz", "", ""),
        ("b", "twitter", "pots", "Bob Nobody", "", ""),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    told = [one["words"] for one in json.loads(lines["a"]["evidence"])]
    assert (lines["a"]["decision"], lines["a"]["person_id"]) == ("leave", "")
    assert told == ["1,200 people of this name; nobody can be told apart", "among 1,200 people"]
    assert lines["b"]["evidence"] == "[]"
