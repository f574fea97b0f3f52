"""What is put into the trash is out of every list and comes back whole; after thirty days it goes for ever."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

import cast
from mutuals.base import clock, trash
from mutuals.base.models import Entry, Filed
from mutuals.base.refusals import Refusal
from mutuals.communities import ideas
from mutuals.communities.models import Idea
from mutuals.identity import link
from mutuals.inbox import cases, tasks
from mutuals.inbox.models import Case, Task
from mutuals.inbox.tasks_read import TaskIn
from mutuals.people import directory, organisations
from mutuals.people.models import Person, Profile
from mutuals.people.visibility import visible_to
from mutuals.records import own, types
from mutuals.records.models import Own
from mutuals.sales import deals
from mutuals.sales.deals import DealIn
from mutuals.sales.models import Deal
from mutuals.staff import filed
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


def one_of_each(us, now):
    """A record of every kind, by its text key."""
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    firm = organisations.add(by=us.ada, name="The Kettle works", now=now)
    case, _ = cases.open_case(by=us.ada, now=now, title="It leaks", person=bea)
    deal, _ = deals.open_deal(DealIn("Two kettles", "EUR", person=bea), by=us.ada, now=now)
    idea, _ = ideas.add(title="Lids that do not leak", by=us.ada, now=now)
    task = tasks.add(TaskIn("Call Bo"), by=us.ada, now=now)[0]
    row = own.add(types.add(by=us.aron, now=now, name="Machine").kind, by=us.ada, now=now, title="Kettle 3000")
    file = filed.put(f"deal:{deal.pk}", BytesIO(b"hello"), name="a.txt", by=us.ada, now=now)[0]
    return {
        "person": bea, "organisation": firm, "case": case, "deal": deal, "idea": idea, "task": task, "own": row, "filed": file,
    }  # fmt: skip


def test_every_kind_goes_into_the_trash_and_comes_back():
    us, now = cast.staff(), clock.now()
    there = one_of_each(us, now)
    keys = {f"{kind}:{row.pk}" for kind, row in there.items()}
    assert set(trash.kinds()) == set(there)

    for key in sorted(keys - {f"filed:{there['filed'].pk}"}, reverse=True):
        trash.put(key, by=us.ada, now=now)
        trash.put(key, by=us.ada, now=now + timedelta(minutes=1))  # twice is once
    rows, following = trash.listed(us.ada)
    assert ({row.key for row in rows}, following) == (keys - {f"filed:{there['filed'].pk}"}, None)
    assert {row.by for row in rows} == {f"staff:{us.ada.pk}"}
    assert not visible_to(us.ada).filter(pk=there["person"].pk).exists()
    assert not directory.list_organisations(us.ada).rows
    assert not cases.listed(us.ada)

    walked, place = [], None
    while True:
        some, place = trash.listed(us.ada, after=place, limit=2)
        walked += [row.key for row in some]
        if place is None:
            break
    assert walked == [row.key for row in rows]
    assert trash.listed(us.cleo)[0] == []
    with pytest.raises((Refusal, NotAllowed)):
        trash.restore(f"deal:{there['deal'].pk}", by=us.cleo, now=now)

    client = Client()
    client.force_login(us.ben)
    assert client.get(f"/customers/{there['person'].pk}/").status_code == 404
    page = client.get("/trash/").content.decode()
    assert all(words in page for words in ("Bea Brand", "Two kettles", "Kettle 3000", "It leaks", "Ada"))
    client.post("/trash/restore/", {"key": f"person:{there['person'].pk}"})
    assert client.get(f"/customers/{there['person'].pk}/").status_code == 200
    for row in trash.listed(us.ada)[0]:
        trash.restore(row.key, by=us.ada, now=now)
        trash.restore(row.key, by=us.ada, now=now)
    assert trash.listed(us.ada)[0] == []
    assert [one.pk for one in cases.listed(us.ada)] == [there["case"].pk]
    assert Entry.objects.filter(kind="deal.restored").count() == 1
    with pytest.raises(Refusal, match="no such record"):
        trash.put("rule:1", by=us.ada, now=now)


def test_after_thirty_days_it_goes_for_ever_with_its_files_but_people_stay():
    us, now = cast.staff(), clock.now()
    there = one_of_each(us, now)
    for kind, row in there.items():
        if kind != "filed":
            trash.put(f"{kind}:{row.pk}", by=us.ada, now=now)

    assert trash.purge(now=now + timedelta(days=29)) == 0
    assert trash.purge(now=now + timedelta(days=31)) == 4
    own.purge(now=now + timedelta(days=31))

    left = [model.objects.count() for model in (Case, Deal, Idea, Task, Own, Filed, Person)]
    assert left == [0, 0, 0, 0, 0, 0, 1]
    assert not Entry.objects.filter(about=f"deal:{there['deal'].pk}").exclude(data={}).exists()


def test_who_speaks_again_comes_back():
    us = cast.staff()
    square = cast.source(owner=us.olga, team=us.service)
    cast.turn(square)
    bea = cast.person(by=us.ada, email="bea@kettles.example")
    link.confirm(Profile.objects.get(network="town"), person=bea, by=us.ada, now=cast.NOW)
    trash.put(f"person:{bea.pk}", by=us.ada, now=cast.NOW + timedelta(hours=1))
    assert not visible_to(us.ada).exists()

    cast.said(square, cast.event("old", "Said before.", at=cast.NOW + timedelta(minutes=5)))
    assert not visible_to(us.ada).exists()
    cast.said(square, cast.event("new", "It leaks again.", at=cast.NOW + timedelta(hours=2)))
    assert visible_to(us.ada).get() == bea
