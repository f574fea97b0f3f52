"""How exports, reports and dashboards are called by their text keys."""

from __future__ import annotations

from mutuals.insights.exports import visible_to
from mutuals.insights.reports import dashboards_visible_to
from mutuals.insights.reports import visible_to as visible_reports
from mutuals.staff.named import Named

NAMED = (
    Named("export", "Export", "/exports/{}/", visible_to),
    Named("report", "Report", "/reports/{}/", visible_reports),
    Named("dashboard", "Dashboard", "/reports/boards/{}/", dashboards_visible_to),
)
