"""The doors in front of hostile words and of people whose access has ended."""

import asyncio
import json
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.urls import reverse

from cast import NOW, event, person, said, source, staff
from mutuals import privacy
from mutuals.base import clock, wake
from mutuals.identity import link
from mutuals.people.models import Person, Profile
from mutuals.staff import tokens

EVIL = "<script>alert(1)</script>"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_markup_of_strangers_is_shown_as_text_on_the_inbox_and_on_the_customer_page():
    us = staff()
    who = {"network": "town", "id": "7", "name": EVIL, "shown": EVIL, "url": "https://x.example/?a=<script>"}
    row = said(source(owner=us.olga, team=us.service), event("p1", EVIL, author=who))[0]
    bea = person(EVIL, by=us.ada, city=EVIL)
    link.confirm(Profile.objects.get(network="town"), person=bea, by=us.ada, now=NOW)
    client = signed_in(us.ada)

    pages = [
        client.get(reverse("conversation", args=[row.conversation_id])),
        client.get(reverse("customer", args=[bea.pk])),
        client.get(reverse("conversation", args=[row.conversation_id]), headers={"HX-Request": "true"}),
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    for page in pages:
        assert EVIL not in page.content.decode()
        assert "&lt;script&gt;alert(1)" in page.content.decode()


@pytest.mark.django_db
def test_the_api_refuses_an_erased_address_in_the_same_words_and_an_ended_key_altogether():
    """K9, P17."""
    us = staff()
    privacy.erase(person(by=us.ada, email="bea@harbour.example"), by=us.aron, now=NOW)
    token, plain = tokens.make(us.ada, name="a", scopes=["write", "read"], now=clock.now())
    asked = {"data": {"name": "Bea", "email": "bea@harbour.example"}, "content_type": "application/json"}
    headers = {"Authorization": f"Bearer {plain}"}

    refused = Client().post("/api/v1/people", **asked, headers=headers)
    tokens.revoke(token, by=us.ada, now=clock.now())
    ended = Client().post("/api/v1/people", **asked, headers=headers)

    assert refused.status_code == 422
    assert "asked to be erased" in refused.json()["detail"]
    assert ended.status_code == 401
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_screen_whose_user_has_no_access_any_more_is_told_nothing_further(database_address):
    """K5."""
    events = import_module("mutuals.config.events")
    us = staff()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(us.cleo.pk), us.cleo.get_session_auth_hash()
    session.create()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    told, app = [], events.Events(database_address.dsn(), recheck=0)

    async def send(message):
        told.append(message)
        if message.get("body", b"").startswith(b"data") and len(told) < 4:
            await asyncio.to_thread(type(us.cleo).objects.filter(pk=us.cleo.pk).update, is_active=False)

    async def receive():
        await asyncio.Event().wait()

    async def screen():
        scope = {"type": "http", "path": "/events/", "method": "GET", "headers": [(b"cookie", cookie.encode())]}
        await app(scope, receive, send)
        app.listening.cancel()

    asyncio.run(screen())

    assert told[0]["status"] == 200
    assert [one["body"][:4] for one in told[1:]] == [b"retr", b"data"]
    assert not app.readers


def cookie_of(user) -> bytes:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()


class Screen:
    """One open page that listens, and all that it was told."""

    def __init__(self, app, cookie: bytes) -> None:
        self.told, self.heard, self.closed = [], asyncio.Event(), asyncio.Event()
        scope = {"type": "http", "path": "/events/", "method": "GET", "headers": [(b"cookie", cookie)]}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self):
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message) -> None:
        self.told.append(message)
        self.heard.set()

    async def until(self, found) -> None:
        async with asyncio.timeout(20):
            while not any(found(one) for one in self.told):
                self.heard.clear()
                await self.heard.wait()

    @property
    def status(self) -> int:
        return self.told[0]["status"]

    def data(self) -> list[dict]:
        return [json.loads(one["body"][6:]) for one in self.told[1:] if one["body"].startswith(b"data")]


def hears(word: bytes):
    return lambda message: word in message.get("body", b"")


@pytest.mark.django_db(transaction=True)
def test_one_user_cannot_take_every_place_of_those_who_listen(database_address):
    """K5."""
    events = import_module("mutuals.config.events")
    us = staff()
    ada, ben = cookie_of(us.ada), cookie_of(us.ben)
    app = events.Events(database_address.dsn())

    async def crowd():
        screens = [Screen(app, ada) for _ in range(events.MOST_OF_ONE)]
        for one in screens:
            await one.until(hears(b"listening"))
        more, other = Screen(app, ada), Screen(app, ben)
        await more.task
        await other.until(hears(b"listening"))
        screens[0].closed.set()
        await screens[0].task
        late = Screen(app, ada)
        await late.until(hears(b"listening"))
        for one in [*screens, other, late]:
            one.closed.set()
            await one.task
        app.listening.cancel()
        return more, other, late

    more, other, late = asyncio.run(crowd())

    assert (more.status, other.status, late.status) == (429, 200, 200)
    assert not app.readers


@pytest.mark.django_db(transaction=True)
def test_a_contractor_hears_that_something_changed_and_not_what(database_address):
    """K5."""
    events = import_module("mutuals.config.events")
    us = staff()
    app, cookies = events.Events(database_address.dsn()), [cookie_of(us.ada), cookie_of(us.cleo)]

    async def listening():
        ours = Screen(app, cookies[0])
        await ours.until(hears(b"listening"))  # from here on it hears when the database is listened to
        theirs = Screen(app, cookies[1])
        await theirs.until(hears(b"listening"))
        await ours.until(hears(b"data"))
        before = len(theirs.data())
        await asyncio.to_thread(changed_in_thread)
        await ours.until(hears(b"4711"))
        while len(theirs.data()) == before:
            theirs.heard.clear()
            await theirs.heard.wait()
        for one in (ours, theirs):
            one.closed.set()
            await one.task
        app.listening.cancel()
        return ours, theirs

    ours, theirs = asyncio.run(listening())

    assert {"what": "inbox", "ids": [4711]} in ours.data()
    assert all(one == {"what": "all", "ids": []} for one in theirs.data())


def changed_in_thread() -> None:
    wake.changed("inbox", [4711])
    connection.close()
