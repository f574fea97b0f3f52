"""Promises to customers."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /promises": "promise.view",
    "POST /promises": "promise.edit",
    "POST /promises/read": "promise.edit",
    "GET /promises/{promise_id}": "promise.view",
    "POST /promises/{promise_id}/confirm": "promise.edit",
    "POST /promises/{promise_id}/move": "promise.edit",
    "POST /promises/{promise_id}/hand": "promise.edit",
    "POST /promises/{promise_id}/keep": "promise.edit",
    "POST /promises/{promise_id}/tell": "promise.edit",
    "POST /promises/{promise_id}/end": "promise.edit",
    "POST /promises/{promise_id}/reopen": "promise.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "promises/": {"GET": "promise.view"},
    "promises/new/": {"GET": "promise.edit", "POST": "promise.edit"},
    "promises/read/": {"POST": "promise.edit"},
    "promises/<int:promise_id>/": {"GET": "promise.view"},
    "promises/<int:promise_id>/do/": {"POST": "promise.edit"},
}
