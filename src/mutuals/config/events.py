"""Server-sent events: one small process that tells open screens what changed, by kind and id only.

It knows no rooms and asks no permission beyond "signed in": a screen fetches what changed through the ordinary views.
Who does not see every conversation is only told that something changed.
The session is read as Django wrote it: row of `django_session`, signed with SECRET_KEY, with the mark of the user's
password and generation (`staff.models.User`).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from mutuals.base.wake import CHANNEL
from mutuals.embedded import address, state_folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_CLIENTS = 1000
MOST_OF_ONE = 10  # open screens of one user; the others ask by themselves
_ALL = json.dumps({"what": "all", "ids": []})
_SEE_ALL = ("owner", "admin", "lead", "staff")  # roles with `conversation.view` on every row, see `staff.permissions`
BEAT = 15.0  # seconds between two comments that keep a connection open
RECHECK = 60.0  # seconds after which a reader must still be signed in
WAITING = 100  # events a slow reader may lag behind before it is told to look at everything anew
_HASH_SALT = "mutuals.staff.session"  # `staff.models.SESSION_SALT`; that module needs all rooms loaded


@dataclass(eq=False)
class Reader:
    """One open screen: whose it is, whether ids may be told, and what it was not told yet."""

    user_id: int
    sees_all: bool
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def tell(self, payload: str) -> None:
        """To a slow one, and to one who may not know the ids: "all", once."""
        if self.sees_all and not self.queue.full():
            self.queue.put_nowait(payload)
            return
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(_ALL)

    def wake(self) -> None:
        """Let who waits for the queue look up, with nothing to tell."""
        if not self.queue.full():
            self.queue.put_nowait("")


class Events:
    """The ASGI application. One connection to the database listens for all readers."""

    def __init__(self, dsn: str, *, recheck: float = RECHECK) -> None:
        self.dsn, self.recheck = dsn, recheck
        self.readers: set[Reader] = set()
        self.listening: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", "")
        if scope["path"] != "/events/" or scope["method"] != "GET":
            await _answer(send, 404, "There is nothing here.")
        elif origin and urlsplit(origin).hostname != urlsplit(f"//{headers.get('host', '')}").hostname:
            await _answer(send, 403, "This origin may not listen.")
        elif (reader := await self._reader(headers.get("cookie", ""))) is None:
            await _answer(send, 401, "Sign in first.", origin)
        elif len(self.readers) >= MOST_CLIENTS:
            await _answer(send, 503, "Too many screens are open; this one asks by itself every 15 seconds.", origin)
        elif sum(one.user_id == reader.user_id for one in self.readers) >= MOST_OF_ONE:
            await _answer(send, 429, "You have many screens open; this one asks by itself every 15 seconds.", origin)
        else:
            self.readers.add(reader)
            await self._stream(receive, send, origin, headers["cookie"], reader)

    async def _stream(self, receive: Receive, send: Send, origin: str, cookie: str, reader: Reader) -> None:
        """Until the reader goes, or is signed in no longer: who signs out or loses access hears nothing a minute later."""
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        queue = reader.queue
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: reader.wake())  # so that nobody waits for who went
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *_cors(origin)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _write(send, "retry: 3000\n: listening\n\n")
            checked = monotonic()
            while not gone.done():
                if monotonic() - checked >= self.recheck:
                    if (now := await self._reader(cookie)) is None:
                        break
                    reader.sees_all = now.sees_all
                    checked = monotonic()
                try:
                    said = await asyncio.wait_for(queue.get(), BEAT)
                    if said:
                        await _write(send, f"data: {said}\n\n")
                except TimeoutError:
                    await _write(send, ": still here\n\n")
        finally:
            self.readers.discard(reader)
            gone.cancel()

    async def _listen(self) -> None:
        """Hear what the database announces and pass it on; after a break every screen is told to look anew."""
        while self.readers:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(
                    self.dsn, autocommit=True, application_name="mutuals events"
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._tell(_ALL)
                    async for notice in connection.notifies():
                        self._tell(notice.payload)
                        if not self.readers:
                            return
            await asyncio.sleep(1.0)

    def _tell(self, payload: str) -> None:
        for reader in self.readers:
            reader.tell(payload)

    async def _reader(self, cookie: str) -> Reader | None:
        """Who is signed in by this cookie; None = nobody."""
        key = _session_key(cookie)
        if not key:
            return None
        try:
            async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                found = await (
                    await connection.execute(
                        "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()", [key]
                    )
                ).fetchone()
                session = _session(found[0]) if found else {}
                user = await (
                    await connection.execute(
                        "SELECT password, session_generation, id, role FROM staff_user WHERE is_active AND id = %s",
                        [int(session.get("_auth_user_id", 0))],
                    )
                ).fetchone()
        except (psycopg.Error, ValueError):
            return None
        if user is None or not _fits(session, f"{user[1]} {user[0]}"):
            return None
        return Reader(int(user[2]), user[3] in _SEE_ALL)


def _session_key(cookie: str) -> str:
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _session(data: str) -> dict[str, Any]:
    try:
        return dict(signing.loads(data, salt="django.contrib.sessions.SessionStore", serializer=JSONSerializer))
    except signing.BadSignature:
        return {}


def _fits(session: dict[str, Any], state: str) -> bool:
    mark = salted_hmac(_HASH_SALT, state, algorithm="sha256").hexdigest()
    return constant_time_compare(str(session.get("_auth_user_hash", "")), mark)


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _answer(send: Send, status: int, text: str, origin: str = "") -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_cors(origin)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = Events(address(state_folder()).dsn())
