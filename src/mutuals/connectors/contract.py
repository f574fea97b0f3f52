"""What a connector is: frozen values that rooms above may hold, and the four functions a folder offers.

A connector knows no database and no web framework, does not choose who a person is, and never sends by itself.
All its input and output goes through the `Context` that it is given, so a test needs no patching.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # a reader of files is started for each file, and does without an HTTP client
    from mutuals.base.net import Http, Sockets

LARGEST_DELIVERY = 1_000_000  # bytes of what is handed in at once; what is larger is refused at the door


class Verb(StrEnum):
    """What was done to an object, in the words of ActivityStreams 2.0."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Kind(StrEnum):
    """What sort of interaction an envelope carries."""

    POST = "post"
    REPLY = "reply"
    MESSAGE = "message"
    MAIL = "mail"
    ARTICLE = "article"
    REVIEW = "review"
    LIKE = "like"
    SHARE = "share"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Handle:
    """How a network points at an author. `key` is the network's own immutable id, `name` what it shows today."""

    network: str
    key: str
    name: str
    shown: str = ""  # display name, as the author chose it
    url: str = ""
    avatar: str = ""
    is_bot: bool = False
    bio: str = ""
    sites: tuple[str, ...] = ()  # web addresses the author names as their own
    proven_sites: tuple[str, ...] | None = None  # those that the network found to lead back; None = it did not say
    place: str = ""  # where they say that they are, in their words
    organisation: str = ""
    since: datetime | None = None  # when the presence was made
    closing: str = ""  # the last lines of their letter, as written: read for a signature, not kept
    verified_email: str = ""  # only where the network itself vouches for it
    verified_phone: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One attachment: `data` when it came with the message, else `url` (fetched, if ever, by policy)."""

    name: str
    media_type: str
    data: bytes | None = None
    url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing somebody said or did, as one network told it; meaning, not stored.

    `key` is unique within a source and stays the same over edits and deletion. `author` None = unknown, never invented.
    `said_at` is aware UTC; None on a deletion that does not say. `reply_to` is the key of the parent, `thread` the key
    of the root where the network names it. `public` is never wider than the network said.
    """

    key: str
    verb: Verb = Verb.CREATE
    kind: Kind = Kind.POST
    author: Handle | None = None
    said_at: datetime | None = None
    body: str = ""  # plain text; markup is already reduced
    subject: str = ""
    public: bool = False
    visibility: str = ""  # the network's own word: public, unlisted, followers, direct
    reply_to: str = ""
    thread: str = ""
    others: tuple[str, ...] = ()  # further keys that tie it to a thread (mail References), oldest first
    to: tuple[Handle, ...] = ()  # mentioned or addressed
    url: str = ""
    language: str = ""
    revision: str = ""  # content hash or version; the same revision twice is one
    media: tuple[Media, ...] = ()
    own: bool = False  # said by ourselves (the network says so), matched to the outbox by `echo_of`
    echo_of: str = ""  # our own idempotency key when the network hands it back
    original: str = ""  # the untrimmed body where `body` leaves quoted text out
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A network's word that something of ours did not arrive: for whom, and why."""

    address: str
    reason: str


def undelivered(envelope: Envelope) -> Undelivered | None:
    """What a delivery report in `extra["bounce"]` tells; None = no report, or one of a mere delay (RFC 3464)."""
    told = envelope.extra.get("bounce")
    if not isinstance(told, Mapping) or str(told.get("action", "")) not in ("", "failed"):
        return None
    return Undelivered(str(told.get("address", "")), str(told.get("reason") or told.get("status") or "no reason given"))


@dataclass(frozen=True, slots=True)
class Raw:
    """One item exactly as a network gave it. `key` makes a doubled delivery recognisable."""

    key: str
    body: bytes
    kind: str = ""  # the network's own word for the item, told to `parse`


@dataclass(frozen=True, slots=True)
class Page:
    """Raw items and the cursor that is committed in the same transaction with them."""

    raws: tuple[Raw, ...]
    cursor: Mapping[str, Any]
    more: bool = False


class Do(StrEnum):
    """What may be asked of a network."""

    POST = "post"
    REPLY = "reply"
    LIKE = "like"
    UNLIKE = "unlike"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do out there. `key` is our UUID of the outbox row, saved before anything leaves."""

    do: Do
    key: str
    body: str = ""
    subject: str = ""
    target: str = ""  # key of what is answered, liked, edited or deleted
    thread: str = ""  # key of the root
    references: tuple[str, ...] = ()
    to: tuple[Handle, ...] = ()
    public: bool = False
    visibility: str = ""  # the network's own word of what is answered, never to be widened
    language: str = ""
    media: tuple[Media, ...] = ()
    first_try_at: datetime | None = None  # set on a retry: how far back to look for what may already be there
    extra: Mapping[str, Any] = field(default_factory=dict)  # the `extra` of the envelope that is answered


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the network answered: its key for what now stands there, and its address."""

    key: str
    url: str = ""
    at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


class ConnectorError(Exception):
    """Base of what a network can answer; the message is for the person on the screen."""


class AuthExpired(ConnectorError):
    """The sign-in no longer holds: the source needs re-authorisation and keeps its history."""


class Forbidden(ConnectorError):
    """The account may not do this."""


class RateLimited(ConnectorError):
    """Too many calls; nothing was done. Try again at `retry_at` (aware UTC)."""

    def __init__(self, message: str, *, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Transient(ConnectorError):
    """Certainly not done, and worth another try."""


class BadRequest(ConnectorError):
    """The network refuses this content; trying again will not help."""


class NotFound(ConnectorError):
    """What is answered or changed is not there any more."""


class OutcomeUnknown(ConnectorError):
    """Sent, but no answer came: it may stand there. Never retried blindly: `find` looks first, then a person decides."""


class Secrets(Protocol):
    """The credentials of one source. `save` is committed before the new token is used."""

    def get(self) -> dict[str, str]: ...
    def save(self, values: Mapping[str, str]) -> None: ...

    def alone(self) -> AbstractContextManager[None]:
        """Inside, no other process is inside for this source: a token good for one use is renewed once.

        Read anew inside; whoever waited finds what the other has saved.
        """


class Limiter(Protocol):
    """Shared over processes, one bucket per (account, group)."""

    def take(self, group: str, *, urgent: bool = False) -> None:
        """Pass or raise RateLimited; `urgent` (a reply) goes ahead of backfill."""

    def told(self, group: str, *, remaining: int | None, reset_at: datetime | None) -> None:
        """What the server's own headers say."""


@dataclass(frozen=True, slots=True)
class Context:
    """All that a connector may touch."""

    settings: Mapping[str, Any]  # what the source's form holds, no secrets
    secrets: Secrets
    http: Http
    sockets: Sockets
    limiter: Limiter
    now: Callable[[], datetime]
    log: Callable[[str], None] = lambda _message: None


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the source's set-up form."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    kind: str = "text"  # text, url, email, number, choice, bool, host
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the network takes. `count` counts a text in the network's own way."""

    text: int | None = None
    media: int = 0
    media_bytes: int = 0
    media_types: tuple[str, ...] = ()
    count: Callable[[str], int] = len


@dataclass(frozen=True, slots=True)
class Connector:
    """One network. `fetch` None: it pushes to us; `send` None: read-only, and the screen says so.

    parse(raw) -> envelopes: pure; an unknown payload gives () and a broken one raises ValueError.
    fetch(context, stream, cursor) -> pages: yields; the caller commits raws and cursor together before asking on.
    watch(context, stream) -> blocks until the network hints that something is new or `seconds` pass; True = fetch now.
    verify(settings, secrets, headers, body, now) -> delivery key; raises Forbidden with the reason.
    send(context, action) -> Receipt or a ConnectorError.
    find(context, action) -> Receipt if what `action` wanted already stands there, else None.
    check(context) -> our own Handle; raises as send does. Used for set-up and health.
    begin / finish: the two halves of an OAuth-like sign-in; finish saves the secrets.
    """

    name: str
    label: str
    parse: Callable[[Raw], tuple[Envelope, ...]]
    fields: tuple[Field, ...] = ()
    streams: tuple[str, ...] = ()
    fetch: Callable[[Context, str, Mapping[str, Any]], Iterator[Page]] | None = None
    watch: Callable[[Context, str, float], bool] | None = None
    verify: Callable[[Mapping[str, Any], Mapping[str, str], Mapping[str, str], bytes, datetime], str] | None = None
    send: Callable[[Context, Action], Receipt] | None = None
    find: Callable[[Context, Action], Receipt | None] | None = None
    check: Callable[[Context], Handle] | None = None
    begin: Callable[[Context, str], str] | None = None  # (context, return address) -> address to open
    finish: Callable[[Context, Mapping[str, str]], Handle] | None = None
    does: frozenset[Do] = frozenset()
    limits: Limits = Limits()
    public: bool = False  # do answers go out in public by default?
    poll_seconds: int = 60
    native_keys: bool = False  # the network itself refuses a doubled `Action.key`


class Unreadable(ValueError):
    """A file or payload that cannot be read; the message names the place and the remedy."""
