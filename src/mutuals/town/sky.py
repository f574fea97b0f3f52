"""What a Bluesky server would hand over, in the JSON of its XRPC answers and of its event stream.

A line is a notification (app.bsky.notification.listNotifications), a post as in a feed ({"post": ...}), or a deletion
as the event stream tells it (a commit with operation "delete"). "kind": "own" stands beside a post of ours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mutuals.town.keys import cid
from mutuals.town.shapes import Account, Said


def item(said: Said) -> dict[str, Any]:
    """One line of bluesky.jsonl."""
    if said.verb == "delete":
        _, _, rest = said.key.partition("at://")
        did, collection, rkey = rest.split("/")
        at = said.edited or said.at
        return {
            "did": did,
            "time_us": int(at.timestamp() * 1_000_000),
            "kind": "commit",
            "commit": {"rev": rkey, "operation": "delete", "collection": collection, "rkey": rkey},
        }
    if said.author.person == "kettleworks":
        return {"post": post_view(said), "kind": "own"}
    to_us = said.to is not None and said.to.person == "kettleworks"
    return _notification(said) if to_us else {"post": post_view(said)}


def _notification(said: Said) -> dict[str, Any]:
    reason = {"like": "like", "follow": "follow", "reply": "reply"}.get(said.kind, "mention")
    told: dict[str, Any] = {
        "uri": said.key,
        "cid": cid(said.key),
        "author": author(said.author),
        "reason": reason,
        "record": _record(said),
        "isRead": False,
        "indexedAt": _time(said.at),
        "labels": [],
    }
    if said.parent:
        told["reasonSubject"] = said.parent.key
    return told


def post_view(said: Said) -> dict[str, Any]:
    """app.bsky.feed.defs#postView."""
    return {
        "uri": said.key,
        "cid": cid(said.key),
        "author": author(said.author),
        "record": _record(said),
        "replyCount": 0,
        "repostCount": 0,
        "likeCount": 0,
        "quoteCount": 0,
        "indexedAt": _time(said.at),
        "labels": [],
    }


def author(who: Account) -> dict[str, Any]:
    """app.bsky.actor.defs#profileView."""
    return {
        "did": who.key,
        "handle": who.handle,
        "displayName": who.shown,
        "description": who.bio,
        "createdAt": "2024-02-06T00:00:00.000Z",
        "labels": [],
    }


def _record(said: Said) -> dict[str, Any]:
    at = _time(said.at)
    if said.kind == "follow":
        return {"$type": "app.bsky.graph.follow", "subject": said.to.key if said.to else "", "createdAt": at}
    if said.kind == "like" and said.parent:
        return {"$type": "app.bsky.feed.like", "subject": _ref(said.parent), "createdAt": at}
    text, facets = said.text, []
    if said.kind == "mention" and said.to:
        lead = f"@{said.to.handle}"
        text = f"{lead} {text}"
        facets = [
            {
                "index": {"byteStart": 0, "byteEnd": len(lead.encode())},
                "features": [{"$type": "app.bsky.richtext.facet#mention", "did": said.to.key}],
            }
        ]
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "text": text[:300],
        "createdAt": at,
        "langs": [said.language],
    }
    if facets:
        record["facets"] = facets
    if said.parent:
        record["reply"] = {"root": _ref(said.root or said.parent), "parent": _ref(said.parent)}
    return record


def _ref(said: Said) -> dict[str, str]:
    return {"uri": said.key, "cid": cid(said.key)}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
