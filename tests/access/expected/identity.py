"""Whose profile it is."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /identity/pairs": "person.link",
    "GET /identity/pairs/{pair_id}": "person.link",
    "POST /identity/pairs/{pair_id}/answer": "person.link",  # two persons: person.merge, in the act
    "GET /identity/pairs/accept": "person.merge_many",
    "POST /identity/pairs/accept": "person.merge_many",
    "POST /identity/pairs/undo": "person.link",
    "GET /identity/why": "person.link",
    "GET /identity/quality": "person.merge_many",
    "GET /identity/sweeps": "person.link",
    "POST /identity/sweeps": "identity.sweep",
    "GET /identity/models": "person.link",
    "POST /identity/models/use": "identity.model",
    "POST /identity/models/learn": "identity.model",
}

ROUTES: dict[str, dict[str, str]] = {
    "seen/event/<int:number>/": {"GET": "person.link"},
    "seen/presence/<int:number>/": {"GET": "person.link"},
    "seen/said/<int:number>/": {"GET": "person.link"},
}

BODIES: dict[str, object] = {
    "POST /identity/sweeps": {},
    "POST /identity/pairs/{pair_id}/answer": {"verdict": "unsure"},
    "POST /identity/pairs/accept": {"threshold": 0.95},
    "POST /identity/pairs/undo": {"key": 1},
    "POST /identity/models/use": {"version": ""},
    "POST /identity/models/learn": {},
}
