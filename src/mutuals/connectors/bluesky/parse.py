"""What an AT Protocol service sends -> envelopes. Pure.

Five shapes are read: a notification, a post view, a feed item (a post view with who shared it), {"event": "delete",
"uri": URI} from `fetch`, and a deletion as event streams tell it. Keys are at-uris, authors are DIDs, revisions are the
CIDs of the records. Everything here is public: the protocol knows nothing else.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from mutuals.connectors._text import clean, line
from mutuals.connectors.contract import Envelope, Handle, Kind, Media, Raw, Verb

NETWORK = "bluesky"
POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
OWN, CHANGED = "own", "changed"  # `Raw.kind`: written by ourselves; seen before with another CID
SHOWN_AT = "https://bsky.app/profile/"
_REACTIONS = {
    "like": Kind.LIKE,
    "like-via-repost": Kind.LIKE,
    "repost": Kind.SHARE,
    "repost-via-repost": Kind.SHARE,
    "follow": Kind.FOLLOW,
}
_SITE = re.compile(
    r"https?://[^\s<>\"]{4,500}"
)  # whole addresses only: `kettles.example` may be a word and a full stop
_SPOKEN = ("mention", "reply", "quote", "subscribed-post")


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """Envelopes of one item; () for what is none of our business. Raises ValueError for what is not JSON at all."""
    try:
        told = json.loads(raw.body)
    except RecursionError as error:
        raise ValueError("The item is nested too deeply.") from error
    if not isinstance(told, dict):
        return ()
    if told.get("event") == "delete" or told.get("kind") == "commit":
        return _deletion(told)
    if isinstance(told.get("post"), dict):
        return _feed_item(told, raw.kind)
    if not _is_key(text(told, "uri")) or not _is_did(part(told, "author")):
        return ()
    if "reason" in told:
        return _notification(told)
    return _post(told, raw.kind) if part(told, "record") else ()


def _deletion(told: dict[str, Any]) -> tuple[Envelope, ...]:
    uri, commit = text(told, "uri"), part(told, "commit")
    if text(commit, "operation") == "delete" and text(told, "did"):
        uri = f"at://{text(told, 'did')}/{text(commit, 'collection')}/{text(commit, 'rkey')}"
    return (Envelope(key=uri, verb=Verb.DELETE, public=True),) if _is_key(uri) else ()


def _is_key(uri: str) -> bool:
    return uri.startswith("at://") and len(uri) <= 1000


def _is_did(account: dict[str, Any]) -> bool:
    did = text(account, "did")
    return did.startswith("did:") and len(did) <= 300


def _notification(told: dict[str, Any]) -> tuple[Envelope, ...]:
    reason = text(told, "reason")
    if reason in _SPOKEN:
        return _post(told, "")
    if reason not in _REACTIONS:
        return ()
    about = text(told, "reasonSubject") or text(part(part(told, "record"), "subject"), "uri")
    return (
        Envelope(
            key=text(told, "uri"),
            kind=_REACTIONS[reason],
            author=author(part(told, "author")),
            said_at=_said_at(told),
            public=True,
            visibility="public",
            reply_to="" if reason == "follow" else about,
            revision=text(told, "cid"),
        ),
    )


def _feed_item(told: dict[str, Any], kind: str) -> tuple[Envelope, ...]:
    post, reason = part(told, "post"), part(told, "reason")
    if not _is_key(text(post, "uri")) or not _is_did(part(post, "author")):
        return ()
    if not text(reason, "$type").endswith("#reasonRepost"):
        return _post(post, kind)
    said = _post(post, "")
    if not _is_key(text(reason, "uri")) or not _is_did(part(reason, "by")):
        return said
    share = Envelope(
        key=text(reason, "uri"),
        kind=Kind.SHARE,
        author=author(part(reason, "by")),
        said_at=moment(reason.get("indexedAt")),
        public=True,
        visibility="public",
        reply_to=text(post, "uri"),
        revision=text(reason, "cid"),
        own=kind == OWN,
    )
    return (*said, share)


def _post(told: dict[str, Any], kind: str) -> tuple[Envelope, ...]:
    record, uri = part(told, "record"), text(told, "uri")
    answers = part(record, "reply")
    parent, root = (text(part(answers, name), "uri") for name in ("parent", "root"))
    warned = [text(label, "val") for label in parts(part(record, "labels"), "values")]
    return (
        Envelope(
            key=uri,
            verb=Verb.UPDATE if kind == CHANGED else Verb.CREATE,
            kind=Kind.REPLY if parent else Kind.POST,
            author=author(part(told, "author")),
            said_at=_said_at(told),
            body=_body(record),
            subject=line(", ".join(filter(None, warned)), at_most=200),
            public=True,
            visibility="public",
            reply_to=parent,
            thread=root or parent,
            to=_answered(parent, told, _mentioned(record)) if kind == OWN else _mentioned(record),
            url=page_of(uri),
            language=_language(record),
            revision=text(told, "cid"),
            media=_media(part(told, "embed"), part(record, "embed")),
            own=kind == OWN,
            extra={
                "cid": text(told, "cid"),
                "root_uri": root,
                "root_cid": text(part(answers, "root"), "cid"),
                "quotes": _quoted(part(record, "embed")),
            },
        ),
    )


def author(told: dict[str, Any]) -> Handle:
    """The DID is for ever; the handle is what it shows today."""
    did = text(told, "did")
    avatar = text(told, "avatar")
    bio = text(told, "description")[:5000]
    return Handle(
        network=NETWORK,
        key=did,
        name=line(text(told, "handle"), at_most=300) or did,
        shown=line(text(told, "displayName"), at_most=200),
        url=SHOWN_AT + quote(did, safe=":"),
        avatar=avatar if avatar.startswith(("https://", "http://")) else "",
        is_bot=any(text(label, "val") == "bot" for label in parts(told, "labels")),
        bio=bio,
        sites=tuple(dict.fromkeys(site.rstrip(".,;:!?)'\"") for site in _SITE.findall(bio)))[:10],
        since=moment(told.get("createdAt")),
    )


def page_of(uri: str) -> str:
    """Where people read a post; "" for anything else."""
    did, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, rkey = rest.partition("/")
    return f"{SHOWN_AT}{quote(did, safe=':')}/post/{quote(rkey, safe='')}" if collection == POST else ""


def _said_at(told: dict[str, Any]) -> datetime | None:
    """An author may claim any time; what is claimed to be after the server saw it was said when the server saw it."""
    claimed, seen = moment(part(told, "record").get("createdAt")), moment(told.get("indexedAt"))
    return min(claimed, seen) if claimed and seen else claimed or seen


def _body(record: dict[str, Any]) -> str:
    """The text with the addresses behind its links, and the link of a card that the text does not hold."""
    raw = text(record, "text", exact=True).encode("utf-8", "replace")
    for begin, end, feature in sorted(_features(record, raw), key=lambda found: -found[0]):
        uri = line(text(feature, "uri"), at_most=2000)
        if uri.startswith(("https://", "http://")):
            shown = raw[begin:end].decode("utf-8", "replace")
            short = shown.strip().rstrip("./…") in uri
            raw = raw[:begin] + (uri if short else f"{shown} <{uri}>").encode() + raw[end:]
    body = clean(raw.decode("utf-8", "replace"))
    embed = part(record, "embed")
    card = part(embed, "external") or part(part(embed, "media"), "external")
    uri = line(text(card, "uri"), at_most=2000)
    if uri.startswith(("https://", "http://")) and uri not in body:
        body = "\n".join(filter(None, [body, line(text(card, "title"), at_most=300), uri]))
    return body


def _features(record: dict[str, Any], raw: bytes) -> list[tuple[int, int, dict[str, Any]]]:
    """(first byte, byte after the last, feature) of the facets that lie within the text and do not overlap."""
    found, free = [], 0
    spans = []
    for facet in parts(record, "facets"):
        index = part(facet, "index")
        begin, end = index.get("byteStart"), index.get("byteEnd")
        if isinstance(begin, int) and isinstance(end, int) and _cuts_well(raw, begin, end):
            spans += [(begin, end, feature) for feature in parts(facet, "features")]
    for begin, end, feature in sorted(spans, key=lambda span: span[:2]):
        if begin >= free:
            found.append((begin, end, feature))
            free = end
    return found


def _cuts_well(raw: bytes, begin: int, end: int) -> bool:
    """Whether both places lie in the text and between characters, not within one."""
    inside = 0 <= begin < end <= len(raw)
    return inside and not any(place < len(raw) and raw[place] & 0xC0 == 0x80 for place in (begin, end))


def _mentioned(record: dict[str, Any]) -> tuple[Handle, ...]:
    raw = text(record, "text", exact=True).encode("utf-8", "replace")
    told = [(raw[begin:end], text(feature, "did")) for begin, end, feature in _features(record, raw)]
    names = {did: line(shown.decode("utf-8", "replace"), at_most=300).removeprefix("@") for shown, did in told if did}
    return tuple(Handle(NETWORK, did, name, url=SHOWN_AT + quote(did, safe=":")) for did, name in names.items())


def _answered(parent: str, told: dict[str, Any], mentioned: tuple[Handle, ...]) -> tuple[Handle, ...]:
    """Whom we speak to: the one whose post we answer first, then those whom we mention. A reply usually names nobody."""
    did = parent.removeprefix("at://").partition("/")[0]
    if not _is_did({"did": did}) or did == text(part(told, "author"), "did"):
        return mentioned
    named = next((one for one in mentioned if one.key == did), None)
    first = named or Handle(NETWORK, did, "", url=SHOWN_AT + quote(did, safe=":"))
    return (first, *(one for one in mentioned if one.key != did))


def _language(record: dict[str, Any]) -> str:
    told = record.get("langs")
    return told[0][:20] if isinstance(told, list) and told and isinstance(told[0], str) else ""


def _media(view: dict[str, Any], embed: dict[str, Any]) -> tuple[Media, ...]:
    """Pictures and a video; a notification names them without an address."""
    view = part(view, "media") or view
    embed = part(embed, "media") or embed
    shown, kept = parts(view, "images"), parts(embed, "images")
    found = []
    for place in range(max(len(shown), len(kept))):
        seen = shown[place] if place < len(shown) else {}
        blob = part(kept[place], "image") if place < len(kept) else {}
        alt = text(seen, "alt") or (text(kept[place], "alt") if place < len(kept) else "")
        found.append(_medium(text(seen, "fullsize"), text(blob, "mimeType") or "image/jpeg", alt, place))
    if text(view, "playlist") or part(embed, "video"):
        kind = text(part(embed, "video"), "mimeType") or "video/mp4"
        found.append(_medium(text(view, "playlist"), kind, text(embed, "alt"), len(found)))
    return tuple(found)


def _medium(url: str, kind: str, alt: str, place: int) -> Media:
    good = url if url.startswith(("https://", "http://")) else ""
    return Media(f"attachment-{place + 1}", line(kind, at_most=100), url=good, description=alt)


def _quoted(embed: dict[str, Any]) -> str:
    told = part(embed, "record")
    return text(told, "uri") or text(part(told, "record"), "uri")


def text(holder: dict[str, Any], name: str, *, exact: bool = False) -> str:
    """A string of an object; "" where there is none. `exact` leaves control characters in, for offsets into it."""
    value = holder.get(name)
    if not isinstance(value, str):
        return ""
    return value if exact else clean(value)


def part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside an object; empty where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def parts(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; at most 100."""
    value = holder.get(name)
    return [told for told in value[:100] if isinstance(told, dict)] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """ISO 8601 as aware UTC; None for anything else."""
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        if told is None:
            return None
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
