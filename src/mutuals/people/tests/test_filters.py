from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mutuals.base.filters import (
    All,
    Condition,
    Either,
    Field,
    Kind,
    Not,
    Record,
    Refused,
    Test,
    check,
    from_json,
    from_query,
    predicate,
    register,
    to_json,
    to_q,
    to_query,
)  # fmt: skip
from mutuals.people.models import Affiliation, Organisation, Person, Profile
from mutuals.sales.models import Order

NOW = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)  # the night in which Lisbon lost an hour
LISBON = ZoneInfo("Europe/Lisbon")
TOWN = Record(
    "town_person",
    Person,
    (
        Field("city", "Town", Kind.TEXT, "city"),
        Field("orders", "Orders", Kind.NUMBER, "order_count"),
        Field("value", "Bought for", Kind.MONEY, "order_total"),
        Field("last", "Last contact", Kind.TIME, "last_at"),
        Field("birthday", "Birthday", Kind.DAY, "birthday"),
        Field("stage", "Stage", Kind.CHOICE, "stage", choices=(("lead", "Lead"), ("customer", "Customer"))),
        Field("tags", "Tags", Kind.TAGS, "tags"),
        Field("firms", "Organisation", Kind.RELATION, "affiliations__person", related="town_firm"),
        Field("buys", "Has an order", Kind.RELATION, "profile__person", related="town_order"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=lambda viewer: (7,) if viewer == "ada" else ()),
        Field("email", "Email", Kind.TEXT, "email", may=lambda viewer: viewer == "ada", masked=True),
    ),
)
FIRM = Record(
    "town_firm",
    Organisation,
    (
        Field("place", "Town", Kind.TEXT, "city"),
        Field("grade", "Grade", Kind.CHOICE, "custom__grade", choices=(("a", "A"), ("b", "B")), is_json=True),
        Field("seats", "Seats", Kind.NUMBER, "custom__seats", is_json=True),
        Field("ends", "Ends", Kind.DAY, "custom__ends", is_json=True),
        Field("marks", "Marks", Kind.TAGS, "custom__marks", is_json=True),
    ),
    where={"trashed_at": None},
)
ORDER = Record(
    "town_order", Order, (Field("worth", "Worth", Kind.NUMBER, "total"), Field("number", "Number", Kind.TEXT, "number"))
)
WORDS = st.text(alphabet="aB%_\\é'|:{", max_size=3)
NOBODY = {
    "city": "", "orders": 0, "value": Decimal(0), "last": None, "birthday": None, "stage": "", "tags": [],
    "firms": [], "buys": [],
}  # fmt: skip
DAYS = st.dates(date(2026, 3, 25), date(2026, 4, 2))
MOMENTS = st.integers(0, 5 * 1440).map(
    lambda minutes: NOW - timedelta(days=3, minutes=540) + timedelta(minutes=minutes)
)
AMOUNTS = st.integers(-2, 3)


def test_of(name: str, values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Test]:
    return st.one_of([value.map(lambda told, op=op: Test(name, op, told)) for op, value in values.items()])


test_of.__test__ = False
FULL = WORDS.filter(bool)
NONE = {"empty": st.none(), "filled": st.none()}
AMOUNT_OPS = {
    "is": AMOUNTS,
    "over": AMOUNTS,
    "under": AMOUNTS,
    "between": st.lists(AMOUNTS, min_size=2, max_size=2).map(sorted),
    "isnot": AMOUNTS,
    "in": st.lists(AMOUNTS, min_size=1, max_size=3),
    "notin": st.lists(AMOUNTS, min_size=1, max_size=3),
    "atleast": AMOUNTS,
    "atmost": AMOUNTS,
    **NONE,
}
TEXT_OPS = {
    "is": FULL,
    "isnot": FULL,
    "contains": FULL,
    "starts": FULL,
    "in": st.lists(FULL, min_size=1, max_size=3),
    "notin": st.lists(FULL, min_size=1, max_size=3),
    **NONE,
}
SPANS = st.integers(1, 5) | st.sampled_from(["1 weeks", "1 months"])
EACH = st.sampled_from(["day", "week", "month", "quarter", "year"])
DAY_WORDS = st.sampled_from(["today", "yesterday", "tomorrow"])
DAY_OPS = {
    "on": DAYS | DAY_WORDS,
    "before": DAYS | DAY_WORDS,
    "after": DAYS | DAY_WORDS,
    "next": SPANS,
    "older": SPANS,
    "later": SPANS,
    "this": EACH,
    "previous": EACH,
    "coming": EACH,
    "between": st.lists(DAYS, min_size=2, max_size=2).map(sorted),
    "last": SPANS,
    **NONE,
}
TAG_OPS = {
    "has": FULL,
    "hasnot": FULL,
    "in": st.lists(FULL, min_size=1, max_size=2),
    "notin": st.lists(FULL, min_size=1, max_size=2),
    **NONE,
}
GRADES = st.sampled_from("ab")
OF_FIRM = st.one_of(
    test_of("place", TEXT_OPS),
    test_of("grade", {"is": GRADES, "isnot": GRADES, "in": st.lists(GRADES, min_size=1, max_size=2), **NONE}),
    test_of("seats", AMOUNT_OPS),
    test_of("ends", DAY_OPS),
    test_of("marks", TAG_OPS),
)
INNER = st.recursive(
    OF_FIRM,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=2).map(tuple).map(All),
        st.lists(inner, max_size=2).map(tuple).map(Either),
    ),
    max_leaves=3,
)
COUNTS = st.integers(1, 3)
BOUGHT = st.just(All()) | test_of("worth", AMOUNT_OPS)
RELATED = st.one_of(
    INNER.map(lambda inner: Test("firms", "any", inner)),
    INNER.map(lambda inner: Test("firms", "none", inner)),
    st.builds(lambda inner, many: Test("firms", "atleast", inner, many), INNER, COUNTS),
    st.builds(lambda inner, many: Test("firms", "atmost", inner, many - 1), INNER, COUNTS),
    st.builds(lambda inner, many: Test("buys", "atleast", inner, many, "worth"), BOUGHT, AMOUNTS),
    st.builds(lambda inner, many: Test("buys", "atmost", inner, many, "worth"), BOUGHT, AMOUNTS),
    st.builds(lambda inner, many: Test("buys", "atleast", inner, many), BOUGHT, COUNTS),
)
TESTS = st.one_of(
    test_of("city", TEXT_OPS),
    test_of("orders", AMOUNT_OPS),
    test_of("value", AMOUNT_OPS),
    test_of("last", DAY_OPS),
    test_of("birthday", DAY_OPS),
    test_of(
        "stage", {"is": st.sampled_from(["lead", "customer"]), "isnot": st.sampled_from(["lead", "customer"]), **NONE}
    ),
    test_of("tags", TAG_OPS),
    RELATED,
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(tuple).map(All),
        st.lists(inner, max_size=3).map(tuple).map(Either),
    ),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {
        "city": WORDS,
        "orders": AMOUNTS,
        "value": AMOUNTS.map(Decimal),
        "last": st.none() | MOMENTS,
        "birthday": st.none() | DAYS,
        "stage": st.sampled_from(["", "lead", "customer"]),
        "tags": st.lists(FULL, max_size=2),
        "firms": st.lists(
            st.fixed_dictionaries(
                {"place": WORDS},
                optional={
                    "grade": GRADES,
                    "seats": AMOUNTS,
                    "ends": DAYS.map(date.isoformat),
                    "marks": st.lists(FULL, min_size=1, max_size=2),
                },
            ),
            max_size=3,
        ),
        "buys": st.lists(st.fixed_dictionaries({"worth": AMOUNTS.map(Decimal)}), max_size=3),
    }
)


def store(row: dict[str, Any]) -> int:
    person = Person.objects.create(
        city=row["city"], order_count=row["orders"], order_total=row["value"], last_at=row["last"],
        birthday=row["birthday"], stage=row["stage"], tags=row["tags"],
    )  # fmt: skip
    for firm in row["firms"]:
        custom = {name: value for name, value in firm.items() if name != "place"}
        made = Organisation.objects.create(name="f", name_key="f", city=firm["place"], custom=custom)
        for role in ("cook", "owner"):  # one firm is one, however many places somebody has in it
            Affiliation.objects.create(person=person, organisation=made, role=role)
        gone = Organisation.objects.create(name="g", name_key="g", city=firm["place"], custom=custom, trashed_at=NOW)
        Affiliation.objects.create(person=person, organisation=gone)
    if row["buys"]:
        profile = Profile.objects.create(network="shop", key=str(person.pk), person=person)
        for number, one in enumerate(row["buys"]):
            Order.objects.create(
                number=f"{person.pk}-{number}", profile=profile, placed_at=NOW, currency="EUR", total=one["worth"]
            )
    return person.pk


@pytest.mark.django_db
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=4), condition=CONDITIONS)
@example(rows=[NOBODY | {"last": datetime(2026, 3, 29, 0, 30, tzinfo=UTC)}], condition=Test("last", "on", NOW.date()))
def test_a_condition_means_the_same_in_sql_and_in_python(rows: list[dict[str, Any]], condition: Condition) -> None:
    register(TOWN)
    register(FIRM)
    register(ORDER)
    stored = {store(row): row for row in rows}
    typed = check(condition, TOWN, viewer=None)

    by_sql = set(
        Person.objects.filter(pk__in=stored)
        .filter(to_q(typed, TOWN, zone=LISBON, now=NOW))
        .values_list("pk", flat=True)
    )
    holds = predicate(typed, TOWN, zone=LISBON, now=NOW)

    assert by_sql == {pk for pk, row in stored.items() if holds(row)}


@given(condition=CONDITIONS)
def test_a_condition_survives_being_written_as_json_and_as_an_address(condition: Condition) -> None:
    plain = from_json(_plain(to_json(condition))) if _depth(to_json(condition)) <= 4 else All()

    assert from_json(to_json(plain)) == plain
    again = from_query(to_query(plain))
    assert to_json(again) in (to_json(plain), to_json(All((plain,))))


def _plain(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _plain(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(value) for value in told]
    return told.isoformat() if isinstance(told, date) else told


def _depth(told: Any) -> int:
    if isinstance(told, dict):
        return 1 + max((_depth(value) for value in told.values()), default=0)
    return max((_depth(value) for value in told), default=0) if isinstance(told, list) else 0


def test_the_short_form_reads_as_it_is_spoken() -> None:
    found = from_query(["city:is:Porto", "orders:over:3", "stage:empty", "city:in:a|b\\|c", "city:is:12:30"])

    assert found == All(
        (
            Test("city", "is", "Porto"), Test("orders", "over", "3"), Test("stage", "empty"),
            Test("city", "in", ["a", "b|c"]), Test("city", "is", "12:30"),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"field": "shoe", "op": "is", "value": "4"}, "shoe"),
        ({"field": "city", "op": "over", "value": "4"}, "city"),
        ({"field": "city", "op": "is", "value": ["x"]}, "city"),
        ({"field": "city", "op": "is", "value": "a\0"}, "city"),
        ({"field": "city", "op": "is", "value": "\ud800"}, "city"),
        ({"field": "city", "op": "is", "value": "x" * 201}, "city"),
        ({"field": "city", "op": "is"}, "city"),
        ({"field": "orders", "op": "over", "value": "many"}, "orders"),
        ({"field": "orders", "op": "over", "value": "1e99"}, "orders"),
        ({"field": "orders", "op": "over", "value": True}, "orders"),
        ({"field": "orders", "op": "between", "value": [1]}, "orders"),
        ({"field": "orders", "op": "between", "value": [2, 1]}, "orders"),
        ({"field": "last", "op": "on", "value": "31.2."}, "last"),
        ({"field": "last", "op": "last", "value": "99999999999"}, "last"),
        ({"field": "stage", "op": "is", "value": "friend"}, "stage"),
        ({"field": "email", "op": "starts", "value": "bea"}, "email"),
        ({"field": "last", "op": "next", "value": "5 moons"}, "last"),
        ({"field": "last", "op": "this", "value": "decade"}, "last"),
        ({"field": "last", "op": "on", "value": "some day"}, "last"),
        ({"field": "city", "op": "is", "value": {"all": []}}, "city"),
        ({"field": "orders", "op": "over", "value": 3, "amount": 4}, "orders"),
        ({"field": "owner", "op": "over", "value": 3}, "owner"),
        ({"field": "firms", "op": "any", "value": "place:is:Porto"}, "firms"),
        ({"field": "firms", "op": "any", "value": ["Porto"]}, "firms"),
        ({"field": "firms", "op": "any", "amount": 2, "value": {"all": []}}, "firms"),
        ({"field": "firms", "op": "atleast", "value": "many"}, "firms"),
        ({"field": "firms", "op": "atleast", "amount": 0}, "firms"),
        ({"field": "firms", "op": "atleast", "amount": 3, "of": "place"}, "firms"),
        ({"field": "firms", "op": "atleast", "amount": 3, "of": "shoe"}, "shoe"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_the_name_of_the_field(told: dict[str, Any], field: str) -> None:
    register(FIRM)
    with pytest.raises(Refused) as refused:
        check(from_json(told), TOWN, viewer="cleo")

    assert refused.value.field == field


@pytest.mark.parametrize(
    "told",
    [None, [], "city", {}, {"all": {}}, {"all": [], "any": []}, {"field": 1, "op": "is"},
     {"all": [{"not": {"all": [{"any": [{"not": {"all": []}}]}]}}]},
     {"all": [{"field": "city", "op": "empty"}] * 51}, {"any": [{"all": [{"field": "city", "op": "empty"}] * 26}] * 2},
     {"field": "city", "op": "is", "value": "x", "sql": "1=1"}],
)  # fmt: skip
def test_what_is_no_condition_is_refused(told: Any) -> None:
    with pytest.raises(Refused, match=r"\w"):
        from_json(told)


@pytest.mark.parametrize("part", ["city", ":", "{", '{"all":', "city:is:" + "x" * 20_000])
def test_a_broken_address_is_refused(part: str) -> None:
    with pytest.raises(Refused, match=r"\w"):
        from_query([part])


def test_a_masked_field_serves_those_who_may_see_it() -> None:
    asked = from_query(["email:is:bea@kettle.example"])

    assert check(asked, TOWN, viewer="ada") == asked
    assert "email" not in [field.name for field in TOWN.visible_fields("cleo")]


def test_the_last_days_are_days_of_the_viewer() -> None:
    register(TOWN)
    holds = predicate(check(Test("last", "last", 1), TOWN, viewer=None), TOWN, zone=LISBON, now=NOW)

    midnight = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)

    assert holds({"last": midnight})
    assert not holds({"last": midnight - timedelta(seconds=1)})
