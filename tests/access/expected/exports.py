"""Lists and everything taken out of the house."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /exports": "list.export",
    "POST /exports": "list.export",
    "POST /exports/everything": "export.everything",
    "GET /exports/{export_id}": "list.export",
    "GET /exports/{export_id}/file": "list.export",
    "DELETE /exports/{export_id}": "list.export",
}

ROUTES: dict[str, dict[str, str]] = {
    "exports/": {"GET": "list.export"},
    "exports/new/": {"GET": "list.export", "POST": "list.export"},
    "exports/everything/": {"POST": "export.everything"},
    "exports/<int:export_id>/": {"GET": "list.export"},
    "exports/<int:export_id>/file/": {"GET": "list.export"},
    "exports/<int:export_id>/withdraw/": {"POST": "list.export"},
}
