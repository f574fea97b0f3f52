"""Organisations and who works there."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /organisations": "organisation.view",
    "POST /organisations": "organisation.edit",
    "GET /organisations/{organisation_id}": "organisation.view",
    "PATCH /organisations/{organisation_id}": "organisation.edit",
    "GET /organisations/{organisation_id}/affiliations": "organisation.view",
    "POST /organisations/{organisation_id}/affiliations": "person.edit",
    "POST /affiliations/{affiliation_id}/leave": "person.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "organisations/": {"GET": "organisation.view"},
    "organisations/<int:organisation_id>/": {"GET": "organisation.view"},
    "organisations/<int:organisation_id>/edit/": {"GET": "organisation.edit", "POST": "organisation.edit"},
    "organisations/<int:organisation_id>/people/": {"POST": "person.edit"},
    "organisations/new/": {"GET": "organisation.edit", "POST": "organisation.edit"},
    "organisations/places/<int:place_id>/leave/": {"POST": "person.edit"},
}

BODIES: dict[str, object] = {
    "POST /organisations": {"name": "Cup and Co"},
    "PATCH /organisations/{organisation_id}": {"city": "Porto"},
}
