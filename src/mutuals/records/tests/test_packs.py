"""Memberships as a ready-made kind: put in by one act, worked with, renewed in its process, taken out while unused."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import clock, lists
from mutuals.base.filters import from_query
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.processes import kinds, run
from mutuals.processes.models import Item, Process
from mutuals.records import book, own, packs
from mutuals.records.models import CustomField, Type
from mutuals.staff import tokens
from mutuals.staff.models import SavedView
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """What this process remembers of types goes with the test."""
    yield
    book.forget()


def listed(us, name, now):
    """Titles on one of the shared lists that the pack brought, as Ada sees it."""
    view = SavedView.objects.get(record="own_membership", name=name, shared=True)
    where = from_query(parse_qs(view.query)["f"])
    asked = lists.Asked(us.ada, ZoneInfo("UTC"), now, where=where)
    return sorted(row.title for row in lists.walk(lists.listing("own_membership"), asked).rows)


def test_memberships_are_put_in_worked_with_and_renewed():
    us, now = cast.staff(), clock.now()
    day = now.date()

    row = packs.put_in(packs.MEMBERSHIP, by=us.aron, now=now)
    count = Entry.objects.count()
    again = packs.put_in(packs.MEMBERSHIP, by=us.aron, now=now)
    bea = cast.person("Bea Brand", by=us.ada)
    made = {
        name: own.add(
            row.kind,
            by=us.ada,
            now=now,
            title=name,
            custom={"renews": str(day + timedelta(days=days)), "status": status},
        )
        for name, days, status in (
            ("Soon", 20, "active"),
            ("Later", 200, "active"),
            ("Late", -20, "in_grace"),
            ("Gone", 20, "left"),
        )
    }
    own.edit(made["Soon"], by=us.ada, now=now, changes={"custom": {"person": bea.pk, "chapter": "Porto"}})
    item = run.start(f"own:{made['Soon'].pk}", Process.objects.get(), by=us.ada, now=now)
    run.move(item, to="renewed", by=us.ada, now=now)

    assert (again.pk, Entry.objects.filter(kind__startswith="pack.").count()) == (row.pk, 1)
    assert count > 0
    assert listed(us, "Renewals at risk", now) == ["Soon"]
    assert listed(us, "Renewals overdue", now) == ["Late"]
    assert (Item.objects.get().state, Item.objects.get().end) == ("done", "won")
    assert kinds.theirs([bea.pk]) >= {f"own:{made['Soon'].pk}"}
    assert kinds.kind("membership").sees(us.cleo, [item.about]) == set()
    with pytest.raises(Refusal, match="There are 4 Memberships"):
        packs.take_out(packs.MEMBERSHIP, by=us.aron)
    with pytest.raises(NotAllowed):
        packs.put_in(packs.MEMBERSHIP, by=us.ada, now=now)


def test_an_unused_pack_goes_without_a_trace_by_screen_api_and_terminal(client, capsys):
    us = cast.staff()
    client.force_login(us.aron)

    def there():
        return (Type.objects.count(), CustomField.objects.count(), SavedView.objects.count(), Process.objects.count())

    page = client.get("/settings/types/").content.decode()
    client.post("/settings/types/packs/membership/", {"do": "in"})
    by_screen = there()
    client.post("/settings/types/packs/membership/", {"do": "out"})
    gone = there()
    _, key = tokens.make(us.aron, name="t", scopes=["read", "write", "admin"], now=clock.now())
    ask = Client(headers={"Authorization": f"Bearer {key}"})
    code = cli.main(["own", "put-in", "membership", "--json", "--as", us.aron.email])
    told = json.loads(capsys.readouterr().out)
    by_terminal = there()
    packs.take_out(packs.MEMBERSHIP, by=us.aron)
    packs.take_out(packs.MEMBERSHIP, by=us.aron)
    put = ask.put("/api/v1/packs/membership", {}, "application/json")
    by_api = there()
    out = ask.delete("/api/v1/packs/membership", content_type="application/json")
    known = [
        ask.get("/api/v1/packs").json()["items"][0]["is_in"],
        ask.put("/api/v1/packs/none", {}, "application/json").status_code,
    ]

    assert "Put in Memberships" in page
    assert by_screen == by_terminal == by_api == (1, 7, 2, 1)
    assert gone == there() == (0, 0, 0, 0)
    assert (put.status_code, out.status_code, known) == (200, 200, [False, 422])
    assert (code, told["key"]) == (0, "membership")
