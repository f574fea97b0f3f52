"""What all lists have in common. Each asks for the right of its own list besides."""

from __future__ import annotations

from access.expected import SIGNED_IN

OPERATIONS: dict[str, str] = {
    "GET /views": "list.view",
    "POST /views": "list.view",
    "DELETE /views/{view_id}": "list.view",
    "POST /bulk": "list.edit",
    "GET /batches": "list.edit",
    "GET /batches/{batch_id}": "list.edit",
    "POST /batches/{batch_id}/undo": "list.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "lists/<slug:record>/": {"GET": SIGNED_IN},
    "lists/<slug:record>/bulk/": {"POST": SIGNED_IN},
    "lists/<slug:record>/many/": {"POST": "list.edit"},
    "lists/<slug:record>/cards/": {"GET": SIGNED_IN},
    "lists/<slug:record>/<int:pk>/move/": {"GET": "list.edit", "POST": "list.edit"},
    "lists/<slug:record>/<int:pk>/cell/<slug:name>/": {"GET": "list.edit", "POST": "list.edit"},
    "batches/": {"GET": "list.edit"},
    "batches/<int:batch_id>/": {"GET": "list.edit"},
    "batches/<int:batch_id>/undo/": {"POST": "list.edit"},
    "lists/<slug:record>/columns/": {"POST": SIGNED_IN},
    "lists/<slug:record>/export.csv": {"GET": "list.export"},
    "lists/<slug:record>/views/": {"POST": SIGNED_IN},
    "lists/<slug:record>/views/<int:view_id>/remove/": {"POST": SIGNED_IN},
}
