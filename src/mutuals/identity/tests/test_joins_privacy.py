"""Whoever was merged and split is handed over and erased whole, and nobody else with them."""

import json
import zipfile
from datetime import timedelta

import pytest

import cast
from cast import NOW, event, person, said, source, staff
from mutuals import privacy
from mutuals.base import files
from mutuals.identity import edges, joins, link, merge, split
from mutuals.identity.models import Edge, Link, LinkState, Merge, Split, Verdict
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def one_of_two(us):
    """Zoe, who is two rows by now, each with a presence that spoke; and Bo, who was merged with her by mistake."""
    town = source(owner=us.olga)
    made = [person(f"Zoe Zuber{n}", by=us.ada, email=f"zuber{n}@brand.example", city="Zuberdorf") for n in range(2)]
    for n, one in enumerate(made):
        row = said(town, event(f"z{n}", "Leaks.", who=f"zuber{n}"))[0].profile
        link.confirm(row, person=one, by=us.ada, now=NOW)
    bo = person("Bo Brand", by=us.ada, city="Faro")
    mistake = merge.merge(made[1], bo, by=us.ada, now=LATER, keep=bo, choices={"city": "gone"})
    joins.undo(mistake.key, by=us.ada, now=LATER)
    merge.merge(*made, by=us.ada, now=LATER, keep=made[0], choices={"name": "gone"})
    split.some(made[0], [row.pk], by=us.ada, now=LATER + timedelta(minutes=1), to=bo)
    split.some(bo, [row.pk], by=us.ada, now=LATER + timedelta(minutes=2), to=made[0])
    own = Profile.objects.get(network="mutuals", person=bo)
    grounds = edges.Grounds([{"clue": "same town", "detail": "zuber1"}], probability=0.4)
    edges.say(own.pk, row.pk, Verdict.UNSURE, grounds, by="staff:1", now=LATER + timedelta(minutes=3))
    return made, bo


def test_the_package_holds_both_rows_and_nothing_of_others_but_a_verdict():
    us = staff()
    made, bo = one_of_two(us)

    blob, _ = privacy.export(made[1], by=us.olga, now=LATER + timedelta(hours=1))

    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        held, whom = json.loads(package.read("identity.json")), json.loads(package.read("people.json"))
    assert {row["id"] for row in whom["persons"]} == {one.pk for one in made}
    assert [(row["kept"], row["gone"]) for row in held["merges"]] == [(made[0].pk, made[1].pk)]
    assert len(held["splits"]) == 2
    own = Profile.objects.get(network="mutuals", person=bo)
    assert own.key not in json.dumps(held["thoughts"])
    assert {row["verdict"] for row in held["thoughts"]} == {"same", "different", "unsure"}


def test_erasing_takes_all_rows_of_the_cluster_and_their_traces_beside_others():
    us = staff()
    made, bo = one_of_two(us)

    receipt = privacy.erase(Person.objects.get(pk=made[0].pk), by=us.olga, now=LATER + timedelta(hours=1))

    assert receipt.counts["people"]["persons"] == 2
    assert list(Person.objects.all()) == [bo]
    assert [*Edge.objects.all(), *Merge.objects.all(), *Split.objects.all()] == []
    assert cast.everywhere("uber") == []
    bo.refresh_from_db()
    assert bo.city == "Faro"


def test_a_presence_that_was_only_suggested_is_not_handed_over():
    us = staff()
    bea, stranger = person(by=us.ada), cast.profile("@stranger")
    clue = {"clue": "name", "detail": "stranger of Faro"}
    held = {"by": "machine:identity", "because": [clue], "since": NOW}
    Link.objects.create(profile=stranger, person=bea, state=LinkState.SUGGESTED, **held)

    blob, _ = privacy.export(bea, by=us.olga, now=LATER)

    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        told = package.read("identity.json").decode()
    assert "stranger" not in told
    assert [row["state"] for row in json.loads(told)["links"]][-1] == "suggested"


def test_a_clue_that_was_seen_on_them_while_two_were_one_does_not_outlive_them():
    us = staff()
    ann, zoe, cy = (person(name, by=us.ada) for name in ("Ann Arbor", "Zoe Zuber", "Cy Clark"))
    row = cast.profile()
    mistake = merge.merge(ann, zoe, by=us.ada, now=LATER, keep=ann)
    born = {"clue": "conflict", "words": "Born on 1971-06-02 and on 1999-01-30"}
    clues = [born, cast.clue("Other mail addresses", -1.0, detail="zoe@zuber.example / cy@clark.example")]
    cast.doubt(ann, cy, *clues, since=LATER)
    kept = cast.doubt(ann, cast.profile("@early"), cast.clue("The same town", 2.0, detail="Ann Arbor"))
    held = {"state": LinkState.SUGGESTED, "because": clues, "by": "machine:identity", "since": LATER}
    Link.objects.create(profile=row, person=ann, **held)
    joins.undo(mistake.key, by=us.ada, now=LATER + timedelta(hours=1))

    privacy.erase(Person.objects.get(pk=zoe.pk), by=us.olga, now=LATER + timedelta(hours=2))

    assert [cast.everywhere(word) for word in ("uber", "1971-06-02")] == [[], []]
    assert Edge.objects.get(pk=kept.pk).because[0]["detail"] == "Ann Arbor"
    assert Link.objects.get(profile=row).because[0]["words"] == "Other mail addresses"
