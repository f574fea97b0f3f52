"""Where we listen and speak, and what came in."""

from __future__ import annotations

from access.expected import SIGNATURE

OPERATIONS: dict[str, str] = {
    "GET /connectors": "source.view",
    "GET /lineage": "source.view",
    "GET /sources": "source.view",
    "POST /sources": "source.manage",
    "GET /sources/{source_id}": "source.view",
    "PATCH /sources/{source_id}": "source.manage",
    "DELETE /sources/{source_id}": "source.manage",
    "GET /sources/{source_id}/health": "source.view",
    "POST /sources/{source_id}/activate": "source.manage",
    "POST /sources/{source_id}/pause": "source.manage",
    "POST /sources/{source_id}/reauthorise": "source.manage",
    "POST /sources/{source_id}/check": "source.manage",
    "POST /sources/{source_id}/sync": "source.sync",
    "GET /channels": "source.view",
    "POST /channels": "channel.manage",
    "GET /channels/{channel_id}": "source.view",
    "PATCH /channels/{channel_id}": "channel.manage",
    "GET /parked": "parked.view",
    "GET /parked/{event_id}": "parked.view",
    "POST /parked/retry": "parked.retry",
    "POST /parked/drop": "parked.retry",
}

ROUTES: dict[str, dict[str, str]] = {
    "hooks/<int:source_id>/": {"GET": SIGNATURE, "POST": SIGNATURE},
    "channels/<int:channel_id>/": {"GET": "source.view", "POST": "channel.manage"},
    "oauth/<int:source_id>/": {"GET": "source.manage"},
    "parked/": {"GET": "parked.view"},
    "parked/<int:event_id>/": {"GET": "parked.view"},
    "parked/drop/": {"POST": "parked.retry"},
    "parked/retry/": {"POST": "parked.retry"},
    "sources/": {"GET": "source.view"},
    "sources/<int:source_id>/": {"GET": "source.view"},
    "sources/<int:source_id>/again/": {"GET": "source.manage", "POST": "source.manage"},
    "sources/<int:source_id>/answers/": {"GET": "source.manage", "POST": "source.manage"},
    "sources/<int:source_id>/care/": {"GET": "source.manage", "POST": "source.manage"},
    "sources/<int:source_id>/channels/": {"GET": "channel.manage", "POST": "channel.manage"},
    "sources/<int:source_id>/check/": {"POST": "source.manage"},
    "sources/<int:source_id>/live/": {"GET": "source.manage", "POST": "source.manage"},
    "sources/<int:source_id>/pause/": {"POST": "source.manage"},
    "sources/<int:source_id>/remove/": {"POST": "source.manage"},
    "sources/<int:source_id>/signin/": {"POST": "source.manage"},
    "sources/<int:source_id>/sync/": {"POST": "source.sync"},
    "sources/lineage/": {"GET": "source.view"},
    "sources/new/": {"GET": "source.manage"},
    "sources/new/<str:connector>/": {"GET": "source.manage", "POST": "source.manage"},
}

BODIES: dict[str, object] = {
    "POST /sources": {"connector": "webhook", "name": "Hook", "answers": {"secret": "kettle-and-cup-26"}},
    "PATCH /sources/{source_id}": {"purpose": "Listen"},
    "POST /sources/{source_id}/activate": {},
    "POST /parked/retry": {"ids": [1]},
    "POST /parked/drop": {"ids": [1]},
}
