"""Segments: named, changed, picked by hand, counted before they are kept, and told why somebody is in them."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals.base.filters import Refused, check, from_json, predicate, record, rows
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.identity import merge, offered
from mutuals.outreach import hanging, preview, queries, renewing, segments
from mutuals.outreach.models import Segment
from mutuals.people import persons
from mutuals.people.hanging import Move
from mutuals.people.queries import list_people
from mutuals.records import definitions
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import accounts, follow
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def asked(field, op, value=None, **more):
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}


def built(us, name, condition=None, people=(), **more):
    row = segments.add(by=us.ada, now=cast.NOW, name=name, condition=condition, people=people, **more)
    renewing.look(row.pk, now=cast.NOW)
    return Segment.objects.get(pk=row.pk)


def again(row):
    return Segment.objects.get(pk=row.pk)


def ids(us, row):
    return set(queries.members(us.ada, row).values_list("pk", flat=True))


def test_a_segment_has_one_name_one_way_and_an_owner_who_may_ask(us):
    built(us, "Porto", asked("city", "is", "Porto"))

    with pytest.raises(Refusal, match="already"):
        segments.add(by=us.ben, now=cast.NOW, name=" porto ", condition=asked("city", "is", "Faro"))
    with pytest.raises(Refusal, match="no field"):
        segments.add(by=us.ada, now=cast.NOW, name="Odd", condition=asked("shoe", "is", 9))
    with pytest.raises(NotAllowed):
        segments.add(by=us.cleo, now=cast.NOW, name="Mine", condition=asked("city", "is", "Faro"))
    with pytest.raises(Refusal, match="by hand"):
        segments.put_in(Segment.objects.get(), [1], by=us.ada, now=cast.NOW)
    assert not queries.visible_to(us.cleo).exists()
    with pytest.raises(Refused, match="does not see"):
        list_people(us.cleo, where=from_json(asked("segment", "any")), zone=ZoneInfo("UTC"), now=cast.NOW)


def test_segments_that_lead_back_to_themselves_are_refused_by_whatever_name(us):
    first = built(us, "first", asked("city", "is", "Porto"))
    second = built(us, "second", asked("segment", "any", asked("number", "is", first.pk)))
    by_name = built(us, "third", asked("segment", "any", asked("name", "contains", "gold")))

    with pytest.raises(Refusal, match="itself"):
        segments.change(
            first, by=us.ada, now=cast.NOW,
            changes={"condition": asked("segment", "none", asked("number", "is", second.pk))},
        )  # fmt: skip
    with pytest.raises(Refusal, match="itself"):
        segments.change(by_name, by=us.ada, changes={"name": "golden"}, now=cast.NOW)
    with pytest.raises(Refusal, match="itself"):
        segments.add(by=us.ada, now=cast.NOW, name="any", condition=asked("segment", "any"))
    assert again(second).uses == [first.pk]


def test_a_segment_that_is_renamed_or_thrown_away_counts_for_those_that_name_it(us):
    bea = cast.person("Bea Brand", by=us.ada, city="Porto")
    town = built(us, "town", asked("city", "is", "Porto"))
    there = built(us, "there", asked("segment", "any", asked("name", "is", "town")))
    in_it = ids(us, there)

    segments.change(town, by=us.ada, changes={"name": "Porto"}, now=cast.NOW)
    renewing.look(there.pk, now=cast.NOW)
    renamed = ids(us, there)
    segments.change(town, by=us.ada, changes={"name": "Town"}, now=cast.NOW)
    segments.trash(town, by=us.ada, now=cast.NOW)
    renewing.look(there.pk, now=cast.NOW)
    gone = ids(us, there)
    segments.restore(town, by=us.ada, now=cast.NOW)
    for one in (town, there):
        renewing.look(one.pk, now=cast.NOW)

    assert (in_it, renamed, gone, ids(us, there)) == ({bea.pk}, set(), set(), {bea.pk})


def test_people_are_picked_by_hand_and_stay_picked_through_a_merge_and_its_undo(us):
    bea, bo = cast.person("Bea Brand", by=us.ada), cast.person("Bo Brand", by=us.ada)
    panel = built(us, "Panel", people=[bo.pk])

    twice = segments.put_in(panel, [bo.pk], by=us.ben, now=cast.NOW)
    done = merge.merge(bea, bo, by=us.ada, now=cast.NOW, keep=bea)
    renewing.follow(now=cast.NOW)
    as_one = ids(us, panel)
    merge.undo(merge.Merge.objects.get(), by=us.ada, now=cast.NOW)
    renewing.follow(now=cast.NOW)
    parted = ids(us, panel)
    pick = hanging._things([bo.pk], [])[0]
    hanging._move([Move(pick.id, bo.pk, bea.pk)])
    renewing.follow(now=cast.NOW)
    moved = ids(us, panel)
    out = segments.take_out(panel, [bea.pk], by=us.ada, now=cast.NOW)

    assert done.is_new
    assert (twice, as_one, parted, moved, out) == (0, {bea.pk}, {bo.pk}, {bea.pk}, 1)
    assert again(panel).members == 0
    with pytest.raises(Refusal, match="see no person"):
        segments.put_in(panel, [10**6], by=us.ada, now=cast.NOW)


def test_a_preview_counts_and_shows_and_a_reason_names_what_speaks_for_somebody(us):
    bea = cast.person("Bea Brand", by=us.ada, city="Porto")
    cast.person("Bo Brand", by=us.ada, city="Faro")
    line = LineIn("Kettle", unit_price=Decimal(30))
    told = OrderIn("O-1", cast.NOW, "EUR", lines=(line,))
    offered.enter(told, person=bea, organisation=None, by=us.ada, now=cast.NOW)
    condition = {"all": [asked("city", "is", "Porto"), asked("bought", "any", asked("total", "over", 10))]}
    row = built(us, "Buyers", condition)

    seen = preview.preview(us.ada, from_json(condition), now=cast.NOW)
    reasons = preview.why(row, bea, viewer=us.ada, now=cast.NOW)

    assert (seen.count, seen.is_exact, [one.pk for one in seen.rows]) == (1, True, [bea.pk])
    assert [(one.words, one.holds, one.value) for one in reasons] == [
        ("Town is Porto", True, "Porto"),
        ("Has an order where total is above 10", True, ""),
    ]
    assert len(reasons[1].records) + reasons[1].more == 1
    assert preview.sentence_of(row) == "Town is Porto, and has an order where total is above 10"


def test_a_field_that_is_retired_breaks_a_segment_in_words_and_its_owner_may_mend_it(us):
    field = definitions.add("person", by=us.olga, now=cast.NOW, label="Renewal", kind="number")
    bea = cast.person("Bea Brand", by=us.ada)
    persons.edit(bea, by=us.ada, changes={"custom": {field.key: "5"}}, now=cast.NOW)
    row = built(us, "Renewing", asked(f"custom.{field.key}", "over", 3))
    at_first = ids(us, row)

    definitions.retire(field, by=us.olga, now=cast.NOW)
    begun = renewing.night(now=cast.NOW)
    renewing.look(row.pk, now=cast.NOW)
    broken = again(row)
    segments.change(row, by=us.ada, changes={"condition": asked("name", "filled")}, now=cast.NOW)
    renewing.look(row.pk, now=cast.NOW)

    assert (at_first, begun, broken.state) == ({bea.pk}, 1, "broken")
    assert "retired" in broken.why_not
    assert (again(row).state, again(row).why_not, again(row).members) == ("ready", "", 1)


def test_who_comes_and_goes_is_told_in_one_line_to_those_who_follow_alone(us):
    town, other = built(us, "town", asked("city", "is", "Porto")), built(us, "other", asked("city", "is", "Porto"))
    follow.begin(f"segment:{town.pk}", by=us.ben)

    for number in range(3):
        cast.person(f"Person {number}", by=us.ada, city="Porto")
    renewing.follow(now=cast.NOW)

    told = Entry.objects.filter(kind="segment.moved")
    assert [(one.about, one.data) for one in told] == [(f"segment:{town.pk}", {"came": 3, "went": 0})]
    assert again(other).members == 3


def test_somebody_who_leaves_hands_their_segments_over_and_me_means_the_new_owner(us):
    mine = cast.person("Bea Brand", by=us.ada)
    theirs = cast.person("Bo Brand", by=us.ada)
    persons.edit(mine, by=us.ada, changes={"owner": us.ada.pk}, now=cast.NOW)
    persons.edit(theirs, by=us.ada, changes={"owner": us.ben.pk}, now=cast.NOW)
    row = built(us, "Mine", asked("owner", "is", "me"), is_shared=False)
    hidden = queries.visible_to(us.ben).filter(pk=row.pk).exists()
    before = ids(us, row)

    accounts.deactivate(us.ada, by=us.olga, now=cast.NOW, transfer_to=us.ben)
    renewing.look(row.pk, now=cast.NOW)

    assert (hidden, before) == (False, {mine.pk})
    assert again(row).owner == us.ben
    assert set(queries.members(us.ben, row).values_list("pk", flat=True)) == {mine.pk, theirs.pk}


def test_rules_and_lists_read_the_segments_of_a_person_alike(us):
    bea, bo = cast.person("Bea Brand", by=us.ada, city="Porto"), cast.person("Bo Brand", by=us.ada)
    town = built(us, "town", asked("city", "is", "Porto"))
    of = record("person")
    condition = check(from_json(asked("segment", "any", asked("number", "is", town.pk))), of, viewer=us.ada)

    read = rows.read(of, [bea.pk, bo.pk], ["segment"])
    rows.relate(of, read, rows.relations(condition, of))
    fits = predicate(condition, of, zone=ZoneInfo("UTC"), now=cast.NOW)
    page = list_people(us.ada, where=condition, zone=ZoneInfo("UTC"), now=cast.NOW)

    assert [one for one in read if fits(read[one])] == [one.person.pk for one in page.rows] == [bea.pk]
