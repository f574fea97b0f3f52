"""Web addresses compared as pages: one writing for one page. Pure.

Only the same page counts as the same, never the same host: a university, a forum or a shop of many sellers has pages of
many people.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 500
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*")
_PORTS = {"http": 80, "https": 443}
_TWO_WAYS = re.compile(
    "[ßς\u200c\u200d]"
)  # IDNA 2003 and 2008 make two domains of it, of which two people may be the owners
_RESERVED = (
    "example",
    "test",
    "invalid",
    "localhost",
    "local",
    "internal",
    "onion",
    "alt",
    "arpa",
)  # RFC 2606, 6761, 7686
_RESERVED_NAMES = ("example.com", "example.net", "example.org")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def page(address: str) -> str:
    """`https://www.Bea.example/about/#me` as `bea.example/about`; "" for what is no web address.

    Without scheme, "www.", port of the scheme, fragment and closing slash; the host in ASCII, the path as written. A host that
    could be two domains (ß) is none.
    """
    text = address.strip()
    if not text or len(text) > LONGEST or any(ord(letter) < 33 for letter in text):
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
        host = _ascii(parts.hostname or "")
    except ValueError:
        return ""
    if parts.scheme.lower() not in _PORTS or parts.username is not None or not host:
        return ""
    place = f":{port}" if port is not None and port != _PORTS[parts.scheme.lower()] else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host.removeprefix('www.')}{place}{parts.path.rstrip('/')}{query}"


def _ascii(host: str) -> str:
    plain = host.rstrip(".").lower()
    if _TWO_WAYS.search(plain):
        return ""
    try:
        plain = plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return plain if "." in plain and len(plain) <= 253 and _HOST.fullmatch(plain) else ""


def host(of: str) -> str:
    """The host of a page, without its port."""
    return of.partition("/")[0].partition("?")[0].partition(":")[0]


def spellings(of: str) -> list[str]:
    """How a page is written down as a web address, so that an index finds it: eight ways."""
    starts = [f"{scheme}://{www}" for scheme in ("https", "http") for www in ("", "www.")]
    return [f"{start}{of}{end}" for start in starts for end in ("", "/")]


def domain(handle: str) -> str:
    """A handle of the AT Protocol as the domain that it is (in lower case); "" for what is none, and `handle.invalid`."""
    name = handle.strip().removeprefix("@").lower()
    good = len(name) <= 253 and _DOMAIN.fullmatch(name) and name != "handle.invalid"
    return name if good else ""


def may_call(address: str) -> bool:
    """Whether a page is worth a call: names that are reserved for examples and tests belong to nobody."""
    name = host(page(address))
    return bool(name) and name not in _RESERVED_NAMES and name.rpartition(".")[2] not in _RESERVED
