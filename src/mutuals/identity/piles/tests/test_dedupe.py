"""Which records of a file are one: people made up, doubled and spoilt; files that are small, equal or hostile."""

from __future__ import annotations

import csv
import random
from collections import Counter
from itertools import combinations

import pytest

from mutuals.identity.model import file
from mutuals.identity.piles import dedupe, silent
from mutuals.identity.piles.tables import How, bring
from mutuals.identity.piles.words import Kind

PARTS = ["an", "bel", "cor", "dan", "fin", "gar", "hol", "is", "jan", "kar", "lund", "mor", "nor", "per", "ros", "ul"]
TOWNS = ["Arnhem", "Bergen", "Cadiz", "Delft", "Evora", "Faro", "Ghent", "Hull", "Izmir", "Jena"]


def word(rng):
    return "".join(rng.choice(PARTS) for _ in range(rng.randint(2, 3))).title()


def slip(rng, text):
    at = rng.randrange(1, len(text))
    return text[:at] + rng.choice("aeiorst") + text[at + 1 :]


def people(rng, count):
    """Records as dicts with `who`, the truth: every person one to four times, doubles with slips, swaps and gaps."""
    given, family = [word(rng) for _ in range(60)], [word(rng) for _ in range(250)]
    for who in range(count):
        whole = {
            "given name": rng.choice(given),
            "surname": rng.choice(family),
            "date of birth": f"19{rng.randint(30, 99)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "city": rng.choice(TOWNS),
            "e-mail": f"{word(rng).lower()}{rng.randint(1, 99)}@mail.example",
        }
        for copy in range(rng.choice((1, 1, 2, 3, 4))):
            record = dict(whole)
            if copy:
                name = rng.choice(["given name", "surname", "e-mail", "city"])
                record[name] = slip(rng, record[name])
                record[rng.choice(list(record)[2:])] = ""
                if rng.random() < 0.15:
                    record["given name"], record["surname"] = record["surname"], record["given name"]
            yield {"who": who, **record}


def brought(folder, records, without=("who",)):
    """The records as a Table, by way of a CSV file."""
    path = folder / "records.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return bring(path, scratch, Kind.RECORDS, how=How({}, [name for name in without if name in records[0]]))


def together(labels):
    """The pairs that stand in one group."""
    groups = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, []).append(place)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    records = list(people(random.Random(3), 250))
    table = brought(tmp_path_factory.mktemp("people"), records)
    return records, table, dedupe.resolve(table, seed=7, told=silent)


def test_spoilt_doubles_are_found_and_strangers_stay_apart(made):
    records, _, found = made

    true, held = together([record["who"] for record in records]), together(found.labels)

    assert len(true & held) >= 0.99 * len(held)
    assert len(true & held) >= 0.93 * len(true)
    assert max(Counter(found.labels.tolist()).values()) <= 5


def test_how_many_are_one_is_estimated_without_labels(made):
    records, _, found = made
    true = len(together([record["who"] for record in records]))

    estimated = found.model.prior * len(records) * (len(records) - 1) / 2

    assert 0.7 * true < estimated < 1.4 * true


def test_the_same_seed_gives_the_same_clusters_and_model_byte_for_byte(made, tmp_path):
    records, _, found = made
    table = brought(tmp_path, records)

    again = dedupe.resolve(table, seed=7, told=silent)

    assert file.told(again.model).encode() == file.told(found.model).encode()
    assert again.labels.tobytes() == found.labels.tobytes()
    assert again.probabilities.tobytes() == found.probabilities.tobytes()


def test_every_record_comes_out_once_with_its_cluster_and_probability(made, tmp_path):
    records, table, found = made

    counts = dedupe.dedupe(table, out=tmp_path / "out.csv", seed=7, engine="duckdb", told=silent)

    with (tmp_path / "out.csv").open() as text:
        rows = list(csv.DictReader(text))
    assert list(rows[0]) == ["id", "cluster", "probability"]
    assert [row["id"] for row in rows] == [str(number) for number in range(1, len(records) + 1)]
    assert {row["cluster"] for row in rows} <= {row["id"] for row in rows}
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    assert counts["records"] == len(records)
    assert counts["clusters"] == len({row["cluster"] for row in rows}) == len(set(found.labels.tolist()))


def test_a_file_too_small_to_learn_from_is_judged_by_what_one_would_say_before_any(tmp_path):
    lines = [
        ("1", "Maria Garcia", "maria.garcia@mail.example", "Sevilla"),
        ("2", "María García", "maria.garcia@mail.example", "Seville"),
        ("3", "John Smith", "john@mail.example", "London"),
        ("4", "Jon Smith", "john@mail.example", "London"),
        ("5", "Zoltan Kovacs", "zk@mail.example", "Budapest"),
        ("6", "Kovács Zoltán", "zk@mail.example", "Budapest"),
        ("7", "Ana Silva", "ana@mail.example", "Porto"),
        ("8", "Bo Li", "bo@mail.example", "Beijing"),
    ]
    table = brought(tmp_path, [dict(zip(("id", "name", "email", "city"), line, strict=True)) for line in lines])

    found = dedupe.resolve(table, seed=7, told=silent)

    assert together(found.labels) == {(0, 1), (2, 3), (4, 5)}


def households(rng, count):
    """Families who share name, street, city and telephone, some of them written down twice with a slip."""
    for home in range(count):
        shared = {
            "surname": word(rng) + word(rng).lower(),
            "address": f"{rng.randint(1, 200)} {word(rng)} Street",
            "city": rng.choice(TOWNS),
            "phone": f"0{rng.randint(10**8, 10**9 - 1)}",
        }
        for member in range(rng.randint(1, 4)):
            own = {"given name": word(rng), "date of birth": f"19{rng.randint(30, 99)}-0{rng.randint(1, 9)}-1{member}"}
            for copy in range(rng.choice((1, 1, 2, 3))):
                record = {"who": f"{home}-{member}", **own, **shared}
                name = rng.choice(["given name", "surname", "address"])
                yield record | {name: slip(rng, record[name])} if copy else record


def test_those_who_live_together_are_not_one(tmp_path):
    records = list(households(random.Random(4), 150))
    table = brought(tmp_path, records)

    found = dedupe.resolve(table, seed=7, told=silent)

    true, held = together([record["who"] for record in records]), together(found.labels)
    assert len(true & held) >= 0.95 * len(held)
    assert len(true & held) >= 0.9 * len(true)


@pytest.mark.parametrize(("copies", "clusters"), [(1, 1), (2, 1), (3, 1)])
def test_a_file_of_one_person_is_one_cluster(tmp_path, copies, clusters):
    table = brought(tmp_path, [{"name": "Ann Lee", "email": "ann@mail.example", "city": "Hull"}] * copies)

    found = dedupe.resolve(table, seed=7, told=silent)

    assert len(set(found.labels.tolist())) == clusters


def test_thousands_of_equal_names_stay_apart_and_are_counted(tmp_path):
    records = [{"name": "John Smith", "city": "London"}] * 3_000 + [{"name": "Zoe Barr", "city": "Hull"}] * 2
    table = brought(tmp_path, records)

    counts = dedupe.dedupe(table, out=tmp_path / "out.csv", seed=7, engine="duckdb", told=silent)

    assert counts["records too alike to tell apart"] == 3_000
    assert counts["largest cluster"] <= 2
    assert counts["pairs looked at"] == 1


def test_hostile_text_is_read_like_any_other(tmp_path):
    odd = ["\u202eelgae", "'; DROP TABLE rows; --", "\U0001f600" * 3, "a" * 4_000, '"', "=1+1", "ﷺ", "e\u0301" * 90]
    records = [{"name": text, "email": f"{text[:5]}@x", "we\"ird; co'l": text} for text in odd for _ in range(2)]
    table = brought(tmp_path, records)

    counts = dedupe.dedupe(table, out=tmp_path / "out.csv", seed=7, engine="duckdb", told=silent)

    assert counts["records"] == len(records)


def test_progress_is_told_step_by_step(tmp_path):
    table = brought(tmp_path, [{"name": f"Ann {word(random.Random(n))}", "city": "Hull"} for n in range(30)])
    steps = []

    dedupe.resolve(table, seed=7, told=lambda step, done, total: steps.append(step))

    assert list(dict.fromkeys(steps))[:3] == ["reading what tells who it is", "looking for pairs", "learning"]
    assert steps[-1] == "joining"
