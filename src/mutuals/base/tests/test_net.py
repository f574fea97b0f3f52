"""The way out: what is refused, what is pinned, what is cut off, and what we then know about the request."""

import gzip
import re
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from tempfile import NamedTemporaryFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base._net_guard import is_public
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

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:53aa:64c::1",
    "2600::5efe:10.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "not an address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_our_own_network_is_not_public_in_any_disguise(address):
    written = address

    public = is_public(written)

    assert not public


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_an_address_of_the_internet_is_public(address):
    written = address

    public = is_public(written)

    assert public


@given(st.ip_addresses(v=4))
def test_an_ipv6_disguise_never_opens_what_its_ipv4_address_does_not(inner):
    mapped = str(IPv6Address(0xFFFF_0000_0000 | int(inner)))

    judged = is_public(mapped)

    assert judged == is_public(str(inner))
    assert not (judged and ip_address(inner).is_private)


@contextmanager
def serving(answer, *, tls=None):
    """A loopback server: `answer(connection, request head as text)` for each connection. Gives port and requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection = tls.wrap_socket(connection, server_side=True) if tls else connection
                    connection.settimeout(5)
                    requests.append(whole(connection))
                    answer(connection, requests[-1])
                except OSError:
                    continue
                finally:
                    connection.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def whole(connection):
    """One request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return (head + b"\r\n\r\n" + body).decode("latin-1")


def says(*lines, body=b""):
    head = "\r\n".join(lines or ("HTTP/1.1 200 OK",))
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def way_out(*ports, hosts=("127.0.0.1",), told=lambda _dialled: None, **more):
    sockets = GuardedSockets(allow=frozenset((host, port) for host in hosts for port in ports), told=told, **more)
    return GuardedHttp(sockets)


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


def made_up_authority(name):
    """A server context with a certificate for `name`, a client context trusting it, and the SNI names asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    server.sni_callback = lambda _sock, asked, _context: names.append(asked)
    with temporary(pem + secret) as path:
        server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode()), names


@contextmanager
def temporary(data):
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file.name
