"""The screens of listening: what stands on them, who may see and do what, what they cost, and hostile words."""

import re
from datetime import timedelta

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.listening.card import cards
from mutuals.listening.models import Card, CardKind, Correction, Feedback, Mention, Playbook, Reading, Rising, Topic
from mutuals.listening.topic import fill, topics
from mutuals.web.listening.shown import mark_of

pytestmark = pytest.mark.django_db
LEAK = "My kettle leaks all over the kitchen floor"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def heard(*texts):
    """A topic about leaks that has heard these texts, one an hour."""
    us = cast.staff()
    now = clock.now()
    square = cast.source(owner=us.olga)
    rows = cast.said(
        square,
        *(cast.event(f"p{n}", text, who=f"w{n}", at=now - timedelta(hours=n)) for n, text in enumerate(texts)),
        now=now,
    )
    topic = topics.make(topics.Wanted("Leaks", "leak*"), by=us.lea, now=now)
    fill.fill(topic.version_id)
    return us, topic, rows


def test_the_board_shows_counts_a_chart_with_its_table_and_the_mentions_with_what_they_were_found_by():
    us, topic, _ = heard(LEAK, "Why does the lid leak?", "Lovely cup.")

    page = signed_in(us.ada).get(f"/listening/{topic.pk}/").content.decode()

    assert "<mark>leaks</mark>" in page
    assert "2 mentions" in page
    assert "The same as a table" in page
    assert "found by leak" in page
    assert "Lovely cup" not in page


def test_every_mark_narrows_the_stream():
    us, topic, _ = heard(LEAK, "What a wonderful kettle, it does not leak, I love it so much!")
    mood = Reading.objects.order_by("-pk").first().mood
    client = signed_in(us.ada)

    page = client.get(f"/listening/{topic.pk}/?mood={mood}").content.decode()
    links = re.findall(r'href="(\?[^"]*at=[^"]*)"', page)
    day = client.get(f"/listening/{topic.pk}/" + links[-1].replace("&amp;", "&"))

    assert Mention.objects.filter(mood=mood).count() == page.count('<li class="men')
    assert day.status_code == 200


def test_why_tells_the_words_and_a_correction_in_place_can_be_taken_back():
    us, topic, rows = heard(LEAK)
    client = signed_in(us.ada)

    why = client.get(f"/readings/{rows[0].pk}/", headers={"HX-Request": "true"}).content.decode()
    client.post(f"/readings/{rows[0].pk}/correct/", {"label": "mood", "value": "positive"})
    said = Reading.objects.get(pk=rows[0].pk)
    corrected = client.get(f"/listening/{topic.pk}/").content.decode()
    client.post(f"/readings/undo/{Correction.objects.get().pk}/")

    assert "because of" in why
    assert (said.mood, said.corrected) == ("positive", ["mood"])
    assert ">corrected</a>" in corrected
    assert Reading.objects.get(pk=rows[0].pk).corrected == []


def test_a_correction_on_the_board_stays_on_the_board_with_its_mark_and_is_taken_back_there():
    us, topic, rows = heard(LEAK)
    client, number = signed_in(us.ada), rows[0].pk
    on_board = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/listening/{topic.pk}/?days=90"}
    told = {"label": "mood", "value": "positive", "part": "1"}

    asked = client.get(f"/readings/{number}/", headers=on_board).content.decode()
    done = client.post(f"/readings/{number}/correct/", told, headers=on_board)
    refused = client.post(f"/readings/{number}/correct/", told | {"value": "sunny"}, headers=on_board)
    back = client.post(f"/readings/undo/{Correction.objects.get().pk}/", {"part": "1"}, headers=on_board)
    page = client.get(f"/listening/{topic.pk}/").content.decode()

    assert f'hx-post="/readings/{number}/correct/"' in asked
    assert "hx-swap-oob" not in asked
    assert [one.status_code for one in (done, refused, back)] == [200] * 3
    assert f'id="k{number}" hx-swap-oob="true"><span class="mood up">' in done.content.decode()
    assert ">corrected</a>" in done.content.decode()
    assert 'role="alert"' in refused.content.decode()
    assert ">why</a>" in back.content.decode()
    assert Reading.objects.get(pk=number).corrected == []
    assert f'id="k{number}"><span' in page
    assert "Corrected. It stays so" not in page


def test_not_relevant_takes_a_mention_out_and_undo_brings_it_back():
    us, topic, rows = heard(LEAK)
    client = signed_in(us.ada)
    way = f"/listening/{topic.pk}/judge/{rows[0].pk}/"

    client.post(way, {"because": "meaning"})
    out = client.get(f"/listening/{topic.pk}/").content.decode()
    aside = client.get(f"/listening/{topic.pk}/?aside=1").content.decode()
    client.post(f"{way}?relevant=1")

    assert "1 set aside" in out
    assert "Relevant after all" in aside
    assert not Feedback.objects.exists()
    assert "1 mention" in client.get(f"/listening/{topic.pk}/").content.decode()


def test_a_topic_is_made_in_the_browser_with_a_sample_and_clear_errors():
    us, _, _ = heard(LEAK, "Lovely cup.")
    client = signed_in(us.lea)
    asked = {"name": "Cups", "kind": "product", "words": "cup", "budget": "one a month"}

    sample = client.get("/listening/sample/", asked, headers={"HX-Request": "true"}).content.decode()
    wrong = client.post("/listening/new/", asked | {"words": "cup AND ("})
    made = client.post("/listening/new/", asked)

    assert "1 of 2" in sample
    assert "Noise: about 0 %" in sample
    assert "At letter" in wrong.content.decode()
    assert made.status_code == 302
    assert Topic.objects.get(name="Cups").version.words == "cup"


def test_the_forms_of_topics_and_playbooks_write_over_nobody():
    us, topic, _ = heard(LEAK)
    lead = signed_in(us.lea)
    way, asked = f"/listening/{topic.pk}/edit/", {"name": "Leaks", "kind": "theme", "budget": "one a month"}
    lead.post("/listening/playbooks/", {"name": "Leak", "steps": "Read them", "level": "1"})
    book = Playbook.objects.get()
    page = lead.get("/listening/playbooks/", {"edit": book.pk}).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]

    form = lead.get(way).content.decode()
    first = lead.post(way, {**asked, "words": "leak* lid", "seen": "1"})
    late = lead.post(way, {**asked, "words": "leak* cup", "seen": "1"})
    for steps in ("Close it", "Call them"):
        last = lead.post(
            "/listening/playbooks/", {"edit": book.pk, "name": "Leak", "steps": steps, "level": "1", "seen": seen}
        )

    assert 'name="seen" value="1"' in form
    assert (first.status_code, late.status_code) == (302, 422)
    assert "A colleague changed this topic" in late.content.decode()
    assert "A colleague changed this playbook" in last.content.decode()
    assert Playbook.objects.get().steps == ["Close it"]


def test_trying_words_stays_beside_the_form_and_loses_nothing_that_was_typed():
    us, _, _ = heard(LEAK, "Lovely cup.")
    client = signed_in(us.lea)

    typed = client.get("/listening/new/").content.decode()
    tried = client.post("/listening/new/", {"try": "1", "name": "", "words": "cup", "without": "@shop"})
    alone = client.get("/listening/sample/?words=cup")

    assert 'hx-params="not csrfmiddlewaretoken"' in typed
    assert "formmethod" not in typed
    assert tried.status_code == 200
    assert "1 of 2" in tried.content.decode()
    assert "Save and read history" in tried.content.decode()
    assert 'value="@shop"' in tried.content.decode()
    assert 'role="alert"' not in tried.content.decode()
    assert not Topic.objects.filter(version__words="cup").exists()
    assert (alone.status_code, alone["Location"]) == (302, "/listening/new/")


def test_a_board_costs_the_same_whatever_stands_on_it(django_assert_max_num_queries):
    us, topic, _ = heard(*(f"{LEAK}, the {n}th time now, said {n * 7919} of us" for n in range(25)))
    client = signed_in(us.ada)
    client.get("/")

    with django_assert_max_num_queries(27):
        page = client.get(f"/listening/{topic.pk}/")

    assert page.status_code == 200


def test_without_a_topic_the_screen_says_what_it_is_for():
    us = cast.staff()

    lead = signed_in(us.lea).get("/listening/").content.decode()
    staff = signed_in(us.ada).get("/listening/").content.decode()

    assert "Make a topic" in lead
    assert "made by team leads" in staff


@pytest.mark.parametrize(
    "query",
    ["days=abc", "from=2026-01-01&to=1999-01-01", "at=2026-13-01", "alike=9",
     "alike=99999999999999999999", "after=x_1", "from=0001-01-01&to=0001-01-02", "at=9999-12-31T23", "language=%F0%9F%98%80"],
)  # fmt: skip
def test_addresses_that_make_no_sense_show_a_board(query):
    us, topic, _ = heard(LEAK)

    assert signed_in(us.ada).get(f"/listening/{topic.pk}/?{query}").status_code == 200


def test_mark_up_in_words_stays_words():
    us, topic, _ = heard("<script>alert(1)</script> leak <b>here</b>")

    page = signed_in(us.ada).get(f"/listening/{topic.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<b>here" not in page


def test_a_card_waits_on_the_board_and_is_ended_there_and_taken_back():
    us, topic, _ = heard(LEAK)
    now = clock.now()
    card = cards.raise_(
        CardKind.ALARM, "alarm:1", topic, topic=topic, level=2, words="Leaks: 40 mentions in an hour.", now=now,
        touched=cards.Touched(2, 80, "EUR"),
    )  # fmt: skip
    client = signed_in(us.ada)

    board = client.get(f"/listening/{topic.pk}/").content.decode()
    client.post(f"/listening/cards/{card.pk}/settle/", {"state": "dismissed"})
    waits = client.get("/listening/cards/").content.decode()
    client.post(f"/listening/cards/{card.pk}/settle/", {"state": "delegated", "to": us.ben.pk})
    ended = client.get("/listening/cards/").content.decode()
    client.post(f"/listening/cards/{card.pk}/settle/?open=1")

    assert "2 customers spoke, who bought for €80" in board
    assert "Reason is missing" in waits
    assert "100 % of 1 ended" in ended
    assert Card.objects.get().state == "open"


def test_words_that_rise_list_their_rows():
    us, topic, rows = heard(LEAK, "Why does the lid leak?")
    row = Rising.objects.create(
        topic=topic, words=["lid", "leak"], authors=9, customers=1, mentions=9, before=0, growth=3.0, z=4.0,
        said=[rows[1].pk], place=0, at=clock.now(),
    )  # fmt: skip
    client = signed_in(us.ada)

    page = client.get(f"/listening/{topic.pk}/").content.decode()
    narrowed = client.get(f"/listening/{topic.pk}/?rising={row.pk}").content.decode()

    assert "lid + leak" in page
    assert narrowed.count('<li class="men') == 1


def test_listening_and_words_open_with_our_brand_and_not_with_the_first_rival_of_the_alphabet():
    us = cast.staff()
    topics.make(topics.Wanted("Boilwell", "boilwell", "competitor"), by=us.lea, now=clock.now())
    ours = topics.make(topics.Wanted("Kettle works", "kettle*", "brand"), by=us.lea, now=clock.now())
    client = signed_in(us.ada)

    assert client.get("/listening/").headers["Location"] == f"/listening/{ours.pk}/"
    assert f'<option value="{ours.pk}" selected>' in client.get("/listening/words/").content.decode()


def test_a_share_of_cards_of_which_none_has_ended_is_told_in_one_sentence():
    us, topic, _ = heard(LEAK)
    cards.raise_(CardKind.ALARM, "a", topic, topic=topic, words="Leaks: 9 mentions.", now=clock.now())

    page = signed_in(us.ada).get("/listening/cards/").content.decode()

    assert "nobody has acted on one" in page
    assert "0 dismissed" not in page


@pytest.mark.parametrize(
    ("negative", "corrected", "words"),
    [(800, [], "negative, surprise"), (420, [], "perhaps negative"), (420, ["mood"], "negative, surprise")],
)
def test_a_mood_that_is_less_likely_than_not_is_told_as_perhaps(negative, corrected, words):
    rest = (1000 - negative) // 2
    reading = Reading(
        pk=7, mood="negative", negative=negative, neutral=rest, positive=rest, emotion="surprise", corrected=corrected
    )

    assert mark_of(reading).words == words
