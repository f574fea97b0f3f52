"""A connector's context as the product would make it, for tests that need no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mutuals.base.net import guarded
from mutuals.connectors.contract import Connector, Context, Envelope, Page


@dataclass
class Kept:
    """Credentials, and everything that was ever saved."""

    values: dict[str, str] = field(default_factory=dict)
    saved: list[dict[str, str]] = field(default_factory=list)

    def get(self) -> dict[str, str]:
        return dict(self.values)

    def save(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        self.saved.append(dict(values))

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass
class Counted:
    """A limiter that lets everybody pass and keeps what servers told."""

    told_of: list[tuple[str, int | None]] = field(default_factory=list)

    def take(self, group: str, *, urgent: bool = False) -> None:
        return

    def told(self, group: str, *, remaining: int | None, reset_at: datetime | None) -> None:
        self.told_of.append((group, remaining))


def context(
    settings: Mapping[str, Any],
    *,
    allow: str,
    secrets: Kept | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Context:
    """The real net; `allow` names the peers, which live on loopback."""
    http, sockets = guarded(allow)
    return Context(settings, secrets or Kept(), http, sockets, Counted(), now)


class Listener:
    """Draws one stream and reads it, keeping the cursor as the product does."""

    def __init__(self, connector: Connector, context: Context, stream: str) -> None:
        self._connector, self._context, self._stream = connector, context, stream
        self.cursor: Mapping[str, Any] = {}

    def draw(self) -> list[Envelope]:
        """Everything new, in the order in which it came."""
        assert self._connector.fetch is not None
        found: list[Envelope] = []
        for page in self._connector.fetch(self._context, self._stream, self.cursor):
            found += self._read(page)
            self.cursor = page.cursor
        return found

    def _read(self, page: Page) -> list[Envelope]:
        return [envelope for raw in page.raws for envelope in self._connector.parse(raw)]
