"""XRPC: one service, one session whose tokens are renewed in place, errors by their names.

A refresh token is good for one use (services allow a short overlap), so only one process renews at a time, the new pair is
saved before it is used, and a pair that another worker saved meanwhile is tried before our own is spent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mutuals.base.net import NetError, Reply
from mutuals.connectors._answers import explain, judge, number, retry_at, translate
from mutuals.connectors.contract import AuthExpired, BadRequest, ConnectorError, Context, Forbidden, NotFound, Transient

HOME = "https://bsky.social"
READS, WRITES, SIGN_IN = "read", "write", "sign-in"
RESET = "ratelimit-reset"
_STALE = {"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"}
_GONE = {"RecordNotFound", "NotFound", "HandleNotFound"}
_SHUT = {"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated"}


class Taken(BadRequest):
    """A record already stands under this key with another content."""


def address(context: Context) -> str:
    """The service as https://host. Raises BadRequest when the setting is none."""
    told = str(context.settings.get("address", "") or HOME).strip().rstrip("/")
    full = told if "://" in told else f"https://{told}"
    parsed = urlsplit(full)
    if parsed.scheme not in ("https", "http") or not parsed.netloc or "@" in parsed.netloc:
        raise BadRequest("The service's address is wrong; it looks like https://bsky.social.")
    return f"{parsed.scheme}://{parsed.netloc}"


def call(context: Context, method: str, nsid: str, *, writes: bool = False, **request: Any) -> Any:
    """One call as ourselves; its JSON. Raises a ConnectorError, AuthExpired when no sign-in can be had any more."""
    access = _session(context).get("access", "") or _begun(context)
    group = WRITES if writes else READS
    context.limiter.take(group, urgent=writes)
    reply = _once(context, method, nsid, access, group=group, writes=writes, **request)
    if _is_stale(reply):
        renewed = _renewed(context, access)
        reply = _once(context, method, nsid, renewed, group=group, writes=writes, **request)
    _judge(context, reply, writes=writes)
    return _json(reply)


def my_did(context: Context) -> str:
    """Our own immutable id; signs in when nobody has yet."""
    if not _session(context).get("did"):
        with context.secrets.alone():
            if not _session(context).get("did"):
                _sign_in(context)
    return context.secrets.get().get("did", "")


def _session(context: Context) -> dict[str, str]:
    """What is kept, unless the form has meanwhile got another account."""
    kept = context.secrets.get()
    return kept if kept.get("session_of", _identifier(context)) == _identifier(context) else {}


def _identifier(context: Context) -> str:
    return str(context.settings.get("identifier", "")).strip().lstrip("@")


def _once(context: Context, method: str, nsid: str, token: str, *, group: str, writes: bool, **request: Any) -> Reply:
    headers = {**request.pop("headers", {}), **({"authorization": f"Bearer {token}"} if token else {})}
    try:
        reply = context.http.request(method, f"{address(context)}/xrpc/{nsid}", headers=headers, **request)
    except NetError as error:
        raise translate(error, writes=writes) from error
    left = number(reply.headers, "ratelimit-remaining")
    if left is not None:
        reset = retry_at(reply.headers, now=context.now(), reset=RESET) if RESET in reply.headers else None
        context.limiter.told(group, remaining=left, reset_at=reset)
    return reply


def _renewed(context: Context, stale: str) -> str:
    """Another access token than `stale`: one that another worker saved, else a refreshed one, else a new session's."""
    with context.secrets.alone():
        return _renewed_alone(context, stale)


def _begun(context: Context) -> str:
    """The access token of a new session, or of one that another worker began meanwhile."""
    with context.secrets.alone():
        return _session(context).get("access", "") or _sign_in(context)


def _renewed_alone(context: Context, stale: str) -> str:
    kept = context.secrets.get()
    if kept.get("access") and kept["access"] != stale:
        return kept["access"]
    if not kept.get("refresh"):
        return _sign_in(context)
    reply = _once(context, "POST", "com.atproto.server.refreshSession", kept["refresh"], group=SIGN_IN, writes=False)
    if _is_stale(reply) or reply.status == 401:
        return _sign_in(context)
    _judge(context, reply, writes=False)
    return _keep(context, _json(reply))


def _sign_in(context: Context) -> str:
    """A new session by the app password. Raises AuthExpired when there is none or it is refused."""
    password = context.secrets.get().get("app_password", "")
    if not password:
        raise AuthExpired("There is no app password for this account; enter one.")
    context.limiter.take(SIGN_IN, urgent=True)
    body = {"identifier": _identifier(context), "password": password}
    reply = _once(context, "POST", "com.atproto.server.createSession", "", group=SIGN_IN, writes=False, json=body)
    if reply.status in (400, 401):
        raise AuthExpired(f"The service refuses the account or its app password ({explain(reply)}).")
    _judge(context, reply, writes=False)
    return _keep(context, _json(reply))


def _keep(context: Context, session: Any) -> str:
    """Save a session, then hand out its access token."""
    wanted = {"access": "accessJwt", "refresh": "refreshJwt", "did": "did"}
    told = session if isinstance(session, Mapping) else {}
    values = {name: str(told.get(theirs, "")) for name, theirs in wanted.items()}
    if not all(values.values()):
        raise Transient("The service's answer is no session.")
    context.secrets.save({**context.secrets.get(), **values, "session_of": _identifier(context)})
    return values["access"]


def _is_stale(reply: Reply) -> bool:
    return reply.status in (400, 401) and _name(reply) in _STALE


def _name(reply: Reply) -> str:
    try:
        told = reply.json()
    except ValueError:
        return ""
    return str(told.get("error", "")) if isinstance(told, dict) else ""


def _judge(context: Context, reply: Reply, *, writes: bool) -> None:
    """Raises by the error's name first: XRPC answers 400 for most."""
    if reply.status in (400, 401, 403, 404):
        name = _name(reply)
        named: dict[str, type[ConnectorError]] = {
            **dict.fromkeys(_STALE, AuthExpired),
            **dict.fromkeys(_GONE, NotFound),
            **dict.fromkeys(_SHUT, Forbidden),
            "InvalidSwap": Taken,
        }
        if name in named:
            raise named[name](f"The service says {name}: {explain(reply)}")
    judge(reply, now=context.now(), writes=writes, reset=RESET)


def _json(reply: Reply) -> Any:
    if not reply.body:
        return {}
    try:
        return reply.json()
    except ValueError as error:
        raise Transient("The service's answer is not JSON; is the address right?") from error
