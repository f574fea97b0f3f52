"""Hooks: a network or a program hands something in. In the request nothing happens but the check and the keeping.

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
from mutuals.connectors.contract import AuthExpired, ConnectorError, Forbidden, Raw, Unreadable

LARGEST = 1_000_000  # bytes
LONGEST_CHALLENGE = 200


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a delivery: an HTTP status, and words or a challenge as plain text."""

    status: int
    message: str


def accept(source_id: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Accepted:
    """Check one delivery and keep it.

    202 kept; 200 had it already; 400 not readable; 403 not signed as agreed (counted, never stored); 404 no such hook;
    409 the source is not active; 413 larger than 1 MB; 503 our own keys do not open its secret.
    """
    source = Source.objects.filter(pk=source_id).first()
    connector = connectors.all_connectors().get(source.connector) if source else None
    if source is None or connector is None or connector.verify is None:
        return Accepted(404, "There is no such hook.")
    if len(body) > LARGEST:
        return Accepted(413, f"A delivery has at most {LARGEST:,} bytes. Send fewer events at once.")
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
    if receive.keep(source, [Raw(key=key, body=body, kind=source.connector)], cursor=None, now=now):
        return Accepted(202, "Kept.")
    return Accepted(200, "We have it already.")


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
