"""Fields of the house's own making on people and organisations."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import NOW, Staff, person, staff
from mutuals import privacy
from mutuals.base.fields import Misfit
from mutuals.base.filters import Refused, check, from_json, from_query, predicate, record, to_q
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import merge, split
from mutuals.identity.models import Merge
from mutuals.people import organisations, persons, profiles, queries
from mutuals.people.models import Organisation, Person, Profile
from mutuals.records import definitions, reckon, values
from mutuals.records.models import Claim, CustomField
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
LISBON = ZoneInfo("Europe/Lisbon")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def us() -> Staff:
    return staff()


def field(us: Staff, label: str, kind: str, record: str = "person", **more: Any) -> CustomField:
    return definitions.add(record, by=us.olga, now=NOW, label=label, kind=kind, **more)


def fill(who: Person, us: Staff, **told: Any) -> Person:
    return persons.edit(who, by=us.ada, changes={"custom": told}, now=NOW)


def found(us: Staff, *parts: str, sort: str = "name") -> list[str]:
    page = queries.list_people(us.ada, where=from_query(parts), sort=sort, zone=LISBON, now=NOW)
    return [row.person.name for row in page.rows]


def test_staff_fill_a_field_and_the_journal_tells_it(us: Staff) -> None:
    field(us, "Renewal month", "number")
    bea = person(by=us.ada)

    fill(bea, us, renewal_month="7")

    bea.refresh_from_db()
    own = profiles.said(Profile.objects.get(person=bea, network="mutuals").fields)["c:renewal_month"]
    assert bea.custom == {"renewal_month": 7}
    assert (own.value, own.by) == (7, f"staff:{us.ada.pk}")
    assert Entry.objects.get(kind="person.edited").data["changes"] == {"custom.renewal_month": [None, 7]}


def test_an_emptied_field_is_not_there_any_more_whatever_a_source_says(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    bea = person(by=us.ada)
    row = Profile.objects.create(network="crm:shop", key="7", person=bea)
    row.fields = profiles.tell({}, {"c:grade": "gold"}, at=NOW, by="import:1")
    row.save()
    persons.choose([bea.pk], now=NOW)
    bea.refresh_from_db()
    told_by_a_file = dict(bea.custom)

    fill(bea, us, grade="")

    bea.refresh_from_db()
    assert (told_by_a_file, bea.custom) == ({"grade": "gold"}, {})


def test_a_required_field_is_asked_of_new_people_and_cannot_be_emptied(us: Staff) -> None:
    bea = person(by=us.ada)
    field(us, "Renewal month", "number", is_required=True)

    persons.edit(bea, by=us.ada, changes={"city": "Porto"}, now=NOW)
    with pytest.raises(Misfit, match="needed"):
        fill(bea, us, renewal_month="")
    with pytest.raises(Misfit, match="needed"):
        person("Bo Brand", by=us.ada)
    bo = person("Bo Brand", by=us.ada, custom={"renewal_month": 3})

    assert bo.custom == {"renewal_month": 3}
    assert Person.objects.count() == 2


def test_a_unique_value_stands_once_and_is_free_again_when_it_is_emptied(us: Staff) -> None:
    field(us, "Member number", "text", is_unique=True)
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    fill(bea, us, member_number="M-1")

    with pytest.raises(Misfit, match="another record"):
        fill(bo, us, member_number="m-1")
    fill(bea, us, member_number="")
    fill(bo, us, member_number="m-1")

    bea.refresh_from_db()
    bo.refresh_from_db()
    assert (bea.custom, bo.custom) == ({}, {"member_number": "m-1"})
    assert Claim.objects.get().about == f"person:{bo.pk}"


def test_a_merge_keeps_the_values_of_who_stays_fills_what_they_lack_and_a_split_gives_all_back(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    field(us, "Shoe size", "number")
    field(us, "Member number", "text", is_unique=True)
    bea, bo = person(by=us.ada), person("Bo Brand", by=us.ada)
    fill(bea, us, grade="gold")
    fill(bo, us, grade="tin", shoe_size=38, member_number="M-2")

    merge.merge(bea, bo, by=us.ada, now=LATER)
    bea.refresh_from_db()
    together = dict(bea.custom)
    held = Claim.objects.get().about
    merge.undo(Merge.objects.get(), by=us.ada, now=LATER)

    bea.refresh_from_db()
    bo.refresh_from_db()
    assert together == {"grade": "gold", "shoe_size": 38, "member_number": "M-2"}
    assert held == f"person:{bea.pk}"
    assert (bea.custom, bo.custom) == ({"grade": "gold"}, {"grade": "tin", "shoe_size": 38, "member_number": "M-2"})
    assert Claim.objects.get().about == f"person:{bo.pk}"


def test_a_split_takes_along_what_the_profile_told(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    bea = person(by=us.ada)
    row = Profile.objects.create(network="crm:shop", key="7", person=bea)
    row.fields = profiles.tell({}, {"c:grade": "tin"}, at=NOW, by="import:1")
    row.save()
    persons.choose([bea.pk], now=NOW)

    split.some(bea, [row.pk], by=us.ada, now=LATER)

    bea.refresh_from_db()
    row.refresh_from_db()
    assert bea.custom == {}
    assert Person.objects.get(pk=row.person_id).custom == {"grade": "tin"}


def test_an_import_taken_back_takes_its_values_along(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    bea = person(by=us.ada)
    row = Profile.objects.create(network="crm:shop", key="7", person=bea)
    row.fields = profiles.tell({}, {"c:grade": "tin"}, at=NOW, by="import:1")
    row.save()
    persons.choose([bea.pk], now=NOW)

    row.fields = profiles.tell(row.fields, {"c:grade": None}, at=LATER, by="import:1")
    row.save()
    persons.choose([bea.pk], now=LATER)

    bea.refresh_from_db()
    assert bea.custom == {}


def test_organisations_keep_their_values_themselves(us: Staff) -> None:
    field(us, "Founded", "day", "organisation")
    field(us, "Budget", "money", "organisation")
    firm = organisations.add(by=us.ada, name="Kettle works", now=NOW, custom={"founded": "1999-05-01"})

    organisations.edit(firm, by=us.ada, changes={"custom": {"budget": "1200 EUR"}}, now=LATER)
    firm.refresh_from_db()
    both = dict(firm.custom)
    organisations.edit(firm, by=us.ada, changes={"custom": {"budget": ""}}, now=LATER)

    firm.refresh_from_db()
    assert both == {"founded": "1999-05-01", "budget": 1200, "budget__currency": "EUR"}
    assert firm.custom == {"founded": "1999-05-01"}


def test_a_formula_is_reckoned_when_the_record_is_written_and_anew_when_it_is_changed(us: Staff) -> None:
    field(us, "Price", "number")
    field(us, "Pieces", "number")
    total = field(us, "Total", "formula", formula="price * pieces")
    bea = person(by=us.ada)
    fill(bea, us, price="2.5", pieces="4")
    first = Person.objects.get(pk=bea.pk).custom["total"]

    definitions.change(total, by=us.olga, changes={"formula": "price + pieces"})
    changed = reckon.reckon("person")

    assert (first, changed) == (10, 1)
    assert Person.objects.get(pk=bea.pk).custom["total"] == 6.5
    with pytest.raises(Misfit, match="reckoned"):
        fill(bea, us, total="3")


def test_a_reference_leads_to_whom_they_became_and_nowhere_to_whom_one_does_not_see(us: Staff) -> None:
    field(us, "Recommended by", "reference", options=["person"])
    bea, bo, ann = (person(name, by=us.ada) for name in ("Bea Brand", "Bo Brand", "Ann Brand"))
    fill(bea, us, recommended_by=f"person:{ann.pk}")
    with pytest.raises(Misfit, match="no person"):
        fill(bea, us, recommended_by="person:999999")

    merge.merge(bo, ann, by=us.ada, now=LATER)

    bea.refresh_from_db()
    shown = values.shown("person", bea.custom, viewer=us.ada, zone=LISBON)
    assert [(one.words, one.url) for one in shown] == [("Bo Brand", f"/customers/{ann.pk}/")]
    assert values.shown("person", bea.custom, viewer=us.cleo, zone=LISBON) == []


def test_lists_are_filtered_and_sorted_by_a_field(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    field(us, "Seats", "number")
    for name, custom in (
        ("Ann", {"grade": "gold", "seats": 9}),
        ("Bea", {"seats": 10}),
        ("Cid", {"grade": "tin"}),
        ("Dan", {}),
    ):
        person(name, by=us.ada, custom=custom)

    assert found(us, "custom.grade:is:gold") == ["Ann"]
    assert found(us, "custom.grade:isnot:gold") == ["Bea", "Cid", "Dan"]
    assert found(us, "custom.seats:over:9") == ["Bea"]
    assert found(us, "custom.grade:empty") == ["Bea", "Dan"]
    assert found(us, sort="custom.seats") == ["Bea", "Ann", "Dan", "Cid"]
    with pytest.raises(Refused, match="no field"):
        found(us, sort="custom.nothing")


def test_a_list_sorted_by_a_field_is_walked_forth_and_back(us: Staff) -> None:
    field(us, "Seats", "number")
    for number in range(7):
        person(f"P{number}", by=us.ada, custom={"seats": number % 3} if number < 5 else {})
    pages, after = [], ""

    while True:
        page = queries.list_people(us.ada, sort="custom.seats", after=after, limit=2, zone=LISBON, now=NOW)
        pages.append([row.person.name for row in page.rows])
        if not page.next:
            break
        after = page.next
    before = queries.list_people(us.ada, sort="custom.seats", after=page.previous, limit=2, zone=LISBON, now=NOW)

    assert pages == [["P2", "P4"], ["P1", "P3"], ["P0", "P6"], ["P5"]]
    assert [row.person.name for row in before.rows] == pages[-2]


KINDS = {
    "text": ("word", st.text(alphabet="aB%_\\é'|:{ ", min_size=1, max_size=3).filter(lambda text: bool(text.strip()))),
    "number": ("sum", st.integers(-2, 3) | st.sampled_from([0.1, 0.3, 2.5])),
    "day": ("on", st.dates(date(2026, 11, 17), date(2026, 11, 23)).map(str)),
    "time": (
        "at",
        st.integers(0, 6 * 1440).map(lambda one: f"{NOW - timedelta(days=3, minutes=-one):%Y-%m-%d %H:%M}Z"),
    ),
    "yes": ("loyal", st.booleans()),
    "choice": ("grade", st.sampled_from(["gold", "tin"])),
    "many": ("likes", st.lists(st.sampled_from(["gold", "tin"]), unique=True, min_size=1)),
}
WORDS = st.text(alphabet="aB%_\\é'|:{", min_size=1, max_size=2)
DAYS = st.dates(date(2026, 11, 17), date(2026, 11, 23)).map(str)
NUMBERS = st.sampled_from([-1, 0, 0.1, 1, 2.5])
OPS = {
    "word": {
        "is": WORDS,
        "isnot": WORDS,
        "contains": WORDS,
        "starts": WORDS,
        "in": st.lists(WORDS, min_size=1, max_size=2),
    },
    "sum": {"is": NUMBERS, "over": NUMBERS, "under": NUMBERS, "between": st.just([0, 2])},
    "on": {"on": DAYS, "before": DAYS, "after": DAYS, "last": st.integers(1, 4)},
    "at": {"on": DAYS, "before": DAYS, "after": DAYS, "last": st.integers(1, 4)},
    "loyal": {"is": st.booleans()},
    "grade": {"is": st.just("gold"), "isnot": st.just("gold"), "in": st.just(["gold", "tin"])},
    "likes": {"has": st.just("gold"), "hasnot": st.just("gold")},
}
TESTS = st.one_of(
    *(
        value.map(lambda told, key=key, op=op: {"field": f"custom.{key}", "op": op, "value": told})
        for key, ops in OPS.items()
        for op, value in ops.items()
    ),
    *(st.just({"field": f"custom.{key}", "op": op}) for key in OPS if key != "loyal" for op in ("empty", "filled")),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: {"any": parts}) | inner.map(lambda one: {"not": one}),
    max_leaves=4,
)
CUSTOMS = st.lists(st.fixed_dictionaries({}, optional=dict(KINDS.values())), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=CONDITIONS, customs=CUSTOMS)
def test_a_condition_means_the_same_in_sql_and_in_python(
    us: Staff, told: dict[str, Any], customs: list[dict[str, Any]]
) -> None:
    if not CustomField.objects.exists():
        for kind, (key, _) in KINDS.items():
            field(us, key, kind, key=key, options=["Gold", "Tin"] if kind in ("choice", "many") else [])
    rows = {}
    for custom in customs:
        kept = values.finished("person", values.read("person", custom, by=us.ada))
        rows[Person.objects.create(custom=kept).pk] = kept
    of = record("person")
    condition = check(from_json(told), of, viewer=us.ada)

    those = Person.objects.filter(to_q(condition, of, zone=LISBON, now=NOW), pk__in=rows)
    by_sql = set(those.values_list("pk", flat=True))
    fits = predicate(condition, of, zone=LISBON, now=NOW)
    by_python = {pk for pk, kept in rows.items() if fits({f"custom.{key}": value for key, value in kept.items()})}

    assert by_sql == by_python


def test_equality_is_asked_of_the_index_of_values(us: Staff) -> None:
    field(us, "Grade", "choice", options=["Gold", "Tin"])
    Person.objects.bulk_create(
        [Person(canonical_id=None, custom={"grade": "tin"} if n % 100 else {"grade": "gold"}) for n in range(3_000)]
    )
    of = record("person")
    condition = check(from_json("custom.grade:is:gold"), of, viewer=us.ada)

    plan = Person.objects.filter(to_q(condition, of, zone=LISBON, now=NOW)).explain()

    assert "person_custom" in plan


def test_a_retired_field_is_neither_shown_nor_asked_and_keeps_its_values(us: Staff) -> None:
    grade = field(us, "Grade", "choice", options=["Gold", "Tin"])
    bea = person(by=us.ada, custom={"grade": "gold"})

    definitions.retire(grade, by=us.olga, now=LATER)

    assert values.shown("person", bea.custom, viewer=us.ada, zone=LISBON) == []
    with pytest.raises(Refused, match="retired"):
        found(us, "custom.grade:is:gold")
    with pytest.raises(Misfit):
        fill(bea, us, grade="tin")
    definitions.bring_back(grade, by=us.olga)
    assert found(us, "custom.grade:is:gold") == ["Bea Brand"]


def test_only_admins_make_fields_and_contractors_see_none(us: Staff) -> None:
    with pytest.raises(NotAllowed):
        definitions.add("person", by=us.lea, now=NOW, label="Grade", kind="text")
    field(us, "Grade", "text")

    shown = {one.name for one in record("person").visible_fields(us.cleo)}
    assert "custom.grade" not in shown
    assert "custom.grade" in {one.name for one in record("person").visible_fields(us.ada)}


def test_nobody_takes_away_an_option_that_is_used_nor_asks_for_unique_values_too_late(us: Staff) -> None:
    grade = field(us, "Grade", "choice", options=["Gold", "Tin"])
    number = field(us, "Member number", "text")
    person(by=us.ada, custom={"grade": "gold", "member_number": "M-1"})

    with pytest.raises(Refusal, match="Gold"):
        definitions.change(grade, by=us.olga, changes={"options": [["tin", "Tin"]]})
    with pytest.raises(Refusal, match="nobody compared"):
        definitions.change(number, by=us.olga, changes={"is_unique": True})
    changed = definitions.change(grade, by=us.olga, changes={"options": [["gold", "Golden"], "Silver"]})

    assert changed.options == [["gold", "Golden"], ["silver", "Silver"]]


def test_erasing_somebody_leaves_no_value_and_no_claim_behind(us: Staff) -> None:
    field(us, "Member number", "text", is_unique=True)
    bea = person(by=us.ada, custom={"member_number": "Mxyzzy-1"})
    organisations.add(by=us.ada, name="Kettle works", now=NOW)

    privacy.erase(bea, by=us.olga, now=LATER)

    assert not Claim.objects.exists()
    assert not Profile.objects.filter(fields__icontains="Mxyzzy").exists()


def test_a_field_that_names_somebody_is_told_on_their_receipt(us: Staff) -> None:
    field(us, "Contact", "text", "organisation")
    bea = person("Beatrix Brandenburg", by=us.ada)
    firm = organisations.add(by=us.ada, name="Kettle works", now=NOW, custom={"contact": "Beatrix Brandenburg"})

    receipt = privacy.erase(bea, by=us.olga, now=LATER)

    assert [place["about"] for place in receipt.places] == [f"organisation:{firm.pk}"]
    assert Organisation.objects.get().custom == {"contact": "Beatrix Brandenburg"}
