"""Text from strangers made plain: no markup, no NUL bytes, no control characters, one sort of line end.

Markup is first rebuilt by nh3 (a browser's parser with an allow-list), so what our own reader then sees is well formed
however broken or hostile the original was. What is well formed as it came, of few tags, is read as it is: nh3 would
give the same text and takes half of the time.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import nh3

from mutuals.base import markup

LONGEST_HTML = 1_000_000  # characters that are read of one marked-up text


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLOCKS = _set(
    "address article aside blockquote dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol p pre section table tr ul"
)


_INLINE = _set("a abbr b br code del em i img ins q s span strong sub sup td th u")
_DROPPED = _set("script style head title template noscript iframe object svg math")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_FLAT = 8  # as deep as nobody who posts ever nests
_ANY_TAG = re.compile(r"<[^<>]*>")
_TAME = nh3.Cleaner(
    tags=set(_BLOCKS | _INLINE),
    clean_content_tags=set(_DROPPED),
    attributes={"a": {"href"}, "img": {"alt"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)
_WEB = r"https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:[/?#](?:[^\s\"<>&]|&amp;)*+)?"
_SIMPLE = re.compile(
    r"(?:[^<>&]++|&(?:amp|lt|gt|quot|nbsp|\#39);|</(?:p|a|span)>|<(?:p|br ?/?|span(?: class=\"[\w -]*+\")?)>"
    rf'|<a href="{_WEB}"(?: (?:class|rel|target|translate)="[\w -]*+")*+>)*+'
)  # ++ and *+ give nothing back, so that a text which does not fit is left at once
_PIECE = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s"=<>]+="[^"]*")*) ?/?>')  # all that nh3 writes
_VALUE = re.compile(r' (href|alt)="([^"]*)"')
_SPACES = re.compile(r"[ \t\u00a0]+")
_GAPS = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """The same text without NUL and other control characters, half surrogates and odd line ends."""
    if text.isprintable():  # most texts: one look instead of nine
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    text = _CONTROLS.sub("", text.replace("\u2029", "\n\n"))
    return text.encode("utf-8", "replace").decode("utf-8")


def line(text: str, *, at_most: int = 1000) -> str:
    """A text for one line: white space run together, cut off at `at_most` characters."""
    return " ".join(clean(text).split())[:at_most]


def plain(html: str, *, base: str = "", quote_mark: str = "> ") -> str:
    """Markup as a person would read it: paragraphs as lines, quotations marked, addresses of links kept.

    `base` completes relative links. Longer input than `LONGEST_HTML` is cut off before it is read, and markup nested
    deeper than any honest page, or full of ampersands, has its tags struck out instead of understood.
    """
    html = clean(html[:LONGEST_HTML])
    if "<" not in html and "&" not in html:
        return _SPACES.sub(" ", html.replace("\n", " ")).strip()
    if _is_well_formed(html):
        return _Reader(base, quote_mark).read(html)
    if markup.is_too_much(html):
        return _GAPS.sub("\n\n", clean(unescape(_ANY_TAG.sub(" ", html)))).strip()
    return _Reader(base, quote_mark).read(_TAME.clean(html))


def _is_well_formed(html: str) -> bool:
    """Whether it is what servers send every day: paragraphs, breaks, spans and links to the web, closed in order.

    Only such markup is read without a browser's parser, which would change nothing in it.
    """
    if not _SIMPLE.fullmatch(html):
        return False
    open_now: list[str] = []
    for match in _PIECE.finditer(html):
        closes, name, _ = match.groups()
        if closes:
            if not open_now or open_now.pop() != name:
                return False
        elif name != "br":
            if open_now and (name == "p" or (name == "a" and "a" in open_now) or len(open_now) > _FLAT):
                return False
            open_now.append(name)
    return not open_now


class _Reader:
    """Collects lines from well formed markup."""

    def __init__(self, base: str, quote_mark: str) -> None:
        self._base, self._mark = base, quote_mark
        self._done: list[str] = []
        self._now: list[str] = []
        self._quoted = 0
        self._exact = 0
        self._links: list[tuple[str, int]] = []

    def read(self, html: str) -> str:
        """The text of it all."""
        at = 0
        for match in _PIECE.finditer(html):
            if match.start() > at:
                self._data(html[at : match.start()])
            at = match.end()
            closes, name, values = match.groups()
            if closes:
                self._end(name)
            else:
                self._start(name, values)
        self._data(html[at:])
        self._end_line(gap=False)
        return _GAPS.sub("\n\n", "\n".join(self._done)).strip()

    def _start(self, tag: str, values: str) -> None:
        if tag in _BLOCKS or tag == "br":
            self._end_line(gap=tag == "p")
        if tag == "blockquote":
            self._quoted = min(self._quoted + 1, 20)
        elif tag == "pre":
            self._exact += 1
        elif tag == "li":
            self._now.append("- ")
        elif tag in ("td", "th") and self._now:
            self._now.append(" ")
        elif tag == "img":
            self._now.append(_value(values))
        elif tag == "a":
            self._links.append((_value(values), len(self._now)))

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line(gap=tag == "p")
        if tag == "blockquote":
            self._leave_quote()
        elif tag == "pre":
            self._exact = max(self._exact - 1, 0)
        elif tag == "a" and self._links:
            self._name_link(*self._links.pop())

    def _data(self, data: str) -> None:
        data = unescape(data) if "&" in data else data
        if not self._exact:
            self._now.append(_SPACES.sub(" ", data.replace("\n", " ")))
            return
        first, *rest = data.split("\n")
        self._now.append(first)
        for part in rest:
            self._end_line(gap=False)
            self._now.append(part)

    def _leave_quote(self) -> None:
        if self._done and not self._done[-1].strip("> "):
            self._done.pop()
        self._quoted = max(self._quoted - 1, 0)
        if self._done:
            self._done.append((self._mark * self._quoted).rstrip())

    def _name_link(self, href: str, start: int) -> None:
        shown = "".join(self._now[start:]).strip()
        try:
            is_whole = href.startswith(("https://", "http://"))
            target = href if is_whole or not self._base else urljoin(self._base, href)
        except ValueError:
            return
        bare = target.removeprefix("mailto:")
        known = shown.startswith(("@", "#")) or _without_scheme(bare).startswith(_without_scheme(shown).rstrip("/…"))
        if bare.startswith(("http://", "https://")) and shown and not known:
            self._now.append(f" <{bare}>")
        elif not shown:
            self._now.append(bare)

    def _end_line(self, *, gap: bool) -> None:
        text = "".join(self._now)
        text = text.rstrip() if self._exact else _SPACES.sub(" ", text).strip()
        self._now = []
        self._links = [(href, 0) for href, _ in self._links]
        mark = self._mark * self._quoted
        if text:
            self._done.append(mark + text)
        if gap and self._done and self._done[-1].strip("> "):
            self._done.append(mark.rstrip())


def _value(values: str) -> str:
    """Where a link leads, or what stands for a picture; nh3 leaves one of them at a tag at most."""
    found = _VALUE.search(values)
    return unescape(found[2]) if found else ""


def _without_scheme(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.")
