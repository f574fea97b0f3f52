"""Listening by the API and the terminal: topics, counts, mentions, readings, corrections, cards."""

import json
from datetime import timedelta

import cast
from mutuals.base import clock
from mutuals.cli import main
from mutuals.listening.card import back, cards, warn
from mutuals.listening.models import CardKind, Topic, Version
from mutuals.listening.topic import fill
from mutuals.people.models import Profile

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


def test_who_writes_over_a_colleague_is_told_so(staff, aron, ada, capsys):
    number, _ = heard(staff, aron)
    book = aron("POST", "/playbooks", {"name": "Leak", "steps": ["Read them"]}).json()
    at, way = f"/topics/{number}", f"/playbooks/{book['id']}"

    first = aron("PUT", at, {"name": "Leaks", "words": "leak* lid", "seen": 1})
    late = aron("PUT", at, {"name": "Leaks", "words": "leak* cup", "seen": 1})
    kept = aron("PUT", way, {"name": "Leak", "steps": ["Close it"], "seen": book["changed_at"]})
    over = aron("PUT", way, {"name": "Leak", "steps": ["Call them"], "seen": book["changed_at"]})
    told = [
        main(["topics", "change", "Leaks", "kettle", "--seen", "1"]),
        main(["playbooks", "keep", "Leak", "Wait", "--seen", book["changed_at"]]),
        main(["topics", "change", "Leaks", "kettle", "--seen", "2", "--called", "Kettles"]),
    ]

    assert [one.status_code for one in (first, late, kept, over)] == [200, 422, 200, 422]
    assert "A colleague changed this topic" in str(late.json())
    assert (told, ada.get(at)["words"], ada.get(at)["name"]) == ([1, 1, 0], "kettle", "Kettles")
    assert [one["steps"] for one in ada.get("/playbooks")["items"]] == [["Close it"]]
    assert capsys.readouterr().err.count("A colleague") == 2


def test_a_change_of_name_kind_or_budget_alone_writes_over_nobody_either(staff, aron, ada, capsys):
    number, _ = heard(staff, aron)
    at, leaks = f"/topics/{number}", {"name": "Leaks", "words": "leak*"}
    read = ada.get(at)["edition"]

    named = aron("PUT", at, leaks | {"kind": "product", "seen": read}).json()
    again = aron("PUT", at, leaks | {"kind": "product", "seen": read})
    late = aron("PUT", at, leaks | {"budget": "two a month", "seen": read})
    ringing = aron("PUT", f"{at}/alarms", {"budget": "one a week", "seen": read})
    told = [
        main(["topics", "change", "Leaks", "--budget", "one a week", "--seen", str(read)]),
        main(["topics", "change", "Leaks", "--budget", "one a week", "--seen", str(named["edition"])]),
        main(["cards", "rehearse", "Leaks", "--budget", "one a day", "--keep", "--seen", str(named["edition"])]),
    ]

    kept = ada.get(at)
    assert (named["edition"], named["version"], again.json()["edition"]) == (read + 1, 1, read + 1)
    assert (late.status_code, ringing.status_code, told) == (422, 422, [1, 0, 1])
    assert "“Product”" in str(late.json())
    assert (kept["kind"], kept["budget"], kept["version"]) == ("product", "one a week", 1)
    assert capsys.readouterr().err.count("A colleague") == 2


def test_what_came_late_is_told_and_looked_back_over_by_the_api_and_the_terminal(staff, aron, ada, capsys):
    number, rows = heard(staff, aron)
    topic, now, way = Topic.objects.get(pk=number), clock.now(), f"/topics/{number}/back"
    warn.watch(topic, now=now)
    none = ada.get(way)
    old = [cast.event(f"late{n}", "It leaks", who=f"l{n}", at=now - timedelta(days=30 + n)) for n in range(2)]
    cast.said(rows[0].source, *old, now=now)

    late = ada.get(way)
    begun = ada("POST", way, {}).json()
    back.run(number)
    done = ada.get(way)
    wrong = ada("POST", way, {"days": 4_000})
    told = [
        main(["topics", "back", "Leaks", "--days", "60", "--json"]),
        main(["cards", "rehearse", "Leaks", "--days", "200", "--json"]),
        main(["cards", "rehearse", "Leaks", "--days", "500"]),
    ]

    said = capsys.readouterr()
    assert (none["late"], none["last"], late["late"]["posts"]) == (None, None, 2)
    assert (begun["last"]["posts"], begun["last"]["read"], begun["last"]["ended_at"]) == (4, 0, None)
    assert (done["late"], done["last"]["read"], done["last"]["rings"]) == (None, 4, [])
    assert done["last"]["ended_at"] is not None
    assert wrong.status_code == 422
    assert told == [0, 0, 1]
    assert '"posts": 4' in said.out
    assert "From 1 to 365 days" in said.err


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


def test_a_card_is_listed_settled_given_a_checklist_and_measured(staff, aron, ada):
    number, rows = heard(staff, aron)
    now = clock.now()
    bea = cast.person(by=staff.ada)
    Profile.objects.filter(pk=rows[0].profile_id).update(person=bea)
    topic = Topic.objects.get(pk=number)
    card = cards.raise_(
        CardKind.ALARM, "alarm:1", topic, topic=topic, level=2, words="Leaks: unusual.", now=now,
        since=now - timedelta(hours=3), until=now,
    )  # fmt: skip
    way = f"/cards/{card.pk}"

    waiting = ada.get("/cards?state=open&kind=alarm")["items"]
    refused = ada("POST", f"{way}/settle", {"state": "dismissed"})
    book = aron("POST", "/playbooks", {"name": "Leak", "steps": ["Read them", "Tell the workshop"]}).json()
    steps = ada("POST", f"{way}/steps", {"playbook_id": book["id"]}).json()
    ada("POST", f"{way}/steps/{steps[0]['id']}", {"done": True})
    stuck = ada("DELETE", f"{way}/steps")
    nobody = ada("POST", f"{way}/problem", {"title": "Leaks"})
    opened = ada("POST", f"{way}/problem", {"title": "Leaks", "text": "Hello {first}", "people": [bea.pk]}).json()
    told = ada.get(way)
    measured = ada.get("/cards/measure")
    rising = ada.get(f"/topics/{number}/rising?product=kettle&f=stage:is:customer")
    rang = aron("PUT", f"/topics/{number}/alarms", {"budget": "one a week"}).json()
    wrong = ada("GET", f"/topics/{number}/alarms?budget=never")

    assert [one["id"] for one in waiting] == [card.pk]
    assert (refused.status_code, stuck.status_code, nobody.status_code, wrong.status_code) == (422, 422, 422, 422)
    assert [one["done_at"] is None for one in ada.get(f"{way}/steps")] == [False, True]
    assert [one["person"]["id"] for one in ada.get(f"{way}/people")["people"]] == [bea.pk]
    assert (len(opened["cases"]), opened["drafts"]) == (1, 1)
    assert (told["state"], told["led"], told["playbook"]) == ("acted", [f"case:{opened['cases'][0]['id']}"], "Leak")
    assert (measured["all"]["acted_share"], measured["kinds"][0]["kind"]) == (100, "alarm")
    assert (rising["sets"], rang["budget"], rang["rings"]) == ([], "one a week", [])
    assert ada("POST", f"{way}/reopen").json()["state"] == "open"


def test_the_terminal_says_the_same(staff, aron, capsys):
    heard(staff, aron)
    capsys.readouterr()

    codes = [
        main(["topics", "list", "--json"]),
        main(["topics", "add", "Lids", "lid", "--here", "--json"]),
        main(["topics", "try", "x", "leak AND (", "--json"]),
        main(["topics", "mentions", "Lids", "--json"]),
        main(["topics", "look", "--json"]),
        main(["topics", "voices", "Lids", "--json"]),
        main(["topics", "without", "Leaks", "kettle", "--json"]),
        main(["boards", "save", "Both", "Leaks", "Lids", "--first", "--json"]),
        main(["boards", "beside", "Leaks", "Lids", "--json"]),
        main(["digest", "wish", "daily", "--most", "3", "--mail", "--json"]),
        main(["digest", "make", "--json"]),
        main(["cards", "list", "--json"]),
        main(["cards", "measure", "--json"]),
        main(["cards", "words", "Lids", "--bought", "Arc", "--json"]),
        main(["cards", "rehearse", "Lids", "--budget", "one a week", "--keep", "--json"]),
        main(["playbooks", "begin", "--json"]),
        main(["cards", "show", "9", "--json"]),
        main(["topics", "away", "Nowhere", "--json"]),
    ]

    listed = json.loads(capsys.readouterr().out.splitlines()[0])
    assert codes == [0, 0, 1, *[0] * 13, 3, 3]
    assert listed[0]["mentions"] == 2


def test_boards_digests_voices_and_a_word_left_out_by_the_api(staff, aron, ada):
    number, _ = heard(staff, aron)
    since, until = clock.now() - timedelta(days=2), clock.now() + timedelta(hours=1)
    span = f"since={since:%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}"

    board = ada("POST", "/boards", {"name": "Mine", "topics": [number], "query": "days=7"}).json()
    ada("POST", f"/boards/{board['id']}/first")
    first = ada.get("/boards")["items"][0]["first"]
    ada("DELETE", f"/boards/{board['id']}")
    back = ada("POST", f"/boards/{board['id']}/restore")
    beside = ada.get(f"/share-of-voice?topics={number}&{span}")
    voices = ada.get(f"/topics/{number}/voices?{span}")
    customers = ada.get(f"/topics/{number}/counts?{span}&by=customers")
    dropped = aron.get(f"/topics/{number}/without?word=kettle")
    without = aron("POST", f"/topics/{number}/without", {"word": "kettle"}).json()
    wished = ada("PUT", "/digest", {"rhythm": "weekly", "most": 3, "by_mail": True}).json()
    items = ada("POST", "/digest").json()["items"]
    ada("POST", f"/digest/{items[0]['id']}/judge", {"relevant": False})

    assert (first, back.status_code, beside[0]["share"]) == (True, 200, 100.0)
    assert sum(one["mentions"] for one in voices["voices"]) == 2
    assert customers["mentions"] == 0
    assert (dropped["many"], without["words"]) == (1, "leak* NOT kettle")
    assert (wished["wishes"]["most"], wished["wishes"]["by_mail"]) == (3, True)
    assert len(ada.get("/digest")["items"]) == len(items) - 1
    assert ada("POST", f"/topics/{number}/without", {"word": "lid"}).status_code == 403
