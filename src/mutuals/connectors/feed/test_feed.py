"""A feed over time, from a server on loopback: unchanged, grown, edited, gone, or not a feed at all."""

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mutuals.base.net import guarded
from mutuals.connectors.contract import BadRequest, Context, NotFound, Raw, Transient, Verb
from mutuals.connectors.feed import CONNECTOR
from mutuals.connectors.feed.client import pieces
from mutuals.connectors.feed.parse import parse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Nobody:
    """No secrets and no limits."""

    def get(self):
        return {}

    def take(self, group, *, urgent=False):
        return None


class Site:
    """What the server answers next, and what it was asked."""

    def __init__(self):
        self.status, self.body, self.headers, self.asked = 200, b"", {}, []

    def shows(self, *items, head="", kind="application/rss+xml"):
        text = (
            f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>K</title>{"".join(items)}</channel></rss>'
        )
        self.body = text.encode()
        self.headers = {"ETag": f'"{hash(text)}"', "Content-Type": kind}


@pytest.fixture
def site():
    told = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told.asked.append(self.headers)
            known = self.headers.get("If-None-Match") == told.headers.get("ETag") is not None
            self.send_response(304 if known else told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if known else told.body)

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    told.context = context(server.server_port)
    yield told
    server.shutdown()
    server.server_close()


def context(port):
    http, sockets = guarded(f"127.0.0.1:{port}")
    return Context({"url": f"http://127.0.0.1:{port}/feed"}, Nobody(), http, sockets, Nobody(), lambda: NOON)


def item(number, text="text"):
    return f"<item><guid>g{number}</guid><title>Title {number}</title><description>{text}</description></item>"


def drawn(site, cursor):
    pages = list(CONNECTOR.fetch(site.context, "feed", cursor))
    return [one for page in pages for raw in page.raws for one in CONNECTOR.parse(raw)], pages[-1].cursor


def test_an_unchanged_feed_costs_one_short_answer(site):
    site.shows(item(1))
    _, cursor = drawn(site, {})

    again, same = drawn(site, cursor)

    assert again == []
    assert same == cursor
    assert site.asked[1]["If-None-Match"] == site.headers["ETag"]


def test_of_a_changed_feed_only_what_is_new_or_edited_arrives(site):
    site.shows(item(1), item(2))
    first, cursor = drawn(site, {})
    site.shows(item(3), item(2, "edited"), item(1))

    second, _ = drawn(site, cursor)

    assert [(one.key, one.verb) for one in first] == [("g1", Verb.CREATE), ("g2", Verb.CREATE)]
    assert [(one.key, one.verb, one.body) for one in second] == [
        ("g3", Verb.CREATE, "text"),
        ("g2", Verb.UPDATE, "edited"),
    ]
    assert first[1].revision != second[1].revision


def test_an_interrupted_first_run_goes_on_after_the_last_page_that_was_kept(site):
    site.shows(*(item(number) for number in range(250)))
    first = next(CONNECTOR.fetch(site.context, "feed", {}))

    rest, cursor = drawn(site, first.cursor)

    assert len(first.raws) == 100
    assert len(rest) == 150
    assert drawn(site, cursor)[0] == []


def test_a_page_that_names_its_feed_is_answered_with_the_feeds_address(site):
    site.body = b'<html><head><link rel="alternate" type="application/rss+xml" href="/blog.xml"></head>Hello</html>'
    site.headers = {"Content-Type": "text/html"}

    with pytest.raises(BadRequest) as refusal:
        CONNECTOR.check(site.context)

    assert "/blog.xml" in str(refusal.value)


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (410, NotFound), (500, Transient)])
def test_a_server_that_fails_is_told_apart_from_a_feed_that_is_gone(site, status, error):
    site.status = status

    with pytest.raises(error) as failure:
        drawn(site, {})

    assert str(status) in str(failure.value)


def test_a_feed_in_another_alphabet_is_read_by_what_the_server_says(site):
    site.shows(item(1, "Чайник"), kind="text/xml; charset=koi8-r")
    site.body = site.body.decode().encode("koi8-r")

    told, _ = drawn(site, {})

    assert told[0].body == "Чайник"


def test_entities_that_unfold_to_gigabytes_are_refused(site):
    bomb = "<!DOCTYPE r [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
    site.shows(item(1, "&a9;"), head=bomb)

    with pytest.raises(BadRequest) as refusal:
        drawn(site, {})

    assert "entities" in str(refusal.value)


def test_a_bomb_in_sixteen_bits_is_found_too(site):
    site.shows(item(1), head="<!DOCTYPE r [<!ENTITY a 'x'>]>")
    site.body = site.body.decode().encode("utf-16")

    with pytest.raises(BadRequest) as refusal:
        drawn(site, {})

    assert "entities" in str(refusal.value)


@pytest.mark.parametrize("body", [b"<rss>" + b"<item>" * 100_000, b"<rss>" + b"<" * 400_000, b"<r><![CDATA[" * 50_000])
def test_broken_markup_of_any_size_is_refused_and_split_in_linear_time(body):
    raw = Raw("x", body, "new")

    with pytest.raises(ValueError) as refusal:
        parse(raw)

    assert "feed" in str(refusal.value)
    assert pieces(body) == [body]


RSS = b'<rss version="2.0"><channel><item><guid>g1</guid><title>T</title>%s</item></channel></rss>'
HOSTILE = {
    "a comment full of sections": RSS % (b"<!--" + b"<![CDATA[" * 400_000 + b" -->"),
    "lines before the first element": b"\n" * 4_000_000 + RSS % b"",
    "declarations on one line": b'<?xml version="1.0"?>' + RSS % (b"<x>" + b"encoding='" * 300_000 + b"</x>"),
}
REFUSED = {
    "a word for an author": (RSS % (b"<author>" + b"a" * 4_000_000 + b"</author>"), "author"),
    "tags without end": (RSS % b"".join(b"<category>%d</category>" % n for n in range(150_000)), "tags"),
    "words without end": (RSS % (b"<tags>" + b",".join(b"%d" % n for n in range(300_000)) + b"</tags>"), "tags"),
    "namespaces without end": (RSS % b"".join(b'<x xmlns:a%d="u%d"/>' % (n, n) for n in range(90_000)), "namespaces"),
    "elements without end": (RSS % (b"<x/>" * 110_000), "elements"),
    "depth": (RSS % (b"<x>" * 400_000 + b"</x>" * 400_000), "deeply"),
    "a broken word": (b"<rss><item><author>" + b"a" * 90_000, "word"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_take_the_reader_of_feeds_for_ever_is_read_without_it(name):
    raw = Raw("x", HOSTILE[name], "new")

    told = parse(raw)

    assert [(one.key, one.subject) for one in told] == [("g1", "T")]


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_reader_of_feeds_would_never_end_with_is_refused_in_words(name):
    body, word = REFUSED[name]

    with pytest.raises(ValueError) as refusal:
        parse(Raw("x", body, "new"))

    assert word in str(refusal.value)


def test_what_stands_around_the_entries_is_not_copied_more_often_than_a_feed_may_be_large():
    body = b"<rss><channel>" + b"<x/>" * 3000 + b"<item><guid>g</guid></item>" * 900 + b"</channel></rss>"

    found = pieces(body)

    assert found == [body]


def test_a_broken_feed_with_a_list_of_words_is_read_without_the_list():
    words = b",".join(b"%d" % n for n in range(9000))
    body = RSS % (b"<title>T & U</title><itunes:keywords>" + words + b"</itunes:keywords>")

    told = parse(Raw("x", body, "new"))

    assert "tags" not in told[0].extra


def test_a_document_whose_entries_cannot_be_told_apart_is_kept_once_for_all_of_its_news(site):
    site.shows(*(item(number) for number in range(300)), head="<!--" + " " * 30_000 + "-->")
    first = list(CONNECTOR.fetch(site.context, "feed", {}))
    site.shows(item(1, "edited"), *(item(number) for number in range(2, 303)), head="<!--" + " " * 30_000 + "-->")

    second = list(CONNECTOR.fetch(site.context, "feed", first[-1].cursor))

    assert [(len(page.raws), len(parse(page.raws[0]))) for page in first] == [(1, 300)]
    assert [raw.kind.partition(";")[0] for page in second for raw in page.raws] == ["changed", "new"]
    assert next(CONNECTOR.fetch(site.context, "feed", second[-1].cursor)).raws == ()
