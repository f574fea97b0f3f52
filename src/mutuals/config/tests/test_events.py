"""Who may listen to live events: only a session of the user's present password and generation."""

import asyncio
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

import cast
from mutuals.staff import accounts

pytestmark = pytest.mark.django_db(transaction=True)


def cookie_of(user) -> bytes:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()


def listen(dsn, cookie) -> int:
    """The status that a screen with this cookie is answered with."""
    app, told = import_module("mutuals.config.events").Events(dsn), []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    async def screen():
        await app(
            {"type": "http", "path": "/events/", "method": "GET", "headers": [(b"cookie", cookie)]}, receive, send
        )
        if app.listening is not None:
            app.listening.cancel()

    asyncio.run(screen())
    return told[0]["status"]


def test_a_session_from_before_access_ended_listens_no_more_when_access_is_given_back(database_address):
    us = cast.staff()
    cookie = cookie_of(us.ben)
    before = listen(database_address.dsn(), cookie)

    accounts.deactivate(us.ben, by=us.olga, now=cast.NOW)
    accounts.reactivate(us.ben, by=us.olga)

    assert before == 200
    assert listen(database_address.dsn(), cookie) == 401


def test_a_session_from_before_a_change_of_factors_listens_no_more(database_address):
    us = cast.staff()
    cookie = cookie_of(us.ben)

    accounts.factors_changed(us.ben)

    assert listen(database_address.dsn(), cookie) == 401
    assert listen(database_address.dsn(), cookie_of(us.ben)) == 200
