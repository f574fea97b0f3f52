"""Boards on screen: filters of the whole board, marks that open their rows, saving, side by side, digest, a word left out."""

import re
from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.inbox.models import Case
from mutuals.listening.board import digest
from mutuals.listening.draft import drafts
from mutuals.listening.models import Board, Listener, Mention, Reading, Told
from mutuals.listening.topic import fill, topics
from mutuals.web.listening import charts

pytestmark = pytest.mark.django_db
LEAK = "My kettle leaks all over the kitchen floor, see https://kettles.example/leaks"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def heard():
    """A brand and a rival that have heard something."""
    us, now = cast.staff(), clock.now()
    square = cast.source(owner=us.olga)
    cast.said(
        square,
        cast.event("p1", LEAK, who="bea", at=now - timedelta(hours=2)),
        cast.event("p2", "Why does the lid leak?", who="bo", at=now - timedelta(hours=1)),
        cast.event("p3", "The potworks pot is lovely", who="bea", at=now - timedelta(hours=1)),
        now=now,
    )
    found = []
    for name, words, kind in (("Leaks", "leak*", "brand"), ("Potworks", "potworks", "competitor")):
        topic = topics.make(topics.Wanted(name, words, kind=kind), by=us.lea, now=now)
        fill.fill(topic.version_id)
        found.append(topic)
    return us, *found


def rows_of(page):
    return page.content.decode().count('<li class="men')


def test_every_mark_of_the_board_opens_rows_and_filters_are_of_the_whole_board():
    us, topic, _ = heard()
    client, way = signed_in(us.ada), f"/listening/{topic.pk}/"

    page = client.get(way).content.decode()
    marks = {
        link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]*(?:author|link|place|at|mood)=[^"]*)"', page)
    }
    opened = {link: client.get(way + link) for link in marks}
    link = next(one for one in marks if "link=" in one)
    filtered = client.get(f"{way}?by=customers").content.decode()

    assert all(one.status_code == 200 for one in opened.values())
    assert rows_of(opened[link]) == 1
    assert {"author", "link", "at", "mood"} <= {part.split("=")[0] for one in marks for part in one[1:].split("&")}
    assert "0 mentions" in filtered
    assert "Remove the filter by our customers" in filtered


def test_a_saved_board_keeps_what_its_stream_was_narrowed_to_but_for_a_day_and_for_single_mentions():
    us, topic, _ = heard()
    client = signed_in(us.ada)
    way = f"/listening/{topic.pk}/?days=90&who=others&mood=negative&asks=1&at=2026-11-20&alike=3"

    query = re.search(r'name="query" value="([^"]*)"', client.get(way).content.decode())[1].replace("&amp;", "&")
    saved = client.post("/listening/boards/", {"name": "Others", "topics": str(topic.pk), "query": query}, follow=True)

    assert sorted(query.split("&")) == ["asks=1", "days=90", "mood=negative", "who=others"]
    assert "negative · not by customers · questions" in saved.content.decode()


def test_a_board_is_saved_opens_first_and_comes_back_after_it_was_deleted():
    us, topic, rival = heard()
    client = signed_in(us.ada)
    told = {"name": "Rivals", "topics": f"{topic.pk},{rival.pk}", "query": "days=90", "roles": ["lead"], "first": "1"}

    saved = client.post("/listening/boards/", told)
    opened = client.get("/listening/", follow=True).content.decode()
    shared = signed_in(us.lea).get(f"/listening/{topic.pk}/").content.decode()
    board = Board.objects.get()
    client.post(f"/listening/boards/{board.pk}/delete/")
    gone = client.get("/listening/")
    client.post(f"/listening/boards/{board.pk}/restore/")

    assert "topics=" in saved.url
    assert "Share of voice" in opened
    assert "67 %" in opened
    assert "Rivals" in shared
    assert gone.url == f"/listening/{topic.pk}/"
    assert Board.objects.get().deleted_at is None
    assert Listener.objects.get(user=us.ada).board is None
    assert client.post("/listening/boards/", told | {"name": "None", "topics": "x"}).status_code == 302
    assert signed_in(us.ben).post(f"/listening/boards/{board.pk}/delete/").status_code == 404


def test_a_mention_becomes_a_case_or_is_taken_where_it_stands():
    us, topic, _ = heard()
    client, number = signed_in(us.ada), Mention.objects.filter(version=topic.version).first().interaction_id

    client.post(f"/listening/{topic.pk}/case/{number}/")
    taken = client.post(f"/listening/{topic.pk}/take/{number}/", {"back": f"/listening/{topic.pk}/?days=7"})
    client.post(f"/listening/{topic.pk}/tag/{number}/", {"tag": "leaks"})
    page = client.get(f"/listening/{topic.pk}/").content.decode()

    assert Case.objects.get().opened_by == f"staff:{us.ada.pk}"
    assert taken.url == f"/listening/{topic.pk}/?days=7"
    assert "nobody to tag" in page
    assert client.post(f"/listening/{topic.pk}/case/{2**63}/").status_code == 404


def test_what_falls_away_without_a_word_is_shown_before_it_is_done_and_undone():
    us, topic, _ = heard()
    client, way = signed_in(us.lea), f"/listening/{topic.pk}/without/"

    look = client.get(f"{way}?word=kettle").content.decode()
    own = client.get(f"{way}?word=leak*")
    client.post(way, {"word": "kettle"})
    changed = topic.versions.latest("number").words
    client.post(f"{way}?back=1&word=kettle")

    assert "1 of the newest 2 mentions fall" in look
    assert "<mark>kettle</mark>" in look
    assert own.status_code == 422
    assert changed == "leak* NOT kettle"
    assert topic.versions.latest("number").words == "leak*"
    assert signed_in(us.ada).get(f"{way}?word=kettle").status_code == 403


def test_a_digest_stands_on_the_page_of_today_and_is_tuned_there():
    us, topic, _ = heard()
    client = signed_in(us.ada)

    client.post("/listening/digest/", {"rhythm": "daily", "most": "1", "topics": [topic.pk]})
    too_many = client.post("/listening/digest/", {"rhythm": "daily", "most": "1000"})
    digest.make(us.ada, now=clock.now())
    today = client.get("/").content.decode()
    item = Told.objects.get()
    client.post(f"/listening/digest/{item.pk}/", {"worth": "no", "back": "/"})

    assert too_many.status_code == 422
    assert item.why in today.replace("&#x27;", "'")
    assert Told.objects.get().is_relevant is False
    assert item.why not in client.get("/").content.decode()
    assert "Nothing yet" in signed_in(us.ben).get("/listening/digest/").content.decode()


def test_an_empty_digest_says_why_and_what_comes_in_late_is_told():
    us, topic, rival = heard()
    client = signed_in(us.ada)
    topics.put_away(topic, by=us.lea, now=clock.now())
    Mention.objects.filter(version__topic=rival).update(mood="neutral", occurred_at=clock.now() - timedelta(days=2))

    client.post("/listening/digest/", {"now": "1"})
    silent = client.get("/listening/digest/").content.decode()
    Mention.objects.filter(version__topic=rival).update(occurred_at=clock.now() - timedelta(hours=3))
    client.post("/listening/digest/", {"now": "1"})
    dull = client.get("/listening/digest/").content.decode()
    Reading.objects.update(intents=["churn"])
    client.post("/listening/digest/", {"now": "1"})

    assert "nobody spoke of any topic since" in silent
    assert "of 1 mention since" in dull
    assert Told.objects.get().reason == "churn"


@pytest.mark.parametrize("query", ["topics=" + "9" * 400, "on=abc", "topics=1,2&at=x&till=y", "board=" + "9" * 30])
def test_addresses_that_make_no_sense_show_topics_side_by_side(query):
    us, _, _ = heard()

    assert signed_in(us.ada).get(f"/listening/beside/?{query}").status_code == 200


def test_boards_words_and_cards_renew_themselves_in_the_open_browser():
    us, topic, rival = heard()
    client = signed_in(us.ada)
    pages = {
        way: client.get(way).content.decode()
        for way in (
            f"/listening/{topic.pk}/",
            f"/listening/words/?topic={topic.pk}",
            "/listening/cards/",
            "/listening/beside/",
        )
    }
    live = {
        way: {name for one in re.findall('data-live="([^"]*)"', page) for name in one.split()}
        for way, page in pages.items()
    }
    asked = {
        tuple(re.findall('hx-(?:get|select)="([^"]*)"', tag))
        for page in pages.values()
        for tag in re.findall("<[^>]*data-live=[^>]*hx-select=[^>]*>|<[^>]*hx-select=[^>]*data-live=[^>]*>", page)
    }
    kept = [(way.replace("&amp;", "&"), select.lstrip("#")) for way, select in asked]
    older = client.get(f"/listening/{topic.pk}/more/").content.decode()

    number = topic.pk
    assert live[f"/listening/{number}/"] >= {f"counts:{number}", f"topic:{number}", f"rising:{number}", "card"}
    assert f"rising:{number}" in live[f"/listening/words/?topic={number}"]
    assert "card" in live["/listening/cards/"]
    assert live["/listening/beside/"] >= {f"counts:{number}", f"counts:{rival.pk}"}
    assert all(f'id="{part}"' in client.get(way).content.decode() for way, part in kept)
    assert all("data-live-state" in page for page in pages.values())
    assert "data-live" not in older


def test_days_before_the_first_mention_are_not_what_is_usual():
    at = clock.now()
    young = [
        charts.Step(at, "", n, 0, 0, 0, 0, "") for n in [0] * 21 + [1182, 1010, 990, 1100, 1050, 970, 1000, 1020, 900]
    ]
    burst = [charts.Step(at, "", n, 0, 0, 0, 0, "") for n in [0] * 21 + [10, 11, 12, 10, 90, 11, 10, 12, 11]]
    quiet = [charts.Step(at, "", n, 0, 0, 0, 1, "") for n in [0] * 21 + [1182, 0, 0, 0, 0, 0, 0, 0, 0]]

    assert charts.peaks(young) == []
    assert [(one.step.n, one.why) for one in charts.peaks(burst)] == [(90, "usually 11")]
    assert [one.step.n for one in charts.peaks(quiet)] == [1182]


def test_drafts_say_how_own_posts_come_in_and_that_nothing_is_scored_without_them():
    us, _, _ = heard()
    channel = cast.channel(cast.source("Square", owner=us.olga), speakers=(us.ada,))
    made = drafts.compare(channel, drafts.Wanted(("Hello.",), clock.now()), by=us.lea, now=clock.now())
    client = signed_in(us.lea)

    said = client.get(f"/listening/drafts/{made.pk}/").content.decode()

    assert "They come in by themselves" in client.get("/listening/drafts/").content.decode()
    assert "not scored, as nothing was said of it" in said
    assert "scored after seven days" not in said
