"""The live path: who is touched is compared, and what follows is written down."""

import json

import pytest
from django.db.models import Q

from cast import NOW, everywhere, person, staff
from mutuals import privacy
from mutuals.connectors.contract import Handle
from mutuals.identity import known, link, live, merge, sweep, walk
from mutuals.identity.models import Edge, Frequency, Key, Known, Link, LinkState, Sweep, Touched, Verdict
from mutuals.people import profiles
from mutuals.people.models import Organisation, Person, Profile

pytestmark = pytest.mark.django_db
GIVEN = ("Aino", "Boris", "Chidi", "Dolores", "Ewan", "Fatima", "Gustav", "Hiroko")
FAMILY = ("Okonkwo", "Lindqvist", "Petrescu", "Yamada", "Zubiri")
SITE = ("https://beapours.example/",)


def test_a_rare_handle_and_a_site_link_by_themselves_with_the_clues_on_the_link():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    town(us)
    live.drain(now=NOW)

    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)
    live.drain(now=NOW)

    made = Link.objects.get(profile=fresh, until=None)
    assert (made.person, made.state, made.by) == (bea, LinkState.CONFIRMED, "machine:identity")
    assert {"handle", "site"} <= {clue["family"] for clue in made.because if clue["for"]}
    assert made.probability >= 0.99
    assert made.pool == Person.objects.count()


def presence(name, *, network="mastodon", shown="", **more):
    """A profile as a network shows it."""
    handle = Handle(network, f"{network}:{name}", f"@{name}", shown=shown, **more)
    found = profiles.ensure([handle], now=NOW)
    return Profile.objects.get(pk=found[handle.network, handle.key].id)


def town(us, many=40):
    """People who have nothing to do with it."""
    for number in range(many):
        given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN)]
        person(f"{given} {family}", by=us.ada)


def test_two_same_named_people_are_not_linked_and_both_are_shown():
    us = staff()
    one, other = person("Bea Brandmeyer", by=us.ada), person("Bea Brandmeyer", by=us.ada)
    town(us)

    fresh = presence("kettlefan", shown="Bea Brandmeyer", sites=())
    live.drain(now=NOW)

    assert not Link.objects.filter(profile=fresh).exclude(state=LinkState.SUGGESTED).exists()
    assert Profile.objects.get(pk=fresh.pk).person is None
    suggested = set(Link.objects.filter(profile=fresh, until=None).values_list("person_id", flat=True))
    assert suggested == {one.pk, other.pk}


def test_a_second_record_of_a_person_brings_a_suggestion_for_the_review():
    us = staff()
    town(us)
    person("Bea Brandmeyer", email="bea@brandmeyer.example", by=us.ada)
    live.drain(now=NOW)

    second = person("Bea Brandmeyer", by=us.ada, city="Porto")
    link.confirm(presence("bea", sites=("https://brandmeyer.example/",)), person=second, by=us.ada, now=NOW)
    person("Bea Brandmeyer", by=us.ada, email="bea.brandmeyer@work.example")
    live.drain(now=NOW)

    edges = Edge.objects.filter(until=None, verdict=Verdict.UNSURE)
    assert edges
    assert all(edge.a.network == edge.b.network == "mutuals" for edge in edges)
    assert all(edge.priority > 0 and edge.pool for edge in edges)


def test_a_rejection_is_remembered_after_a_merge():
    us = staff()
    bea, twin = person("Bea Brandmeyer", by=us.ada), person("Bea Brandmeyer", by=us.ada)
    town(us)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)
    live.drain(now=NOW)
    link.reject(Profile.objects.get(pk=fresh.pk), by=us.ada, now=NOW)

    Person.objects.filter(pk=bea.pk).update(canonical_id=twin.pk)
    live.drain(now=NOW)

    assert Profile.objects.get(pk=fresh.pk).person is None
    assert not Link.objects.filter(profile=fresh, until=None).exclude(state=LinkState.REJECTED).exists()


def test_ten_thousand_of_one_name_do_not_stop_the_drain():
    us = staff()
    person("Bea Brandmeyer", by=us.ada)
    handles = [Handle("town", f"n{number}", f"@n{number}", shown="Bea Brandmeyer") for number in range(10_000)]
    profiles.ensure(handles, now=NOW)

    done = live.drain(now=NOW, size=1000)

    assert done >= 10_000
    assert not Touched.objects.exists()
    assert Edge.objects.count() < 3 * 10_000


def test_draining_again_writes_nothing_new():
    us = staff()
    town(us)
    person("Bea Brandmeyer", by=us.ada)
    fresh = presence("beabrandmeyer", shown="Bea Brandmeyer")
    live.drain(now=NOW)
    before = Edge.objects.count(), Link.objects.count(), Known.objects.count(), Key.objects.count()

    Touched.objects.create(profile=fresh)
    live.drain(now=NOW)

    assert (Edge.objects.count(), Link.objects.count(), Known.objects.count(), Key.objects.count()) == before


def test_a_suggestion_stands_as_it_is_when_the_person_is_looked_at_again():
    us = staff()
    town(us)
    bea = person("Bea Brandmeyer", by=us.ada)
    fresh = presence("beabrandmeyer", shown="Bea Brandmeyer")
    live.drain(now=NOW)
    before = thoughts_of(fresh)

    Touched.objects.create(profile=bea.profiles.get(network="mutuals"))
    live.drain(now=NOW)

    assert thoughts_of(fresh) == before
    assert len(before) == 2


def thoughts_of(profile):
    """The numbers of what is thought of it now: a link and its edge."""
    edges = Edge.objects.filter(Q(a=profile) | Q(b=profile), until=None).values_list("pk", flat=True)
    links = Link.objects.filter(profile=profile, until=None).values_list("pk", flat=True)
    return [("edge", number) for number in edges] + [("link", number) for number in links]


def test_once_two_persons_are_one_a_presence_is_suggested_to_them_once():
    us = staff()
    one, other = person("Bea Brandmeyer", by=us.ada), person("Bea Brandmeyer", by=us.ada)
    town(us)
    fresh = presence("beabrandmeyer", shown="Bea Brandmeyer")
    live.drain(now=NOW)
    apart = thoughts_of(fresh)

    merge.merge(one, other, by=us.ada, now=NOW, keep=one)
    live.drain(now=NOW)

    assert len(apart) == 4
    assert len(thoughts_of(fresh)) == 2


def test_nobody_is_compared_with_whom_was_erased():
    us = staff()
    town(us)
    bea = person("Bea Brandmeyer", by=us.ada, email="bea.pours@brandmeyer.example")
    link.confirm(presence("bea.pours"), person=bea, by=us.ada, now=NOW)
    live.drain(now=NOW)
    privacy.erase(bea, by=us.olga, now=NOW)

    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer")
    live.drain(now=NOW)

    assert everywhere("brandmeyer") == ["identity_known"]  # of the one who came afterwards
    assert not Link.objects.filter(profile=fresh).exists()
    assert not Edge.objects.exists()
    assert Key.objects.filter(known_id__in=Known.objects.values("pk")).count() == Key.objects.count()


def test_what_speaks_against_keeps_two_apart():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada, birthday="1971-06-02")
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    town(us)
    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)
    told = profiles.tell(fresh.fields, {"birthday": "1999-01-30"}, at=NOW, by="network:instagram")
    Profile.objects.filter(pk=fresh.pk).update(fields=told)

    live.drain(now=NOW)

    edge = Edge.objects.get(Q(a=fresh) | Q(b=fresh), until=None)
    assert Profile.objects.get(pk=fresh.pk).person is None
    assert edge.verdict == Verdict.UNSURE
    assert any(clue["clue"] == "conflict" and "1999-01-30" in clue["words"] for clue in edge.because)


def test_whoever_leaves_a_person_is_not_part_of_what_is_known_of_them():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    strange = presence("quilted.teapot")
    link.confirm(strange, person=bea, by=us.ada, now=NOW)
    live.drain(now=NOW)
    before = Known.objects.get(person=bea).row

    link.reject(Profile.objects.get(pk=strange.pk), by=us.ada, now=NOW)
    live.drain(now=NOW)

    left = json.loads(Known.objects.get(person=bea).row)
    assert "quiltedteapot" in before
    assert [name for name, held in left.items() if "quiltedteapot" in str(held)] == ["refused"]
    assert "quiltedteapot" in Known.objects.get(profile=strange).row


def test_frequencies_follow_what_is_known():
    us = staff()
    town(us, many=5)
    live.drain(now=NOW)
    before = dict(Frequency.objects.values_list("hash", "count"))

    walk.work(Sweep.objects.create(kind=sweep.EVERYBODY, by="staff:1").pk, size=2)
    Known.objects.all().delete()

    assert before[known.POOL] == 5
    assert set(Frequency.objects.values_list("count", flat=True)) == {0}
    assert not Key.objects.exists()


def test_what_is_proven_is_linked_without_being_weighed():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    own = Profile.objects.get(network="mutuals", person=bea)
    own.fields["website"] = {"value": "https://beapours.garden", "at": NOW.isoformat(), "by": "import:1"}
    own.save(update_fields=["fields"])
    live.drain(now=NOW)

    fresh = presence("kettlefan", proven_sites=("https://beapours.garden/",))
    live.drain(now=NOW)

    made = Link.objects.get(profile=fresh, until=None)
    assert (made.person, made.state, made.by) == (bea, LinkState.PROVEN, "machine:proofs")


def test_whose_employer_changed_is_read_anew():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    live.drain(now=NOW)
    kettles = Organisation.objects.create(name="Kettles & Sons")

    kettles.affiliations.create(person=bea)
    live.drain(now=NOW)
    held = Known.objects.get(person_id=bea.pk).row
    kettles.affiliations.all().delete()
    live.drain(now=NOW)

    assert "employers" in held
    assert "employers" not in Known.objects.get(person_id=bea.pk).row
