"""Whether a letter is from whom it says: what our own mail server found (DMARC, RFC 7489), as the source is set up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mutuals.connectors.contract import Envelope

UNCHECKED, COUNT = "unchecked", "count"
CHECKED_BY = "checked_by"


def is_genuine(envelope: Envelope, settings: Mapping[str, Any]) -> bool:
    """Whether a letter may prove anything: its sender passed the check of our own server, and no machine sent it.

    Anybody writes any sender, and any check of it. So only the uppermost line of the server that the source names
    (`checked_by`) is read, as what stands below came in with the letter (RFC 8601, 5): it must say `pass`, of the very domain
    from which the letter says to be. Where no server is named, nothing proves; unless whoever answers for the source says that
    its server refuses forged senders and writes nothing about it (`unchecked`: `count`).
    """
    if "auto" in envelope.extra:
        return False
    named = str(settings.get(CHECKED_BY) or "").strip().lower()
    if named:
        checks = envelope.extra.get("checks")
        lines = checks if isinstance(checks, list | tuple) else ()
        domain = envelope.author.key.rpartition("@")[2] if envelope.author else ""
        uppermost = next((found for server, *found in lines if server == named), None)
        return bool(domain) and uppermost == ["pass", domain]
    return settings.get(UNCHECKED) == COUNT and envelope.extra.get("dmarc", "pass") == "pass"
