"""Addresses of tasks, and of calendars that programs read."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.tasks import acts, calendar, feed, making, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("tasks/", views.page, name="tasks"),
    path("tasks/calendar/", calendar.page, name="tasks_calendar"),
    path("tasks/feed/", feed.page, name="tasks_feed"),
    path("tasks/new/", making.new, name="task_new"),
    path("tasks/read/", making.read, name="task_read"),
    path("tasks/quick/", making.quick, name="task_quick"),
    path("tasks/done/", acts.done_many, name="tasks_done"),
    path("tasks/<int:task_id>/", making.one, name="task"),
    path("tasks/<int:task_id>/done/", acts.done, name="task_done"),
    path("tasks/<int:task_id>/reopen/", acts.reopen, name="task_reopen"),
    path("tasks/<int:task_id>/move/", acts.move, name="task_move"),
    path("tasks/<int:task_id>/trash/", acts.trash, name="task_trash"),
    path("calendar/<str:secret>.ics", feed.served, name="tasks_ics"),
]
