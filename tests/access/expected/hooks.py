"""Programs of others that are told what happens here."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /webhooks": "hook.manage",
    "POST /webhooks": "hook.manage",
    "GET /webhooks/{webhook_id}": "hook.manage",
    "PATCH /webhooks/{webhook_id}": "hook.manage",
    "DELETE /webhooks/{webhook_id}": "hook.manage",
    "POST /webhooks/{webhook_id}/secret": "hook.manage",
    "POST /webhooks/{webhook_id}/test": "hook.manage",
    "GET /webhooks/{webhook_id}/deliveries": "hook.manage",
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/again": "hook.manage",
}

ROUTES: dict[str, dict[str, str]] = {
    "settings/hooks/": {"GET": "hook.manage"},
    "settings/hooks/new/": {"GET": "hook.manage", "POST": "hook.manage"},
    "settings/hooks/<int:hook_id>/": {"GET": "hook.manage", "POST": "hook.manage"},
    "settings/hooks/<int:hook_id>/do/": {"POST": "hook.manage"},
    "settings/hooks/<int:hook_id>/again/<int:delivery_id>/": {"POST": "hook.manage"},
}
