"""Our own webhook's JSON, as a shop's contact form would post it: one event per line."""

from __future__ import annotations

from typing import Any

from mutuals.town.shapes import Said


def event(said: Said) -> dict[str, Any]:
    """One line of hooks.jsonl. `id` names the message and stays over edits and deletion."""
    told: dict[str, Any] = {"type": said.verb, "id": said.key, "at": (said.edited or said.at).isoformat()}
    if said.verb == "delete":
        return told
    author = {"network": "web", "id": said.author.key, "name": said.author.shown}
    if said.author.key.endswith(("0", "2", "4", "dora")):  # half of them clicked the link in the mail
        author["email_verified"] = said.author.handle
    return told | {
        "kind": "message",
        "subject": said.subject,
        "text": said.text,
        "public": False,
        "language": said.language,
        "author": author,
    }
