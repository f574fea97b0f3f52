"""What is true: who is who, and what was meant. Nothing in the product may read these files."""

from __future__ import annotations

from typing import Any

from mutuals.town.shapes import Person, Said


def person_record(person: Person, old: list[str]) -> dict[str, Any]:
    """One line of truth/people.jsonl: every profile key that leads to this person."""
    profiles = [
        {"network": account.network, "key": account.key, "handle": account.handle} for account in person.accounts
    ]
    profiles += [{"network": "customers.csv", "key": number, "handle": number} for number in person.customer_ids]
    profiles += [{"network": "customers.xlsx", "key": number, "handle": number} for number in old]
    return {
        "person": person.id,
        "kind": person.kind,
        "name": person.name,
        "household": person.household,
        "town": person.town,
        "country": person.country.code,
        "language": person.country.language,
        "emails": list(person.emails),
        "phone": person.phone,
        "organisation": person.organisation,
        "profiles": profiles,
    }


def said_record(said: Said) -> dict[str, str]:
    """One line of truth/interactions.jsonl, for the line at the same place of its source's file."""
    return {
        "source": said.source,
        "key": said.key,
        "verb": said.verb,
        "kind": said.kind,
        "person": said.author.person,
        "intent": said.intent,
        "mood": said.mood,
        "topic": said.topic,
        "language": said.language,
        "at": (said.edited or said.at).isoformat(),
    }
