"""What a server with Mastodon's API would hand over: notifications, statuses, deletions, in its own JSON.

Each line is wrapped as the fetching side does: {"item": ..., "parent": address, "root": address}, with "kind": "own"
beside a status of ours; a deletion is {"event": "delete", "uri": address}.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from html import escape
from typing import Any

from mutuals.town.keys import number
from mutuals.town.shapes import Account, Said


def item(said: Said, count: int) -> dict[str, Any]:
    """One line of mastodon.jsonl."""
    if said.verb == "delete":
        return {"event": "delete", "uri": said.key}
    parent = said.parent.key if said.parent and said.kind == "reply" else ""
    root = said.root.key if said.root and said.kind == "reply" else ""
    ours = said.author.person == "kettleworks"
    to_us = said.to is not None and said.to.person == "kettleworks"
    if said.kind == "follow":
        told = _notification("follow", said, count)
    elif said.kind == "like":
        told = _notification("favourite", said, count)
        if said.parent:
            told["status"] = status(said.parent)
    elif to_us and not ours:
        told = _notification("update" if said.verb == "update" else "mention", said, count)
        told["status"] = status(said)
    else:
        told = status(said)
    line: dict[str, Any] = {"item": told, "parent": parent, "root": root}
    if ours:
        line["kind"] = "own"
    return line


def _notification(kind: str, said: Said, count: int) -> dict[str, Any]:
    at = said.edited or said.at
    return {"id": str(count), "type": kind, "created_at": _time(at), "account": account(said.author)}


def account(who: Account) -> dict[str, Any]:
    """An Account entity."""
    name, _, server = who.handle.partition("@")
    address = f"https://{server}/@{name}"
    avatar = f"https://{server}/avatars/{name}.png"
    site = (
        [{"name": "Web", "value": f'<a href="{who.site}" rel="me">{who.site}</a>', "verified_at": None}]
        if who.site
        else []
    )
    return {
        "id": str(int(hashlib.sha256(who.key.encode()).hexdigest()[:14], 16)),
        "username": name,
        "acct": who.handle,
        "display_name": who.shown,
        "locked": False,
        "bot": who.bot,
        "discoverable": True,
        "group": False,
        "created_at": "2022-11-05T00:00:00.000Z",
        "note": f"<p>{escape(who.bio)}</p>" if who.bio else "",
        "url": address,
        "uri": who.key,
        "avatar": avatar,
        "avatar_static": avatar,
        "header": "",
        "header_static": "",
        "followers_count": 42,
        "following_count": 97,
        "statuses_count": 311,
        "last_status_at": None,
        "emojis": [],
        "fields": site,
    }


def status(said: Said) -> dict[str, Any]:
    """A Status entity."""
    number_text = _id(said)
    parent = said.parent if said.kind == "reply" else None
    name, _, server = said.author.handle.partition("@")
    mentions = [_mention(said.to)] if said.to else []
    return {
        "id": number_text,
        "created_at": _time(said.at),
        "in_reply_to_id": _id(parent) if parent else None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public" if said.public else "direct",
        "language": said.language,
        "uri": said.key,
        "url": f"https://{server}/@{name}/{number_text}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": _time(said.edited) if said.edited else None,
        "content": _html(said),
        "reblog": None,
        "account": account(said.author),
        "media_attachments": [],
        "mentions": mentions,
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _id(said: Said) -> str:
    last = said.key.rpartition("/")[2]
    return last if last.isdigit() else str(number(said.at, 0))


def _mention(who: Account) -> dict[str, str]:
    name, _, server = who.handle.partition("@")
    return {"id": account(who)["id"], "username": name, "acct": who.handle, "url": f"https://{server}/@{name}"}


def _html(said: Said) -> str:
    body = escape(said.text, quote=False).replace("\n", "<br>")
    if said.to is None:
        return f"<p>{body}</p>"
    name, _, server = said.to.handle.partition("@")
    link = (
        f'<span class="h-card"><a href="https://{server}/@{name}" class="u-url mention">@<span>{name}</span></a></span>'
    )
    return f"<p>{link} {body}</p>"


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
