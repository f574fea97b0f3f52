"""Campaigns."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /campaigns": "campaign.view",
    "POST /campaigns": "campaign.edit",
    "GET /campaigns/{campaign_id}": "campaign.view",
    "PATCH /campaigns/{campaign_id}": "campaign.edit",
    "POST /campaigns/{campaign_id}/settle": "campaign.edit",
    "GET /campaigns/{campaign_id}/figures": "campaign.view",
    "GET /campaigns/{campaign_id}/audience": "campaign.view",
    "GET /campaigns/{campaign_id}/audience.csv": "campaign.export",
    "POST /campaigns/{campaign_id}/touches": "campaign.edit",
    "GET /campaigns/{campaign_id}/orders": "campaign.view",
    "GET /campaigns/{campaign_id}/responses": "campaign.view",
    "POST /campaigns/{campaign_id}/responses": "campaign.edit",
    "DELETE /campaigns/{campaign_id}/responses/{response_id}": "campaign.edit",
    "POST /campaigns/{campaign_id}/start": "campaign.edit",
    "POST /campaigns/{campaign_id}/trash": "campaign.edit",
    "POST /campaigns/{campaign_id}/restore": "campaign.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "campaigns/": {"GET": "campaign.view"},
    "campaigns/new/": {"GET": "campaign.edit", "POST": "campaign.edit"},
    "campaigns/<int:campaign_id>/": {"GET": "campaign.view"},
    "campaigns/<int:campaign_id>/audience/": {"GET": "campaign.view"},
    "campaigns/<int:campaign_id>/audience.csv": {"GET": "campaign.export"},
    "campaigns/<int:campaign_id>/edit/": {"GET": "campaign.edit", "POST": "campaign.edit"},
    "campaigns/<int:campaign_id>/do/": {"POST": "campaign.edit"},
    "campaigns/<int:campaign_id>/answer/": {"POST": "campaign.edit"},
}
