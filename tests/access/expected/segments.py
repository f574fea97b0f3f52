"""Segments."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /segments": "segment.view",
    "POST /segments": "segment.edit",
    "GET /segments/preview": "segment.view",
    "GET /segments/{segment_id}": "segment.view",
    "PATCH /segments/{segment_id}": "segment.edit",
    "GET /segments/{segment_id}/people": "segment.view",
    "POST /segments/{segment_id}/people": "segment.edit",
    "GET /segments/{segment_id}/people/{person_id}": "segment.view",
    "DELETE /segments/{segment_id}/people/{person_id}": "segment.edit",
    "POST /segments/{segment_id}/stop": "segment.edit",
    "POST /segments/{segment_id}/look": "segment.edit",
    "POST /segments/{segment_id}/trash": "segment.edit",
    "POST /segments/{segment_id}/restore": "segment.edit",
    "GET /people/{person_id}/segments": "segment.view",
}

ROUTES: dict[str, dict[str, str]] = {
    "segments/": {"GET": "segment.view"},
    "segments/new/": {"GET": "segment.edit", "POST": "segment.edit"},
    "segments/<int:segment_id>/": {"GET": "segment.view"},
    "segments/<int:segment_id>/progress/": {"GET": "segment.view"},
    "segments/<int:segment_id>/edit/": {"GET": "segment.edit", "POST": "segment.edit"},
    "segments/<int:segment_id>/people/<int:person_id>/": {"GET": "segment.view"},
    "segments/<int:segment_id>/put/": {"POST": "segment.edit"},
    "segments/<int:segment_id>/take/": {"POST": "segment.edit"},
    "segments/<int:segment_id>/do/": {"POST": "segment.edit"},
}
