"""Deals and leads."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /deals": "deal.view",
    "POST /deals": "deal.edit",
    "GET /deals/board": "deal.view",
    "GET /deals/{deal_id}": "deal.view",
    "PATCH /deals/{deal_id}": "deal.edit",
    "DELETE /deals/{deal_id}": "deal.edit",
    "POST /deals/{deal_id}/move": "deal.edit",
    "POST /deals/{deal_id}/pipeline": "deal.edit",
    "POST /deals/{deal_id}/win": "deal.edit",
    "POST /deals/{deal_id}/lose": "deal.edit",
    "POST /deals/{deal_id}/reopen": "deal.edit",
    "PUT /deals/{deal_id}/lines": "deal.edit",
    "PUT /deals/{deal_id}/roles": "deal.edit",
    "POST /deals/{deal_id}/restore": "deal.edit",
    "GET /leads": "lead.view",
    "POST /leads": "lead.edit",
    "GET /leads/{lead_id}": "lead.view",
    "POST /leads/{lead_id}/convert": "lead.edit",
    "POST /leads/{lead_id}/drop": "lead.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "sales/deals/": {"GET": "deal.view"},
    "sales/deals/new/": {"GET": "deal.edit", "POST": "deal.edit"},
    "sales/deals/<int:deal_id>/": {"GET": "deal.view"},
    "sales/deals/<int:deal_id>/edit/": {"GET": "deal.edit", "POST": "deal.edit"},
    "sales/deals/<int:deal_id>/do/": {"POST": "deal.edit"},
    "sales/leads/": {"GET": "lead.view"},
    "sales/leads/new/": {"GET": "lead.edit", "POST": "lead.edit"},
    "sales/leads/<int:lead_id>/convert/": {"GET": "lead.edit", "POST": "lead.edit"},
    "sales/leads/<int:lead_id>/drop/": {"GET": "lead.edit", "POST": "lead.edit"},
}
