"""Webhooks as an admin sets them up: by the screen, by a program, by the terminal; and who sees none of it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

import cast
from mutuals import cli
from mutuals.base import clock
from mutuals.channels.models import Hook, HookDelivery
from mutuals.staff import tokens

TOLD = {"name": "Warehouse", "url": "https://example.org/hook", "kinds": ["order.*"], "more": "deal.won, import.*"}


@pytest.fixture
def us(db) -> cast.Staff:
    return cast.staff()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_admin_adds_one_sees_its_secret_once_pauses_it_and_takes_it_away(us):
    aron = as_(us.aron)

    wrong = aron.post("/settings/hooks/new/", TOLD | {"more": "everything"})
    made = aron.post("/settings/hooks/new/", TOLD)
    row = Hook.objects.get()
    page = aron.get(f"/settings/hooks/{row.pk}/").content.decode()

    assert wrong.status_code == 422
    assert "is no kind" in wrong.content.decode()
    secret = re.search(r"mhk_[\w-]{43}", made.content.decode())
    assert secret is not None
    assert "no-store" in made.headers["Cache-Control"]
    assert secret[0] not in page
    assert row.kinds == ["deal.won", "import.*", "order.*"]
    new = aron.post(f"/settings/hooks/{row.pk}/do/", {"do": "secret"}).content.decode()
    assert secret[0] not in new
    assert "mhk_" in new
    aron.post(f"/settings/hooks/{row.pk}/do/", {"do": "pause"})
    assert "It is paused" in aron.get(f"/settings/hooks/{row.pk}/").content.decode()
    aron.post(f"/settings/hooks/{row.pk}/", TOLD | {"name": "Shop"})
    assert "Shop" in aron.get("/settings/hooks/").content.decode()
    aron.post(f"/settings/hooks/{row.pk}/do/", {"do": "remove"})
    assert not Hook.objects.exists()


def test_others_see_no_webhook_and_no_line_of_the_rail(us):
    as_(us.aron).post("/settings/hooks/new/", TOLD)
    row = Hook.objects.get()
    for user in (us.lea, us.ben, us.cleo):
        client = as_(user)
        ways = ("/settings/hooks/", "/settings/hooks/new/", f"/settings/hooks/{row.pk}/")
        assert {client.get(way).status_code for way in ways} == {403}
        assert "/settings/hooks/" not in client.get("/").content.decode()


def test_a_program_and_the_terminal_do_the_same(us, capsys):
    def run(*words: str):
        assert cli.main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    _, key = tokens.make(us.aron, name="ops", scopes=["admin"], now=clock.now())
    more = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    client = Client()

    made = client.post(
        "/api/v1/webhooks", {"name": "Shop", "url": "https://example.org/", "kinds": ["*"]}, **more
    ).json()
    paused = client.patch(f"/api/v1/webhooks/{made['id']}", {"is_paused": True}, **more).json()
    HookDelivery.objects.create(
        hook_id=made["id"], key="00000000-0000-0000-0000-000000000001", entries=[1, 2], state="failed", said="It answered 500.",
        made_at=timezone.now(), changed_at=timezone.now(),
    )  # fmt: skip
    log = client.get(f"/api/v1/webhooks/{made['id']}/deliveries", **more).json()["items"]
    listed = run("webhooks", "list")
    on = run("webhooks", "resume", str(made["id"]))
    again = run("webhooks", "again", str(log[0]["id"]))
    refused = client.patch(f"/api/v1/webhooks/{made['id']}", {"kinds": ["deal.*", "deal.won!"]}, **more)

    assert made["secret"].startswith("mhk_")
    assert paused["paused"] == f"Paused by {us.aron}."
    assert (log[0]["entries"], log[0]["said"]) == (2, "It answered 500.")
    assert (listed[0]["state"], on["state"], again["state"]) == ("paused", "on", "waiting")
    assert refused.status_code == 422
