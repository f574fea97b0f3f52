"""Cases."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /cases": "case.view",
    "POST /cases": "case.open",
    "GET /cases/{case_id}": "case.view",
    "PATCH /cases/{case_id}": "case.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "cases/": {"GET": "case.view"},
    "cases/<int:case_id>/": {"GET": "case.view"},
    "cases/<int:case_id>/start/": {"POST": "case.edit"},
    "cases/<int:case_id>/change/": {"POST": "case.edit"},
    "cases/new/": {"POST": "case.open"},
}
