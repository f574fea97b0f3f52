from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import cast
from mutuals.base.filters import (
    All,
    Condition,
    Either,
    Field,
    Kind,
    Not,
    Record,
    Refused,
    Said,
    Test,
    check,
    extend,
    predicate,
    record,
    register,
    to_q,
)  # fmt: skip
from mutuals.history.fields import INTERACTION
from mutuals.history.models import Attachment, Interaction
from mutuals.people.models import Person, Profile

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Lisbon")
BESIDE = (
    Field("file", "File", Kind.TEXT, "name", beside=(Attachment, "interaction_id")),
    Field("size", "Size", Kind.NUMBER, "size", beside=(Attachment, "interaction_id")),
)
SAID = Record("said_in_test", Interaction, (*INTERACTION.fields, *BESIDE))
PARTS = st.sampled_from([
    "kettle", "Kettle", "KÉTTLE", "leaks", "leaked", "ke", "Σίσυφος", "ΣΊΣΥΦΟΣ", "Ёлка", "ёлка", "Łódź", "İstanbul", "चाय",
    "شُكْر", "ﬁne", "x2", "½", "50", "e\u0301te", "ß", "ǅ", "\U0001f600",
])  # fmt: skip
GAPS = st.sampled_from([" ", "-", "/", "_", ".", "…", "", "\n", "’", "—", " ", "、", "。", "۔", "\t \r", "\u200b", "·"])
TEXTS = st.lists(st.tuples(PARTS, GAPS), max_size=5).map(lambda pairs: "".join(part + gap for part, gap in pairs))
WANTED = st.lists(
    st.one_of(
        PARTS.filter(lambda part: part[0].isalnum()),
        st.tuples(PARTS, GAPS, PARTS).map("".join),
        st.sampled_from(["leak*", "ke*", "the kettle*", "σισυφ*"]),
    ),
    min_size=1,
    max_size=3,
)
TEXT = st.sampled_from(["town", "mastodon"])
TESTS = st.one_of(
    WANTED.map(lambda value: Test("words", "says", value)),
    WANTED.map(lambda value: Test("words", "saysnot", value)),
    TEXT.map(lambda value: Test("network", "is", value)),
    st.sampled_from(["care", "news"]).map(lambda value: Test("channel", "is", value)),
    st.sampled_from(["care", "news"]).map(lambda value: Test("channel", "isnot", value)),
    st.sampled_from(["service", "sales"]).map(lambda value: Test("pillar", "isnot", value)),
    st.sampled_from(["empty", "filled"]).map(lambda op: Test("channel", op)),
    st.booleans().map(lambda value: Test("public", "is", value)),
    st.integers(1, 4).map(lambda value: Test("occurred", "last", value)),
    st.sampled_from(["a", "b"]).map(lambda value: Test("file", "is", value)),
    st.sampled_from(["a", "b"]).map(lambda value: Test("file", "isnot", value)),
    st.sampled_from(["empty", "filled"]).map(lambda op: Test("file", op)),
    st.integers(0, 3).map(lambda value: Test("size", "over", value)),
    st.tuples(st.sampled_from(["any", "none"]), st.integers(0, 3)).map(
        lambda told: Test("person", told[0], Test("orders", "over", told[1]))
    ),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(Not), st.lists(inner, max_size=3).map(tuple).map(All), st.lists(inner, max_size=3).map(tuple).map(Either)
    ),
    max_leaves=5,
)  # fmt: skip
ROWS = st.fixed_dictionaries(
    {
        "words": TEXTS,
        "network": TEXT,
        "channel": st.sampled_from(["care", "news", None]),
        "public": st.booleans(),
        "occurred": st.integers(0, 5).map(lambda days: NOW - timedelta(days=days)),
        "file": st.sampled_from(["a", "b", None]),
        "size": st.integers(0, 3),
        "orders": st.none() | st.integers(0, 3),
    }
)


def store(row: dict[str, Any], number: int, channels: dict[str | None, Any]) -> dict[str, Any]:
    """Keep it, and say how the engine in Python holds it."""
    profile = None
    if row["orders"] is not None:
        person = Person.objects.create(order_count=row["orders"])
        profile = Profile.objects.create(network="town", key=f"p{number}", person=person)
    kept = Interaction.objects.create(
        key=f"k{number}", network=row["network"], kind="post", direction="in", status="received", text=row["words"],
        is_public=row["public"], occurred_at=row["occurred"], channel=channels[row["channel"]], profile=profile,
    )  # fmt: skip
    if row["file"]:
        Attachment.objects.create(interaction_id=kept.pk, name=row["file"], media_type="x", size=row["size"])
    return row | {
        "pk": kept.pk,
        "words": Said(row["words"]),
        "pillar": {"care": "service", "news": "marketing"}.get(row["channel"]),
        "size": row["size"] if row["file"] else None,
        "person": [] if row["orders"] is None else [{"orders": row["orders"]}],
    }


@pytest.mark.django_db
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=st.lists(ROWS, min_size=1, max_size=4), condition=CONDITIONS)
@example(
    rows=[
        {"words": "ΣΊΣΥΦΟΣ—Łódź", "network": "town", "channel": None, "public": True, "occurred": NOW,
         "file": None, "size": 0, "orders": None}
    ],
    condition=Test("words", "says", ["σίσυφος łódź"]),
)  # fmt: skip
def test_a_condition_on_what_was_said_means_the_same_in_sql_and_in_python(rows, condition: Condition) -> None:
    register(SAID)
    Interaction.objects.all().delete()
    Profile.objects.all().delete()
    if not (us := cast.User.objects.filter(name="Olga").first()):
        us = cast.user("Olga", "owner")
    of = cast.Source.objects.filter(name="Town square").first() or cast.source(owner=us)
    channels: dict[str | None, Any] = {None: None}
    for name, pillar in (("care", "service"), ("news", "marketing")):
        channels[name] = cast.Channel.objects.filter(name=name).first() or cast.channel(of, name, pillar=pillar)
    held = [store(row, number, channels) for number, row in enumerate(rows)]
    typed = check(condition, SAID, viewer=us)

    by_sql = set(Interaction.objects.filter(to_q(typed, SAID, zone=ZONE, now=NOW)).values_list("pk", flat=True))
    holds = predicate(typed, SAID, zone=ZONE, now=NOW)

    assert by_sql == {row["pk"] for row in held if holds(row)}


@pytest.mark.parametrize("told", ["", "   ", "a*", "!!", "x" * 101, 5, None, [], ["ok", ""], "(a+)+$\0"])
def test_words_that_are_none_are_refused(told: Any) -> None:
    with pytest.raises(Refused) as refused:
        check(Test("words", "says", told), INTERACTION, viewer=None)

    assert refused.value.field == "words"


@pytest.mark.parametrize("pattern", ["(a+)+$", "[[:alpha:]]{1,99}*", ".*lid", "^lid"])
def test_nothing_that_a_user_writes_is_read_as_a_pattern(pattern: str) -> None:
    with pytest.raises(Refused, match="no patterns") as refused:
        check(Test("words", "says", [pattern]), INTERACTION, viewer=None)

    assert refused.value.field == "words"


def test_a_room_above_adds_fields_to_a_record_and_may_do_so_again() -> None:
    register(Record("added_to", Interaction, INTERACTION.fields[:2]))

    for _ in range(2):
        extend("added_to", BESIDE)

    assert [field.name for field in record("added_to").fields] == ["words", "network", "file", "size"]
