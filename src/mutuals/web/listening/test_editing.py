"""The editor of a topic: a simple form that writes the text, and the text that is kept where a form cannot show it."""

import pytest

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
