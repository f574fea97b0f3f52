"""If this then that."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /rules": "rule.view",
    "POST /rules": "rule.edit",
    "GET /rules/actions": "rule.view",
    "GET /rules/report": "rule.view",
    "GET /rules/hook-secret": "source.manage",
    "GET /rules/{rule_id}/track": "rule.view",
    "GET /rules/{rule_id}/versions": "rule.view",
    "GET /rules/{rule_id}/versions/{first}/{second}": "rule.view",
    "POST /rules/order": "rule.edit",
    "GET /rules/firings": "rule.view",
    "GET /rules/{rule_id}": "rule.view",
    "PUT /rules/{rule_id}": "rule.edit",
    "DELETE /rules/{rule_id}": "rule.edit",
    "POST /rules/{rule_id}/switch": "rule.edit",
    "POST /rules/{rule_id}/restore/{number}": "rule.edit",
    "POST /rules/{rule_id}/dry-run": "rule.edit",
    "POST /rules/{rule_id}/test/{number}": "rule.edit",
    "POST /rules/{rule_id}/apply": "rule.edit",
    "POST /rules/{rule_id}/apply/stop": "rule.edit",
    "GET /rules/{rule_id}/runs": "rule.view",
}

ROUTES: dict[str, dict[str, str]] = {
    "rules/": {"GET": "rule.view"},
    "rules/<int:rule_id>/": {"GET": "rule.view", "POST": "rule.edit"},
    "rules/<int:rule_id>/apply/": {"POST": "rule.edit"},
    "rules/<int:rule_id>/apply/stop/": {"POST": "rule.edit"},
    "rules/<int:rule_id>/move/": {"POST": "rule.edit"},
    "rules/<int:rule_id>/remove/": {"POST": "rule.edit"},
    "rules/<int:rule_id>/restore/<int:number>/": {"POST": "rule.edit"},
    "rules/<int:rule_id>/switch/": {"POST": "rule.edit"},
    "rules/file.yaml": {"GET": "rule.view"},
    "rules/report/": {"GET": "rule.view"},
    "rules/new/": {"GET": "rule.edit", "POST": "rule.edit"},
    "rules/read/": {"POST": "rule.edit"},
}
