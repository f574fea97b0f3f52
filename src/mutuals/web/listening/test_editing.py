"""The editor of a topic: a simple form that writes the text, and the text that is kept where a form cannot show it."""

import re

import pytest

from mutuals.base.models import Entry
from mutuals.listening.models import Topic
from mutuals.web.listening.test_listening import LEAK, heard, signed_in

pytestmark = pytest.mark.django_db
REST = {"name": "Leaks", "kind": "theme", "budget": "one a month"}
SIMPLE = {"all_of": "", "any_of": "", "none_of": "", "near": "", "within": "10"}


def words_of(topic):
    return topic.versions.order_by("-number").first().words


def test_a_topic_is_made_by_the_simple_form_alone():
    us, _, _ = heard(LEAK)

    told = SIMPLE | {
        "all_of": "kettle",
        "any_of": "leak*, hot water",
        "none_of": "toy",
        "near": "lid, broke*",
        "within": "5",
    }
    made = signed_in(us.lea).post("/listening/new/", REST | told | {"words": "", "was": "", "name": "By form"})

    assert made.status_code == 302
    assert words_of(Topic.objects.get(name="By form")) == 'kettle lid NEAR(5) broke* (leak* OR "hot water") NOT toy'


def test_the_simple_form_shows_the_text_and_changes_it():
    us, topic, _ = heard(LEAK)
    lead, way = signed_in(us.lea), f"/listening/{topic.pk}/edit/"
    lead.post(way, REST | {"words": "kettle AND (leak* OR drips) -toy"})

    page = lead.get(way).content.decode()
    lead.post(way, REST | SIMPLE | {"words": "kettle AND (leak* OR drips) -toy", "was": "kettle AND (leak* OR drips) -toy",
                                    "all_of": "kettle, lid", "any_of": "leak*, drips", "none_of": "toy"})  # fmt: skip

    assert 'value="leak*, drips"' in page
    assert 'value="toy"' in page
    assert words_of(topic) == "kettle lid (leak* OR drips) NOT toy"


def test_a_text_that_is_written_or_left_as_it_was_stands():
    us, topic, _ = heard(LEAK)
    lead, way = signed_in(us.lea), f"/listening/{topic.pk}/edit/"

    lead.post(way, REST | SIMPLE | {"words": "kettle AND lid", "was": "leak*", "all_of": "leak*"})
    written = words_of(topic)
    lead.post(way, REST | SIMPLE | {"words": "kettle AND lid", "was": "kettle AND lid", "all_of": "kettle, lid"})

    assert (written, words_of(topic)) == ("kettle AND lid", "kettle AND lid")


def test_a_text_that_no_form_can_show_is_kept():
    us, topic, _ = heard(LEAK)
    lead, way, words = signed_in(us.lea), f"/listening/{topic.pk}/edit/", "kettle OR (leak* lid)"
    lead.post(way, REST | {"words": words})

    page = lead.get(way).content.decode()
    lead.post(way, REST | {"words": words, "was": words, "budget": "two a month"})

    assert 'name="all_of"' not in page
    assert "More than the simple form can show" in page
    assert words_of(topic) == words


def test_the_sample_asks_as_the_simple_form_says():
    us, _, _ = heard(LEAK, "Lovely cup.")

    asked = SIMPLE | {"all_of": "lovely", "any_of": "cup, pot", "words": "", "was": ""}
    tried = signed_in(us.lea).get("/listening/sample/", asked, headers={"HX-Request": "true"}).content.decode()

    assert "1 of 2" in tried
    assert "<code>lovely (cup OR pot)</code>" in tried


def test_free_dates_are_offered_beside_the_stretches():
    us, topic, _ = heard(LEAK)

    page = signed_in(us.ada).get(f"/listening/{topic.pk}/").content.decode()

    assert "Dates<span" in page
    assert 'name="from"' in page


def test_who_writes_over_a_colleagues_name_kind_or_budget_is_told_keeps_what_they_typed_and_may_decide():
    us, topic, _ = heard(LEAK)
    lead, way, words = signed_in(us.lea), f"/listening/{topic.pk}/edit/", {"words": "leak*"}
    seen = {"seen": str(topic.edition)}

    lead.post(way, REST | words | seen | {"name": "Drips", "kind": "product"})
    late = lead.post(way, REST | words | seen | {"budget": "two a month"})
    before = Topic.objects.get(pk=topic.pk)
    page = late.content.decode()
    now = {"seen": re.search(r'name="seen" value="(\d+)"', page)[1]}
    again = lead.post(way, REST | words | now | {"budget": "two a month"})

    topic.refresh_from_db()
    assert (late.status_code, before.name, before.kind, before.version.number) == (422, "Drips", "product", 1)
    assert "A colleague changed this topic" in page
    assert "<dt>Name</dt><dd>Drips</dd>" in page
    assert "<dt>Words</dt>" not in page
    assert 'value="two a month"' in page
    assert (again.status_code, topic.name, topic.budget) == (302, "Leaks", "two a month")


def test_saving_what_stands_there_already_changes_nothing():
    us, topic, _ = heard(LEAK)
    lead, way = signed_in(us.lea), f"/listening/{topic.pk}/edit/"

    told = [lead.post(way, REST | {"words": "leak*", "seen": "1"}).status_code for _ in range(2)]

    topic.refresh_from_db()
    assert told == [302, 302]
    assert (topic.edition, topic.versions.count(), Entry.objects.filter(kind="topic.changed").count()) == (1, 1, 0)


def test_a_budget_that_a_colleague_changed_is_not_written_over_from_the_page_of_alarms():
    us, topic, _ = heard(LEAK)
    lead, way = signed_in(us.lea), f"/listening/{topic.pk}/alarms/"
    page = lead.get(way, {"budget": "one a week"}).content.decode()

    lead.post(way, {"budget": "one a day", "seen": "1"})
    late = lead.post(way, {"budget": "one a week", "seen": "1"}).content.decode()

    assert 'name="seen" value="1"' in page
    assert Topic.objects.get(pk=topic.pk).budget == "one a day"
    assert "A colleague changed this topic" in late
    assert "Keep “one a week”" in late
