"""The way out: what is refused, what is pinned, what is cut off, and what we then know about the request."""

import gzip
import socket
import threading

import pytest

from mutuals.base.net import (
    Broken,
    GuardedHttp,
    GuardedSockets,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
    allow_list,
    guarded,
)
from mutuals.base.tests.hostile_server import made_up_authority, says, serving, way_out


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://2130706433/", "http://0x7f.1/", "http://[::1]:9/"])
def test_our_own_machine_is_refused_before_anything_is_sent(url):
    http, _ = guarded()

    with pytest.raises(Refused) as refusal:
        http.request("GET", url)

    assert refusal.value.sent is False
    assert "MUTUALS_NET_ALLOW" in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "http://me:secret@example.org/", "http://", "//x", "http://\x00/"],
)
def test_only_plain_web_addresses_are_called(url):
    http, _ = guarded()

    with pytest.raises(Refused) as refusal:
        http.request("GET", url)

    assert refusal.value.sent is False


def test_a_name_with_one_forbidden_address_is_refused_as_a_whole():
    dialled = []
    sockets = GuardedSockets(resolve=lambda _host, _port: ["93.184.215.14", "10.0.0.7"], told=dialled.append)

    with pytest.raises(Refused):
        sockets.connect("example.org", 25, timeout=1)

    assert dialled == []


def test_a_name_is_resolved_once_and_the_judged_address_is_dialled():
    answers, dialled = [["127.0.0.1"], ["10.0.0.1"]], []

    with serving(lambda c, _r: c.sendall(says(body=b"hello"))) as (port, requests):
        http = way_out(port, hosts=["kettle.example"], resolve=lambda _h, _p: answers.pop(0), told=dialled.append)
        reply = http.request("GET", f"http://kettle.example:{port}/a?b=1", params={"c": "2"})

    assert reply.text() == "hello"
    assert [entry.address for entry in dialled] == ["127.0.0.1"]
    assert requests[0].startswith("GET /a?b=1&c=2 HTTP/1.1")
    assert f"host: kettle.example:{port}" in requests[0].lower()


def test_tls_is_checked_against_the_name_although_the_address_is_pinned():
    server, client, names = made_up_authority("kettle.example")

    with serving(lambda c, _r: c.sendall(says(body=b"safe")), tls=server) as (port, _requests):
        sockets = GuardedSockets(
            allow=frozenset({("kettle.example", port), ("other.example", port)}), resolve=lambda _h, _p: ["127.0.0.1"]
        )
        http = GuardedHttp(sockets, tls=client)
        reply = http.request("GET", f"https://kettle.example:{port}/")
        with pytest.raises(Unreachable) as refusal:
            http.request("POST", f"https://other.example:{port}/")

    assert reply.text() == "safe"
    assert names == ["kettle.example", "other.example"]
    assert refusal.value.sent is False


def test_a_redirect_into_our_own_network_is_refused():
    with serving(lambda c, _r: c.sendall(says("HTTP/1.1 302 Found", "Location: http://10.0.0.1/admin"))) as (port, _):
        http = way_out(port)

        with pytest.raises(Refused) as refusal:
            http.request("GET", f"http://127.0.0.1:{port}/")

    assert "10.0.0.1" in str(refusal.value)
    assert refusal.value.sent is True


def test_a_token_stays_with_its_origin_and_does_not_follow_a_redirect_elsewhere():
    with serving(lambda c, _r: c.sendall(says(body=b"end"))) as (other, there):

        def onward(connection, request):
            place = "/b" if "GET /a" in request else f"http://127.0.0.1:{other}/c"
            connection.sendall(says("HTTP/1.1 302 Found", f"Location: {place}"))

        with serving(onward) as (port, here):
            http = way_out(port, other)
            http.request("GET", f"http://127.0.0.1:{port}/a", headers={"Authorization": "Bearer x", "X-Kind": "y"})

    assert "authorization: bearer x" in here[1].lower()
    assert "authorization" not in there[0].lower()
    assert "x-kind: y" in there[0].lower()


def test_a_ring_of_redirects_ends():
    with serving(lambda c, _r: c.sendall(says("HTTP/1.1 307 Again", "Location: /"))) as (port, requests):
        http = way_out(port)

        with pytest.raises(Broken):
            http.request("POST", f"http://127.0.0.1:{port}/", json={"a": 1})

    assert len(requests) == 6
    assert all(request.startswith("POST") and request.endswith('{"a":1}') for request in requests)


def test_a_redirect_is_handed_back_when_the_caller_does_not_want_to_follow():
    with serving(lambda c, _r: c.sendall(says("HTTP/1.1 302 Found", "Location: http://10.0.0.1/"))) as (port, _):
        http = way_out(port)

        reply = http.request("GET", f"http://127.0.0.1:{port}/", follow=False)

    assert (reply.status, reply.headers["LOCATION"]) == (302, "http://10.0.0.1/")


def test_a_large_answer_is_cut_off():
    with serving(lambda c, _r: c.sendall(says(body=b"x" * 5000))) as (port, _):
        http = way_out(port)

        with pytest.raises(TooLarge):
            http.request("GET", f"http://127.0.0.1:{port}/", max_bytes=4999)


def test_a_packed_bomb_is_cut_off_and_a_packed_answer_is_read():
    bomb, fair = gzip.compress(b"0" * 50_000_000), gzip.compress(b"fair")

    def answer(connection, request):
        connection.sendall(says("HTTP/1.1 200 OK", "Content-Encoding: gzip", body=fair if "/fair" in request else bomb))

    with serving(answer) as (port, _):
        http = way_out(port)
        reply = http.request("GET", f"http://127.0.0.1:{port}/fair")
        with pytest.raises(TooLarge):
            http.request("GET", f"http://127.0.0.1:{port}/bomb")

    assert reply.body == b"fair"


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip"])
def test_an_answer_packed_otherwise_than_it_says_is_broken_not_misread(coding):
    with serving(lambda c, _r: c.sendall(says("HTTP/1.1 200 OK", f"Content-Encoding: {coding}", body=b"junk"))) as (
        port,
        _,
    ):
        http = way_out(port)

        with pytest.raises(Broken) as failure:
            http.request("POST", f"http://127.0.0.1:{port}/", data=b"x")

    assert failure.value.sent is True


def test_an_answer_that_drips_does_not_outlast_the_whole_time():
    stop = threading.Event()

    def drip(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not stop.wait(0.05):
            connection.sendall(b"x")

    with serving(drip) as (port, _):
        http = way_out(port)
        with pytest.raises(TimedOut) as failure:  # at this rate the whole answer would take 50 seconds, and arrive
            http.request("POST", f"http://127.0.0.1:{port}/", form={"a": "b"}, timeout=3.0)
        stop.set()

    assert failure.value.sent is True


def test_a_server_that_hangs_up_leaves_the_outcome_open():
    with serving(lambda c, _r: None) as (port, _):
        http = way_out(port)

        with pytest.raises(Broken) as failure:
            http.request("POST", f"http://127.0.0.1:{port}/", json={})

    assert failure.value.sent is True


def test_where_nobody_listens_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    http = way_out(port)

    with pytest.raises(Unreachable) as failure:
        http.request("POST", f"http://127.0.0.1:{port}/", json={})

    assert failure.value.sent is False


def test_a_header_cannot_smuggle_another():
    with serving(lambda c, _r: c.sendall(says())) as (port, requests):
        http = way_out(port)

        with pytest.raises(Refused) as failure:
            http.request("GET", f"http://127.0.0.1:{port}/", headers={"X-Name": "a\r\nX-Other: b"})

    assert failure.value.sent is False
    assert not any("X-Other" in request for request in requests)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with serving(lambda c, _r: c.sendall(says(body=b"straight"))) as (port, _):
        reply = way_out(port).request("GET", f"http://127.0.0.1:{port}/")

    assert reply.text() == "straight"


def test_files_leave_as_a_form():
    with serving(lambda c, _r: c.sendall(says())) as (port, requests):
        http = way_out(port)

        http.request(
            "POST", f"http://127.0.0.1:{port}/", form={"a": "b"}, files={"file": ("k.png", b"\x89", "image/png")}
        )

    assert "multipart/form-data" in requests[0]
    assert 'filename="k.png"' in requests[0]


@pytest.mark.parametrize("entry", ["localhost", "localhost:", ":80", "localhost:0", "localhost:99999", "localhost:x"])
def test_an_unreadable_allow_list_names_its_entry(entry):
    text = f"127.0.0.1:80, {entry}"

    with pytest.raises(ValueError) as refusal:
        allow_list(text)

    assert repr(entry) in str(refusal.value)


def test_the_allow_list_opens_one_port_and_not_its_neighbour():
    text = "LOCALHOST.:8001, [::1]:25"

    pairs = allow_list(text)

    assert pairs == {("localhost", 8001), ("::1", 25)}
