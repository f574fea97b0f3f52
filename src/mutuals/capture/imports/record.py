"""What a cleaned row of people says: its handles, its fields, its name. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mutuals.capture.imports.decisions import Pair
from mutuals.capture.imports.house import custom_of
from mutuals.connectors.files.fields import OF_HOUSE
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.people.names import tidy
from mutuals.people.profiles import LONGEST_FIELD, stored_key

_PLAIN = ("city", "country", "language", "mastodon", "bluesky", "website", "note")


def name_of(values: Mapping[str, Any]) -> str:
    """The full name, or given and family name together."""
    whole = str(values.get("name") or "")
    return whole or " ".join(str(values[part]) for part in ("given_name", "family_name") if values.get(part))


def handles_of(values: Mapping[str, Any], source_id: int) -> list[Pair]:
    """By what a row can be known: its number in the source's system, its addresses, its numbers; as they are stored."""
    pairs: list[Pair] = []
    if str(values.get("id") or "").strip("\0 "):
        pairs.append(stored_key(f"crm:{source_id}", str(values["id"])))
    pairs += [stored_key("email", address) for address in values.get("email", ())]
    pairs += [stored_key("phone", number) for number in values.get("phone", ())]
    return list(dict.fromkeys(pairs))


def content_pair(values: Mapping[str, Any], source_id: int) -> Pair:
    """A row without number, address or telephone is known by all that it says: the same row twice is one."""
    told = json.dumps(dict(values), sort_keys=True, default=str)
    return f"crm:{source_id}", f"row:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the row tells of its person, as the record's profile keeps it; addresses and numbers are profiles.

    A number without its country is no profile: nobody can say whose it is.
    """
    told: dict[str, Any] = {}
    if name := tidy(name_of(values), at_most=200):
        told["name"] = name
    for name in ("given_name", "family_name", *_PLAIN):
        if value := tidy(str(values.get(name) or ""), at_most=LONGEST_FIELD):
            told[name] = value
    if values.get(AS_WRITTEN):
        told[AS_WRITTEN] = [tidy(number, at_most=LONGEST_FIELD) for number in values[AS_WRITTEN]][:20]
    if values.get("birthday"):
        told["birthday"] = values["birthday"].isoformat()
    if values.get("extra"):
        told["extra"] = {
            tidy(str(key), at_most=200): tidy(str(value), at_most=LONGEST_FIELD)
            for key, value in values["extra"].items()
        }
    return told | {f"{OF_HOUSE}{key}": value for key, value in custom_of(dict(values)).items()}
