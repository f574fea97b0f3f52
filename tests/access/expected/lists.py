"""What all lists have in common. Each asks for the right of its own list besides."""

from __future__ import annotations

from access.expected import SIGNED_IN

ROUTES: dict[str, dict[str, str]] = {
    "lists/<slug:record>/": {"GET": SIGNED_IN},
    "lists/<slug:record>/bulk/": {"POST": SIGNED_IN},
    "lists/<slug:record>/columns/": {"POST": SIGNED_IN},
    "lists/<slug:record>/export.csv": {"GET": "list.export"},
    "lists/<slug:record>/views/": {"POST": SIGNED_IN},
    "lists/<slug:record>/views/<int:view_id>/remove/": {"POST": SIGNED_IN},
}
