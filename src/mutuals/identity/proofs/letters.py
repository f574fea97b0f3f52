"""Whether a letter is from whom it says: what our own mail server found (DMARC, RFC 7489), as the source is set up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mutuals.connectors.contract import Envelope

UNCHECKED, COUNT = "unchecked", "count"
CHECKED_BY = "checked_by"


def is_genuine(envelope: Envelope, settings: Mapping[str, Any]) -> bool:
    """Whether a letter may prove anything: its sender passed the check of our own server, and no machine sent it.

    A letter that passed no check proves nothing, as anybody writes any sender; unless whoever answers for the source says that
    its server checks senders before it takes a letter, and writes nothing about it (`unchecked`: `count`). Where the server is
    named (`checked_by`), what others wrote about their check is not read.
    """
    if "auto" in envelope.extra:
        return False
    named = str(settings.get(CHECKED_BY) or "").strip().lower()
    if named:
        checks = envelope.extra.get("checks")
        pairs = checks if isinstance(checks, list | tuple) else ()
        return next((result == "pass" for server, result in pairs if server == named and result), False)
    result = envelope.extra.get("dmarc")
    return result == "pass" if result else settings.get(UNCHECKED) == COUNT
