"""Our own webhook's JSON, as a shop's contact form would post it: one event per line."""

from __future__ import annotations

from typing import Any

from mutuals.town.shapes import Said


def event(said: Said) -> dict[str, Any]:
    """One line of hooks.jsonl. `id` names the message and stays over edits and deletion."""
    told: dict[str, Any] = {"id": said.key, "type": f"message.{said.verb}d", "at": (said.edited or said.at).isoformat()}
    if said.verb == "delete":
        return told
    return told | {
        "text": said.text,
        "subject": said.subject,
        "said_at": said.at.isoformat(),
        "public": False,
        "language": said.language,
        "author": {
            "id": said.author.key,
            "name": said.author.shown,
            "email": said.author.handle,
            "network": "web",
        },
    }
