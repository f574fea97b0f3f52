"""Words that rise on a board and on a page of their own: their line, examples, customers, and the way to a problem."""

from datetime import timedelta

import pytest

import cast
from mutuals.base import clock
from mutuals.listening.card import rise
from mutuals.listening.models import Card, Rising
from mutuals.listening.tests.test_rise import heard as burst
from mutuals.people.models import Person, Profile
from mutuals.web.listening.rows import lines
from mutuals.web.listening.test_listening import LEAK, heard, signed_in

pytestmark = pytest.mark.django_db


def known(row, us, name="Bea Brand"):
    """Whoever said this is a customer whom we know."""
    person = cast.person(name, by=us.ada)
    Profile.objects.filter(pk=row.profile_id).update(person=person)
    Person.objects.filter(pk=person.pk).update(order_count=1, order_total=90, order_currency="EUR")
    return person


def test_the_board_shows_the_line_of_a_set_with_examples_and_customers_and_opens_a_problem_though_it_rises_no_more():
    us, topic, rows = heard(LEAK, "Why does the lid leak?")
    bea = known(rows[1], us)
    Rising.objects.create(
        topic=topic, words=["lid", "leak"], authors=9, customers=1, mentions=9, before=1, growth=3.0, z=4.0,
        said=[rows[1].pk], examples=[rows[1].pk], line=[0, 1, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 2, 1], place=0, at=clock.now(),
        since=clock.now() - timedelta(days=7),
    )  # fmt: skip
    client = signed_in(us.ada)

    page = client.get(f"/listening/{topic.pk}/").content.decode()
    opened = client.post("/listening/words/", {"topic": topic.pk, "words": "lid\tleak", "kept": "1"})
    again = client.post("/listening/words/", {"topic": topic.pk, "words": "lid\tleak", "kept": "1"})
    gone = client.post("/listening/words/", {"topic": topic.pk, "words": "lid\tleak"})

    card = Card.objects.get()
    behind = client.get(opened["Location"]).content.decode()
    assert "Mentions, the oldest first: 0, 1, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 2, 1" in page
    assert "“Why does the lid leak?”" in page
    assert f'href="/customers/{bea.pk}/">Bea Brand</a>' in page
    assert "Open a problem and contact them: lid + leak" in page
    assert opened["Location"] == again["Location"] == f"/listening/cards/{card.pk}/#problem"
    assert card.evidence["said"] == [rows[1].pk]
    assert "Bea Brand" in behind
    assert gone["Location"].startswith("/listening/words/?")


def test_the_page_of_rising_words_tells_each_line_by_days_and_opens_by_the_keyboard():
    us, topic = burst((60, "arrived", timedelta(days=12), ""), (40, "update beeps hold", timedelta(days=1), ""))
    told = rise.found(rise.Asked(topic, cast.NOW), viewer=us.lea)
    best = told.sets[0]

    [line, *_] = lines(topic, told.sets, us.lea)
    rise.rise(topic, now=cast.NOW)

    kept = Rising.objects.get(topic=topic, place=0)
    assert len(best.line) == rise.PARTS
    assert (sum(best.line[:7]), sum(best.line[7:])) == (best.before, best.mentions)
    assert sum(best.line[12:]) == best.mentions
    assert (kept.line, kept.examples, kept.since) == (list(best.line), list(best.examples), told.since)
    assert line.path.count("L") == rise.PARTS - 1
    assert 0 < len(line.examples) <= 2
    assert line.customers == ()
    page = signed_in(us.lea).get("/listening/words/", {"week": "2026-11-13"}).content.decode()
    assert page.count("<tbody data-item>") == page.count('data-open aria-label="Open a problem and contact them') > 0


def test_an_example_that_was_deleted_and_a_row_from_before_there_were_lines_are_shown_without():
    us, topic, rows = heard(LEAK)
    Rising.objects.create(
        topic=topic, words=["lid", "leak"], authors=9, customers=1, mentions=9, before=0, growth=3.0, z=4.0,
        said=[rows[0].pk], place=0, at=clock.now(),
    )  # fmt: skip

    page = signed_in(us.ada).get(f"/listening/{topic.pk}/").content.decode()

    assert "What was said is not here any more" in page
    assert '<svg class="spark"' not in page
