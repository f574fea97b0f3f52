"""`link`: lines for every profile, with who came nearest and why."""

import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from mutuals.identity.model.conflicts import CROWD
from mutuals.identity.piles.link import link
from mutuals.identity.piles.link_pairs import CITES
from mutuals.identity.piles.tables import How, Table, bring
from mutuals.identity.piles.words import Kind

HEAD = ("id", "given_name", "family_name", "email", "city", "handle")
SHOWN = ("id", "network", "handle", "display_name", "bio", "website")


def _table(folder: Path, kind: Kind, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    path = folder / f"{kind.value}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    aside = folder / f"brought-{kind.value}"
    aside.mkdir(exist_ok=True)
    return bring(path, aside, kind, how=How({}))


def _lines(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return {row["profile_id"]: row for row in csv.DictReader(file)}


def _town(size: int) -> list[tuple[str, ...]]:
    chance = random.Random(5)
    given = ["Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hans", "Ida", "Jonas"]
    family = [
        f"{a}{b}" for a in ("Acker", "Brand", "Cord", "Diet", "Ebert") for b in ("mann", "ner", "hoff", "ens", "ow")
    ]
    towns = ["Köln", "Leeds", "Lyon", "Gent"]
    return [
        (f"P{n}", chance.choice(given), chance.choice(family), f"a{n}@post{n}.example", chance.choice(towns), "")
        for n in range(size)
    ]


def test_every_profile_has_one_line_in_their_order(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, _town(200))
    rows = [(f"a{n}", "mastodon", f"user{n}@town.example", "", "", "") for n in range(30)]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, rows)

    counts = link(people, profiles, out=tmp_path / "links.csv")

    assert list(_lines(tmp_path / "links.csv")) == [row[0] for row in rows]
    assert counts["link"] + counts["review"] + counts["leave"] == 30


def test_a_name_a_number_and_a_place_link_and_say_why(tmp_path: Path) -> None:
    rows = [*_town(300), ("K1", "Zebulon", "Quarrington", "zebulon4711@post.example", "Gent", "")]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    shown = ("a1", "mastodon", "papertiger4711@town.example", "Zebulon Quarrington", "Bikes. Gent", "")
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, [shown, ("a2", "x", "nobody", "Somebody Else", "", "")])

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    clues = {clue["code"]: clue for clue in json.loads(line["evidence"])}
    assert (line["person_id"], line["decision"]) == ("K1", "link")
    assert {"given", "family", "number", "place", "pool"} <= set(clues)
    assert clues["place"]["words"] == "both name gent"
    assert "301" in clues["pool"]["words"]
    assert clues["number"]["side"] == "for"


def test_two_people_of_one_name_are_never_linked_by_the_name(tmp_path: Path) -> None:
    twins = [(f"K{n}", "Zebulon", "Quarrington", f"z{n}@post.example", "Gent", "") for n in (1, 2)]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(300), *twins])
    shown = [("a1", "mastodon", "zebulon@town.example", "Zebulon Quarrington", "Gent", "")]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    assert line["decision"] != "link"
    assert float(line["margin"]) < 1


def test_of_two_who_are_as_likely_a_person_is_asked_and_both_are_named(tmp_path: Path) -> None:
    twins = [(f"K{n}", "Zebulon", "Quarrington", f"z{n}@post.example", "Gent", "") for n in (1, 2)]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(300), *twins])
    shown = [("a1", "mastodon", "papertiger@town.example", "Zebulon Quarrington", "Gent", "")]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    told = {clue["code"]: clue["words"] for clue in json.loads(line["evidence"])}
    assert (line["person_id"], line["decision"]) == ("K1", "review")
    assert told["contender"] == "K2 is as likely"


def test_an_own_site_is_a_clue_whichever_column_names_it(tmp_path: Path) -> None:
    head = ("id", "name", "email")
    rows = [(row[0], f"{row[1]} {row[2]}", row[3]) for row in _town(300)]
    people = _table(tmp_path, Kind.PEOPLE, head, [*rows, ("K1", "Zebulon Quarrington", "zeb@own.example")])
    shown = [
        ("a1", "mastodon", "zeb", "Zebulon", "https://own.example"),
        ("a2", "x", "ann", "Ann", "https://x.test/@ann"),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, ("id", "network", "handle", "display_name", "url"), shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert lines["a1"]["person_id"] == "K1"
    assert "both have the site own.example" in lines["a1"]["evidence"]
    assert "x.test" not in lines["a2"]["evidence"]


def test_a_page_in_a_network_is_no_site_of_its_own(tmp_path: Path) -> None:
    head = ("id", "name", "website")
    rows = [(row[0], f"{row[1]} {row[2]}", "") for row in _town(300)]
    people = _table(tmp_path, Kind.PEOPLE, head, [*rows, ("K1", "Anna Ebertow", "https://town.example/@anna")])
    shown = [
        ("a1", "mastodon", "Paul", "https://town.example/@paul"),
        ("a2", "mastodon", "Anna", "https://town.example"),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, ("id", "network", "display_name", "url"), shown)

    link(people, profiles, out=tmp_path / "links.csv")

    assert "site" not in _lines(tmp_path / "links.csv")["a1"]["evidence"]


def test_a_nickname_of_the_list_is_a_given_name(tmp_path: Path) -> None:
    head = ("id", "name", "nickname", "city")
    rows = [(row[0], f"{row[1]} {row[2]}", "", row[4]) for row in _town(300)]
    people = _table(tmp_path, Kind.PEOPLE, head, [*rows, ("K1", "Theophilus Quarrington", "Baxter", "Gent")])
    shown = [("a1", "mastodon", "bq@town.example", "Baxter Quarrington", "Gent", "")]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    assert line["person_id"] == "K1"
    assert "the given name agrees" in line["evidence"]


def test_what_a_linked_profile_holds_is_known_of_its_person(tmp_path: Path) -> None:
    rows = [*_town(300), ("K1", "Zebulon", "Quarrington", "zebulon4711@post.example", "Gent", "")]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    shown = [
        ("a1", "mastodon", "papertiger4711@town.example", "Zebulon Quarrington", "Gent", "https://tigers.example"),
        ("a2", "x", "somethingelse", "Z.", "", "https://tigers.example"),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert lines["a1"]["decision"] == "link"
    assert lines["a2"]["person_id"] == "K1"
    assert "both have the site tigers.example" in lines["a2"]["evidence"]


def test_a_site_that_many_of_one_persons_profiles_name_is_known_by_two_of_them(tmp_path: Path) -> None:
    rows = [*_town(300), ("K1", "Zebulon", "Quarrington", "zebulon4711@post.example", "Gent", "")]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    site = "https://tigers.example"
    shown = [(f"a{n}", "x", f"tiger4711{n}@town.example", "Zebulon Quarrington", "Gent", site) for n in range(CROWD)]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert {line["person_id"] for line in lines.values()} == {"K1"}
    assert "both have the site tigers.example" in lines["a0"]["evidence"]


def test_two_rows_of_one_person_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    rows = [
        ("K1", "Zebulon", "Quarrington", "zeb@own.example", "", ""),
        ("K2", "Zebulon", "Quarringtn", "zeb@own.example", "", ""),
    ]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(300), *rows])
    shown = [("a1", "mastodon", "zeb@town.example", "Zebulon Quarrington", "", "https://own.example")]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    assert (line["person_id"], line["decision"]) == ("K1", "link")


def test_handles_alone_are_read_against_the_whole_list(tmp_path: Path) -> None:
    names = [(f"P{n}", f"{row[1]} {row[2]}") for n, row in enumerate(_town(500))]
    people = _table(tmp_path, Kind.PEOPLE, ("id", "name"), [*names, ("K1", "Zebulon Quarrington")])
    rows = [
        ("a1", "twitter", "RepZebulonQuarrington"),
        ("a2", "github", "zebulonquarrington"),
        ("a3", "x", "70063393423"),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, ("id", "network", "handle"), rows)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert [lines[key]["person_id"] for key in ("a1", "a2", "a3")] == ["K1", "K1", ""]
    assert "spells the name" in lines["a1"]["evidence"]
    assert lines["a3"]["decision"] == "leave"


def test_a_handle_that_spells_two_is_asked_about_and_names_both(tmp_path: Path) -> None:
    names = [(f"P{n}", f"{row[1]} {row[2]}") for n, row in enumerate(_town(500))]
    twins = [("K1", "Zebulon Quarrington"), ("K2", "Zebulon Quarrington")]
    people = _table(tmp_path, Kind.PEOPLE, ("id", "name"), [*names, *twins])
    profiles = _table(tmp_path, Kind.PROFILES, ("id", "network", "handle"), [("a1", "x", "zebulonquarrington")])

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    words = {clue["code"]: clue["words"] for clue in json.loads(line["evidence"])}
    assert (line["person_id"], line["decision"]) == ("K1", "review")
    assert words["contender"] == "K2 is as likely"


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, _town(400))
    rows = [
        (f"a{n}", "m", f"{row[1].lower()}{n}@t.example", f"{row[1]} {row[2]}", row[4], "")
        for n, row in enumerate(_town(80))
    ]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, rows)

    link(people, profiles, out=tmp_path / "one.csv")
    link(people, profiles, out=tmp_path / "two.csv")

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_thousands_of_one_name_are_counted_instead_of_compared(tmp_path: Path) -> None:
    rows = [(f"P{n}", "Anna", "Brandt", "", "", "") for n in range(20_000)]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    shown = [(f"a{n}", "mastodon", f"annabrandt{n}@town.example", "Anna Brandt", "", "") for n in range(500)]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    counts = link(people, profiles, out=tmp_path / "links.csv")

    assert counts["link"] == 0


def test_accounts_that_are_only_probable_do_not_vouch_for_each_other(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(2000), ("V1", "Quilla", "Featherstonehaugh", "", "Bath", "")])
    shown = [("x1", "x", "quilla_77", "Quilla Featherstonehaugh", "", ""),
             ("x2", "bluesky", "quilla77", "Quilla Featherstonehaugh", "", "")]  # fmt: skip
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert {(lines[one]["person_id"], lines[one]["decision"]) for one in ("x1", "x2")} == {("V1", "review")}


def test_a_number_known_by_another_profile_of_theirs_says_so(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(2000), ("V1", "Quilla", "Featherstonehaugh", "", "Bath", "")])
    shown = [("x1", "mastodon", "quillfeather77", "Quilla Featherstonehaugh", "Bath, tea", ""),
             ("x2", "bluesky", "quilla77", "Quilla Featherstonehaugh", "", "")]  # fmt: skip
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    assert "the number 77 is that of another profile of theirs" in _lines(tmp_path / "links.csv")["x2"]["evidence"]


def test_a_crowd_of_profiles_that_would_be_one_persons_is_asked_about(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(2000), ("V1", "Quilla", "Featherstonehaugh", "", "Bath", "")])
    shown = [(f"z{n}", "x", f"qf{n}x77", "Quilla Featherstonehaugh", "Bath", "") for n in range(CROWD + 1)]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    counts = link(people, profiles, out=tmp_path / "links.csv")

    assert (counts["link"], counts["review"]) == (0, CROWD + 1)
    assert f"more than {CROWD} profiles" in _lines(tmp_path / "links.csv")["z0"]["evidence"]


BILL = ("K1", "William", "Smithson", "bill@quibell.example", "Cork", "")


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("billsmithson", "Bill Smithson"),
        ("billsmithson", ""),
        ("smithson_bill", "Puddle"),
        ("billsmithson", "billsmithson"),
    ],
)
def test_a_short_form_is_found_in_the_handle_and_in_the_name_beside_it(tmp_path: Path, handle: str, shown: str) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(300), BILL])
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, [("a1", "x", handle, shown, "Cork", "")])

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["a1"]
    told = {clue["code"]: clue["words"] for clue in json.loads(line["evidence"])}
    assert line["person_id"] == "K1"
    assert (told["given"], told["family"]) == ("the given name agrees", "the family name agrees")
    assert line["decision"] in ("link", "review")
    assert "does not spell" not in line["evidence"]


def test_a_bluesky_handle_that_is_a_domain_of_ones_own_is_a_site(tmp_path: Path) -> None:
    rows = [(row[0], f"{row[1]} {row[2]}", "") for row in _town(300)]
    rows += [("K1", "Jon Thorsson", "https://thorsson.is"), ("K2", "Ann Host", "https://ann.bsky.social")]
    people = _table(tmp_path, Kind.PEOPLE, ("id", "name", "website"), rows)
    shown = [("a1", "bluesky", "thorsson.is", "Jon", ""), ("a2", "bluesky", "@thorsson.is", "", "https://thorsson.is"),
             ("a3", "bluesky", "ann.bsky.social", "", "")]  # fmt: skip
    profiles = _table(tmp_path, Kind.PROFILES, ("id", "network", "handle", "display_name", "url"), shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert [(lines[key]["person_id"], lines[key]["decision"] != "leave") for key in ("a1", "a2")] == [("K1", True)] * 2
    assert "both have the site thorsson.is" in lines["a1"]["evidence"]
    assert "site" not in lines["a3"]["evidence"]


def test_an_account_on_record_is_no_second_clue_by_its_domain(tmp_path: Path) -> None:
    rows = [*_town(300), ("K1", "Jon", "Thorsson", "", "", "thorsson.is")]
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, [("a1", "bluesky", "thorsson.is", "The Baker", "", "")])

    link(people, profiles, out=tmp_path / "links.csv")

    evidence = _lines(tmp_path / "links.csv")["a1"]["evidence"]
    assert "the record names the account thorsson.is" in evidence
    assert "site" not in evidence


def test_an_address_in_a_biography_is_a_clue_and_no_proof(tmp_path: Path) -> None:
    rows = [*_town(300), ("K1", "Zoe", "Quibell", "z@quibell.example", "", ""),
            ("K2", "The", "Shop", "info@quibell.example", "", "")]  # fmt: skip
    people = _table(tmp_path, Kind.PEOPLE, HEAD, rows)
    crowd = " ".join(f"a{n}@post{n}.example" for n in range(3))
    shown = [
        ("a1", "x", "moth", "", "write to Z@quibell.example.", ""),
        ("a2", "x", "wasp", "", "write to info@quibell.example", ""),
        ("a3", "x", "gnat", "", f"{crowd} z@quibell.example", ""),
        ("a4", "x", "mite", "", "@z@quibell.example", ""),
    ]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    lines = _lines(tmp_path / "links.csv")
    assert (lines["a1"]["person_id"], lines["a1"]["decision"]) == ("K1", "review")
    assert "it names the address z@quibell.example" in lines["a1"]["evidence"]
    assert [lines[key]["person_id"] for key in ("a2", "a4")] == ["", ""]
    assert lines["a3"]["person_id"] in ("P0", "P1", "P2")


def test_an_address_of_a_profiles_own_is_told_once(tmp_path: Path) -> None:
    people = _table(tmp_path, Kind.PEOPLE, HEAD, [*_town(300), BILL])
    head = ("id", "network", "handle", "email", "bio")
    shown = [("a1", "x", "moth", "bill@quibell.example", "write to bill@quibell.example")]
    profiles = _table(tmp_path, Kind.PROFILES, head, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    told = {clue["code"]: clue["bits"] for clue in json.loads(_lines(tmp_path / "links.csv")["a1"]["evidence"])}
    assert told["contact"] > CITES
    assert "cited" not in told


def test_a_domain_that_is_handle_and_shown_name_is_no_name(tmp_path: Path) -> None:
    head = ("id", "name", "email", "website")
    strangers = [(f"S{row[0]}", f"{row[1]} {row[2]}", row[3], "") for row in _town(300)]
    mine = ("M1", "Margaret Thornbury", "margaret@thornbury.example", "https://thornbury.example")
    people = _table(tmp_path, Kind.PEOPLE, head, [*strangers, mine])
    shown = [("b1", "bluesky", "thornbury.example", "thornbury.example", "", "")]
    profiles = _table(tmp_path, Kind.PROFILES, SHOWN, shown)

    link(people, profiles, out=tmp_path / "links.csv")

    line = _lines(tmp_path / "links.csv")["b1"]
    assert (line["person_id"], line["decision"]) == ("M1", "review")
    assert "differ" not in line["evidence"]
