"""What feedparser may be given: it takes quadratic time in many things, and each of them is bounded here before.

Its time was measured in: depth, tags of one entry, names for namespaces, long words in the name of an author, white
space before the first element, and quotation marks on the line of the declaration. All of the looking here is linear.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

LARGEST_BROKEN = 100_000  # bytes; the forgiving reader of broken XML takes quadratic time
DEEPEST = 100
MOST_ELEMENTS = 100_000  # each takes about 30 µs
MOST_TAGS = 500  # of one entry, and of the feed itself
MOST_NAMESPACES = 100
LONGEST_WORD = 200  # characters without a gap in the name of an author
DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,40})["']""")
_PROLOG = re.compile(
    rb"(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[<>]*+(?:\[[^\]]*+\]\s*+)?+>)*+", re.DOTALL | re.IGNORECASE
)  # ++ and *+ give nothing back
_ROOT = re.compile(rb"<\w")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]{0,60})(?:[^<>]{0,5000}?(/)?>)?")
_ENTRIES = frozenset({"item", "entry"})
_TAGS = frozenset({"category", "subject", "keywords", "tags", "tag"})
_LISTS = frozenset({"keywords", "tags"})
_PEOPLE = frozenset({"author", "creator", "managingeditor", "webmaster", "publisher", "name", "email", "owner"})
_WORD = r"[A-Za-z0-9_.+-]"
_LONG_WORD = re.compile(_WORD + f"{{{LONGEST_WORD + 1}}}")
_ENDLESS_WORD = re.compile((_WORD + "{1000}").encode())
_TERMS = re.compile(rb"<(/?)((?:\w{1,20}:)?(?:keywords|tags))\b", re.IGNORECASE)


def bounded(body: bytes) -> bytes:
    """The document with nothing before its first element but a plain declaration, harmless to feedparser.

    Raises ValueError with the reason for what is not, and for entities: a few lines of them unfold to gigabytes, and no
    feed needs any.
    """
    text = _decoded(body).encode()
    if re.search(rb"<!\s*ENTITY", text, re.IGNORECASE):
        raise ValueError("The feed defines entities of its own, which is refused.")
    start = _PROLOG.match(text)
    root = _ROOT.search(text, start.end() if start else 0)
    if root is None:
        raise ValueError("This is no RSS or Atom feed.")
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + text[root.start() :]
    try:
        _Look().through(body)
    except ExpatError:  # what was seen before the fault bounds nothing behind it
        return _broken(body)
    return body


def _decoded(body: bytes) -> str:
    """In the declared set of characters, else in the first that fits."""
    declared = DECLARED.match(body[:400])
    for charset in (declared[1].decode() if declared else "utf-8", "utf-8", "cp1252"):
        try:
            return body.decode("gb18030" if charset.lower() == "gb2312" else charset).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    return body.decode("latin-1")


class _Look:
    """One linear walk through XML without entities."""

    def __init__(self) -> None:
        self._depth = self._elements = self._namespaces = 0
        self._tags = Counter[str]()
        self._entries = self._people = self._lists = 0
        self._words: list[str] = []

    def through(self, body: bytes) -> None:
        """Raises ExpatError where it is not well formed, ValueError where there is too much of something."""
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._namespace
        parser.CharacterDataHandler = self._text
        parser.Parse(body, True)

    def _start(self, name: str, _values: Any) -> None:
        name = _local(name)
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            raise ValueError("The feed is nested too deeply.")
        if self._elements > MOST_ELEMENTS:
            raise ValueError(f"The feed has more than {MOST_ELEMENTS:,} elements in one piece.")
        if name in _ENTRIES:
            self._entries += 1
            self._tags["entry"] = 0
        self._people += name in _PEOPLE
        self._lists += name in _LISTS
        self._count(name in _TAGS)

    def _end(self, name: str) -> None:
        name = _local(name)
        self._depth -= 1
        self._entries -= name in _ENTRIES
        self._lists -= name in _LISTS
        if name in _PEOPLE:
            self._people -= 1
            if not self._people and _LONG_WORD.search("".join(self._words)):
                raise ValueError(f"The feed names an author with a word of more than {LONGEST_WORD} characters.")
        if not self._people:
            self._words.clear()

    def _text(self, data: str) -> None:
        if self._people:
            self._words.append(data)
        if self._lists:
            self._count(data.count(","))

    def _namespace(self, _prefix: str | None, _uri: str | None) -> None:
        self._namespaces += 1
        if self._namespaces > MOST_NAMESPACES:
            raise ValueError(f"The feed declares more than {MOST_NAMESPACES} namespaces.")

    def _count(self, tags: int) -> None:
        where = "entry" if self._entries else "feed"
        self._tags[where] += tags
        if self._tags[where] > MOST_TAGS:
            raise ValueError(f"An entry of the feed has more than {MOST_TAGS} tags.")


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _broken(body: bytes) -> bytes:
    if len(body) > LARGEST_BROKEN:
        raise ValueError(f"The feed is no well-formed XML; that is forgiven up to {LARGEST_BROKEN:,} bytes.")
    if _is_too_deep(body):
        raise ValueError("The feed is nested too deeply.")
    if _ENDLESS_WORD.search(body):
        raise ValueError("The feed is no well-formed XML, and holds a word of a thousand characters.")
    return _TERMS.sub(rb"<\1not-\2", body)  # lists of words; the forgiving reader looks each up in those before


def _is_too_deep(body: bytes) -> bool:
    """Counted by name, so that closing tags of something else hide nothing. feedparser's time is quadratic in depth."""
    open_now: Counter[bytes] = Counter()
    depth = 0
    for match in _TAG.finditer(_without_cdata(body)):
        if match[1]:
            gone = min(open_now[match[2]], 1)
            open_now[match[2]] -= gone
            depth -= gone
        elif not match[3]:
            open_now[match[2]] += 1
            depth += 1
        if depth > DEEPEST:
            return True
    return False


def _without_cdata(body: bytes) -> bytes:
    """By splitting, as a search for each end would look through all that follows for each beginning."""
    first, *others = body.split(b"<![CDATA[")
    parts = (one.partition(b"]]>") for one in others)
    return b"".join([first, *(after if ends else inside for inside, ends, after in parts)])
