"""The town's files are what the connectors read: every line gives what its truth names, under the same key."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mutuals.connectors.bluesky.parse import parse as read_bluesky
from mutuals.connectors.contract import Raw
from mutuals.connectors.email.parse import parse as read_mail
from mutuals.connectors.files.mapping import Reading, apply, clean
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.read import rows
from mutuals.connectors.files.shapes import BadRow
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.mastodon.parse import parse as read_mastodon
from mutuals.connectors.webhook.parse import parse as read_hook
from mutuals.town import generate


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("town")
    generate(300, 90, 11, out, now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    return out


@pytest.fixture(scope="module")
def truth(town) -> dict[str, list[dict]]:
    told = defaultdict(list)
    for line in (town / "truth" / "interactions.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        told[record["source"]].append(record)
    return told


@pytest.mark.parametrize(
    ("source", "read"), [("mastodon", read_mastodon), ("bluesky", read_bluesky), ("hooks", read_hook)]
)
def test_each_line_of_a_network_is_understood_as_what_was_meant(town, truth, source, read):
    lines = (town / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()

    for line, told in zip(lines, truth[source], strict=True):
        envelopes = read(
            Raw(key="line", body=line.encode(), kind=json.loads(line).get("kind", "") if source != "hooks" else "")
        )

        found = {envelope.key: envelope for envelope in envelopes}
        assert found[told["key"]].verb.value == told["verb"]
        assert found[told["key"]].own == (told["person"] == "kettleworks" and told["verb"] != "delete")


def test_each_mail_of_the_town_is_understood_and_answers_find_their_question(town, truth):
    path = town / "mails.mbox"
    known = set()

    for row, told in zip(rows(path, sniff(path)), truth["mails"], strict=True):
        kind = "sent" if told["person"] == "kettleworks" else "received"
        (mail,) = read_mail(Raw(key="line", body=row.raw, kind=kind))

        assert mail.key == told["key"]
        assert not mail.reply_to or mail.reply_to in known
        known.add(mail.key)


@pytest.mark.parametrize(
    ("name", "target", "needed"),
    [
        ("customers.csv", "people", {"id", "given_name", "family_name", "email", "phone", "mastodon", "created_at"}),
        ("customers.xlsx", "people", {"id", "name", "email", "phone", "city", "note"}),
        ("organisations.csv", "organisations", {"id", "name", "domain", "email", "city"}),
        ("orders.jsonl", "orders", {"number", "customer_id", "placed_at", "total", "lines"}),
    ],
)
def test_the_mapping_of_each_table_is_proposed_and_no_row_is_lost(town, name, target, needed):
    found = sniff(town / name)
    mapping = {column: one.field for column, one in propose(found.columns, found.sample_rows, target).items()}

    read = list(rows(town / name, found))
    kept = [
        clean(apply(row.values, mapping, target), target, Reading(zone="Europe/Berlin", region="DE")) for row in read
    ]

    assert needed <= set(mapping.values())
    assert not [row for row in read if isinstance(row, BadRow)]
    assert len(read) == json.loads((town / "manifest.json").read_text())["counts"][name]
    assert Counter(problem.field for one in kept for problem in one.problems).total() < 0.3 * len(read)
