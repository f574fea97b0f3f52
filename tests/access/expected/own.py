"""Types of the house's own making, and their records."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /types": "own.view",
    "POST /types": "type.edit",
    "PATCH /types/{type_id}": "type.edit",
    "POST /types/{type_id}/retire": "type.edit",
    "POST /types/{type_id}/bring-back": "type.edit",
    "GET /packs": "own.view",
    "PUT /packs/{pack_key}": "type.edit",
    "DELETE /packs/{pack_key}": "type.edit",
    "GET /own": "own.view",
    "GET /own/{type_key}": "own.view",
    "POST /own/{type_key}": "own.edit",
    "POST /own/{type_key}/import": "import.run",
    "GET /own/{type_key}/{own_id}": "own.view",
    "PATCH /own/{type_key}/{own_id}": "own.edit",
    "DELETE /own/{type_key}/{own_id}": "own.edit",
    "POST /own/{type_key}/{own_id}/restore": "own.edit",
    "POST /own/{type_key}/{own_id}/take-back": "own.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "settings/types/": {"GET": "type.edit"},
    "settings/types/new/": {"GET": "type.edit", "POST": "type.edit"},
    "settings/types/<int:type_id>/": {"GET": "type.edit", "POST": "type.edit"},
    "settings/types/<int:type_id>/do/": {"POST": "type.edit"},
    "settings/types/packs/<slug:key>/": {"POST": "type.edit"},
    "own/<int:own_id>/": {"GET": "own.view"},
    "own/<slug:type_key>/": {"GET": "own.view"},
    "own/<slug:type_key>/new/": {"GET": "own.edit", "POST": "own.edit"},
    "own/<slug:type_key>/import/": {"GET": "import.run", "POST": "import.run"},
    "own/<slug:type_key>/<int:own_id>/": {"GET": "own.view"},
    "own/<slug:type_key>/<int:own_id>/edit/": {"GET": "own.edit", "POST": "own.edit"},
    "own/<slug:type_key>/<int:own_id>/do/": {"POST": "own.edit"},
}

BODIES: dict[str, object] = {
    "POST /types": {"name": "Site"},
    "PATCH /types/{type_id}": {"icon": "org"},
    "POST /own/{type_key}": {"title": "Kettle 3000"},
    "POST /own/{type_key}/import": {"rows": [{"Name": "Kettle 4000"}]},
    "PATCH /own/{type_key}/{own_id}": {"title": "Kettle 3001"},
}
