"""Pages that lead back, and servers that would rather hurt."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base.net import GuardedHttp, GuardedSockets
from mutuals.base.tests.hostile_server import made_up_authority, says, serving, way_out
from mutuals.identity.proofs.looking import me_links, names_did, page_read

BEA = "https://town.example/@bea"
DID = "did:plc:beaaaaaaaaaaaaaaaaaaaaaa"


def answering(body=b"", *lines, head="HTTP/1.1 200 OK"):
    return lambda connection, _request: connection.sendall(
        says(head, *(lines or ("Content-Type: text/html",)), body=body)
    )


def looked(answer, *, to=(BEA,), path="/about"):
    with serving(answer) as (port, _):
        return page_read(way_out(port), f"http://127.0.0.1:{port}{path}").at(to)


@pytest.mark.parametrize(
    "html",
    [
        '<a rel="me" href="https://town.example/@bea">me</a>',
        "<head><LINK REL='nofollow ME' HREF=https://town.example/@bea/></head>",
        '<p><a class=x href="http://www.town.example/@bea#top" rel="noopener me">x',
    ],
)
def test_a_page_that_names_the_presence_with_rel_me_leads_back(html):
    look = looked(answering(html.encode()))

    assert look.found is True
    assert look.seen.endswith("/about")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://town.example/@bea">me</a>',
        '<a rel="men" href="https://town.example/@bea">me</a>',
        '<a rel="me" href="https://town.example/@beatrice">me</a>',
        '<!-- <a rel="me" href="https://town.example/@bea"> -->',
        '<textarea><a rel="me" href="https://town.example/@bea"></textarea>',
        '<script>"<a rel=me href=https://town.example/@bea>"</script>',
        '<template><a rel="me" href="https://town.example/@bea"></a></template>',
        '<p title="<a rel=me href=https://town.example/@bea>">',
        "",
    ],
)
def test_a_page_that_does_not_say_so_does_not_lead_back(html):
    look = looked(answering(html.encode()))

    assert look.found is False


def test_a_page_that_is_gone_is_an_answer_and_a_server_in_trouble_is_none():
    gone, trouble = (looked(answering(head=f"HTTP/1.1 {status}")) for status in ("410 Gone", "503 Busy"))

    assert (gone.found, trouble.found) == (False, None)


@pytest.mark.parametrize(
    "answer",
    [
        answering(b"x" * 1_000_001),
        answering(gzip.compress(b"<a>" * 5_000_000), "Content-Encoding: gzip"),
        answering(b"<div>" * 150_000 + f'<a rel="me" href="{BEA}">'.encode(), "Content-Type: image/png"),
        answering(head="HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/"),
        answering(head="HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd"),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
        lambda connection, _: connection.sendall(b"\xff\x00" * 50_000),
        lambda connection, _: connection.close(),
    ],
)
def test_a_server_that_misbehaves_says_nothing_about_anybody(answer):
    look = looked(answer)

    assert look.found is None
    assert look.words


def test_a_page_that_leads_on_to_another_host_is_not_that_page():
    with serving(answering(f'<a rel="me" href="{BEA}">'.encode())) as (target, _):
        away = answering(head=f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{target}/")
        with serving(away) as (port, _):
            http = way_out(port, target, hosts=("127.0.0.1", "localhost"))
            look = page_read(http, f"http://127.0.0.1:{port}/").at([BEA])

    assert look.found is None
    assert "another host" in look.words


def test_our_own_network_is_not_looked_at():
    look = page_read(way_out(), "http://127.0.0.1:9/").at([BEA])

    assert look.found is None


@given(st.text(max_size=300))
def test_no_markup_from_outside_breaks_the_reading(html):
    found = me_links(html, "https://bea.example/")

    assert "" not in found


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<a ", "<div>", "&", "<b><a>", "<a rel=me href=", "<script>", "<svg>", "<![CDATA[", "<a rel=me>", "</a"],
)
def test_a_megabyte_of_one_piece_is_read_or_left(piece):
    found = me_links(piece * (1_000_000 // len(piece)), "https://bea.example/")

    assert len(found) <= 1


def test_a_domain_that_names_the_account_proves_it_and_one_that_names_another_does_not():
    server, client, _ = made_up_authority("bea.garden")

    told = []
    for says_it in (f"{DID}\n", "did:plc:other", "<html>"):
        with serving(answering(says_it.encode()), tls=server) as (port, _):
            sockets = GuardedSockets(allow=frozenset({("bea.garden", port)}), resolve=lambda *_: ["127.0.0.1"])
            told.append(names_did(GuardedHttp(sockets, tls=client), f"bea.garden:{port}", did=DID).found)

    assert told == [True, False, None]


def test_a_service_tells_what_the_domain_says_by_a_dns_record():
    with serving(answering(f'{{"did": "{DID}"}}'.encode(), "Content-Type: application/json")) as (port, requests):
        ask = f"http://127.0.0.1:{port}"
        mine, other = (names_did(way_out(port), "bea.invalid", did=did, ask=ask).found for did in (DID, "did:plc:x"))

    assert (mine, other) == (True, False)
    assert "resolveHandle?handle=bea.invalid" in requests[0]
