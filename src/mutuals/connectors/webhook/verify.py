"""Whether a delivery comes from who knows the secret, and was made now."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mutuals.connectors.contract import Forbidden

WINDOW = timedelta(minutes=5)
SHORTEST_SECRET = 16
_SIGNATURE = re.compile(r"t=(\d{1,12})((?:,v[12]=[0-9a-f]{64}){1,6})", re.ASCII)
_DELIVERY = re.compile(r"[A-Za-z0-9_.:-]{1,200}")


def verify(
    settings: Mapping[str, Any], secrets: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The key of the delivery; raises Forbidden with the reason.

    `X-Mutuals-Signature: t=UNIX,v1=HEX` signs `UNIX.BODY`; the key is then made of both. With `v2=HEX` the text is
    `UNIX.DELIVERY.BODY`, and the key is `X-Mutuals-Delivery`, so that a second try counts as the same. An unsigned
    delivery id is never the key: whoever replays a delivery could write another one there. HMAC-SHA256, compared in
    constant time, with every secret that is active.
    """
    del settings
    told = {name.lower(): value for name, value in headers.items()}
    match = _SIGNATURE.fullmatch(re.sub(r"\s*,\s*", ",", told.get("x-mutuals-signature", "").strip()))
    if match is None:
        raise Forbidden("The header X-Mutuals-Signature is missing or is not t=...,v1=...")
    at = int(match[1])
    late = now.timestamp() - at
    if abs(late) > WINDOW.total_seconds():
        direction = "in the past" if late > 0 else "in the future"
        raise Forbidden(
            f"The delivery was signed {abs(late):.0f} s {direction}; {WINDOW.total_seconds():.0f} s are accepted. "
            "If it is new, a clock is wrong: set the sender's by NTP."
        )
    keys = [value.encode() for name, value in secrets.items() if name.startswith("secret") and value]
    if not keys or any(len(key) < SHORTEST_SECRET for key in keys):
        raise Forbidden(f"This source has no secret of at least {SHORTEST_SECRET} signs; set it in its form.")
    plain = match[1].encode() + b"." + body
    delivery = told.get("x-mutuals-delivery", "")
    given = [(part[:2], part[3:]) for part in match[2].split(",") if part]
    if _DELIVERY.fullmatch(delivery):
        named = match[1].encode() + b"." + delivery.encode() + b"." + body
        if _is_signed(named, keys, [value for kind, value in given if kind == "v2"]):
            return delivery
    if _is_signed(plain, keys, [value for kind, value in given if kind == "v1"]):
        return f"sha256:{hashlib.sha256(plain).hexdigest()}"
    raise Forbidden("The signature does not fit the body: another secret, or the body was changed on its way.")


def sign(secret: str, body: bytes, *, at: datetime, delivery: str = "") -> dict[str, str]:
    """The headers that a sender adds; with `delivery` they also tie that name."""
    stamp = str(int(at.timestamp()))
    if not delivery:
        return {"X-Mutuals-Signature": f"t={stamp},v1={_digest(secret.encode(), f'{stamp}.'.encode() + body)}"}
    digest = _digest(secret.encode(), f"{stamp}.{delivery}.".encode() + body)
    return {"X-Mutuals-Signature": f"t={stamp},v2={digest}", "X-Mutuals-Delivery": delivery}


def _is_signed(text: bytes, keys: list[bytes], given: list[str]) -> bool:
    """All pairs are compared, whatever fits first."""
    fits = [hmac.compare_digest(_digest(key, text), one) for key in keys for one in given]
    return any(fits)


def _digest(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()
