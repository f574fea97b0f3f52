"""An `Action` as JSON in the outbox, and back. What is attached lies in `base.files`, named by its hash."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from mutuals.base import files
from mutuals.connectors.contract import Action, Do, Handle, Media

_PLAIN = ("body", "subject", "target", "thread", "public", "visibility", "language")


def pack(action: Action) -> dict[str, Any]:
    """Plain JSON; bytes of attachments are kept as files first. The key and the first try are columns of their own."""
    packed: dict[str, Any] = {name: getattr(action, name) for name in _PLAIN}
    packed["references"] = list(action.references)
    packed["to"] = [asdict(handle) for handle in action.to]
    packed["media"] = [_pack_media(media) for media in action.media]
    packed["extra"] = dict(action.extra)
    return packed


def unpack(do: str, packed: dict[str, Any], *, key: str, first_try_at: datetime | None) -> Action:
    """The action again. Raises FileNotFoundError when an attachment is gone."""
    return Action(
        do=Do(do),
        key=key,
        **{name: packed[name] for name in _PLAIN},
        references=tuple(packed["references"]),
        to=tuple(Handle(**{**handle, "sites": tuple(handle["sites"])}) for handle in packed["to"]),
        media=tuple(_unpack_media(media) for media in packed["media"]),
        first_try_at=first_try_at,
        extra=packed["extra"],
    )


def blobs_of(packed: dict[str, Any]) -> list[str]:
    """Hashes of the files that an action carries."""
    return [media["sha256"] for media in packed.get("media", []) if media.get("sha256")]


def _pack_media(media: Media) -> dict[str, Any]:
    packed = {"name": media.name, "media_type": media.media_type, "url": media.url, "description": media.description}
    if media.data is None:
        return packed
    return {**packed, "sha256": files.keep([media.data], media_type=media.media_type).pk}


def _unpack_media(packed: dict[str, Any]) -> Media:
    sha256 = packed.get("sha256")
    data = files.path(sha256).read_bytes() if sha256 else None
    return Media(packed["name"], packed["media_type"], data, packed["url"], packed["description"])
