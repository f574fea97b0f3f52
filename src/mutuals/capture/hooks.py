"""Hooks: a network or a program hands something in. In the request nothing happens but the check and the keeping.

What a connector of ours can never read is refused at the door, so that the sender learns of it; what one of other
packages cannot read is kept and parked, because its `parse` may take any time.

A delivery that came before is answered 200 and not stored again, because a sender that never got our first answer must
learn that all is well; one with an old timestamp is refused as 403 by `verify`, whether it came before or not.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from mutuals import connectors
from mutuals.capture import receive
from mutuals.channels.models import Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import (
    LARGEST_DELIVERY,
    AuthExpired,
    Connector,
    ConnectorError,
    Forbidden,
    Raw,
    Unreadable,
)

LONGEST_CHALLENGE = 200  # characters


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a delivery: an HTTP status, and words or a challenge as plain text."""

    status: int
    message: str


TOO_LARGE = Accepted(413, f"A delivery has at most {LARGEST_DELIVERY:,} bytes. Send fewer events at once.")


def accept(source_id: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Accepted:
    """Check one delivery and keep it.

    202 kept; 200 had it already; 400 not checkable; 403 not signed as agreed (counted, never stored); 404 no such hook;
    409 the source is not active; 413 larger than LARGEST_DELIVERY; 422 signed, but it can never be read: the words name
    the field, it is counted and shown with the source; 503 our own keys do not open its secret.
    """
    source = Source.objects.filter(pk=source_id).first()
    connector = connectors.all_connectors().get(source.connector) if source else None
    if source is None or connector is None or connector.verify is None:
        return Accepted(404, "There is no such hook.")
    if len(body) > LARGEST_DELIVERY:
        return TOO_LARGE
    if source.state != SourceState.ACTIVE:
        return Accepted(409, "This source is not active. Nothing was kept; try again later.")
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        key = connector.verify(source.settings, Vault(source.pk).get(), lowered, body, now)
    except Forbidden as error:
        Source.objects.filter(pk=source.pk).update(refused_hooks=F("refused_hooks") + 1)
        return Accepted(403, str(error))
    except AuthExpired:
        return Accepted(503, "The secret of this source cannot be opened. Its owner must set it again.")
    except (ConnectorError, Unreadable) as error:
        return Accepted(400, str(error))
    raw = Raw(key=key, body=body, kind=source.connector)
    trouble = unreadable(connector, raw)
    if trouble:
        _count_refused(source, f"A delivery was refused: {trouble}", now)
        return Accepted(422, f"{trouble} Nothing of this delivery was kept.")
    if receive.keep(source, [raw], cursor=None, now=now):
        return Accepted(202, "Kept.")
    return Accepted(200, "We have it already.")


def unreadable(connector: Connector, raw: Raw) -> str:
    """Why a connector of ours can never read a delivery; empty where it can, and where that is not ours to say."""
    if not connectors.is_ours(connector):
        return ""
    try:
        connector.parse(raw)
    except ValueError as error:
        return str(error) or "It cannot be read."
    except Exception:  # our mistake, not the sender's: it is kept, and parked with its trace in the log
        return ""
    return ""


def greet(source_id: int, query: Mapping[str, str]) -> Accepted:
    """The handshake of WebSub and its kin: who knows the agreed `verify_token` gets the challenge back.

    Refused: a source without such a token, another token, a challenge that is not short plain text.
    """
    source = Source.objects.filter(pk=source_id).exclude(state=SourceState.DRAFT).first()
    if source is None:
        return Accepted(404, "There is no such hook.")
    try:
        agreed = Vault(source.pk).get().get("verify_token", "")
    except AuthExpired:
        return Accepted(503, "The secret of this source cannot be opened. Its owner must set it again.")
    given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if not agreed:
        return Accepted(404, "This hook needs no handshake.")
    if not hmac.compare_digest(agreed.encode(), given.encode("utf-8", "replace")):
        Source.objects.filter(pk=source.pk).update(refused_hooks=F("refused_hooks") + 1)
        return Accepted(403, "This is not the agreed token.")
    if not challenge or len(challenge) > LONGEST_CHALLENGE or not (challenge.isascii() and challenge.isprintable()):
        return Accepted(400, "There is no challenge that can be given back.")
    return Accepted(200, challenge)


def _count_refused(source: Source, words: str, now: datetime) -> None:
    told = {"last_error": words[:500], "last_error_at": now}
    Source.objects.filter(pk=source.pk).update(refused_hooks=F("refused_hooks") + 1, **told)
