"""What in a text is a link, a mention or a tag, in byte offsets of its UTF-8, as app.bsky.richtext.facet wants them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mutuals.connectors import _graphemes

LENGTH = 300  # graphemes
BYTES = 3000
_LINK = re.compile(r"(?<![\w@.])(?:https?://[^\s<>\"]+|(?:[a-z0-9-]+\.)+[a-z]{2,24}/[^\s<>\"]+)", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@.])@((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]*)")
_TAG = re.compile(r"(?<!\S)[##]((?!\ufe0f)[^\s\u00ad\u2060\u200a-\u200d\u20e2#]{1,64})")
_CLOSING = ".,;:!?'\"»”’"
_MOST_MENTIONS = 20


def count(body: str) -> int:
    """Characters as Bluesky counts them: what a reader sees. A text over 3,000 bytes counts as too long."""
    return max(_graphemes.count(body), LENGTH + 1 if len(body.encode("utf-8", "replace")) > BYTES else 0)


def facets(body: str, *, did_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Facets in the order of the text. `did_of` a handle gives "" when nobody has it: then it stays plain text."""
    found: list[tuple[int, int, dict[str, str]]] = []
    for match in _LINK.finditer(body):
        shown = _trimmed(match[0])
        uri = shown if "://" in shown else f"https://{shown}"
        found.append((match.start(), match.start() + len(shown), {"$type": _type("link"), "uri": uri}))
    for match in list(_MENTION.finditer(body))[:_MOST_MENTIONS]:
        did = "" if _inside(found, match.start()) else did_of(match[1])
        if did:
            found.append((match.start(), match.end(), {"$type": _type("mention"), "did": did}))
    for match in _TAG.finditer(body):
        word = match[1].rstrip(_CLOSING + ")]}")
        if word and not word.isdigit() and not _inside(found, match.start()):
            found.append((match.start(), match.start() + 1 + len(word), {"$type": _type("tag"), "tag": word}))
    return [
        {"index": {"byteStart": _bytes(body, begin), "byteEnd": _bytes(body, end)}, "features": [feature]}
        for begin, end, feature in sorted(found, key=lambda told: told[0])
    ]


def _type(name: str) -> str:
    return f"app.bsky.richtext.facet#{name}"


def _bytes(body: str, place: int) -> int:
    return len(body[:place].encode("utf-8", "replace"))


def _inside(found: list[tuple[int, int, dict[str, str]]], place: int) -> bool:
    return any(begin <= place < end for begin, end, _ in found)


def _trimmed(link: str) -> str:
    """An address without the punctuation of the sentence around it; a closing bracket stays if one opens inside."""
    while link and (
        link[-1] in _CLOSING or (link[-1] in ")]}" and link.count(link[-1]) > link.count(_OPENS[link[-1]]))
    ):
        link = link[:-1]
    return link


_OPENS = {")": "(", "]": "[", "}": "{"}
