"""Mastodon, and every server that speaks its API."""

from __future__ import annotations

from mutuals.connectors.contract import Connector, Do, Field, Limits
from mutuals.connectors.mastodon.fetch import STREAMS, fetch
from mutuals.connectors.mastodon.parse import NETWORK, parse
from mutuals.connectors.mastodon.signin import begin, check, finish
from mutuals.connectors.mastodon.write import LENGTH, PICTURES, count, find, send

CONNECTOR = Connector(
    name=NETWORK,
    label="Mastodon",
    parse=parse,
    fields=(
        Field("address", "Server", "The server of your account, such as https://mastodon.example.", kind="url"),
        Field(
            "access_token",
            "Access token",
            "Leave it empty to sign in on the server. Or make one there: Settings, Development.",
            secret=True,
            required=False,
        ),
        Field(
            "search",
            "Listen for",
            "Hashtags and phrases, parted by commas: #kettle, kettle works. At most 20.",
            required=False,
        ),
    ),
    streams=STREAMS,
    fetch=fetch,
    send=send,
    find=find,
    check=check,
    begin=begin,
    finish=finish,
    does=frozenset(Do),
    limits=Limits(text=LENGTH, media=4, media_bytes=16_000_000, media_types=PICTURES, count=count),
    public=True,
    poll_seconds=60,
)
