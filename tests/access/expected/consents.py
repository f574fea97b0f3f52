"""What people allow."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /purposes": "consent.view",
    "POST /purposes": "purpose.edit",
    "PATCH /purposes/{purpose_id}": "purpose.edit",
    "GET /people/{person_id}/consents": "consent.view",
    "POST /people/{person_id}/consents": "consent.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "settings/purposes/": {"GET": "consent.view", "POST": "purpose.edit"},
    "settings/purposes/<int:purpose_id>/": {"GET": "purpose.edit", "POST": "purpose.edit"},
    "settings/purposes/<int:purpose_id>/retire/": {"POST": "purpose.edit"},
    "customers/<int:person_id>/consents/": {"GET": "consent.view", "POST": "consent.edit"},
    "customers/<int:person_id>/consents/withdraw/": {"POST": "consent.edit"},
}
