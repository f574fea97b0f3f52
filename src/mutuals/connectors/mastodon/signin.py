"""The two halves of OAuth, and who we are."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from mutuals.base.ids import new_token
from mutuals.connectors.contract import BadRequest, Context, Forbidden, Handle
from mutuals.connectors.mastodon.client import WHO, address, call, one
from mutuals.connectors.mastodon.fetch import note_account
from mutuals.connectors.mastodon.parse import author, text

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write:statuses write:favourites write:media"
_CLIENT = ("client_id", "client_secret")


def begin(context: Context, back: str) -> str:
    """Register with the server and name the address where a person agrees; the server then leads to `back`."""
    asked = {"client_name": "Mutuals", "redirect_uris": back, "scopes": SCOPES}
    made = one(call(context, "POST", "/api/v1/apps", signed_in=False, form=asked))
    if not all(text(made, name) for name in _CLIENT):
        raise BadRequest("The server does not register programs; is this the address of a Mastodon server?")
    state = new_token()
    kept = {**context.secrets.get(), **{name: text(made, name) for name in _CLIENT}, "state": state, "back": back}
    context.secrets.save(kept)
    query = {
        "response_type": "code",
        "client_id": kept["client_id"],
        "redirect_uri": back,
        "scope": SCOPES,
        "state": state,
    }
    return f"{address(context)}/oauth/authorize?{urlencode(query)}"


def finish(context: Context, answer: Mapping[str, str]) -> Handle:
    """Turn the code that came back into a token. Raises Forbidden for a refusal or an answer to another question."""
    kept = context.secrets.get()
    if answer.get("error"):
        raise Forbidden(f"The server did not let us in: {answer.get('error_description') or answer['error']}")
    by_hand = kept.get("back") == OUT_OF_BAND
    if not by_hand and not hmac.compare_digest(answer.get("state", "").encode(), kept.get("state", "-").encode()):
        raise Forbidden("This answer does not belong to the sign-in that was begun; begin again.")
    form = {
        "grant_type": "authorization_code",
        "code": answer.get("code", ""),
        "redirect_uri": kept.get("back", ""),
        "scope": SCOPES,
        **{name: kept.get(name, "") for name in _CLIENT},
    }
    given = one(call(context, "POST", "/oauth/token", signed_in=False, form=form))
    if not text(given, "access_token"):
        raise Forbidden("The server gave no token.")
    kept = {name: value for name, value in kept.items() if name not in ("state", "back", "account_id", "actor", "page")}
    context.secrets.save({**kept, "access_token": text(given, "access_token")})
    return check(context)


def check(context: Context) -> Handle:
    """Our own account, as the server knows it now. Raises AuthExpired and the like."""
    account = one(call(context, "GET", WHO))
    try:
        ours = author(account)
    except ValueError as error:
        raise BadRequest("The server's answer names no account; is this the address of a Mastodon server?") from error
    note_account(context, account)
    return ours
