"""The brief of a customer, files on records, the trash, and how one likes to see the house."""

from __future__ import annotations

from access.expected import SIGNED_IN

OPERATIONS: dict[str, str] = {
    "GET /people/{person_id}/brief": "person.view",
    "GET /trash": "trash.view",
    "POST /trash": "trash.view",  # and the right to edit the record, in the act
    "POST /trash/restore": "trash.view",
    "GET /filed": "filed.view",
    "POST /filed": "filed.edit",
    "GET /filed/{filed_id}": "filed.view",
    "POST /filed/{filed_id}/trash": "filed.edit",
    "POST /filed/{filed_id}/restore": "filed.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "pillar/": {"POST": SIGNED_IN},
    "trash/": {"GET": "trash.view"},
    "trash/put/": {"POST": "trash.view"},
    "trash/restore/": {"POST": "trash.view"},
    "filed/put/": {"POST": "filed.edit"},
    "filed/<int:filed_id>/trash/": {"POST": "filed.edit"},
}

BODIES: dict[str, object] = {
    "POST /trash": {"key": "person:1"},
    "POST /trash/restore": {"key": "person:1"},
}
