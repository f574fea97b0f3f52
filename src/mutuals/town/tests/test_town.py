from __future__ import annotations

import hashlib
import json
import mailbox
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from mutuals.town import generate
from mutuals.town.customers import slip

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("town")
    generate(400, 120, 7, out, now=NOW)
    return out


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_town(tmp_path):
    generate(60, 30, 1, tmp_path / "a", now=NOW)
    generate(60, 30, 1, tmp_path / "b", now=NOW)
    generate(60, 30, 2, tmp_path / "c", now=NOW)

    first = digests(tmp_path / "a")

    assert first == digests(tmp_path / "b")
    assert first["mails.mbox"] != digests(tmp_path / "c")["mails.mbox"]


def test_the_counts_of_truth_and_manifest_are_those_of_the_files(town):
    manifest = json.loads((town / "manifest.json").read_text())
    truth = Counter(line["source"] for line in lines(town / "truth" / "interactions.jsonl"))
    people = lines(town / "truth" / "people.jsonl")

    with (town / "customers.csv").open(encoding="utf-8") as file:
        customers = sum(1 for _ in file) - 1
    sheet = openpyxl.load_workbook(town / "customers.xlsx", read_only=True).worksheets[0]
    found = {
        "customers.csv": customers,
        "customers.xlsx": sum(1 for _ in sheet.iter_rows()) - 2,
        "mails.mbox": len(mailbox.mbox(town / "mails.mbox")),
        "feed.xml": len(re.findall("<entry>", (town / "feed.xml").read_text())),
        "organisations.csv": len((town / "organisations.csv").read_text("cp1252").splitlines()) - 1,
        **{
            name: len(lines(town / name)) for name in ("orders.jsonl", "mastodon.jsonl", "bluesky.jsonl", "hooks.jsonl")
        },
    }

    assert {name: manifest["counts"][name] for name in found} == found
    assert truth == {source: found[name] for source, name in (
        ("mails", "mails.mbox"), ("mastodon", "mastodon.jsonl"), ("bluesky", "bluesky.jsonl"), ("hooks", "hooks.jsonl"),
        ("feed", "feed.xml"),
    )}  # fmt: skip
    assert len([person for person in people if person["kind"] != "company"]) == 400 == manifest["people"]


def test_each_line_of_a_source_has_its_truth_at_the_same_place(town):
    truth = defaultdict(list)
    for told in lines(town / "truth" / "interactions.jsonl"):
        truth[told["source"]].append(told)

    mails = [mail["Message-ID"] for mail in mailbox.mbox(town / "mails.mbox")]
    hooks = [event["id"] for event in lines(town / "hooks.jsonl")]
    sky = [line.get("uri") or line.get("post", {}).get("uri") for line in lines(town / "bluesky.jsonl")]

    assert mails == [told["key"] for told in truth["mails"]]
    assert hooks == [told["key"] for told in truth["hooks"]]
    assert all(uri in (None, told["key"]) for uri, told in zip(sky, truth["bluesky"], strict=True))
    assert {told["verb"] for told in truth["bluesky"]} >= {"create", "delete"}
    assert {told["verb"] for told in truth["mastodon"]} >= {"create", "update", "delete"}


def test_every_profile_key_leads_to_one_person_and_every_author_is_known(town):
    people = lines(town / "truth" / "people.jsonl")
    keys = defaultdict(set)
    for person in people:
        for profile in person["profiles"]:
            keys[profile["network"], profile["key"]].add(person["person"])

    shared = [key for key, owners in keys.items() if len(owners) > 1]
    authors = {told["person"] for told in lines(town / "truth" / "interactions.jsonl")}

    assert {network for network, _ in shared} <= {"email"}  # households share mailboxes, nothing else
    assert shared
    assert authors <= {person["person"] for person in people}


def test_keys_of_what_was_said_are_unique_but_for_edits_and_deletions(town):
    created = Counter(
        (told["source"], told["key"])
        for told in lines(town / "truth" / "interactions.jsonl")
        if told["verb"] == "create"
    )

    assert max(created.values()) == 1


def test_the_cast_is_in_every_town(tmp_path):
    generate(7, 30, 3, tmp_path, now=NOW)

    people = {person["person"]: person for person in lines(tmp_path / "truth" / "people.jsonl")}

    assert set(people) == {"kettleworks", "bea", "bo", "dora", "emil", "ada", "ben", "cleo"}
    assert [p["handle"] for p in people["bea"]["profiles"] if p["network"] == "mastodon"] == [
        "bea@tea.example", "beabrews@town.example",
    ]  # fmt: skip
    assert people["bo"]["name"].split()[-1] == people["bea"]["name"].split()[-1]
    assert people["cleo"]["kind"] == "contractor"


def test_nothing_happens_outside_the_window(town):
    moments = [told["at"] for told in lines(town / "truth" / "interactions.jsonl")]
    orders = [order["placed_at"] for order in lines(town / "orders.jsonl")]

    for at in (*moments, *orders):
        assert datetime(2026, 7, 23, 12, tzinfo=UTC) <= datetime.fromisoformat(at) <= NOW


def test_an_answer_never_comes_before_what_it_answers(town):
    sent = {}
    for mail in mailbox.mbox(town / "mails.mbox"):
        at = datetime.strptime(mail["Date"], "%a, %d %b %Y %H:%M:%S %z")
        sent[mail["Message-ID"]] = at
        if mail["In-Reply-To"]:
            assert sent[mail["In-Reply-To"]] <= at


def test_texts_vary_and_speak_several_languages(town):
    truth = lines(town / "truth" / "interactions.jsonl")
    texts = {
        item["item"].get("status", item["item"]).get("content")
        for item in lines(town / "mastodon.jsonl")
        if "item" in item
    }

    assert len(texts) > 300
    assert {"en", "de", "fr", "es"} <= {told["language"] for told in truth}
    assert {"complaint", "praise", "question", "order_status", "spam", "chat", "answer"} <= {
        told["intent"] for told in truth
    }


def test_the_total_of_an_order_is_the_sum_of_its_lines(town):
    for order in lines(town / "orders.jsonl"):
        total = sum(round(float(line["unit_price"]) * 100) * line["quantity"] for line in order["lines"])
        assert round(float(order["total"]) * 100) == total
        assert order["lines"]


def test_the_feed_is_well_formed_and_has_one_entry_without_an_id(town):
    root = ElementTree.parse(town / "feed.xml").getroot()
    atom = "{http://www.w3.org/2005/Atom}"

    entries = root.findall(f"{atom}entry")

    assert len([entry for entry in entries if entry.find(f"{atom}id") is None]) == 1


def test_some_names_have_slips_and_bots_bring_hostile_names(tmp_path):
    generate(3_000, 20, 5, tmp_path, now=NOW)

    shown = (tmp_path / "mastodon.jsonl").read_text(encoding="utf-8")

    assert "<script>alert(1)</script>" in shown
    assert slip(__import__("random").Random(1), "Featherstone") != "Featherstone"


@pytest.mark.parametrize(("people", "days", "now"), [(6, 30, NOW), (60, 0, NOW), (60, 30, NOW.replace(tzinfo=None))])
def test_an_impossible_town_is_refused(tmp_path, people, days, now):
    with pytest.raises(ValueError, match=r"\S"):
        generate(people, days, 1, tmp_path, now=now)
