"""How records stand to each other: kinds with two directions, days, found after merges, given back at splits, erased."""

from datetime import date

import pytest

import cast
from mutuals import privacy
from mutuals.base.refusals import Refusal
from mutuals.identity import merge, split
from mutuals.people import organisations
from mutuals.people.models import Person, Profile
from mutuals.records import own, relations, types
from mutuals.records.models import Relation
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = cast.NOW


@pytest.fixture
def us():
    return cast.staff()


def key(row):
    return f"{row._meta.model_name}:{row.pk}"


def test_a_relation_is_read_in_its_words_from_both_ends_whatever_they_are(us):
    bea, works = cast.person(by=us.ada), organisations.add(by=us.ada, name="Works", now=NOW)
    kind = types.add(by=us.aron, now=NOW, name="Machine").kind
    press = own.add(kind, by=us.ada, now=NOW, title="Press", custom={})
    way = relations.add_kind("looks after", "is looked after by", by=us.aron, now=NOW)

    relations.add(key(bea), "supplies", key(works), by=us.ada, now=NOW, since=date(2024, 1, 1), note="Lids")
    relations.add(key(press), way.key, key(bea), by=us.ada, now=NOW, is_back=True)
    for _ in range(2):
        relations.add(
            key(works), "supplies", key(bea), by=us.ada, now=NOW, since=date(2024, 1, 1), is_back=True, note="Lids"
        )

    def told(row, viewer=us.ada):
        return {(one.words, one.other.name) for one in relations.of(viewer, key(row))}

    assert told(bea) == {("supplies", "Works"), ("looks after", "Press")}
    assert told(works) == {("is supplied by", "Bea Brand")}
    assert told(press) == {("is looked after by", "Bea Brand")}
    assert Relation.objects.count() == 2
    with pytest.raises(NotAllowed):
        told(bea, us.cleo)
    relations.retire_kind(way.key, by=us.aron, now=NOW)
    assert told(press) == {("is looked after by", "Bea Brand")}
    with pytest.raises(Refusal):
        relations.add(key(works), way.key, key(bea), by=us.ada, now=NOW)


def test_what_cannot_be_a_relation_is_refused_and_one_both_ways_stands_once(us):
    bea, bo = cast.person(by=us.ada), cast.person("Bo", by=us.ada)
    relations.add(key(bo), "married", key(bea), by=us.ada, now=NOW)
    row = relations.add(key(bea), "married", key(bo), by=us.ada, now=NOW, until=date(2026, 1, 1))

    for other, more in (
        (key(bea), {}), ("deal:999", {}), ("nothing", {}), (key(bo), {"since": date(2026, 1, 2), "until": date(2026, 1, 1)}),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            relations.add(key(bea), "mentor", other, by=us.ada, now=NOW, **more)
    with pytest.raises(Refusal):
        relations.add_kind("Married to", by=us.aron, now=NOW)
    with pytest.raises(NotAllowed):
        relations.add_kind("rides", by=us.ada, now=NOW)

    assert Relation.objects.get() == row
    assert row.until == date(2026, 1, 1)
    relations.change(row, by=us.ada, changes={"until": None, "note": "Again"})
    assert relations.of(us.ada, key(bea))[0].note == "Again"
    relations.remove(row, by=us.ada)
    relations.remove(row, by=us.ada)
    assert not Relation.objects.exists()


def test_relations_follow_merges_and_are_given_back_and_go_along_with_a_split(us):
    bea, other, bo = (cast.person(name, by=us.ada) for name in ("Bea Brand", "Bea B.", "Bo"))
    presence = cast.profile(of=bea)
    relations.add(key(other), "mentor", key(bo), by=us.ada, now=NOW)
    relations.add(key(bea), "friend", key(other), by=us.ada, now=NOW)
    done = merge.merge(bea, other, by=us.ada, now=NOW)

    assert [(one.words, one.other.name) for one in relations.of(us.ada, key(bea))] == [("mentor of", "Bo")]
    assert [one.other.key for one in relations.of(us.ada, key(bo))] == [key(bea)]

    merge.undo(merge.Merge.objects.get(pk=int(done.key.partition(":")[2])), by=us.ada, now=NOW)

    assert {one.words for one in relations.of(us.ada, key(other))} == {"mentor of", "friend of"}
    assert {one.words for one in relations.of(us.ada, key(bea))} == {"friend of"}
    friends = Relation.objects.get(kind="friend")
    parted = split.some(bea, [presence.pk], by=us.ada, now=NOW, along={"relations": [friends.pk]})
    assert relations.of(us.ada, key(bea)) == []
    assert [one.other.key for one in relations.of(us.ada, key(parted.other))] == [key(other)]


def test_who_is_erased_leaves_no_relation_and_what_was_typed_is_searched(us):
    bea, works = cast.person(by=us.ada), organisations.add(by=us.ada, name="Works", now=NOW)
    other = organisations.add(by=us.ada, name="Cup & Co", now=NOW)
    relations.add(key(bea), "advises", key(works), by=us.ada, now=NOW, note="Lids")
    relations.add(key(works), "partner", key(other), by=us.ada, now=NOW, note="Through Bea Brand")
    _, handed = privacy.export(Person.objects.get(pk=bea.pk), by=us.aron, now=NOW)

    receipt = privacy.erase(bea, by=us.aron, now=NOW)

    assert handed.counts["records"]["relations"] == 1
    assert receipt.counts["records"]["relations"] == 1
    assert [one.note for one in Relation.objects.all()] == ["Through Bea Brand"]
    assert any(one["about"].startswith("relation:") for one in receipt.places)
    assert not Profile.objects.filter(person=bea.pk).exists()
