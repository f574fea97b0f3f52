"""Profiles of the handles that a batch brings: found or made, in two statements where all is known.

A page is the web address of an account, by which it is known where nobody told its id: a mention names no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from mutuals.base import bulk
from mutuals.base.ids import fit
from mutuals.connectors.contract import Handle
from mutuals.people.models import Profile
from mutuals.people.names import tidy

OWN = "mutuals"  # the network of a person's own record: what staff entered
LONGEST_KEY = 512
Pair = tuple[str, str]  # network and key as the table holds them
_Told = tuple[Any, ...]  # a row from its id on, `fields` last and read
LONGEST_FIELD = 2000  # characters of one value that a profile says of itself
_SEEN = (
    """p.id, p.person_id, p.organisation_id, p.is_ours, p.name, p.shown, p.url, p.is_bot OR p.label <> '', p.fields"""
)
_FIND = f"""
SELECT p.network, p.key, {_SEEN}
FROM {{g}} JOIN people_profile p ON p.network = g.network AND p.key = g.key
"""  # noqa: S608 - names of ours
_ADOPT = """
UPDATE people_profile p SET key = g.key FROM {g}
WHERE p.network = g.network AND p.key = g.page RETURNING p.network, g.page
"""
_MET = f"""
SELECT g.page, p.network, p.key, {_SEEN}
FROM {{g}} CROSS JOIN LATERAL (
    SELECT * FROM people_profile f WHERE f.name = g.name AND f.name <> '' LIMIT 50
) p WHERE p.network = g.network AND p.url = g.page AND p.key <> g.page ORDER BY p.id
"""  # noqa: S608
_COLUMNS = ("network", "key", "name", "shown", "url", "label", "is_bot", "is_ours", "fields", "changed_at")
_CONFLICT = """(network, key) DO UPDATE SET name = excluded.name, shown = excluded.shown, url = excluded.url,
is_bot = people_profile.is_bot OR (excluded.is_bot AND people_profile.label = ''),
fields = people_profile.fields || excluded.fields, changed_at = excluded.changed_at"""
_RETURN = "network, key, people_profile.id, person_id, organisation_id, people_profile.is_ours"


@dataclass(frozen=True, slots=True)
class Presence:
    """What the rooms above need of a profile. `person_id` is as the profile has it, perhaps merged since."""

    id: int
    person_id: int | None
    organisation_id: int | None
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One value that a profile gives of its person, when and by whom it was told ("staff:3", "import:7")."""

    value: Any
    at: str  # ISO 8601, UTC
    by: str


def ensure(handles: Sequence[Handle], *, now: datetime) -> dict[tuple[str, str], Presence]:
    """The profile of each handle by (network, key) as given; unknown ones are made, changed ones brought up to date.

    Nothing is written where nothing changed, so a replay only reads. What a handle leaves empty stays as it was known.
    Who calls itself a bot is one from then on, unless staff said that it is something else.
    A handle without network or key is refused by ValueError: it would join strangers. Who was known by their page alone
    is the same when a handle brings their id, the same name and this page, both addresses of one server: the row keeps
    its number and takes the id as its key. From then on the page leads there. Two that are rows already stay two.
    """
    wanted = {stored_key(handle.network, handle.key): handle for handle in handles}
    if not wanted:
        return {}
    known = _known(wanted)
    pages = {page: pair for pair in sorted(wanted) if pair not in known and (page := page_of(pair, wanted[pair].url))}
    known |= _adopted(pages, wanted)
    same = {
        page: pair
        for page, pair in pages.items()
        if page in wanted and (pair in known or (page not in known and _is_named(wanted[pair], wanted[page].name)))
    }
    same |= _met([pair for pair in wanted if pair not in known and pair not in same], wanted, known)
    found = {pair: Presence(*row[:4]) for pair, row in known.items()}
    asked = [pair for pair in sorted(wanted) if pair not in same]
    rows = [row for pair in asked if (row := _row(pair, wanted[pair], known.get(pair), now)) is not None]
    for network, key, *rest in bulk.insert(Profile, _COLUMNS, rows, conflict=_CONFLICT, returning=_RETURN):
        found[network, key] = Presence(*rest)
    stored = {(handle.network, handle.key): stored_key(handle.network, handle.key) for handle in handles}
    return {given: found[same.get(pair, pair)] for given, pair in stored.items()}


def stored_key(network: str, key: str) -> tuple[str, str]:
    """Network and key as the table holds them. A key over 512 characters ends in its hash, so that it stays unique."""
    network, clean = tidy(network, at_most=30).casefold(), fit(key.replace("\0", "").strip(), LONGEST_KEY)
    if not network or not clean:
        raise ValueError("An author without a network or without an id of their own cannot be kept.")
    return network, clean


def page_of(pair: Pair, url: str) -> Pair | None:
    """The page of an account that has an id beside it. Only the server that gave the id may say whose page it is."""
    server, page = _server(pair[1]), _web(url)
    if not server or page == pair[1] or _server(page) != server:
        return None
    return stored_key(pair[0], page)


def said(fields: Mapping[str, Any]) -> dict[str, Said]:
    """The column `fields` of a profile, read: field name -> value, time and teller."""
    return {name: Said(one.get("value"), one.get("at", ""), one.get("by", "")) for name, one in fields.items()}


def tell(fields: Mapping[str, Any], values: Mapping[str, Any], *, at: datetime, by: str) -> dict[str, Any]:
    """`fields` with new values in it; a value that is the same keeps its first date and teller, None takes one out."""
    told = dict(fields)
    for name, value in values.items():
        if value is None:
            told.pop(name, None)
        elif name not in told or told[name].get("value") != value:
            told[name] = {"value": value, "at": at.isoformat(), "by": by}
    return told


def _known(pairs: Iterable[Pair]) -> dict[Pair, _Told]:
    found = bulk.run(_FIND, {"network": "varchar", "key": "varchar"}, sorted(pairs))
    return {(row[0], row[1]): _told(row[2:]) for row in found}


def _told(row: Sequence[Any]) -> _Told:
    return (*row[:-1], json.loads(row[-1]))


def _server(address: str) -> str:
    """Host and port of a web address; "" for anything else."""
    try:
        return urlsplit(address).netloc.casefold() if address.startswith(("https://", "http://")) else ""
    except ValueError:
        return ""


def _is_named(handle: Handle, name: str) -> bool:
    told = tidy(handle.name, at_most=200)
    return bool(told) and told == tidy(name, at_most=200)


def _adopted(pages: Mapping[Pair, Pair], wanted: Mapping[Pair, Handle]) -> dict[Pair, _Told]:
    """The rows that had one of these pages for a key, under the unknown id that is their key from now on."""
    found = {
        page: told for page, told in _known(pages).items() if not told[3] and _is_named(wanted[pages[page]], told[4])
    }
    rows = [(*page, pages[page][1]) for page in found]
    try:
        with transaction.atomic() if rows else nullcontext():
            taken = bulk.run(_ADOPT, {"network": "varchar", "page": "varchar", "key": "varchar"}, rows)
    except IntegrityError:  # another batch made a row of that id just now: two they stay
        return {}
    return {pages[network, page]: found[network, page] for network, page in taken}


def _met(pairs: Iterable[Pair], wanted: Mapping[Pair, Handle], known: dict[Pair, _Told]) -> dict[Pair, Pair]:
    """Whose page each of these unknown keys is: page -> the pair of the row, which is then in `known`; the newest of several.

    Only names that hold an @ are looked for, as whole accounts do, and among 50 rows of the name.
    """
    rows = [
        (*pair, name)
        for pair in sorted(pairs)
        if _server(pair[1]) and pair[1] == wanted[pair].url and "@" in (name := tidy(wanted[pair].name, at_most=200))
    ]
    same = {}
    for page, network, key, *told in bulk.run(_MET, {"network": "varchar", "page": "varchar", "name": "varchar"}, rows):
        if _server(key) == _server(page):
            same[network, page] = (network, key)
            known[network, key] = _told(told)
    return same


def _row(pair: tuple[str, str], handle: Handle, known: Sequence[Any] | None, now: datetime) -> tuple[Any, ...] | None:
    """The row to write, or None where the table says the same already."""
    name, shown, url, is_settled, fields = known[4:] if known else ("", "", "", False, {})
    name = tidy(handle.name, at_most=200) or name
    shown = tidy(handle.shown, at_most=200) or shown
    url = _web(handle.url) or url
    told = tell(fields, _own_words(handle, fields), at=now, by=f"network:{pair[0]}")
    if known and (name, shown, url, handle.is_bot or is_settled, told) == (*known[4:7], is_settled, fields):
        return None
    return (*pair, name, shown, url, "", handle.is_bot, False, json.dumps(told), now)


def _own_words(handle: Handle, known: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if bio := tidy(handle.bio, at_most=LONGEST_FIELD):
        words["bio"] = bio
    if sites := _webs(handle.sites):
        words["sites"] = sites
    if handle.proven_sites is not None and (handle.proven_sites or known.get("proven_sites")):
        words["proven_sites"] = _webs(handle.proven_sites)
    if avatar := _web(handle.avatar):
        words["avatar"] = avatar
    for name, value in (("place", handle.place), ("employer", handle.organisation)):
        if told := tidy(value, at_most=200):
            words[name] = told
    if handle.since:
        words["since"] = handle.since.isoformat()
    return words


def _webs(addresses: Iterable[str]) -> list[str]:
    return [site for address in list(addresses)[:10] if (site := _web(address))]


def _web(address: str) -> str:
    """A web address that may stand behind a link on a screen; any other scheme is dropped."""
    clean = tidy(address, at_most=1001)
    return clean if clean.lower().startswith(("https://", "http://")) and len(clean) <= 1000 else ""
