"""Links by the model that is used live, in the batch engine: what `--engine spark` does, tried here on DuckDB."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from mutuals.identity.model.batch import duck
from mutuals.identity.model.decide import Rule
from mutuals.identity.piles import silent
from mutuals.identity.piles.link_model import by_model
from mutuals.identity.piles.tables import How, Table, bring
from mutuals.identity.piles.words import Kind

GIVEN = ("Aino", "Boris", "Chidi", "Dolores", "Ewan", "Fatima", "Gustav", "Hiroko", "Мария")
FAMILY = ("Okonkwo", "Lindqvist", "Petrescu", "Yamada", "Zubiri", "Brandmeyer", "O'Neill", "Sørensen")


def made(folder: Path, many: int = 60) -> tuple[Table, Table]:
    """A list of people, and accounts of every third of them and of as many whom nobody knows."""
    chance = random.Random(5)
    people, profiles = [], []
    for number in range(many):
        shown = f"{GIVEN[number % 9]} {FAMILY[number // 9 % 8]}"
        mail = f"{chance.choice(GIVEN).lower()}{number}@home.example"
        site = f"https://{GIVEN[number % 9]}-{number}.example/"
        people.append({"id": f"p{number}", "name": shown, "website": site, "email": mail})
        handle = {"network": "mastodon", "handle": f"user{chance.randrange(9**9)}x"}
        if number % 3 == 0:
            profiles.append({"id": f"a{number}", **handle, "display_name": shown, "website": site, "email": mail})
        if number % 3 == 1:
            profiles.append({"id": f"n{number}", **handle, "display_name": "Nobody Near", "website": "", "email": ""})
    return write(folder, "people", people, Kind.PEOPLE), write(folder, "profiles", profiles, Kind.PROFILES)


def write(folder: Path, name: str, rows: list[dict[str, str]], kind: Kind) -> Table:
    """A file as it is brought for linking."""
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / name).mkdir()
    return bring(folder / f"{name}.csv", folder / name, kind, how=How({}))


@pytest.fixture
def found(tmp_path):
    people, profiles = made(tmp_path)
    parts = list(by_model(people, profiles, rule=Rule(), folder=tmp_path, opened=duck, told=silent))
    lines = {}
    for part in parts:
        for place, profile in enumerate(part["profile_id"].to_pylist()):
            lines[profile] = {name: values[place] for name, values in part.items() if name != "profile_id"}
    return profiles, lines


def test_a_name_and_a_site_link_and_who_is_nobody_is_left(found):
    profiles, lines = found

    ours = {profile: line for profile, line in lines.items() if profile.startswith("a")}

    assert len(lines) == profiles.rows
    assert all((line["decision"], line["person_id"]) == ("link", f"p{profile[1:]}") for profile, line in ours.items())
    assert {line["decision"] for profile, line in lines.items() if profile.startswith("n")} == {"leave"}


def test_a_line_tells_its_clues_with_what_they_weigh_and_among_how_many(found):
    _, lines = found

    line = next(line for profile, line in lines.items() if profile.startswith("a"))
    clues = json.loads(line["evidence"])

    assert line["probability"] >= 0.99
    assert {"name", "site", "contact"} <= {clue["family"] for clue in clues}
    assert "among 60 people" in clues[-1]["words"]
