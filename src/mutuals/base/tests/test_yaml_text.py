"""Plain YAML is read as it is written, within bounds, and what is wrong is told by its line."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base import yaml_text
from mutuals.base.refusals import Refusal
from mutuals.base.yaml_text import Bounds

BOUNDS = Bounds("a thing", 2_000, levels=5, values=60, listed=20, names=10, full="no list is so long")


def test_words_numbers_and_yes_stay_what_they_are_and_each_part_has_its_line():
    lines: dict = {}
    told = "a: yes\nb: [1, -2.5, 22:00, 2026-01-01, on, NO]\nc:\n  d: 'yes'\n  e: ~\n  f: 012\n"

    found = yaml_text.load(told, BOUNDS, lines=lines)

    assert found == {
        "a": True, "b": [1, -2.5, "22:00", "2026-01-01", "on", "NO"], "c": {"d": "yes", "e": None, "f": "012"}
    }  # fmt: skip
    assert (lines[("b", 2)], lines[("c", "e")]) == (2, 5)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("a: &x 1\nb: *x", "Line 1: a thing has no anchors"),
        ("a: 1\nb: *x", "Line 2: a thing refers to nothing"),
        ("a: !!python/name:os.system b", "Line 1: a thing has no tags"),
        ("!x a: 1", "Line 1: a thing has no tags"),
        ("a: 1\na: 2", "Line 2: a name stands here once"),
        ("[a]: 1", "Line 1: a name stands here once, as a word"),
        ("[[[[[[a]]]]]]", "Line 1: this is too deep"),
        ("- a\n" * 21, "Line 21: no list is so long"),
        ("\n".join(f"a{n}: 1" for n in range(11)), "Line 11: so many names no part of a thing has"),
        ("- [1, 2, 3]\n" * 20, "Line 15: this holds more than 60"),
        ("a: [", "Line 1: "),
        ("a: 1\n--- b", "Line 2: a text is one document"),
        ("", "nothing here yet"),
        ("# a", "nothing here yet"),
        ("x" * 2_001, "longer than 2,000 letters"),
        ("a: \0", "cannot be read|Line 1"),
        ("a: \ud800", "cannot be read|Line 1"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(told, words):
    with pytest.raises(Refusal, match=words) as refused:
        yaml_text.load(told, BOUNDS)

    assert refused.value.fields["text"] == str(refused.value)


_WORD = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
_PLAIN = st.recursive(
    st.booleans() | st.none() | st.integers(-(10**12), 10**12) | _WORD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORD, inner, max_size=4),
    max_leaves=8,
)


@given(_PLAIN, st.booleans())
def test_what_is_written_is_read_back_the_same(told, is_flow):
    text = yaml_text.dump({"it": told}, flow=None if is_flow else False)

    assert yaml_text.load(text, Bounds("a thing", 100_000)) == {"it": told}


def test_it_reads_the_same_where_libyaml_is_not_there(monkeypatch):
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)

    test_words_numbers_and_yes_stay_what_they_are_and_each_part_has_its_line()
    test_what_is_wrong_is_told_by_its_line("a: [", "Line 1: ")
