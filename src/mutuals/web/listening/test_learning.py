"""Teaching the reader on the screen: what it asks, its versions, phrases with their preview, reading history again."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

import cast
from mutuals.base import clock
from mutuals.listening.learning import correct, lessons
from mutuals.listening.models import Lesson, Question, Rereading, Saying

pytestmark = pytest.mark.django_db
PAGE = "/listening/learning/"
TEXTS = [
    one
    for n in range(8)
    for one in (
        (f"the war zone bundle number {n} drops on friday with {n + 3} new maps", "positive"),
        (f"order {n} went to the depot again, the {n + 2}th time, says the tracker", "negative"),
        (f"the shop in street {n} opens at {n + 1} on monday, says the sign", "neutral"),
    )
]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def told(client, way=PAGE):
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(way).content.decode()))


def spoken(us):
    """All of them, arrived now."""
    events = [cast.event(f"a{n}", text, who=f"w{n}", at=clock.now()) for n, (text, _) in enumerate(TEXTS)]
    return cast.said(cast.source(owner=us.olga), *events, now=clock.now())


def test_an_answer_in_place_brings_the_figures_and_one_question_more():
    us = cast.staff()
    ada = signed_in(us.ada)
    spoken(us)
    shown = list(dict.fromkeys(re.findall(r"/listening/learning/answer/(\d+)/", ada.get(PAGE).content.decode())))
    part = {"HX-Request": "true"}

    done = ada.post(f"{PAGE}answer/{shown[0]}/", {"mood": "neutral", "shown": shown}, headers=part)
    skipped = ada.post(f"{PAGE}answer/{shown[1]}/", {"mood": "skip", "shown": shown}, headers=part)
    refused = ada.post(f"{PAGE}answer/{shown[2]}/", {"mood": "sunny", "shown": shown}, headers=part)

    further = set(re.findall(r"/listening/learning/answer/(\d+)/", done.content.decode()))
    assert "1 of 50 told" in done.content.decode()
    assert len(further) == 1
    assert not further & set(shown)
    assert json.loads(done.headers["HX-Trigger"])["toast"]["undo"].startswith("/readings/undo/")
    assert "HX-Trigger" not in skipped.headers
    assert "1 skipped" in skipped.content.decode()
    assert json.loads(refused.headers["HX-Trigger"])["toast"]["failed"]
    assert Question.objects.count() == 2


def test_what_teaches_most_is_asked_and_answered_with_keys():
    us = cast.staff()
    ada = signed_in(us.ada)
    empty = told(ada)
    spoken(us)

    page = ada.get(PAGE).content.decode()
    [first, second] = re.findall(r"/listening/learning/answer/(\d+)/", page)[:2]
    ada.post(f"{PAGE}answer/{first}/", {"mood": "neutral"})
    ada.post(f"{PAGE}answer/{second}/", {"mood": "skip"})
    wrong = ada.post(f"{PAGE}answer/{second}/", {"mood": "<b>"}, follow=True).content.decode()

    assert "Nothing to ask" in empty
    assert "0 of 50 told" in empty
    assert "1 of 50 told" in told(ada)
    assert 'data-key="1"' in page
    assert 'data-key="s"' in page
    assert "cannot be that" in wrong
    assert {str(one.pk): one.told for one in Question.objects.all()} == {first: "neutral", second: ""}


def test_versions_phrases_and_history_stand_on_the_same_page(django_assert_max_num_queries):
    us = cast.staff()
    ada, lea = signed_in(us.ada), signed_in(us.lea)
    for row, (_, mood) in zip(spoken(us), TEXTS, strict=True):
        correct.correct(row.pk, "mood", [mood], by=us.ada, now=clock.now())

    begun = told(ada)
    lea.post(f"{PAGE}now/")
    lessons.learn_now()
    learned = lea.get(PAGE).content.decode()
    lea.post(f"{PAGE}use/{Lesson.objects.get(number=0).pk}/")
    held = told(lea)
    look = told(lea, "/listening/phrases/?words=war+zone*&means=mood:neutral")
    unclear = lea.get("/listening/phrases/?words=***&means=mood:neutral", headers={"HX-Request": "true"})
    lea.post("/listening/phrases/", {"words": "war <i>zone*", "means": "mood:neutral"})
    kept = lea.get(PAGE).content.decode()
    lea.post(f"/listening/phrases/{Saying.objects.get().pk}/away/")
    lea.post(f"{PAGE}again/")
    running = told(lea)
    lea.post(f"{PAGE}again/", {"stop": "1"})
    with django_assert_max_num_queries(30):
        lea.get(PAGE)

    assert "24 of 50 told" in begun
    assert "24 corrections are not learned from" in begun
    assert "Learn now" not in begun  # only who may
    assert "Use this" in learned
    assert "on 24 corrections (" in learned
    assert "Somebody went back" in held
    assert "of the newest 24 messages" in look
    assert 'role="alert"' in unclear.content.decode()
    assert "war i zone*" in kept
    assert Saying.objects.get().ended_at is not None
    assert "History is being read again" in running
    assert Rereading.objects.get().ended_at is not None


def test_only_leads_change_what_reads():
    us = cast.staff()
    ada, lea = signed_in(us.ada), signed_in(us.lea)

    assert signed_in(us.cleo).get(PAGE).status_code == 403
    assert ada.post(f"{PAGE}now/").status_code == 403
    assert lea.post(f"{PAGE}use/{10**19}/").status_code == 404
