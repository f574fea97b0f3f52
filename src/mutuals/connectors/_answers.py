"""What a web service answered, in the words of the contract: shared by connectors that speak HTTP.

The one question that matters on a write is whether it may stand there already. Not sent, or refused by the server: a
plain answer. Sent and no word of it, or an error of the server's own: `OutcomeUnknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from mutuals.base.net import NetError, Refused, Reply, TooLarge
from mutuals.connectors.contract import (
    AuthExpired,
    BadRequest,
    ConnectorError,
    Context,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Transient,
)

DEFAULT_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(days=1)
LONGEST_FIELD = 100  # characters of a header field that tells a time or a number


def ask(context: Context, method: str, url: str, *, writes: bool, reset: str = "", **request: Any) -> Reply:
    """One request by `context.http`; a 2xx or 304 reply, or a ConnectorError. `reset` names a rate reset header."""
    try:
        reply = context.http.request(method, url, **request)
    except NetError as error:
        raise translate(error, writes=writes) from error
    judge(reply, now=context.now(), writes=writes, reset=reset)
    return reply


def translate(error: NetError, *, writes: bool) -> ConnectorError:
    """No answer at all: may it have been done?"""
    if writes and error.sent:
        return OutcomeUnknown(f"Sent, but the answer did not come: {error}")
    if isinstance(error, Refused | TooLarge):
        return BadRequest(str(error))
    return Transient(str(error))


def judge(reply: Reply, *, now: datetime, writes: bool, reset: str = "") -> None:
    """Raises the ConnectorError that a status stands for; 2xx and 304 pass."""
    status = reply.status
    if 200 <= status < 300 or status == 304:
        return
    said = f"{status}: {explain(reply)}"
    if status == 401:
        raise AuthExpired(f"The sign-in is not accepted any more ({said}).")
    if status == 403:
        raise Forbidden(f"The account may not do this ({said}).")
    if status == 429:
        raise RateLimited(f"Too many calls ({said}).", retry_at=retry_at(reply.headers, now=now, reset=reset))
    if status in (404, 410):
        raise NotFound(f"It is not there any more ({said}).")
    if status == 503 and "retry-after" in reply.headers:
        raise RateLimited(f"The server is busy ({said}).", retry_at=retry_at(reply.headers, now=now))
    if status >= 500:
        raise OutcomeUnknown(f"The server failed ({said}).") if writes else Transient(f"The server failed ({said}).")
    if status in (408, 425):
        raise Transient(f"The server asks to try again ({said}).")
    raise BadRequest(f"The server refuses this ({said}).")


def retry_at(headers: Mapping[str, str], *, now: datetime, reset: str = "") -> datetime:
    """When to call again, aware UTC: Retry-After in seconds or as a date, else `reset` (ISO 8601, Unix or seconds).

    Never in the past and never more than a day away: a wrong header must not silence a source.
    """
    wanted = _moment(headers.get("retry-after", ""), now) or _moment(headers.get(reset, "") if reset else "", now)
    wanted = wanted or now + DEFAULT_WAIT
    return min(max(wanted, now + timedelta(seconds=1)), now + LONGEST_WAIT)


def number(headers: Mapping[str, str], name: str) -> int | None:
    """A whole number of at most nine digits in a header field, such as how many calls are left; None for anything else."""
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def explain(reply: Reply) -> str:
    """The server's own words, at most 200 characters on one line."""
    try:
        told = reply.json()
    except ValueError:
        told = None
    if isinstance(told, dict):
        words = [told[name] for name in ("error_description", "message", "error", "detail") if told.get(name)]
        text = str(words[0]) if words else ""
    else:
        text = "" if "html" in reply.headers.get("content-type", "") else reply.text()
    return " ".join(text.split())[:200] or "no reason given"


def _moment(text: str, now: datetime) -> datetime | None:
    text = text.strip()[:LONGEST_FIELD]
    try:
        if text.replace(".", "", 1).isdigit():
            number = float(text)
            return datetime.fromtimestamp(number, UTC) if number > 1_000_000_000 else now + timedelta(seconds=number)
        if not text:
            return None
        moment = datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
