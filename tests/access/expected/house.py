"""How the house counts money and time."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /house": "house.view",
    "PATCH /house": "house.edit",
    "GET /rates": "house.view",
    "PUT /rates": "house.edit",
    "POST /rates/csv": "house.edit",
    "DELETE /rates/{rate_id}": "house.edit",
    "GET /rates/convert": "house.view",
    "GET /calendars": "house.view",
    "PUT /calendars": "house.edit",
    "GET /calendars/{calendar_id}": "house.view",
    "DELETE /calendars/{calendar_id}": "house.edit",
    "PUT /calendars/{calendar_id}/holidays": "house.edit",
    "POST /calendars/{calendar_id}/holidays/take": "house.edit",
    "POST /calendars/{calendar_id}/holidays/ical": "house.edit",
    "GET /calendars/{calendar_id}/due": "house.view",
    "GET /processes/items/{item_id}/limit": "process.view",
}

ROUTES: dict[str, dict[str, str]] = {
    "settings/house/": {"GET": "house.view", "POST": "house.edit"},
    "settings/house/rates/": {"POST": "house.edit"},
    "settings/house/rates/<int:rate_id>/take/": {"POST": "house.edit"},
    "settings/house/calendars/new/": {"GET": "house.edit", "POST": "house.edit"},
    "settings/house/calendars/<int:calendar_id>/": {"GET": "house.view", "POST": "house.edit"},
    "settings/house/calendars/<int:calendar_id>/holidays/": {"POST": "house.edit"},
    "settings/house/calendars/<int:calendar_id>/remove/": {"POST": "house.edit"},
}
