"""Feeds: RSS and Atom, read only."""

from mutuals.connectors.contract import Connector, Field
from mutuals.connectors.feed.client import check, fetch
from mutuals.connectors.feed.parse import parse

CONNECTOR = Connector(
    name="feed",
    label="RSS or Atom feed",
    parse=parse,
    fields=(Field("url", "Address of the feed", "The feed itself, not the page that names it.", kind="url"),),
    streams=("feed",),
    fetch=fetch,
    check=check,
    public=True,
    poll_seconds=900,
)
