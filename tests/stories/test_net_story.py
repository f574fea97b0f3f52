"""Feeds whose address, or whose redirect, leads into our own network: refused, in plain words, and nothing is called."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cast import NOW, minutes, staff
from mutuals.base.net import GuardedHttp, GuardedSockets, Refused
from mutuals.capture import draw
from mutuals.capture.models import Cursor, RawEvent
from mutuals.channels import sources
from mutuals.channels.models import Health, Source

pytestmark = pytest.mark.django_db
FEED = b"""<rss version="2.0"><channel><title>Kettles</title>
<item><guid>k1</guid><title>A new lid</title><pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate></item></channel></rss>"""


@contextmanager
def serving(redirect: str = ""):
    """A real server on loopback: a feed, or a redirect. Yields its port and the paths that it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_told):
            pass

        def do_GET(self):
            asked.append(self.path)
            away = redirect and not self.path.startswith("/feed")
            self.send_response(302 if away else 200)
            if away:
                self.send_header("Location", redirect)
            body = b"" if away else FEED
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def feed_at(url: str) -> Source:
    us = staff()
    return sources.add(
        connector="feed", name="Kettle news", by=us.olga, answers={"url": url}, state="active", anyway="A test of it"
    )


def drawn(source: Source) -> Source:
    draw.draw(source.pk, now=lambda: NOW, chance=lambda: 0.5)
    source.refresh_from_db()
    return source


def test_a_feed_inside_our_own_network_is_refused_with_the_remedy_and_never_called():
    """J6."""
    with serving() as (port, asked):
        source = drawn(feed_at(f"http://127.0.0.1:{port}/feed"))

    assert asked == []
    assert "127.0.0.1, which is inside a private network" in source.last_error
    assert f"allow 127.0.0.1:{port} in MUTUALS_NET_ALLOW" in source.last_error
    assert (source.health, source.failures, source.state) == (Health.DEGRADED, 1, "active")
    assert not RawEvent.objects.exists()
    assert not Cursor.objects.exists()


def test_a_redirect_from_an_allowed_server_into_the_network_is_refused_after_the_first_step(settings):
    """J6."""
    with serving() as (inside, hidden), serving(f"http://127.0.0.1:{inside}/feed") as (port, asked):
        settings.NET_ALLOW = f"127.0.0.1:{port}"
        source = drawn(feed_at(f"http://127.0.0.1:{port}/moved"))

    assert asked == ["/moved"]
    assert hidden == []
    assert f"allow 127.0.0.1:{inside} in MUTUALS_NET_ALLOW" in source.last_error
    assert not RawEvent.objects.exists()


def test_once_an_administrator_allows_it_the_same_source_draws_and_has_lost_nothing(settings):
    """J6."""
    with serving() as (port, asked):
        source = drawn(feed_at(f"http://127.0.0.1:{port}/feed"))
        refused = source.last_error
        settings.NET_ALLOW = f"127.0.0.1:{port}"
        source = drawn(source)

    assert refused
    assert asked == ["/feed"]
    assert (source.health, source.failures, source.last_error) == (Health.OK, 0, "")
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["10.0.0.8", "169.254.169.254", "::1", "::ffff:192.168.0.1", "fd00::5", "64:ff9b::7f00:1"]
)
def test_a_name_that_points_to_a_private_address_is_refused_even_beside_a_public_one(address):
    """The name's server decides what it points to, so each answer is judged."""
    told = []
    sockets = GuardedSockets(resolve=lambda _host, _port: ["93.184.215.14", address], told=told.append)

    with pytest.raises(Refused, match="inside a private network"):
        GuardedHttp(sockets).request("GET", "http://kettles.example/feed")

    assert told == []


def test_a_name_that_changes_its_meaning_between_two_calls_is_judged_at_each():
    """DNS rebinding."""
    with serving("http://kettles.example/feed") as (port, asked):
        answers = iter([["127.0.0.1"], ["10.0.0.8"]])
        sockets = GuardedSockets(
            allow=frozenset({("kettles.example", port)}), resolve=lambda _host, _port: next(answers)
        )
        with pytest.raises(Refused, match=r"kettles\.example points to 10\.0\.0\.8"):
            GuardedHttp(sockets).request("GET", f"http://kettles.example:{port}/moved")

    assert asked == ["/moved"]


def test_a_server_that_is_away_is_tried_again_later_and_the_source_says_so():
    """J6."""
    source = feed_at("http://feed.invalid/rss")

    drawn(source)

    source.refresh_from_db()
    assert source.last_error
    assert source.next_try_at > NOW
    assert source.next_try_at <= NOW + minutes(60)
