"""Listening by the API and the terminal: topics, counts, mentions, readings, corrections, cards."""

import json
from datetime import timedelta

import cast
from mutuals.base import clock
from mutuals.cli import main
from mutuals.listening import cards, fill
from mutuals.listening.models import Topic, Version

LEAK = "My kettle leaks all over the kitchen floor"


def heard(staff, aron):
    """A topic made by the API that has heard two posts."""
    now = clock.now()
    rows = cast.said(
        cast.source("Square for topics", owner=staff.olga),
        cast.event("t1", LEAK, at=now - timedelta(hours=2)),
        cast.event("t2", "Does the lid leak?", who="bo", at=now - timedelta(hours=1)),
        now=now,
    )
    made = aron("POST", "/topics", {"name": "Leaks", "words": "leak*"}).json()
    fill.fill(Version.objects.get(topic=made["id"]).pk)
    return made["id"], rows


def test_a_topic_is_made_tried_read_counted_changed_and_put_away(staff, aron, ada):
    number, _ = heard(staff, aron)
    since, until = clock.now() - timedelta(days=2), clock.now() + timedelta(hours=1)
    span = f"since={since:%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}"

    sample = aron("POST", "/topics/sample", {"name": "x", "words": "lid NEAR(3) leak"}).json()
    counts = ada.get(f"/topics/{number}/counts?{span}")
    mentions = ada.get(f"/topics/{number}/mentions?limit=1")
    rest = ada.get(f"/topics/{number}/mentions?limit=1&cursor={mentions['next']}")
    changed = aron("PUT", f"/topics/{number}", {"name": "Lids", "words": "lid"}).json()
    wrong = aron("PUT", f"/topics/{number}", {"name": "Lids", "words": "lid OR"})
    refused = ada("POST", "/topics", {"name": "Cups", "words": "cup"})
    away = aron("DELETE", f"/topics/{number}")

    assert (sample["many"], counts["mentions"]) == (1, 2)
    assert [one["text"] for page in (mentions, rest) for one in page["items"]] == ["Does the lid leak?", LEAK]
    assert (changed["version"], changed["listening"]) == (2, False)
    assert "At letter" in str(wrong.json())
    assert (wrong.status_code, refused.status_code, away.status_code) == (422, 403, 200)
    assert ada.get("/topics")["items"] == []


def test_a_reading_tells_its_words_is_corrected_and_taken_back_and_a_mention_is_judged(staff, aron, ada):
    number, rows = heard(staff, aron)
    way = f"/interactions/{rows[0].pk}/reading"

    read = ada.get(way)
    said = ada("POST", way, {"label": "mood", "values": ["positive"]}).json()
    corrected = ada.get(way)
    ada("POST", f"/corrections/{said['id']}/undo")
    ada("POST", f"/topics/{number}/mentions/{rows[0].pk}/judge", {"relevant": False, "because": "meaning"})
    aside = ada.get(f"/topics/{number}/mentions?aside=true")["items"]

    assert read["topics"] == ["Leaks"]
    assert read["read"]["mood"][0]["because"]
    assert (corrected["mood"], corrected["corrected"]) == ("positive", ["mood"])
    assert ada.get(way)["corrected"] == []
    assert [one["aside"] for one in aside] == ["out"]
    assert ada("GET", "/interactions/999999/reading").status_code == 404


def test_a_card_is_listed_and_settled(staff, aron, ada):
    number, _ = heard(staff, aron)
    now = clock.now()
    card = cards.make(
        Topic.objects.get(pk=number), kind="alarm", key="alarm:1", level=2, words="Leaks: unusual.", since=now, until=now,
        evidence={}, touched=cards.Touched(0, 0, ""), now=now,
    )  # fmt: skip

    waiting = ada.get("/cards?state=open")["items"]
    refused = ada("POST", f"/cards/{card.pk}/settle", {"state": "dismissed"})
    done = ada("POST", f"/cards/{card.pk}/settle", {"state": "acted"}).json()

    assert [one["id"] for one in waiting] == [card.pk]
    assert (refused.status_code, done["state"]) == (422, "acted")
    assert ada("POST", f"/cards/{card.pk}/reopen").json()["state"] == "open"


def test_the_terminal_says_the_same(staff, aron, capsys):
    heard(staff, aron)
    capsys.readouterr()

    codes = [
        main(["topics", "list", "--json"]),
        main(["topics", "add", "Lids", "lid", "--here", "--json"]),
        main(["topics", "try", "x", "leak AND (", "--json"]),
        main(["topics", "mentions", "Lids", "--json"]),
        main(["topics", "look", "--json"]),
        main(["cards", "list", "--json"]),
        main(["topics", "away", "Nowhere", "--json"]),
    ]

    listed = json.loads(capsys.readouterr().out.splitlines()[0])
    assert codes == [0, 0, 1, 0, 0, 0, 3]
    assert listed[0]["mentions"] == 2
