"""OpenID Connect as we speak it: the code flow with PKCE, state and nonce, all of it over the guarded net.

Nothing here touches the database. What is refused says why in words for who signs in. After OpenID Connect Core 1.0 (3.1),
Discovery 1.0 (4), RFC 7636 (PKCE), RFC 9207 (which provider answered) and RFC 8725 (tokens with one kind of signature).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt

from mutuals.base.ids import new_token
from mutuals.base.net import Http, NetError, Reply, allow_list
from mutuals.base.refusals import Refusal, one_line

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with two keys only: one that was made with a secret of ours, or none, proves nothing."""
LEEWAY = 60  # seconds by which two clocks may differ
MOST = 300_000  # bytes of an answer
PATIENCE = 10.0  # seconds for one answer
_ENDS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_KEPT = (
    *_ENDS, "userinfo_endpoint", "token_endpoint_auth_methods_supported",
    "authorization_response_iss_parameter_supported",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """What we must remember of somebody whom we sent to the provider: all of it is random, and is used once."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who came, as the provider says. `is_verified`: it says itself that the address is theirs."""

    subject: str
    email: str
    is_verified: bool
    name: str


def asking() -> Asking:
    """256 random bits each."""
    return Asking(new_token(), new_token(), new_token())


def issuer_of(text: str, *, allow: str) -> str:
    """An issuer as it is written. Refused: what is no https address, or holds a question or a password.

    `allow` names hosts of our own network as MUTUALS_NET_ALLOW does: only those are asked without TLS.
    """
    issuer = one_line(text, what="Issuer", longest=300)
    if not _is_safe(issuer, allow=allow) or "?" in issuer or "#" in issuer:
        words = "The issuer is an https address such as https://login.example.org, without a question in it."
        raise Refusal(words, fields={"issuer": words})
    return issuer


def discover(issuer: str, *, http: Http, allow: str) -> dict[str, Any]:
    """What the provider tells of itself. Refused: it does not answer, is another issuer, or names no safe addresses."""
    where = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    told = _json(_asked(http, "GET", where), "The provider")
    if told.get("issuer") != issuer:
        raise Refusal(
            f"The provider calls itself {str(told.get('issuer'))[:200]}, not {issuer}. The issuer must be written as it does."
        )
    for name in (*_ENDS, "userinfo_endpoint"):
        if (name in _ENDS or told.get(name)) and not _is_safe(str(told.get(name, "")), allow=allow):
            raise Refusal(f"The provider names no safe address as its {name}.")
    if "S256" not in told.get("code_challenge_methods_supported", ["S256"]):
        raise Refusal("The provider does not support PKCE with S256.")
    return {name: told[name] for name in _KEPT if told.get(name)}


def address(found: Mapping[str, Any], *, client: str, back: str, asks: Asking) -> str:
    """Where the browser goes to sign in; it comes back to `back`."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asks.verifier.encode()).digest()).rstrip(b"=").decode()
    query = urlencode(
        {
            "response_type": "code", "client_id": client, "redirect_uri": back, "scope": "openid email profile",
            "state": asks.state, "nonce": asks.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }
    )  # fmt: skip
    end = str(found["authorization_endpoint"])
    return f"{end}{'&' if '?' in end else '?'}{query}"


def came_from(issuer: str, found: Mapping[str, Any], said: Mapping[str, str]) -> None:
    """Refused: an answer that another provider gave (RFC 9207), which would carry our code to the wrong one."""
    is_told = bool(found.get("authorization_response_iss_parameter_supported"))
    if said.get("iss", "" if is_told else issuer) != issuer:
        raise Refusal("Another provider answered than was asked. Nobody was signed in; begin again.")


def finish(
    code: str, *, issuer: str, found: Mapping[str, Any], client: str, secret: str, back: str, asks: Asking, http: Http
) -> Told:
    """Who came: the code is changed for a token, whose signature, issuer, audience, time and nonce are looked at."""
    answer = _tokens(code, found=found, client=client, secret=secret, back=back, asks=asks, http=http)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Refusal("The provider gave no token that says who you are.")
    keys = _json(_asked(http, "GET", str(found["jwks_uri"])), "The provider's list of keys")
    claims = opened(token, keys=keys, issuer=issuer, client=client, nonce=asks.nonce)
    if "email" not in claims and found.get("userinfo_endpoint") and isinstance(answer.get("access_token"), str):
        bearer = {"authorization": f"Bearer {answer['access_token']}"}
        more = _json(_asked(http, "GET", str(found["userinfo_endpoint"]), headers=bearer), "The provider")
        if more.get("sub") != claims["sub"]:
            raise Refusal("The provider tells of somebody else than it signed. Nobody was signed in.")
        claims = {**more, **claims}
    return Told(
        subject=claims["sub"],
        email=str(claims.get("email") or "")[:254].strip(),
        is_verified=claims.get("email_verified") is True,
        name=str(claims.get("name") or "")[:120].strip(),
    )


def opened(token: str, *, keys: Mapping[str, Any], issuer: str, client: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token. Refused: anything that OpenID Connect Core 3.1.3.7 does not let pass."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, _key(token, keys), algorithms=list(ALGORITHMS), issuer=issuer, audience=client, leeway=LEEWAY,
            options={"require": ["iss", "aud", "sub", "exp", "iat"]},
        )  # fmt: skip
    except jwt.InvalidIssuerError as error:
        raise Refusal("The token is of another issuer than the provider. Nobody was signed in.") from error
    except jwt.InvalidAudienceError as error:
        raise Refusal("The token was made for another program. Nobody was signed in.") from error
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise Refusal("The token is too old, or of a clock that is wrong. Begin again.") from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refusal("The token bears no signature of this provider. Nobody was signed in.") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client:
        raise Refusal("The token was made for another program. Nobody was signed in.")
    if claims.get("nonce") != nonce:
        raise Refusal("The token answers another question than ours. Nobody was signed in; begin again.")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Refusal("The provider does not say who you are.")
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The key that the token names, or the only one. The key's own algorithm counts, not what the token says."""
    head = jwt.get_unverified_header(token)
    algorithm = head.get("alg")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError(f"{algorithm} is not taken")
    rows = [row for row in keys.get("keys", []) if isinstance(row, dict) and row.get("use", "sig") == "sig"]
    named = [row for row in rows if row.get("kid") == head["kid"]] if "kid" in head else rows
    if len(named) != 1 or named[0].get("kty") not in ("RSA", "EC", "OKP"):
        raise jwt.InvalidKeyError("no such key")
    return jwt.PyJWK(named[0], algorithm=named[0].get("alg") or algorithm)


def _tokens(
    code: str, *, found: Mapping[str, Any], client: str, secret: str, back: str, asks: Asking, http: Http
) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asks.verifier}
    ways = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    headers = {"accept": "application/json"}
    if "client_secret_basic" in ways:  # both parts are encoded first: RFC 6749, 2.3.1
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": client, "client_secret": secret}
    return _json(_asked(http, "POST", str(found["token_endpoint"]), headers=headers, form=form), "The provider")


def _asked(http: Http, method: str, url: str, **more: Any) -> Reply:
    try:
        return http.request(method, url, timeout=PATIENCE, max_bytes=MOST, follow=False, **more)
    except NetError as error:
        raise Refusal(f"The provider cannot be asked: {error}") from error


def _json(reply: Reply, who: str) -> dict[str, Any]:
    try:
        told = reply.json()
    except ValueError:
        told = None
    if reply.status != 200 or not isinstance(told, dict):
        why = told.get("error") if isinstance(told, dict) else None
        more = f" and {why[:80]!r}" if isinstance(why, str) else ""
        raise Refusal(f"{who} answered with {reply.status}{more}.")
    return told


def _is_safe(url: str, *, allow: str) -> bool:
    """https, or http to a host that an administrator allowed by name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or any(letter.isspace() for letter in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (parts.hostname, port or 80) in allow_list(allow))
