"""Which kinds of messages ask something of us."""

from __future__ import annotations

from mutuals.connectors.contract import Kind

ASKING = frozenset({Kind.POST, Kind.REPLY, Kind.MESSAGE, Kind.MAIL, Kind.REVIEW})
"""Kinds that make it our turn. Articles, likes, shares and follows are history, not work."""
