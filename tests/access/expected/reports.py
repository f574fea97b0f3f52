"""Reports, dashboards, letters by the clock, costs of contacts."""

from __future__ import annotations

from access.expected import EVERYBODY

OPERATIONS: dict[str, str] = {
    "GET /reports/subjects": "report.view",
    "POST /reports/run": "report.view",
    "GET /reports": "report.view",
    "POST /reports": "report.edit",
    "GET /reports/{report_id}": "report.view",
    "PATCH /reports/{report_id}": "report.edit",
    "DELETE /reports/{report_id}": "report.edit",
    "GET /reports/{report_id}/figures": "report.view",
    "GET /reports/{report_id}/figures.csv": "report.view",
    "GET /reports/{report_id}/letters": "report.view",
    "POST /reports/{report_id}/letters": "report.edit",
    "DELETE /reports/letters/{letter_id}": "report.edit",
    "GET /dashboards": "report.view",
    "POST /dashboards": "report.edit",
    "PUT /dashboards/{dashboard_id}": "report.edit",
    "DELETE /dashboards/{dashboard_id}": "report.edit",
    "GET /costs": "house.view",
    "POST /costs": "house.edit",
    "DELETE /costs/{cost_id}": "house.edit",
}

ROUTES: dict[str, dict[str, str]] = {
    "reports/": {"GET": "report.view"},
    "reports/new/": {"GET": "report.view"},
    "reports/keep/": {"POST": "report.edit"},
    "reports/rows/": {"GET": "report.view"},
    "reports/<int:report_id>/": {"GET": "report.view"},
    "reports/<int:report_id>/remove/": {"POST": "report.edit"},
    "reports/<int:report_id>/share/": {"GET": "report.edit", "POST": "report.edit"},
    "reports/<int:report_id>/write/": {"GET": "report.edit", "POST": "report.edit"},
    "reports/letters/<int:letter_id>/stop/": {"POST": "report.edit"},
    "reports/boards/new/": {"GET": "report.edit", "POST": "report.edit"},
    "reports/boards/<int:dashboard_id>/": {"GET": "report.view"},
    "reports/boards/<int:dashboard_id>/edit/": {"GET": "report.edit", "POST": "report.edit"},
    "reports/boards/<int:dashboard_id>/remove/": {"POST": "report.edit"},
    "reports/costs/": {"GET": "house.view", "POST": "house.edit"},
    "reports/costs/<int:cost_id>/take/": {"POST": "house.edit"},
    "reports/letters/off/<str:mark>/": {"GET": EVERYBODY, "POST": EVERYBODY},  # the mark in the letter is the right
}
