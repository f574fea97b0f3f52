"""Keys as each network makes them: unique, growing with time, and the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime

from mutuals.town.people import base32
from mutuals.town.shapes import Said

_START = datetime(2020, 1, 1, tzinfo=UTC)
_TID = "234567abcdefghijklmnopqrstuvwxyz"


class Keys:
    """Counts what was named, so that two things in one millisecond still differ."""

    def __init__(self) -> None:
        self._count = 0

    def of(self, said: Said) -> str:
        """The key under which the network, and so our record, knows this interaction."""
        self._count += 1
        author, count = said.author, self._count
        target = said.parent.key if said.parent else ""
        if said.source == "mails":
            return f"<{stamp(said.at):x}.{count}@{author.key.rpartition('@')[2]}>"
        if said.source == "hooks":
            return f"msg-{count}"
        if said.source == "mastodon":
            if said.kind == "follow":
                return f"follow:{author.key}"
            if said.kind == "like":
                return f"like:{author.key}:{target}"
            return f"{author.key}/statuses/{number(said.at, count)}"
        kind = {"like": "app.bsky.feed.like", "follow": "app.bsky.graph.follow"}.get(said.kind, "app.bsky.feed.post")
        return f"at://{author.key}/{kind}/{tid(said.at, count)}"


def stamp(at: datetime) -> int:
    """Milliseconds since 2020."""
    return int((at - _START).total_seconds() * 1000)


def number(at: datetime, count: int) -> int:
    """A Mastodon status number: 38 bits of time, 25 of a counter."""
    return (stamp(at) << 25) | (count & 0x1FFFFFF)


def tid(at: datetime, count: int) -> str:
    """A timestamp identifier of AT Protocol: 53 bits of microseconds, 10 of a clock number, in sortable base 32."""
    value = (int(at.timestamp() * 1000) * 1000 + (count >> 10) % 1000) << 10 | (count & 1023)
    return "".join(_TID[value >> (5 * place) & 31] for place in range(12, -1, -1))


def cid(key: str) -> str:
    """The shape of a content id."""
    return f"bafyrei{base32(key, 52)}"
