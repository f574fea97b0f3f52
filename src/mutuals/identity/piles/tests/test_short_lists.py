"""Short lists: what is rare is known from elsewhere."""

from pathlib import Path

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
