"""What we do on the service. A record's key is made of our own key, so sending twice leaves one record.

The record is put on the condition that none stands there; when one does, that one is the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mutuals.connectors._text import clean
from mutuals.connectors.bluesky import richtext
from mutuals.connectors.bluesky.client import Taken, call, my_did
from mutuals.connectors.bluesky.fetch import posts
from mutuals.connectors.bluesky.parse import LIKE, POST, author, page_of, part, text
from mutuals.connectors.contract import (
    Action,
    BadRequest,
    ConnectorError,
    Context,
    Do,
    Forbidden,
    Handle,
    Media,
    NotFound,
    Receipt,
)

PICTURES = ("image/jpeg", "image/png", "image/webp")
PICTURE_BYTES = 1_000_000
_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_FROM = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000  # microseconds
_WINDOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 - _FROM


def record_key(key: str, what: str) -> str:
    """A valid TID (63 bits in base 32: microseconds, 10 bits of clock) that always follows from our key.

    The time in it means nothing: it is drawn by hash from three past years, so no service takes it for the future.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{what}\0{key}".encode()).digest()[:16])
    number = ((_FROM + drawn % _WINDOW) << 10) | (drawn >> 118)
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def send(context: Context, action: Action) -> Receipt:
    """Do it. Raises a ConnectorError; after OutcomeUnknown the same action may be sent again."""
    if action.do is Do.EDIT:
        raise BadRequest("Bluesky has no edit: delete the post and write a new one.")
    if action.do is Do.DELETE:
        return _delete(context, action.target, at=context.now())
    if action.do in (Do.LIKE, Do.UNLIKE):
        return _like(context, action)
    return _put(context, POST, action, _post(context, action))


def find(context: Context, action: Action) -> Receipt | None:
    """What `action` wanted, if it already stands there."""
    if action.do in (Do.POST, Do.REPLY):
        return _standing(context, POST, record_key(action.key, POST))
    if action.do is Do.DELETE:
        repo, collection, rkey = _parts(action.target)
        there = _record(context, repo, collection, rkey)
        return None if there else Receipt(action.target, at=context.now())
    if action.do in (Do.LIKE, Do.UNLIKE):
        liked = _our_like(_one_post(context, action.target))
        if bool(liked) is (action.do is Do.LIKE):
            return Receipt(liked or action.target, at=context.now())
    return None


def check(context: Context) -> Handle:
    """Our own account, as the service shows it now. Raises AuthExpired and the like."""
    session = call(context, "GET", "com.atproto.server.getSession")
    me = {"did": text(session, "did"), "handle": text(session, "handle")}
    if not me["did"]:
        raise BadRequest("The service's answer names no account; is the address right?")
    try:
        profile = call(context, "GET", "app.bsky.actor.getProfile", params={"actor": me["did"]})
    except ConnectorError as error:
        context.log(f"The profile cannot be read: {error}")
        profile = {}
    return author({**(profile if isinstance(profile, dict) else {}), **me})


def _post(context: Context, action: Action) -> dict[str, Any]:
    """The record. Raises BadRequest for what Bluesky cannot take, before anything leaves."""
    if not action.public:
        raise BadRequest("Everything on Bluesky is public; a private answer needs another channel.")
    body = clean(action.body)
    if richtext.count(body) > richtext.LENGTH:
        raise BadRequest(f"Bluesky takes {richtext.LENGTH} characters; this has {richtext.count(body)}.")
    record: dict[str, Any] = {"$type": POST, "text": body, "createdAt": _stamp(action.first_try_at or context.now())}
    found = richtext.facets(body, did_of=lambda handle: _did_of(context, handle))
    if found:
        record["facets"] = found
    if action.language:
        record["langs"] = [action.language]
    if action.do is Do.REPLY:
        record["reply"] = _references(context, action)
    if action.media:
        record["embed"] = {
            "$type": "app.bsky.embed.images",
            "images": [_picture(context, media) for media in action.media],
        }
    return record


def _references(context: Context, action: Action) -> dict[str, Any]:
    """Parent and root with their CIDs: from what is answered where it tells them, else asked for."""
    told = {name: str(action.extra.get(name, "")) for name in ("cid", "root_uri", "root_cid")}
    parent, root = {"uri": action.target, "cid": told["cid"]}, {"uri": told["root_uri"], "cid": told["root_cid"]}
    if not parent["cid"]:
        post = _one_post(context, action.target)
        parent["cid"] = text(post, "cid")
        above = part(part(part(post, "record"), "reply"), "root")
        root = {"uri": text(above, "uri"), "cid": text(above, "cid")}
    return {"parent": parent, "root": root if all(root.values()) else parent}


def _like(context: Context, action: Action) -> Receipt:
    post = _one_post(context, action.target)
    liked = _our_like(post)
    if action.do is Do.UNLIKE:
        return _delete(context, liked, at=context.now()) if liked else Receipt(action.target, at=context.now())
    if liked:
        return Receipt(liked, at=context.now())
    subject = {"uri": text(post, "uri"), "cid": text(post, "cid")}
    made = {"$type": LIKE, "subject": subject, "createdAt": _stamp(action.first_try_at or context.now())}
    return _put(context, LIKE, action, made)


def _put(context: Context, collection: str, action: Action, record: Mapping[str, Any]) -> Receipt:
    """Write the record where none is; what is there already was written by an earlier try of the same action."""
    rkey = record_key(action.key, collection)
    body = {
        "repo": my_did(context),
        "collection": collection,
        "rkey": rkey,
        "record": dict(record),
        "swapRecord": None,
    }
    try:
        made = call(context, "POST", "com.atproto.repo.putRecord", writes=True, json=body)
    except Taken:
        standing = _standing(context, collection, rkey)
        if standing is None:
            raise
        return standing
    uri = text(made, "uri")
    return Receipt(uri, page_of(uri), context.now(), _told(record, text(made, "cid")))


def _standing(context: Context, collection: str, rkey: str) -> Receipt | None:
    there = _record(context, my_did(context), collection, rkey)
    if there is None:
        return None
    uri = text(there, "uri")
    return Receipt(uri, page_of(uri), context.now(), _told(part(there, "value"), text(there, "cid")))


def _told(record: Mapping[str, Any], cid: str) -> dict[str, str]:
    root = part(part(dict(record), "reply"), "root")
    return {"cid": cid, "root_uri": text(root, "uri"), "root_cid": text(root, "cid")}


def _record(context: Context, repo: str, collection: str, rkey: str) -> dict[str, Any] | None:
    params = {"repo": repo, "collection": collection, "rkey": rkey}
    try:
        there = call(context, "GET", "com.atproto.repo.getRecord", params=params)
    except NotFound:
        return None
    return there if isinstance(there, dict) else None


def _delete(context: Context, uri: str, *, at: datetime) -> Receipt:
    """Take a record of ours back; one that is gone already counts as taken back."""
    repo, collection, rkey = _parts(uri)
    if repo != my_did(context):
        raise Forbidden("Only what we wrote ourselves can be deleted.")
    body = {"repo": repo, "collection": collection, "rkey": rkey}
    call(context, "POST", "com.atproto.repo.deleteRecord", writes=True, json=body)
    return Receipt(uri, at=at)


def _parts(uri: str) -> tuple[str, str, str]:
    pieces = uri.removeprefix("at://").split("/")
    if not uri.startswith("at://") or len(pieces) != 3:
        raise BadRequest(f"{uri[:200]!r} is not the key of anything on Bluesky.")
    return pieces[0], pieces[1], pieces[2]


def _one_post(context: Context, uri: str) -> dict[str, Any]:
    _parts(uri)
    shown = [post for post in posts(context, [uri]) if text(post, "uri") == uri]
    if not shown:
        raise NotFound("The post is not there any more, or its author blocks us.")
    return shown[0]


def _our_like(post: dict[str, Any]) -> str:
    return text(part(post, "viewer"), "like")


def _did_of(context: Context, handle: str) -> str:
    """The DID behind a handle, or "" when nobody has it."""
    try:
        return text(call(context, "GET", "com.atproto.identity.resolveHandle", params={"handle": handle}), "did")
    except (NotFound, BadRequest):
        return ""


def _picture(context: Context, media: Media) -> dict[str, Any]:
    if media.data is None or media.media_type not in PICTURES or len(media.data) > PICTURE_BYTES:
        raise BadRequest(f"{media.name}: Bluesky takes JPEG, PNG and WebP pictures of at most 1 MB.")
    headers = {"content-type": media.media_type}
    made = call(
        context, "POST", "com.atproto.repo.uploadBlob", headers=headers, data=media.data, timeout=60.0
    )  # a blob that no record names is dropped by the service, so an upload may be repeated
    return {"alt": media.description, "image": part(made, "blob")}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
