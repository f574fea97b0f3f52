"""Readings by the model that is shipped."""

from __future__ import annotations

import pytest

from mutuals.text.clauses import about
from mutuals.text.labels import INTENTS
from mutuals.text.model import shipped
from mutuals.text.pool import readings
from mutuals.text.read import Post, Reader


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.mark.parametrize(
    ("text", "mood", "intent"),
    [
        ("Worst customer service ever, three hours on hold and they hung up on me", "negative", "complaint"),
        ("The crew were wonderful, thank you so much for a great flight!", "positive", "praise"),
        ("What time does the shop in Leeds open on Sunday?", "neutral", "question"),
        ("That's it, I'm cancelling my contract and moving to another provider", "negative", "churn"),
    ],
)
def test_plain_cases_are_read(reader, text, mood, intent):
    (found,) = reader.read([Post(text)])

    assert found.mood.name == mood
    assert intent in [one.name for one in found.intents]


def test_a_reading_says_how_sure_it_is_and_what_it_rests_on(reader):
    (found,) = reader.read([Post("terrible service, I am furious")])

    assert found.mood.name == "negative"
    assert found.mood.probability == pytest.approx(max(found.moods))
    assert sum(found.moods) == pytest.approx(1, abs=1e-5)
    assert {"terrible", "furious"} & set(found.mood.because)
    assert found.model_version == shipped().version
    assert len(found.chances) == len(INTENTS)


def test_a_denied_word_is_told_with_its_denial(reader):
    (found,) = reader.read([Post("not happy at all")])

    assert "not happy" in found.mood.because


@pytest.mark.parametrize("text", ["", "   ", "\x00\u200b", "<br>"])
def test_of_nothing_nothing_is_read(reader, text):
    (found,) = reader.read([Post(text)])

    assert not found.is_read


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "QWxhZGRpbg==" * 9_000, "@a " * 1_000, "😡" * 5_000, "מה קורה abc שלום def", "{}[];=>" * 10_000,
     "z\u0338\u0322" * 50_000, "word " * 20_000, "not " * 20_000],
)  # fmt: skip
def test_hostile_posts_get_a_reading_like_any(reader, text):
    (found,) = reader.read([Post(text)])

    assert sum(found.moods) == pytest.approx(1, abs=1e-5)
    assert len(found.phrases) <= 5


def test_a_post_reads_the_same_alone_and_among_others(reader):
    posts = [Post(f"the parcel {n} is late, thanks for nothing") for n in range(600)]

    together = reader.read([*posts, Post("great app")])
    (alone,) = reader.read([Post("great app")])

    assert together[-1].moods == pytest.approx(alone.moods, abs=1e-5)


def test_processes_read_in_order():
    posts = [[Post("great, thank you all")], [Post("this is awful, never again")], [Post("great, thank you all")]]

    found = [batch[0].mood.name for batch in readings(posts, processes=2)]

    assert found == ["positive", "negative", "positive"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Corvo Air lost my bag, but @nordfalk got me home.", "but @nordfalk got me home."),
        ("@nordfalk got me home, Corvo Air never did.", "@nordfalk got me home,"),
        ("@nordfalk got me home.", None),
        ("Corvo Air lost my bag, but KLX found it.", None),
    ],
)
def test_of_several_targets_the_clause_of_the_brand_counts(text, part):
    assert about(text, ["@nordfalk"]) == part


def test_phrases_stand_together_and_hold_no_stop_words_at_their_ends(reader):
    (found,) = reader.read([Post("The baggage claim in Leeds was closed and the gate agent laughed at us")])

    assert any("baggage claim" in phrase for phrase in found.phrases)
    assert not any(phrase.startswith(("the ", "and ")) or phrase.endswith((" the", " in")) for phrase in found.phrases)


@pytest.mark.parametrize(
    "text", ["@a " * 1000, "( " * 40_000, "?", "aGVsbG8gd29ybGQ1" * 200, "https://a.example/x 12345", "Hello" * 200, ""]
)
def test_where_nothing_is_said_nothing_is_read_into_it(text):
    found = Reader().read([Post(text)])[0]

    assert not found.is_read
    assert (found.mood.name, found.emotion.name, found.intents, found.urgency.name) == (
        "neutral",
        "neutral",
        (),
        "can wait",
    )
    assert found.phrases == ()


def test_a_denied_phrase_keeps_its_denial():
    found = Reader().read([Post("NOT COOL"), Post("Not bad at all, love it!"), Post("Das ist nicht schlecht")])

    assert found[0].phrases == ("not cool",)
    assert "not bad" in found[1].phrases
    assert found[2].phrases == ("nicht schlecht",)


@pytest.mark.parametrize(
    ("text", "mood", "emotion"),
    [
        ("😡😡😡", "negative", "anger"),
        ("🤮", "negative", "disgust"),
        ("❤️❤️", "positive", "joy"),
        (":(", "negative", "sadness"),
    ],
)
def test_an_emoji_alone_says_what_it_shows(reader, text, mood, emotion):
    found = reader.read([Post(text)])[0]

    assert (found.mood.name, found.emotion.name, found.intents) == (mood, emotion, ())


def test_what_is_not_likelier_spam_than_not_is_not_read_as_spam(reader):
    found = reader.read(
        [Post("my lid number 99 broke in red 693"), Post("Win a FREE iphone now!!! follow @promo_x and click")]
    )

    assert [["spam" in [one.name for one in each.intents]] for each in found] == [[False], [True]]
    assert all(each.chances[-1] >= 0.5 for each in found if each.intents and each.intents[0].name == "spam")
