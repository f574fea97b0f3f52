from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.base.filters import All, Condition, Either, Field, Kind, Not, Record, Said, Test, check, predicate
from mutuals.history.models import Interaction
from mutuals.rules.index import access, build

NOW, ZONE = datetime(2026, 11, 20, 10, tzinfo=UTC), ZoneInfo("UTC")
OF = Record(
    "indexed",
    Interaction,
    (
        Field("words", "Words", Kind.WORDS, "text"),
        Field("network", "Network", Kind.TEXT, "network"),
        Field("public", "Public", Kind.BOOL, "is_public"),
        Field("topics", "Topics", Kind.TAGS, "topics"),
        Field("size", "Size", Kind.NUMBER, "size"),
    ),
)
WORDS = st.sampled_from(["leak", "leaks", "kettle", "a", "money back", "refund", "ref"])
TESTS = st.one_of(
    st.lists(WORDS, min_size=1, max_size=3).map(lambda value: Test("words", "says", value)),
    st.sampled_from(["leak*", "refu*", "money ba*"]).map(lambda value: Test("words", "says", value)),
    WORDS.map(lambda value: Test("words", "saysnot", value)),
    st.sampled_from(["is", "isnot"]).flatmap(lambda op: st.sampled_from("ab").map(lambda v: Test("network", op, v))),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(lambda value: Test("network", "in", value)),
    st.booleans().map(lambda value: Test("public", "is", value)),
    st.sampled_from("xy").map(lambda value: Test("topics", "has", value)),
    st.integers(0, 3).map(lambda value: Test("size", "is", value)),
    st.integers(0, 3).map(lambda value: Test("size", "over", value)),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(Not), st.lists(inner, max_size=3).map(tuple).map(All), st.lists(inner, max_size=3).map(tuple).map(Either)
    ),
    max_leaves=6,
)  # fmt: skip
ROWS = st.fixed_dictionaries(
    {
        "words": st.lists(WORDS, max_size=4).map(" ".join).map(Said),
        "network": st.sampled_from(["a", "b", "c", ""]),
        "public": st.booleans(),
        "topics": st.none() | st.lists(st.sampled_from("xyz"), max_size=2),
        "size": st.none() | st.integers(0, 3),
    }
)


@settings(max_examples=300, deadline=None)
@given(conditions=st.lists(CONDITIONS, min_size=1, max_size=6), row=ROWS)
def test_the_index_passes_over_nothing_that_holds(conditions: list[Condition], row: dict[str, Any]) -> None:
    typed = [check(one, OF, viewer=None) for one in conditions]
    index = build(OF, [(one, one, ZONE) for one in typed], now=NOW)

    found = [entry.number for entry in index.candidates(row) if entry.holds(row)]

    assert found == [number for number, one in enumerate(typed) if predicate(one, OF, zone=ZONE, now=NOW)(row)]


@pytest.mark.parametrize(
    ("told", "keys"),
    [
        (Test("words", "says", ["money back"]), [("word", "", "money")]),
        (All((Test("network", "is", "a"), Test("words", "says", ["leak*"]))), [("stem", "", "leak")]),
        (
            All((Test("network", "is", "a"), Test("public", "is", True), Test("size", "over", 1))),
            [("values", ("network", "public"), ("a", True))],
        ),
        (Either((Test("words", "says", ["a b"]), Test("size", "over", 1))), None),
    ],
)
def test_a_rule_stands_under_the_cheapest_thing_that_it_cannot_do_without(told, keys):
    found = access(check(told, OF, viewer=None), OF)

    assert (list(found.keys) if found else None) == keys
