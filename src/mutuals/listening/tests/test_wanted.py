"""The words of a topic: what they mean, what is refused and where, and that no text or question is dear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.listening.topic.hits import Index, Text, marked, why
from mutuals.listening.topic.wanted import LONGEST, Unclear, read


@pytest.mark.parametrize(
    ("words", "text", "is_met"),
    [
        ("kettle leak*", "My KETTLE is leaking", True),
        ("kettle leak*", "My kettle is fine", False),
        ("kettle OR pot", "a pot", True),
        ("kettle NOT toy", "a toy kettle", False),
        ("kettle -toy", "a kettle", True),
        ('"hold mode"', "it beeps in hold mode", True),
        ('"hold mode"', "mode hold", False),
        ('"hold mod*"', "hold modes", True),
        ("lid NEAR(2) broke*", "broken was, then, the lid", False),
        ("lid NEAR(2) broke*", "broken was the lid", True),
        ("lid NEAR/3 (broke* OR crack*)", "cracks in a new lid", True),
        ("kettle", "#kettle @kettle", True),
        ("#kettle", "a kettle", False),
        ("#kettle", "a #Kettle", True),
        ("cafe", "Das Café", True),
        ("水壶", "买水壶了", True),
        ("केतली", "मेरी केतली टूट गई", True),
        ("l'eau", "L’eau chaude", True),
        ("a OR b AND c", "a", True),
        ("(a OR b) AND c", "a", False),
        ("kettle NOT (toy OR doll)", "a kettle doll", False),
        ("word", "", False),
        ("show", "THE SHOW ( \u0361\u00b0 \u035c\u0296 \u0361\u00b0)", True),
    ],
)
def test_words_mean_what_they_say(words, text, is_met):
    assert (Index({1: read(words)}).hits(Text(text)) == [1]) is is_met


@pytest.mark.parametrize(
    ("words", "at", "reason"),
    [
        ("", 1, "at least one word"),
        ("kettle AND", 11, "missing"),
        ("kettle OR OR pot", 11, "missing before OR"),
        ("(kettle", 1, "never closed"),
        ("kettle)", 7, "closes nothing"),
        ('kettle "hold', 8, "never closed"),
        ("NOT kettle", 1, "needs a word that is said"),
        ("kettle OR NOT pot", 1, "needs a word that is said"),
        ("ab*", 1, "at least 3 letters"),
        ("ke*tle", 1, "end of a word"),
        ("a NEAR(99) b", 3, "from 1 to 50"),
        ("a NEAR (b AND c)", 3, "stands between words"),
        ("!!!", 1, "no word"),
        ("\u0301", 1, "no word"),
        ("(" * 50 + "a", 11, "brackets"),
        ("a " * 101, 201, "at most 100 words"),
        ("a" * (LONGEST + 1), LONGEST + 1, "at most 2,000 letters"),
    ],
)
def test_what_is_not_clear_is_refused_with_its_letter(words, at, reason):
    with pytest.raises(Unclear, match=reason) as refused:
        read(words)

    assert refused.value.at == at


@given(st.text(alphabet='ab*"()- NEARODT/5@#', max_size=60), st.text(max_size=60))
def test_any_question_is_read_or_refused_and_any_text_is_asked(words, text):
    try:
        index = Index({1: read(words)})
    except Unclear:
        return

    assert index.hits(Text(text)) in ([], [1])


@pytest.mark.parametrize(
    "text",
    ["a " * 500_000, "a" * 5_000_000, "\0" * 1000, "a\u0301" * 100_000, "@x " * 100_000, "\u202ekettle" * 10_000],
)
def test_hostile_texts_are_bounded(text):
    index = Index(
        {1: read("a NEAR(50) b"), 2: read('"a a a a b"'), 3: read("aaa* NOT b"), 4: read("(a OR x) NEAR(1) zz")}
    )

    assert len(Text(text).places) <= 4_000
    assert set(index.hits(Text(text))) <= {1, 2, 3, 4}


def test_a_thousand_topics_ask_only_those_whose_words_stand_there():
    index = Index({n: read(f"(word{n} OR leak{n:04}*) NOT toy{n}") for n in range(1000)})

    assert index.hits(Text("word7 leak0012s toy7 word9")) == [9, 12]


def test_why_and_marks_name_what_stands_there():
    node = read('kettle (leak* OR "hot water") NOT toy')
    text = "The #Kettle leaks hot water"

    assert why(node, text) == ["kettle", "leak*", "hot water"]
    assert [piece for piece, is_hit in marked([node], text) if is_hit] == ["#Kettle", "leaks", "hot", "water"]
    assert "".join(piece for piece, _ in marked([node], text)) == text
