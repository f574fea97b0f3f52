"""Small frozen values that carry a message from room to room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mutuals.channels.models import Source
from mutuals.connectors.contract import Envelope, Kind

SPEAKING = frozenset({Kind.POST, Kind.REPLY, Kind.MESSAGE, Kind.MAIL, Kind.ARTICLE, Kind.REVIEW})
"""Kinds that open or continue a conversation; the others (a like, a follow) only join one that exists."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a network sent, understood: the envelope with the raw event it came in."""

    raw_id: int
    source: Source
    envelope: Envelope
    received_at: datetime
    is_history: bool = False  # said long ago and brought in to be known; nobody is given work by it


@dataclass(frozen=True, slots=True)
class Placed:
    """An envelope with its place: whose history it belongs to and which conversation.

    `profile_id` is the author's profile, or, where we spoke ourselves, the profile of whom we spoke to.
    """

    arrived: Arrived
    profile_id: int | None
    conversation_id: int | None
    channel_id: int | None
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Conversations that turned out to be one: `gone` is now part of `stays`."""

    gone: int
    stays: int


@dataclass(frozen=True, slots=True)
class Touch:
    """What a batch adds to one conversation."""

    conversation_id: int
    count: int
    last_at: datetime
    last_in_at: datetime | None
    last_out_at: datetime | None
    snippet: str
    subject: str
    is_public: bool = False  # whether any of them is
