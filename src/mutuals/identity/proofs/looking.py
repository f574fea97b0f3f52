"""Looking for a proof out there: does a page lead back, does a domain name an account. Fetches through `base.net` alone.

An answer is yes, no, or *not seen*: a server that is down, slow, too large or odd says nothing about anybody. Whatever
comes back is held to be hostile: at most a megabyte and ten seconds, and markup goes through a browser's parser that is
not given what it cannot take.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin

import nh3

from mutuals.base import markup
from mutuals.base.net import Http, NetError, Reply
from mutuals.identity.proofs.addresses import host, page

SECONDS = 10.0
LARGEST = 1_000_000  # bytes of a page, as Mastodon's own check has it
LARGEST_DID = 4_096
MOST_LINKS = 1_000
_GONE = (404, 410)
_TAME = nh3.Cleaner(
    tags={"a", "link"},
    attributes={"a": {"href", "rel"}, "link": {"href", "rel"}},
    clean_content_tags={"script", "style", "template", "noscript", "textarea", "title", "iframe"},
    url_schemes={"http", "https"},
    link_rel=None,
    strip_comments=True,
)
_TAG = re.compile(r'<(?:a|link)((?: [a-z]+="[^"]*")*)>')  # all that nh3 leaves
_VALUE = re.compile(r' ([a-z]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Look:
    """What a look brought: `found` True, False, or None for not seen; `seen` is the address that answered.

    `links` are the pages that a page calls its author's own.
    """

    found: bool | None
    seen: str
    words: str
    links: frozenset[str] = frozenset()

    def at(self, presences: Collection[str]) -> Look:
        """What a page that was read says of somebody: whether it calls one of their addresses its author's own."""
        if not self.found:
            return self
        if self.links & {page(one) for one in presences}:
            return replace(self, words="The page calls this presence its author's own (rel=me).")
        return replace(self, found=False, words="The page does not name this presence with rel=me.")


def me_links(html: str, base: str) -> frozenset[str]:
    """The pages that a page calls its author's own (`rel` has the word `me`, in `a` and `link`), as `addresses.page`.

    Markup that is nested beyond reason gives none.
    """
    if markup.is_too_much(html):
        return frozenset()
    found = set[str]()
    for match in _TAG.finditer(_TAME.clean(html)):
        values = dict(_VALUE.findall(match[1]))
        if "me" in unescape(values.get("rel", "")).lower().split() and len(found) < MOST_LINKS:
            found.add(page(_joined(base, unescape(values.get("href", "")))))
    return frozenset(found - {""})


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def page_read(http: Http, site: str) -> Look:
    """A page with the links that it calls its author's own; `found` is whether it is there. See `Look.at`."""
    answer = _asked(http, site, at_most=LARGEST)
    if isinstance(answer, Look):
        return answer
    if host(page(answer.url)) != host(page(site)):
        return Look(None, answer.url, "The page leads on to another host, whose owner may be somebody else.")
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml"):
        return Look(None, answer.url, "What answers is no page.")
    return Look(True, answer.url, "The page was read.", me_links(answer.text(), answer.url))


def names_did(http: Http, domain: str, *, did: str, ask: str = "") -> Look:
    """Whether a domain names the account `did` (AT Protocol, handle resolution by HTTPS).

    A domain may also do so by a DNS record, which `ask`, the address of a service that resolves handles, can tell. Silence
    of both is no answer.
    """
    where = f"https://{domain}/.well-known/atproto-did"
    answer = _asked(http, where, at_most=LARGEST_DID)
    if isinstance(answer, Reply):
        told = answer.body[:300].decode("ascii", "replace").strip()
        if told.startswith("did:"):
            return _judged(told, did, where)
    if not ask:
        return Look(None, where, answer.words if isinstance(answer, Look) else "What answers is no account.")
    where = f"{ask.rstrip('/')}/xrpc/com.atproto.identity.resolveHandle?handle={quote(domain, safe='')}"
    answer = _asked(http, where, at_most=LARGEST_DID)
    if isinstance(answer, Look):
        return Look(None, answer.seen, answer.words)  # a service that knows no such handle may know no handle at all
    return _judged(_told(answer), did, where)


def _told(answer: Reply) -> str:
    try:
        told: Any = answer.json()
    except ValueError:
        return ""
    return str(told.get("did", ""))[:300] if isinstance(told, dict) else ""


def _judged(told: str, did: str, where: str) -> Look:
    if not told:
        return Look(None, where, "What answers is no account.")
    if told == did:
        return Look(True, where, "The domain names this account.")
    return Look(False, where, "The domain names another account.")


def _asked(http: Http, address: str, *, at_most: int) -> Reply | Look:
    """The page, or why there is none. Only that it is not there any more is an answer; anything else is silence."""
    where = address if "://" in address else f"https://{address}"
    try:
        reply = http.request(
            "GET", where, timeout=SECONDS, max_bytes=at_most, headers={"accept": "text/html,*/*;q=0.1"}
        )
    except NetError as error:
        return Look(None, where, str(error)[:300])
    if reply.status in _GONE:
        return Look(False, where, f"The page is not there any more ({reply.status}).")
    return reply if reply.status == 200 else Look(None, where, f"The server answers {reply.status}.")
