"""Two lists of customers, linked: doubles of people made up, spoilt, and a part of them absent."""

from __future__ import annotations

import csv
import json
import random

import pytest

from mutuals.identity.piles import link
from mutuals.identity.piles.between import are_records
from mutuals.identity.piles.tables import How, bring
from mutuals.identity.piles.tests.test_dedupe import people
from mutuals.identity.piles.words import Kind


def brought(folder, kind, records):
    path = folder / f"{kind.value}.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    (folder / "scratch").mkdir(exist_ok=True)
    return bring(path, folder / "scratch", kind, how=How({}))


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """Each person's first record is a person unless every fourth, which is absent; the others are profiles."""
    folder = tmp_path_factory.mktemp("two")
    known, seen = [], []
    for record in people(random.Random(5), 400):
        who = record.pop("who")
        first = not any(other["id"].startswith(f"p{who}-") for other in known + seen)
        (known if first and who % 4 else seen).append({"id": f"p{who}-{len(seen)}", **record})
    tables = [brought(folder, Kind.PEOPLE, known), brought(folder, Kind.PROFILES, seen)]
    counts = link.link(*tables, out=folder / "links.csv", seed=7, told=lambda *_: None)
    with (folder / "links.csv").open() as text:
        return tables, counts, list(csv.DictReader(text)), {one["id"].split("-")[0] for one in known}


def test_lists_of_records_are_told_from_accounts_of_a_network(linked, tmp_path):
    tables, *_ = linked
    accounts = brought(tmp_path, Kind.PROFILES, [{"id": "1", "handle": "ann", "name": "Ann"}])

    assert are_records(*tables)
    assert not are_records(tables[0], accounts)


def test_every_profile_has_one_line_in_order(linked):
    tables, counts, lines, _ = linked

    assert [line["profile_id"] for line in lines] == [record["id"] for record in tables[1].records(["id"])]
    assert counts["link"] + counts["review"] + counts["leave"] == len(lines)


def test_what_is_linked_is_right_and_most_that_can_be_is_linked(linked):
    *_, lines, known = linked

    made = [line for line in lines if line["decision"] == "link"]

    right = sum(line["profile_id"].split("-")[0] == line["person_id"].split("-")[0] for line in made)
    possible = sum(line["profile_id"].split("-")[0] in known for line in lines)
    assert right >= 0.99 * len(made)
    assert right >= 0.85 * possible


def test_the_clues_of_a_link_add_up_from_two_kinds_at_least(linked):
    *_, lines, _ = linked

    for line in lines:
        clues = json.loads(line["evidence"])
        assert clues[-1]["code"] == "pool"
        if line["decision"] == "link":
            assert len({clue["family"] for clue in clues if clue["bits"] >= 1}) >= 2
            assert float(line["probability"]) >= 0.99
            assert line["margin"] == "" or float(line["margin"]) >= 4
