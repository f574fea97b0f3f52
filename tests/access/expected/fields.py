"""Fields of the house's own making."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /fields": "field.view",
    "POST /fields": "field.edit",
    "POST /fields/order": "field.edit",
    "PATCH /fields/{field_id}": "field.edit",
    "POST /fields/{field_id}/retire": "field.edit",
    "POST /fields/{field_id}/bring-back": "field.edit",
    "GET /cases/{case_id}/fields": "case.view",
    "PATCH /cases/{case_id}/fields": "case.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "cases/<int:case_id>/fields/": {"GET": "case.edit", "POST": "case.edit"},
    "settings/fields/": {"GET": "field.view"},
    "settings/fields/<str:record>/new/": {"GET": "field.edit", "POST": "field.edit"},
    "settings/fields/<str:record>/layout/": {"GET": "field.edit", "POST": "field.edit"},
    "settings/fields/<int:field_id>/": {"GET": "field.edit", "POST": "field.edit"},
    "settings/fields/<int:field_id>/do/": {"POST": "field.edit"},
}

BODIES: dict[str, object] = {
    "POST /fields": {"record": "person", "label": "Shoe size", "kind": "number"},
    "POST /fields/order": {"record": "person", "keys": []},
    "PATCH /fields/{field_id}": {"help": "As the shop writes it"},
}
