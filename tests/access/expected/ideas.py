"""Ideas."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /ideas": "idea.view",
    "POST /ideas": "idea.edit",
    "GET /ideas/{idea_id}": "idea.view",
    "PATCH /ideas/{idea_id}": "idea.edit",
    "GET /ideas/{idea_id}/askers": "idea.view",
    "POST /ideas/{idea_id}/askers": "idea.edit",
    "DELETE /ideas/{idea_id}/askers/{asker_id}": "idea.edit",
    "POST /ideas/{idea_id}/told": "idea.edit",
    "POST /ideas/{idea_id}/votes": "idea.edit",
    "DELETE /ideas/{idea_id}/votes/{person_id}": "idea.edit",
    "POST /ideas/{idea_id}/start": "idea.edit",
    "POST /ideas/{idea_id}/merge": "idea.edit",
    "POST /ideas/{idea_id}/part": "idea.edit",
    "POST /ideas/{idea_id}/trash": "idea.edit",
    "POST /ideas/{idea_id}/restore": "idea.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "ideas/": {"GET": "idea.view"},
    "ideas/alike/": {"GET": "idea.edit"},
    "ideas/new/": {"GET": "idea.edit", "POST": "idea.edit"},
    "ideas/<int:idea_id>/": {"GET": "idea.view"},
    "ideas/<int:idea_id>/edit/": {"GET": "idea.edit", "POST": "idea.edit"},
    "ideas/<int:idea_id>/state/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/start/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/vote/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/ask/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/unask/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/told/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/merge/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/part/": {"POST": "idea.edit"},
    "ideas/<int:idea_id>/trash/": {"POST": "idea.edit"},
}
