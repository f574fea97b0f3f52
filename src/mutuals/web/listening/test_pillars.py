"""From one stream to four readings on the screen, worked by buttons with keys; words are edited; drafts compared and scored."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

import cast
from mutuals.base import clock
from mutuals.inbox.models import Turn
from mutuals.listening.draft import drafts
from mutuals.listening.models import Bar, Cue, Draft, Forecast
from mutuals.listening.pillar import fourfold
from mutuals.listening.pillar.pillars import Way
from mutuals.listening.tests.test_drafts import US, channel_with
from mutuals.web.listening import shown

pytestmark = pytest.mark.django_db
BUYER = "Can anyone recommend a kettle? I am looking for an alternative to my old one, ready to buy this week."
BROKEN = "The new kettle is broken again and nobody answers. I want a <b>refund</b>!"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(page):
    return page.content.decode()


def heard(us, *texts):
    """What people said, one an hour, the first the newest."""
    now = clock.now()
    square = cast.source(owner=us.olga, team=us.service)
    events = (cast.event(f"p{n}", text, who=f"w{n}", at=now - timedelta(hours=n)) for n, text in enumerate(texts))
    return cast.said(square, *events, now=now)


def test_one_stream_is_read_four_ways_and_worked_through(django_assert_max_num_queries):
    us = cast.staff()
    buyer, broken = heard(us, BUYER, BROKEN)
    ben, ada = signed_in(us.ben), signed_in(us.ada)

    own = ben.get("/listening/pillars/")
    with django_assert_max_num_queries(32):
        sales = text_of(ben.get("/listening/pillars/sales/"))
    taken = ben.post(
        f"/listening/pillars/sales/take/{buyer.pk}/", {"back": f"/listening/pillars/sales/?at={buyer.pk}"}, follow=True
    )
    service = text_of(ada.get(f"/listening/pillars/service/?at={broken.pk}"))
    ada.post(f"/listening/pillars/service/judge/{broken.pk}/", {"right": "no"})
    waits = text_of(ada.get("/listening/pillars/service/"))
    wrong = text_of(ada.get("/listening/pillars/service/?view=wrong"))
    undone = ada.post(f"/listening/pillars/service/judge/{broken.pk}/?right=", follow=True)

    assert own.url == "/listening/pillars/sales/"
    assert "<mark>looking for</mark>" in sales
    assert all(way.label in sales for way in Way)
    assert "too few posts of yours (0 of 30)" in sales
    assert "nobody has judged it yet" in sales.lower()
    assert 'data-key="y"' in sales
    assert 'data-key="n"' in sales
    assert "It is yours, and counts as right for us." in text_of(taken)
    assert Turn.objects.get(pk=buyer.conversation_id).assignee == us.ben
    assert "With Ben" in text_of(ben.get("/listening/pillars/sales/?view=mine"))
    assert "<mark>refund</mark>" in service
    assert "<b>refund" not in service
    assert f'at={broken.pk}"' not in waits
    assert "Nothing waits here" in text_of(ben.get("/listening/pillars/sales/"))
    assert "said by Ada" in wrong
    assert "Taken back." in text_of(undone)
    assert Cue.objects.get(interaction_id=broken.pk, way="service").is_right is None
    assert signed_in(us.cleo).get("/listening/pillars/sales/").status_code == 403
    assert ada.get("/listening/pillars/finance/").status_code == 404


def test_words_are_edited_in_place_with_clear_errors_and_a_moved_bar_is_shown_and_undone():
    us = cast.staff()
    [row] = heard(us, "Where do people meet for the tea ceremony on Sunday")
    lea, ada = signed_in(us.lea), signed_in(us.ada)
    Bar.objects.create(way="sales", was=500, value=800, right=15, judged=18, at=clock.now())

    wrong = lea.post("/listening/pillars/sales/words/", {"language": "en", "words": "tea AND ("})
    kept = lea.post("/listening/pillars/sales/words/", {"language": "en", "words": '"tea ceremony"'}, follow=True)
    refused = ada.post("/listening/pillars/sales/words/", {"language": "en", "words": "tea"})
    fourfold.ask_again(now=clock.now())
    Cue.objects.update(chance=0, strength=500)
    page = text_of(lea.get("/listening/pillars/sales/?view=weaker"))
    lea.post(f"/listening/pillars/bar/{Bar.objects.get().pk}/undo/")
    after = text_of(lea.get("/listening/pillars/sales/"))
    back = lea.post("/listening/pillars/sales/words/", {"language": "en", "ours": "1"}, follow=True)

    assert wrong.status_code == 422
    assert "At letter" in text_of(wrong)
    assert "Put back what came with Mutuals" in text_of(kept)
    assert refused.status_code == 403
    assert "from 50 to 80 %, as 15 of 18 judged at or above it were right" in page
    assert "<mark>tea ceremony</mark>" in page
    assert "undone by Lea" in after
    assert "<mark>tea ceremony</mark>" in after
    assert "Put back what came with Mutuals" not in text_of(back)
    assert lea.get("/listening/pillars/ahead/words/").status_code == 404
    assert lea.get(f"/listening/pillars/marketing/?at={row.pk}").status_code == 200


@pytest.mark.parametrize(
    "query", ["at=9", "at=99999999999999999999", "after=x_1", "view=nonsense", "after=2026-01-01_x"]
)
def test_addresses_that_make_no_sense_show_a_stream(query):
    us = cast.staff()
    heard(us, BUYER)

    assert signed_in(us.ada).get(f"/listening/pillars/service/?{query}").status_code in (200, 400)


def test_drafts_are_compared_on_the_screen_and_what_came_of_them_stands_below():
    us, now = cast.staff(), clock.now()
    ours = channel_with(us, 40, now)
    ada = signed_in(us.ada)
    asked = {
        "channel": ours.pk,
        "at": "2026-12-01T09:00",
        "draft_0": "Which lid do you like best?",
        "draft_1": "The workshop is open.",
    }

    wrong = ada.post("/listening/drafts/", asked | {"draft_0": " "})
    made = ada.post("/listening/drafts/", asked | {"media_1": "on", "audience": "city:is:Porto"})
    page = text_of(ada.get(made.url))
    forecast = Forecast.objects.get()
    later = now + timedelta(hours=1)
    cast.said(ours.source, cast.event("sent", "Other words", who=US, at=later), now=later)
    [post] = drafts.candidates(forecast)
    one = Draft.objects.get(place=0)
    ada.post(f"{made.url}tie/", {"draft": one.pk, "post": post.pk})
    drafts.follow(now=later + timedelta(days=8))
    scored = text_of(ada.get(made.url))
    listed = text_of(ada.get("/listening/drafts/"))

    assert wrong.status_code == 422
    assert "Learned from 40 posts of yours" in page
    assert "Everybody: A does better than B in" in page
    assert "city:is:Porto" in page
    assert "with a picture or film" in page
    assert "0 reactions in seven days" in scored
    assert "Tied by hand." in scored
    assert "Not enough yet: 1 of 20 scored" in listed
    assert signed_in(us.cleo).get("/listening/drafts/").status_code == 403


def test_before_there_are_posts_the_screen_says_how_many_are_missing():
    us, now = cast.staff(), clock.now()
    ours = channel_with(us, 3, now)
    ada = signed_in(us.ada)

    made = ada.post("/listening/drafts/", {"channel": ours.pk, "at": "2026-12-01T09:00", "draft_0": "Hello"})
    page = text_of(ada.get(made.url))

    assert "Too few posts of yours (3 of 30)" in page
    assert "No forecast was scored yet" in text_of(ada.get("/listening/drafts/"))


LONG = "I am looking for a kettle. " + "word " * 16_000
HIGH = "I am looking for a kettle.\n" + "line\n" * 300


def test_a_post_without_end_is_cut_and_its_whole_is_opened_by_hand():
    us = cast.staff()
    [row] = heard(us, LONG)

    page = text_of(signed_in(us.ben).get(f"/listening/pillars/sales/?at={row.pk}"))
    told = text_of(signed_in(us.ada).get(f"/readings/{row.pk}/"))

    for screen in (page, told):
        begun, opened = screen.split('<details class="whole">')
        begun = strip_tags(begun.split('<p class="words">')[1].split("</p>")[0])
        assert (begun[:5], begun[-1], len(begun)) == ("I am ", "…", 601)
        assert f"The whole post, {len(row.text):,} letters" in opened
        assert opened.count("word ") >= 15_999


def test_a_post_of_many_lines_is_cut_by_its_lines():
    begun = shown.short([(HIGH, False)])

    assert 10 < "".join(piece for piece, _ in begun).count("\n") <= 15
    assert begun[-1] == ("…", False)


def test_a_short_post_stands_there_whole_and_nothing_is_to_be_opened():
    us = cast.staff()
    [row] = heard(us, BUYER)

    page = text_of(signed_in(us.ben).get(f"/listening/pillars/sales/?at={row.pk}"))

    assert "ready to buy this week." in page
    assert "The whole post" not in page
