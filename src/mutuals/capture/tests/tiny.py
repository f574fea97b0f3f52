"""A tiny network for these tests: a real HTTP server on loopback that counts what is delivered, and its connector."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import connection

from mutuals.connectors import all_connectors
from mutuals.connectors._answers import ask
from mutuals.connectors.contract import Action, Connector, Context, Do, Field, Limits, Page, Raw, Receipt
from mutuals.connectors.webhook.parse import parse


@dataclass
class Server:
    """What the network holds, and how it will misbehave: one fault is used up by one request, "" = none."""

    port: int = 0
    honours_keys: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def allow(self) -> str:
        """For the setting NET_ALLOW."""
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    network: Server

    def log_message(self, *_told: Any) -> None:
        pass

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        self.network.asked.append(f"GET {where.path}")
        if self._fault(None):
            return
        if where.path == "/posts":
            self._answer(200, self.network.posts)
            return
        after = int(parse_qs(where.query).get("after", ["0"])[0])
        self._answer(
            200, {"items": self.network.items[after : after + 2], "last": min(after + 2, len(self.network.items))}
        )

    def do_POST(self) -> None:
        self.network.asked.append("POST")
        post = json.loads(self.rfile.read(int(self.headers["content-length"])))
        post["key"] = self.headers["idempotency-key"]
        if not self._fault(post):
            self._answer(200, {"id": self._store(post)})

    def _store(self, post: dict[str, str]) -> str:
        known = [one["id"] for one in self.network.posts if one["key"] == post["key"]]
        if known and self.network.honours_keys:
            return known[0]
        post["id"] = f"post-{len(self.network.posts) + 1}"
        self.network.posts.append(post)
        return post["id"]

    def _fault(self, post: dict[str, str] | None) -> bool:
        fault = self.network.faults.pop(0) if self.network.faults else ""
        if fault in ("", "ok"):
            return False
        if fault in ("store and drop", "store and hang") and post is not None:
            self._store(post)
        if fault.endswith("hang"):
            time.sleep(60)
        if fault.isdigit():
            headers = {"retry-after": "120"} if fault == "429" else {}
            self._answer(int(fault), {"error": f"told {fault}"}, headers)
        else:
            self.close_connection = True
            self.connection.close()
        return True

    def _answer(self, status: int, told: Any, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def fetch(context: Context, stream: str, cursor: Mapping[str, Any]) -> Iterator[Page]:
    """Pages of two items."""
    after = int(cursor.get("after", 0))
    while True:
        context.limiter.take("read")
        url = f"{context.settings['address']}/{stream}"
        told = ask(context, "GET", url, writes=False, params={"after": str(after)}).json()
        raws = tuple(Raw(key=item["id"], body=json.dumps(item).encode()) for item in told["items"])
        if not raws:
            return
        after = told["last"]
        yield Page(raws, {"after": after}, more=len(raws) == 2)


def send(context: Context, action: Action) -> Receipt:
    """Post it."""
    context.limiter.take("write", urgent=True)
    headers = {"idempotency-key": action.key}
    url = f"{context.settings['address']}/posts"
    made = ask(context, "POST", url, writes=True, headers=headers, json={"body": action.body}).json()
    return Receipt(made["id"], f"https://tiny.example/{made['id']}")


def find(context: Context, action: Action) -> Receipt | None:
    """The post with our key, if it stands there."""
    told = ask(context, "GET", f"{context.settings['address']}/posts", writes=False).json()
    return next((Receipt(post["id"]) for post in told if post["key"] == action.key), None)


TINY = Connector(
    name="tiny",
    label="Tiny",
    parse=parse,
    fields=(Field("address", "Server", kind="url"), Field("token", "Token", secret=True, required=False)),
    streams=("items",),
    fetch=fetch,
    send=send,
    find=find,
    does=frozenset({Do.POST, Do.REPLY, Do.DELETE}),
    limits=Limits(text=100, media=1, media_bytes=1000, media_types=("image/png",)),
    poll_seconds=60,
)


@contextmanager
def installed(**changes: Any) -> Iterator[Connector]:
    """The connector among the others for a while, as an entry point would put it there."""
    connector, before = replace(TINY, **changes), all_connectors().get(TINY.name)
    all_connectors()[connector.name] = connector
    try:
        yield connector
    finally:
        del all_connectors()[connector.name]
        if before is not None:
            all_connectors()[before.name] = before


@contextmanager
def serving(**state: Any) -> Iterator[Server]:
    """A running network."""
    network = Server(**state)
    handler = type("Handler", (_Handler,), {"network": network})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    http.block_on_close = False
    network.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield network
    finally:
        http.shutdown()
        http.server_close()


def waiting_jobs() -> list[str]:
    """Names of the jobs that wait, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def forget_jobs() -> None:
    """Procrastinate's tables are not Django's, so no flush between tests empties them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@contextmanager
def elsewhere() -> Iterator[Any]:
    """A cursor of another connection to the same database: another process, as far as locks can tell."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()
