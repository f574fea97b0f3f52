"""One server's Mastodon API: addresses, sign-in header, rate limits, links to further pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from mutuals.base.net import NetError, Reply
from mutuals.connectors._answers import judge, number, retry_at, translate
from mutuals.connectors.contract import AuthExpired, BadRequest, Context, Transient

READS, WRITES = "read", "write"
WHO = "/api/v1/accounts/verify_credentials"
RESET = "x-ratelimit-reset"
_LINK = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="(\w+)"')


def address(context: Context) -> str:
    """The server as https://host without a path. Raises BadRequest when the setting is none."""
    told = str(context.settings.get("address", "")).strip().rstrip("/")
    full = told if "://" in told else f"https://{told}"
    parsed = urlsplit(full)
    if parsed.scheme not in ("https", "http") or not parsed.netloc or "@" in parsed.netloc:
        raise BadRequest("The server's address is missing or wrong; it looks like https://mastodon.example.")
    return f"{parsed.scheme}://{parsed.netloc}"


def call(
    context: Context,
    method: str,
    path: str,
    *,
    writes: bool = False,
    headers: Mapping[str, str] | None = None,
    signed_in: bool = True,
    **request: Any,
) -> Reply:
    """One call that changes something (`writes`) or nothing. Raises a ConnectorError."""
    given = dict(headers or {})
    if signed_in:
        token = context.secrets.get().get("access_token", "")
        if not token:
            raise AuthExpired("Nobody has signed in to this account yet.")
        given["authorization"] = f"Bearer {token}"
    group = WRITES if writes else READS
    context.limiter.take(group, urgent=writes)
    try:
        reply = context.http.request(method, address(context) + path, headers=given, **request)
    except NetError as error:
        raise translate(error, writes=writes) from error
    _tell_limits(context, group, reply)
    if path == WHO and reply.status == 422:  # the answer to a token that belongs to nobody
        raise AuthExpired("The sign-in is not accepted any more.")
    judge(reply, now=context.now(), writes=writes, reset=RESET)
    return reply


def told(reply: Reply) -> Any:
    """The JSON of an answer. Raises Transient when it is none (a page of a proxy, mostly)."""
    try:
        return reply.json()
    except ValueError as error:
        raise Transient("The server's answer is not JSON; is this the address of a Mastodon server?") from error


def one(reply: Reply) -> dict[str, Any]:
    """An answer that must be an object."""
    answer = told(reply)
    if not isinstance(answer, dict):
        raise Transient("The server answers with something else than was asked for.")
    return answer


def several(answer: Any) -> list[dict[str, Any]]:
    """An answer that must be a list of objects; what is none in it is left out."""
    if not isinstance(answer, list):
        raise Transient("The server answers with something else than was asked for.")
    return [item for item in answer if isinstance(item, dict)]


def further(reply: Reply) -> dict[str, str]:
    """What the Link header offers: `max_id` of the older page, `min_id` of the newer one."""
    found = {}
    for target, direction in _LINK.findall(reply.headers.get("link", "")):
        query = parse_qs(target.partition("?")[2].partition("#")[0])
        for name, wanted in (("max_id", "next"), ("min_id", "prev")):
            if direction == wanted and query.get(name):
                found[name] = query[name][0]
    return found


def status_path(local_id: str, act: str = "") -> str:
    """The path of a status; the id is a stranger's word and is quoted."""
    return f"/api/v1/statuses/{quote(local_id, safe='')}" + (f"/{act}" if act else "")


def _tell_limits(context: Context, group: str, reply: Reply) -> None:
    left = number(reply.headers, "x-ratelimit-remaining")
    if left is not None:
        reset = retry_at(reply.headers, now=context.now(), reset=RESET) if RESET in reply.headers else None
        context.limiter.told(group, remaining=left, reset_at=reset)
