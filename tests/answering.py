"""A network that answers as it is told: for what a real server does not do on demand (limits, lost answers, races)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mutuals.base.net import GuardedSockets, Headers, NetError, Reply
from mutuals.connectors.contract import Context
from peers.wiring import Counted, Kept

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """One request as it left."""

    method: str
    url: str
    told: Mapping[str, Any]


@dataclass
class Answering:
    """An `Http` whose answers come from `answer(asked)`: a Reply, anything JSON (then status 200), or an error."""

    answer: Callable[[Asked], Any]
    asked: list[Asked] = field(default_factory=list)

    def request(self, method: str, url: str, **told: Any) -> Reply:
        self.asked.append(Asked(method, url, told))
        answer = self.answer(self.asked[-1])
        if isinstance(answer, NetError):
            raise answer
        return answer if isinstance(answer, Reply) else reply(answer)


def reply(body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, Headers((headers or {}).items()), json.dumps(body).encode(), "https://server.example/")


def answering(
    answer: Callable[[Asked], Any], *, settings: Mapping[str, Any], secrets: Mapping[str, str]
) -> tuple[Context, Answering]:
    """A context whose network is `answer`, and the network itself to look at what was asked."""
    http = Answering(answer)
    return Context(settings, Kept(dict(secrets)), http, GuardedSockets(), Counted(), lambda: NOW), http
