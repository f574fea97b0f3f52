"""Cases."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /cases": "case.view",
    "POST /cases": "case.open",
    "GET /cases/{case_id}": "case.view",
    "PATCH /cases/{case_id}": "case.edit",
    "POST /cases/{case_id}/close": "case.edit",
    "POST /cases/{case_id}/reopen": "case.edit",
    "POST /cases/{case_id}/process": "case.edit",
    "PUT /cases/{case_id}/parts": "case.edit",
    "POST /cases/{case_id}/checks": "case.edit",
    "PATCH /cases/{case_id}/checks/{check_id}": "case.edit",
    "DELETE /cases/{case_id}/checks/{check_id}": "case.edit",
    "POST /cases/{case_id}/talks": "case.edit",
    "DELETE /cases/{case_id}/talks/{conversation_id}": "case.edit",
    "GET /case-policy": "house.view",
    "PATCH /case-policy": "house.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "cases/": {"GET": "case.view"},
    "cases/<int:case_id>/": {"GET": "case.view"},
    "cases/<int:case_id>/start/": {"POST": "case.edit"},
    "cases/<int:case_id>/change/": {"POST": "case.edit"},
    "cases/<int:case_id>/over/": {"POST": "case.edit"},
    "cases/<int:case_id>/do/": {"POST": "case.edit"},
    "cases/new/": {"GET": "case.open", "POST": "case.open"},
    "settings/cases/": {"GET": "house.view", "POST": "house.edit"},
}
