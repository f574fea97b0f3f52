"""Addresses of rules."""

from __future__ import annotations

from django.urls import path

from mutuals.web.rules import views

urlpatterns = [
    path("rules/", views.page, name="rules"),
    path("rules/new/", views.new, name="rule_new"),
    path("rules/file.yaml", views.file, name="rules_file"),
    path("rules/report/", views.wrong, name="rules_report"),
    path("rules/read/", views.taken, name="rules_read"),
    path("rules/<int:rule_id>/", views.one, name="rule"),
    path("rules/<int:rule_id>/switch/", views.switch, name="rule_switch"),
    path("rules/<int:rule_id>/move/", views.move, name="rule_move"),
    path("rules/<int:rule_id>/restore/<int:number>/", views.restore, name="rule_restore"),
    path("rules/<int:rule_id>/remove/", views.remove, name="rule_remove"),
    path("rules/<int:rule_id>/apply/", views.apply, name="rule_apply"),
    path("rules/<int:rule_id>/apply/stop/", views.stop, name="rule_stop"),
]
