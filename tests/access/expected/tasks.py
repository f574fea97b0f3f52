"""Tasks, and the address of one's own calendar."""

from __future__ import annotations

from access.expected import EVERYBODY, SIGNED_IN

OPERATIONS: dict[str, str] = {
    "GET /tasks": "task.view",
    "POST /tasks": "task.add",
    "POST /tasks/done": "task.edit",
    "GET /tasks/{task_id}": "task.view",
    "PATCH /tasks/{task_id}": "task.edit",
    "POST /tasks/{task_id}/done": "task.edit",
    "POST /tasks/{task_id}/reopen": "task.edit",
    "POST /tasks/{task_id}/trash": "task.edit",
    "POST /tasks/{task_id}/restore": "task.edit",
    "GET /me/calendar": SIGNED_IN,
    "POST /me/calendar": SIGNED_IN,
    "DELETE /me/calendar": SIGNED_IN,
}

ROUTES: dict[str, dict[str, str]] = {
    "calendar/<str:secret>.ics": {"GET": EVERYBODY},  # who knows the secret reads that one calendar
    "tasks/": {"GET": "task.view"},
    "tasks/calendar/": {"GET": "task.view"},
    "tasks/feed/": {"GET": "task.view", "POST": "task.view"},
    "tasks/new/": {"GET": "task.add", "POST": "task.add"},
    "tasks/read/": {"GET": "task.add"},
    "tasks/quick/": {"POST": "task.add"},
    "tasks/done/": {"POST": "task.edit"},
    "tasks/<int:task_id>/": {"GET": "task.view", "POST": "task.edit"},
    "tasks/<int:task_id>/done/": {"POST": "task.edit"},
    "tasks/<int:task_id>/reopen/": {"POST": "task.edit"},
    "tasks/<int:task_id>/move/": {"POST": "task.edit"},
    "tasks/<int:task_id>/trash/": {"POST": "task.edit"},
}

BODIES: dict[str, object] = {
    "POST /tasks": {"title": "Call Bo"},
    "POST /tasks/done": {"ids": [1]},
    "PATCH /tasks/{task_id}": {"title": "Call Bo"},
}
