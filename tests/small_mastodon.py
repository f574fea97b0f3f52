"""A small server on loopback that speaks enough of Mastodon's API: it pages, takes answers, and takes its time.

Like snac2 it pays no heed to Idempotency-Key, so a client that posts twice is seen to post twice.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
_US = "ours"
_PATIENCE = 8.0  # seconds


@dataclass
class Square:
    """The server: `home` is what others wrote, `ours` what was posted through it. Numbers grow with time."""

    chance: random.Random
    port: int = 0
    home: list[dict[str, Any]] = field(default_factory=list)
    ours: list[dict[str, Any]] = field(default_factory=list)
    strikes: dict[int, str] = field(default_factory=dict)  # which post waits for its sender's end, and when
    in_hand: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, who: str, text: str) -> None:
        """Somebody writes."""
        number = len(self.home) + 1
        self.home.append(self.status(number, who, text, at=_START + timedelta(seconds=number)))

    def status(self, number: int, who: str, text: str, *, at: datetime, answers: str | None = None) -> dict[str, Any]:
        page = f"https://square.example/@{who}"
        account = {"id": who, "username": who, "acct": who, "display_name": who, "url": page}
        account["uri"] = f"https://square.example/users/{who}"
        return {
            "id": str(number),
            "uri": f"{account['uri']}/statuses/{number}",
            "url": f"{page}/{number}",
            "created_at": at.isoformat().replace("+00:00", "Z"),
            "in_reply_to_id": answers,
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "account": account,
            "mentions": [],
            "media_attachments": [],
        }

    def publish(self, form: dict[str, str]) -> dict[str, Any]:
        """A post of ours, kept whether or not its sender lives to hear of it."""
        with self.lock:
            self.asked += 1
            strike = self.strikes.get(self.asked, "")
        self._wait(strike == "before")
        with self.lock:
            number = 1_000_000 + len(self.ours)
            made = self.status(
                number, _US, form["status"], at=datetime.now(UTC), answers=form.get("in_reply_to_id") or None
            )
            self.ours.append(made)
        self._wait(strike == "after")
        return made

    def _wait(self, is_struck: bool) -> None:
        """A moment; or until somebody has seen `in_hand`, done what is to be done, and says `go_on`."""
        if is_struck:
            self.in_hand.set()
            self.go_on.wait(_PATIENCE)
            self.go_on.clear()
        else:
            time.sleep(self.chance.random() * 0.2)

    def find(self, number: str) -> dict[str, Any] | None:
        return next((one for one in [*self.home, *self.ours] if one["id"] == number), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    square: Square

    def log_message(self, *_told: Any) -> None:
        pass

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        path = where.path.removeprefix("/api/v1/")
        if path == "accounts/verify_credentials":
            self._answer(self.square.status(0, _US, "", at=_START)["account"])
        elif path == "timelines/home":
            self._page(self.square.home, asked)
        elif path == f"accounts/{_US}/statuses":
            self._page(self.square.ours, asked)
        elif path.endswith("/context"):
            self._answer({"ancestors": [], "descendants": []})
        elif path.startswith("statuses/"):
            found = self.square.find(path.removeprefix("statuses/"))
            self._answer(found or {"error": "Record not found"}, status=200 if found else 404)
        else:
            self._answer([])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/api/v1/statuses":
            self._answer(self.square.publish(form))
        else:
            self._answer({"error": "Not here"}, status=404)

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, str]) -> None:
        """Newest first: with `min_id` those that follow it, with `max_id` those before it."""
        limit = int(asked.get("limit", "20"))
        found = list(rows)
        if "min_id" in asked:
            found = [one for one in found if int(one["id"]) > int(asked["min_id"])][:limit]
        else:
            found = [one for one in found if int(one["id"]) < int(asked.get("max_id", "9" * 18))][-limit:]
        found.reverse()
        links = ""
        if found:
            here = f"{self.square.address}{urlsplit(self.path).path}"
            links = f'<{here}?max_id={found[-1]["id"]}>; rel="next", <{here}?min_id={found[0]["id"]}>; rel="prev"'
        time.sleep(self.square.chance.random() * 0.2)
        self._answer(found, link=links)

    def _answer(self, told: Any, *, status: int = 200, link: str = "") -> None:
        body = json.dumps(told).encode()
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if link:
                self.send_header("link", link)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # who asked was killed meanwhile
            self.close_connection = True


@contextmanager
def serving(chance: random.Random) -> Iterator[Square]:
    """A running server."""
    square = Square(chance)
    handler = type("Handler", (_Handler,), {"square": square})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    http.block_on_close = False
    square.port = http.server_address[1]
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield square
    finally:
        http.shutdown()
        http.server_close()
