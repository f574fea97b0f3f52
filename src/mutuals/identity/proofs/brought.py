"""What comes with messages and needs no looking: codes that came back, answers from an address, signatures under letters,
numbers of orders in their words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mutuals.base import bulk
from mutuals.base.ids import fit
from mutuals.connectors.contract import Kind
from mutuals.history.keep import Kept
from mutuals.identity import cited, echoed
from mutuals.identity.proofs import codes, letters, record
from mutuals.identity.reading import signature
from mutuals.people.names import tidy

_ASKED = """
SELECT DISTINCT i.key, i.profile_id FROM history_interaction i
WHERE i.source_id = %s AND i.key = ANY(%s::varchar[]) AND i.direction = 'out' AND i.profile_id = ANY(%s)
"""
MOST_LANGUAGES = 3  # that are kept of one author
_HEARD = """
UPDATE people_profile f SET changed_at = g.at,
    fields = f.fields || jsonb_build_object('writes', g.told || jsonb_build_object('value', h.known || to_jsonb(g.language)))
FROM {g} CROSS JOIN LATERAL (
    SELECT coalesce(p.fields#>'{writes,value}', '[]') AS known FROM people_profile p WHERE p.id = g.id
) h WHERE f.id = g.id AND NOT h.known ? g.language AND jsonb_array_length(h.known) < %s
"""
_SIGNED = """
UPDATE people_profile f SET fields = f.fields || jsonb_build_object('signature', g.told), changed_at = g.at
FROM {g} WHERE f.id = g.id AND f.fields->'signature'->'value' IS DISTINCT FROM g.told->'value'
"""


def proofs(kept: Sequence[Kept]) -> None:
    """Take down what a batch of one source brings, and link what it proves. Safe to run again."""
    cited.take(kept)
    echoed.take(kept)
    fresh = [one for one in kept if one.is_new and not one.placed.is_ours and one.placed.profile_id]
    if not fresh:
        return
    now = max(one.placed.arrived.received_at for one in fresh)
    _hear(fresh)
    mails = [one for one in fresh if one.placed.arrived.envelope.kind is Kind.MAIL]
    if mails:
        _sign(mails)
        _answered(mails, now)
    codes.recognise(fresh, now=now)


def _hear(fresh: Sequence[Kept]) -> None:
    """Keep the first languages in which each author wrote, with the message of the first."""
    rows: dict[tuple[int, str], tuple[Any, ...]] = {}
    for one in fresh:
        language, number = one.placed.arrived.envelope.language[:2].lower(), one.placed.profile_id
        if number and language.isascii() and language.isalpha():
            told = {"at": one.occurred_at.isoformat(), "by": f"interaction:{one.interaction_id}"}
            rows.setdefault((number, language), (number, language, json.dumps(told), one.placed.arrived.received_at))
    types = {"id": "bigint", "language": "text", "told": "jsonb", "at": "timestamptz"}
    first = {number: row for (number, _), row in reversed(rows.items())}  # of several in one batch the first
    bulk.run(_HEARD, types, [first[number] for number in sorted(first)], MOST_LANGUAGES)


def _answered(mails: Sequence[Kept], now: datetime) -> None:
    """Whoever answers what we wrote to an address can read what comes there.

    The answer names our letter by an id that only its reader knows; where our own server did not find the sender genuine,
    it is nobody's answer.
    """
    asked: dict[tuple[str, int], int] = {}
    for one in mails:
        envelope, number = one.placed.arrived.envelope, one.placed.profile_id
        if envelope.reply_to and number and letters.is_genuine(envelope, one.placed.arrived.source.settings):
            asked.setdefault((fit(envelope.reply_to), number), one.placed.arrived.raw_id)
    if not asked:
        return
    source = mails[0].placed.arrived.source.pk
    keys = bulk.array({key for key, _ in asked})
    rows = bulk.execute(_ASKED, [source, keys, sorted({number for _, number in asked})])
    found = {(key, number): asked[key, number] for key, number in rows if (key, number) in asked}
    addresses = {
        one.placed.profile_id: one.placed.arrived.envelope.author.key
        for one in mails
        if one.placed.arrived.envelope.author
    }
    for (_, number), raw in sorted(found.items()):
        subject = f"email:{addresses.get(number, '')}"
        record.keep(number, "mail", subject, seen=f"raw:{raw}", now=now, is_lasting=True)
    record.conclude([number for _, number in found], now=now)


def _sign(mails: Sequence[Kept]) -> None:
    """Keep the newest signature of each writer, with the letter that it was seen in."""
    rows: dict[int, tuple[Any, ...]] = {}
    for one in mails:
        author, number = one.placed.arrived.envelope.author, one.placed.profile_id
        found = signature.read(author.closing) if author and author.closing else None
        if found is None or number is None:
            continue
        told = {"value": _plain(found), "at": one.occurred_at.isoformat(), "by": f"interaction:{one.interaction_id}"}
        rows[number] = (number, json.dumps(told), one.placed.arrived.received_at)
    bulk.run(_SIGNED, {"id": "bigint", "told": "jsonb", "at": "timestamptz"}, [rows[number] for number in sorted(rows)])


def _plain(found: signature.Signature) -> dict[str, Any]:
    """A signature as JSON, in words that a table can hold; what is empty is left out."""
    told: dict[str, Any] = {
        name: tidy(value, at_most=100)
        for name, value in (("name", found.name), ("role", found.role), ("employer", found.organisation))
        if value
    }
    for name, values in (("emails", found.emails), ("phones", found.phones), ("sites", found.sites)):
        if values:
            told[name] = [tidy(one, at_most=300) for one in values]
    if found.handles:
        told["handles"] = [[network, tidy(handle, at_most=200)] for network, handle in found.handles]
    return told
