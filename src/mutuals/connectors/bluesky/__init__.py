"""Bluesky, and every service of the AT Protocol that has its lexicons."""

from __future__ import annotations

from mutuals.connectors.bluesky.client import HOME
from mutuals.connectors.bluesky.fetch import STREAMS, fetch
from mutuals.connectors.bluesky.parse import NETWORK, parse
from mutuals.connectors.bluesky.richtext import LENGTH, count
from mutuals.connectors.bluesky.write import PICTURE_BYTES, PICTURES, check, find, send
from mutuals.connectors.contract import Connector, Do, Field, Limits

CONNECTOR = Connector(
    name=NETWORK,
    label="Bluesky",
    parse=parse,
    fields=(
        Field("address", "Service", "Where the account lives.", kind="url", default=HOME),
        Field("identifier", "Handle", "Such as kettleworks.bsky.social, without the @."),
        Field(
            "app_password", "App password", "Made under Settings, App passwords; not the account's own.", secret=True
        ),
        Field("authors", "Authors to read", "Handles, parted by commas. At most 20.", required=False),
        Field("search", "Listen for", "Words and #hashtags, parted by commas. At most 20.", required=False),
    ),
    streams=STREAMS,
    fetch=fetch,
    send=send,
    find=find,
    check=check,
    does=frozenset(Do) - {Do.EDIT},
    limits=Limits(text=LENGTH, media=4, media_bytes=PICTURE_BYTES, media_types=PICTURES, count=count),
    public=True,
    poll_seconds=60,
    native_keys=True,
)
