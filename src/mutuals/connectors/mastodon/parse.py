"""What a server with Mastodon's API sends -> envelopes. Pure.

Three shapes are read: a notification, a status, and {"event": "delete", "uri": URI}. Each comes bare or wrapped by
`fetch`: {"item": ..., "parent": URI, "root": URI, "actors": {page: URI}}, because a status names its parent only by a
number that means nothing elsewhere, and those whom it mentions only by their pages.
The key of a status is its ActivityPub id; likes, shares and follows have no id here and get one from who and what.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from mutuals.connectors._text import clean, line, plain
from mutuals.connectors.contract import Envelope, Handle, Kind, Media, Raw, Verb

NETWORK = "mastodon"
OWN, OWN_SHARE = "own", "shared-by-us"  # words of `Raw.kind`: our account wrote the status, our account shared it
PUBLIC = ("public", "unlisted")
SPOKEN = {"mention", "status", "update", "quote", "quoted_update"}
_DONE = {"favourite": Kind.LIKE, "reblog": Kind.SHARE}
_LONGEST_KEY = 1000
LONGEST_NOTE = 50_000  # characters of what an account says of itself
_ANCHOR = re.compile(r"<a [^<>]{1,1000}>")
_HREF = re.compile(r'href="(https?://[^"\s<>]{1,500})"')


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


_PLACE = _set(
    "location|place|city|town|based in|lives in|i live in|ort|wohnort|stadt|standort|lieu|ville|ubicación|ciudad|lugar|local|"
    "cidade|luogo|città|plaats|woonplaats|sted|stad|plats|miejsce|miasto|место|город|所在地|场所|地点"
)
_WORK = _set(
    "work|employer|company|organisation|organization|org|job|works at|work at|working at|arbeit|firma|arbeitgeber|entreprise|"
    "employeur|travail|empresa|trabajo|trabalho|azienda|lavoro|bedrijf|werk|praca|работа|компания|会社|公司"
)


def parse(raw: Raw) -> tuple[Envelope, ...]:
    """Envelopes of one item; () for what is none of our business. Raises ValueError for what is not JSON at all."""
    try:
        told = json.loads(raw.body)
    except RecursionError as error:
        raise ValueError("The item is nested too deeply.") from error
    if not isinstance(told, dict):
        return ()
    wrapped = told.get("item")
    item, around = (wrapped, told) if isinstance(wrapped, dict) else (told, {})
    known = _Around(text(around, "parent"), text(around, "root"), part(around, "actors"))
    if item.get("event") == "delete":
        uri = text(item, "uri")
        return (Envelope(key=_short(uri), verb=Verb.DELETE),) if uri else ()
    if isinstance(item.get("account"), dict) and "type" in item and "uri" not in item:
        return _notification(item, known)
    if text(item, "uri") and isinstance(item.get("account"), dict):
        return _status(item, known, ours=frozenset(raw.kind.split()))
    return ()


@dataclass(frozen=True)
class _Around:
    """What `fetch` found out about an item."""

    parent: str = ""
    root: str = ""
    actors: Mapping[str, Any] = field(default_factory=dict)


def _notification(item: dict[str, Any], known: _Around) -> tuple[Envelope, ...]:
    what, status = text(item, "type"), part(item, "status")
    if what == "follow":
        who = author(part(item, "account"))
        return (
            Envelope(
                key=_short(f"follow:{who.key}"),
                kind=Kind.FOLLOW,
                author=who,
                said_at=moment(item.get("created_at")),
                public=True,
            ),
        )
    if not text(status, "uri"):
        return ()
    if what in SPOKEN:
        return _status(status, known, ours=frozenset())
    if what in _DONE:
        ours = _status(bare(status), known, ours=frozenset([OWN]))
        return (*ours, _reaction(_DONE[what], part(item, "account"), bare(status), item.get("created_at")))
    return ()


def bare(status: dict[str, Any]) -> dict[str, Any]:
    """The status inside a share; else the status itself. snac2 shows a status that somebody shared as the share."""
    shared = status.get("reblog")
    return shared if isinstance(shared, dict) and text(shared, "uri") else status


def _status(item: dict[str, Any], known: _Around, *, ours: frozenset[str]) -> tuple[Envelope, ...]:
    shared = bare(item)
    if shared is not item:
        inner = _status({**shared, "reblog": None}, known, ours=ours)
        own = OWN_SHARE in ours
        return (*inner, _reaction(Kind.SHARE, part(item, "account"), shared, item.get("created_at"), own=own))
    word, body = visibility(item), _body(item)
    is_reply = bool(known.parent or item.get("in_reply_to_id"))
    return (
        Envelope(
            key=_short(text(item, "uri")),
            verb=Verb.UPDATE if item.get("edited_at") else Verb.CREATE,
            kind=Kind.REPLY if is_reply else Kind.POST,
            author=author(part(item, "account")),
            said_at=moment(item.get("created_at")),
            body=body,
            subject=line(text(item, "spoiler_text"), at_most=500),
            public=word in PUBLIC,
            visibility=word,
            reply_to=known.parent,
            thread=known.root or known.parent,
            to=_mentioned(item, known.actors),
            url=web(item, "url") or web(item, "uri"),
            language=text(item, "language")[:20],
            revision=_hashed(item, body),
            media=tuple(_media(told) for told in parts(item, "media_attachments")),
            own=OWN in ours,
            extra={"id": text(item, "id"), "in_reply_to_id": text(item, "in_reply_to_id")},
        ),
    )


def _reaction(kind: Kind, account: dict[str, Any], status: dict[str, Any], when: Any, *, own: bool = False) -> Envelope:
    who, word = author(account), visibility(status)
    return Envelope(
        key=reaction_key(kind, who.key, text(status, "uri")),
        kind=kind,
        author=who,
        said_at=moment(when),
        public=word in PUBLIC,
        visibility=word,
        reply_to=text(status, "uri"),
        own=own,
    )


def reaction_key(kind: Kind, actor: str, uri: str) -> str:
    """One person likes or shares one thing once, so who and what are the key."""
    return _short(f"{kind}:{actor}:{uri}")


def _short(key: str) -> str:
    """A key that can be kept: an overlong one ends in its hash."""
    return key if len(key) <= _LONGEST_KEY else key[:900] + "#" + hashlib.sha256(key.encode()).hexdigest()


def author(account: dict[str, Any]) -> Handle:
    """The global id is `uri` where the server tells it, else `url`. Raises ValueError for an account without either."""
    key = text(account, "uri") or text(account, "url")
    if not key:
        raise ValueError("An account without an address.")
    rows, note = parts(account, "fields"), text(account, "note")[:LONGEST_NOTE]
    in_bio = [site for link in _ANCHOR.findall(note) if "mention" not in link for site in _sites(link)]
    return Handle(
        network=NETWORK,
        key=_short(key),
        name=full_name(text(account, "acct") or text(account, "username"), key),
        shown=line(text(account, "display_name"), at_most=200),
        url=web(account, "url"),
        avatar=web(account, "avatar_static") or web(account, "avatar"),
        is_bot=account.get("bot") is True,
        bio=plain(note)[:5000],
        sites=tuple(dict.fromkeys([*(site for told in rows for site in _sites(text(told, "value"))), *in_bio]))[:10],
        proven_sites=_proven(rows) if "fields" in account else None,
        place=_worded(rows, _PLACE),
        organisation=_worded(rows, _WORK),
        since=moment(account.get("created_at")),
    )


def _sites(html: str) -> list[str]:
    """The web addresses that a piece of markup links to."""
    return [unescape(site) for site in _HREF.findall(html[:LONGEST_NOTE])]


def _proven(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The sites of rows that carry `verified_at`: the server whose API this is has looked, and the site leads back.

    Servers look themselves, for accounts of other servers as well; that one is trusted on which our own account is.
    """
    return tuple(site for row in rows if moment(row.get("verified_at")) for site in _sites(text(row, "value")))[:10]


def _worded(rows: list[dict[str, Any]], words: frozenset[str]) -> str:
    """The text of the first row that is headed by one of the words."""
    told = (row for row in rows if line(text(row, "name"), at_most=40).casefold().strip(" :") in words)
    return next((said for row in told if (said := line(plain(text(row, "value")), at_most=200))), "")


def _mentioned(status: dict[str, Any], actors: Mapping[str, Any]) -> tuple[Handle, ...]:
    """A mention names only the page of the account; where `actors` does not know its global id, the page is the key.

    `people.profiles.ensure` joins it to the account when that is met.
    The one who is answered comes first, whatever the order of the names in the text.
    """
    found, answered = [], text(status, "in_reply_to_account_id")
    for told in sorted(parts(status, "mentions"), key=lambda told: not answered or text(told, "id") != answered):
        page = text(told, "url")
        known = actors.get(page)
        key = clean(known) if isinstance(known, str) and known else page
        if key:
            found.append(Handle(NETWORK, _short(key), full_name(text(told, "acct"), key), url=web(told, "url")))
    return tuple(dict.fromkeys(found))


def full_name(acct: str, address: str) -> str:
    """name@server also for accounts of the server itself, which it calls by the bare name."""
    host = urlsplit(address).netloc if "@" not in acct else ""
    return line(f"{acct}@{host}" if host else acct, at_most=300)


def visibility(status: dict[str, Any]) -> str:
    """public, unlisted, followers or direct; what is not understood counts as the narrowest."""
    word = text(status, "visibility")
    return {"private": "followers"}.get(word, word) if word in (*PUBLIC, "private", "direct") else "direct"


def revision(status: dict[str, Any]) -> str:
    """A hash of what a reader sees, because not every server tells when something was edited."""
    return _hashed(status, _body(status))


def _hashed(status: dict[str, Any], body: str) -> str:
    seen = [
        text(status, "spoiler_text"),
        body,
        *(text(told, "id") + text(told, "description") for told in parts(status, "media_attachments")),
    ]
    return hashlib.sha256("\0".join(seen).encode()).hexdigest()[:16]


def _body(status: dict[str, Any]) -> str:
    body = plain(text(status, "content"), base=web(status, "url"))
    options = [f"[ ] {line(text(told, 'title'), at_most=200)}" for told in parts(part(status, "poll"), "options")]
    return "\n".join(filter(None, [body, *options]))


def _media(told: dict[str, Any]) -> Media:
    url = web(told, "url") or web(told, "remote_url")
    guessed, _ = mimetypes.guess_type(urlsplit(url).path)
    name = line(urlsplit(url).path.rpartition("/")[2], at_most=200) or "attachment"
    return Media(name, guessed or "application/octet-stream", url=url, description=clean(text(told, "description")))


def text(holder: dict[str, Any], name: str) -> str:
    """A string of an object; "" where there is none. Numbers become text (ids of old servers)."""
    value = holder.get(name)
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside an object; empty where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def parts(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; at most 100."""
    value = holder.get(name)
    return [told for told in value[:100] if isinstance(told, dict)] if isinstance(value, list) else []


def web(holder: dict[str, Any], name: str) -> str:
    """A http or https address; "" for anything else."""
    value = line(text(holder, name), at_most=2000)
    return value if value.startswith(("https://", "http://")) else ""


def moment(value: Any) -> datetime | None:
    """ISO 8601 as aware UTC; None for anything else."""
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        if told is None:
            return None
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
