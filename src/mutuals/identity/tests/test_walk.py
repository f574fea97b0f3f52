"""The search by the batch engine says what looking at everybody one by one says, and looks at few."""

import random
from contextlib import suppress

import pytest
from django.db import transaction
from django.db.models import F

from cast import NOW, person, staff
from mutuals.base import clock
from mutuals.connectors.contract import Handle
from mutuals.identity import known, link, live, review, sweep, walk
from mutuals.identity.conclude import Outcome
from mutuals.identity.models import Edge, Known, Link, Sweep, Touched, Verdict
from mutuals.people import profiles
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
GIVEN = ("Aino", "Boris", "Chidi", "Dolores", "Katherine", "Kate", "Мария", "Yoko")
FAMILY = ("Okonkwo", "Lindqvist", "Petrescu", "Yamada", "Zubiri", "Brandmeyer", "O'Neill")


def test_a_search_says_the_same_as_looking_at_everybody_one_by_one():
    us = staff()
    a_town(us, random.Random(4), 60)
    live.drain(now=NOW)
    staff_says(us)
    things_change()
    start = transaction.savepoint()
    one_by_one = looked_at_everybody()
    expected = thoughts()
    transaction.savepoint_rollback(start)

    done = walk.work(Sweep.objects.create(kind=sweep.EVERYBODY, by="staff:1").pk, size=50)

    assert thoughts() == expected
    assert {"links", "suggested", "edges"} == {kind for kind, *_ in expected}
    assert done.looked_at == done.total == Person.objects.filter(canonical=F("pk")).count() + nobodys().count()
    assert done.counts == walk._counts(one_by_one)
    assert done.counts["link"] + done.counts["review"] + done.counts["leave"] == done.looked_at
    assert min(done.counts["leave"], done.counts["review"]) > 10


def test_a_second_search_counts_the_same_and_changes_nothing():
    us = staff()
    a_town(us, random.Random(6), 40)
    live.drain(now=NOW)
    first = walk.work(Sweep.objects.create(kind=sweep.EVERYBODY, by="staff:1").pk, size=50)
    before = thoughts()

    again = walk.work(Sweep.objects.create(kind=sweep.EVERYBODY, by="staff:1").pk, size=50)

    assert again.counts == first.counts
    assert again.counts["review"] > 10
    assert thoughts() == before


def test_very_many_who_were_touched_come_to_what_looking_at_them_one_by_one_says():
    us = staff()
    a_town(us, random.Random(8), 60)
    start = transaction.savepoint()
    walk._read_touched(50)
    one_by_one = looked_at_everybody()
    expected = thoughts()
    transaction.savepoint_rollback(start)

    done = walk.work(Sweep.objects.create(kind=sweep.BACKLOG, by="machine:identity").pk, size=50)

    assert thoughts() == expected
    assert done.counts == walk._counts(one_by_one)
    assert done.counts["link"] > 0


def test_the_probability_of_two_presences_is_the_same_whoever_is_asked_first_and_along_with_whom():
    found = []

    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        for size in (1, 3):
            start = transaction.savepoint()
            us = staff()
            for given in ("Katherine", "Kate", *GIVEN):
                person(f"{given} Lindqvist", by=us.ada)
            shown = (("katelindqvist77", ""), ("katherine77", "Katherine Lindqvist"), ("boris", "Kate Petrescu"))
            made = [presence(name, f"n{place}", said, ()) for place, (name, said) in enumerate(shown)]
            live.drain(now=NOW)
            Edge.objects.all().delete()
            for place in range(0, 3, size):
                with live.alone() as ready:
                    live.look([], [made[one].pk for one in order[place : place + size]], ready, now=NOW)
            names = {row.pk: row.name for row in made}
            edges = Edge.objects.filter(a__in=names, b__in=names).values_list("a", "b", "probability")
            found.append({(frozenset((names[a], names[b])), probability) for a, b, probability in edges})
            transaction.savepoint_rollback(start)

    assert found[0]
    assert found == [found[0]] * len(found)


def test_of_whom_something_is_thought_is_weighed_however_many_others_share_more():
    one = presence("kettlemoon7", "mastodon", "Aino Lindqvist", ("https://kettlemoon.example/",))
    other = presence("kettlemoon7", "instagram", "Aino Lindqvist", ())
    live.drain(now=NOW)
    for number in range(known.MOST + 5):
        presence("kettlemoon7", f"network{number}", "Aino Lindqvist", ("https://kettlemoon.example/",))
    live.drain(now=NOW)

    with live.alone() as ready:
        live.look([], [one.pk], ready, now=NOW)

    assert Edge.objects.filter(a=one, b=other, until=None).exists()


def a_town(us, rng, many):
    """People, some of them twice, with and without what their networks show of them."""
    for number in range(many):
        given, family = (
            rng.choice(GIVEN),
            rng.choice(FAMILY) + rng.choice(("", "berg", "ova", "dóttir", "wright", "mann")),
        )
        word = f"{rng.choice(('kettle', 'otter', 'vinyl'))}{rng.choice(('moon', 'saddle', 'ember'))}{number}"
        more = {"city": rng.choice(("Porto", "Oslo"))} | ({"email": f"{word}@home.example"} if number % 3 else {})
        made = person(f"{given} {family}", by=us.ada, **more)
        if number % 4 == 0:
            link.confirm(presence(word, "mastodon", "", (f"https://{word}.example/",)), person=made, by=us.ada, now=NOW)
        if number % 2 == 0:
            shown = rng.choice((f"{given} {family}", given, ""))
            presence(word if number % 6 else f"{given[0]}{family}", "instagram", shown, (f"https://{word}.example/",))
        if number % 7 == 0:
            person(f"{given} {family}", by=us.ada, birthday="1971-06-02")


def presence(name, network, shown, sites):
    handle = Handle(network, f"{network}:{name}", f"@{name}", shown=shown, sites=sites)
    found = profiles.ensure([handle], now=NOW)
    return Profile.objects.get(pk=found[handle.network, handle.key].id)


def staff_says(us):
    """Some pairs are answered, each way; an answer may answer others of them."""
    for place, edge in enumerate(Edge.objects.filter(until=None, verdict=Verdict.UNSURE).order_by("pk")[:6]):
        with suppress(review.Stale):
            review.answer(edge, verdict=Verdict.DIFFERENT if place else Verdict.SAME, by=us.ada, now=NOW)
    live.drain(now=NOW)


def things_change():
    """Without anybody being told: some are called otherwise, some are read in the way of an earlier release."""
    for profile in Profile.objects.filter(network="instagram", person=None).order_by("pk")[:5]:
        Profile.objects.filter(pk=profile.pk).update(shown="Somebody Else", name=f"@else{profile.pk}", fields={})
    suggested = Link.objects.filter(state="suggested", until=None).order_by("pk").values("profile_id")[:2]
    Profile.objects.filter(pk__in=list(suggested.values_list("profile_id", flat=True))).update(shown="Nobody Near")
    Known.objects.filter(pk__in=list(Known.objects.order_by("pk").values_list("pk", flat=True))[::5]).update(
        reading="of old"
    )
    Touched.objects.all().delete()


def nobodys():
    return Profile.objects.filter(person=None, organisation=None, is_ours=False, is_bot=False)


def looked_at_everybody():
    outcome = Outcome()
    walk._read_anew(50)
    people = list(Person.objects.filter(canonical=F("pk")).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(people), 50):
        with live.alone() as ready:
            outcome += live.look(people[start : start + 50], [], ready, now=clock.now())
    last = 0
    while part := list(nobodys().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:50]):
        with live.alone() as ready:
            outcome += live.look([], part, ready, now=clock.now())
        last = part[-1]
    return outcome


def thoughts():
    """All that is thought and follows now."""
    edges = Edge.objects.filter(until=None).values_list("a_id", "b_id", "verdict", "by", "probability")
    links = Link.objects.filter(until=None).exclude(state="suggested").values_list("profile_id", "person_id", "state")
    asked = Link.objects.filter(until=None, state="suggested").values_list("profile_id", "person_id", "probability")
    found = [("edges", *row[:4], rounded(row[4])) for row in edges] + [("links", *row) for row in links]
    return set(found + [("suggested", *row[:2], rounded(row[2])) for row in asked])


def rounded(probability):
    return None if probability is None else round(probability, 6)
