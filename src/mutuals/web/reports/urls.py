"""Addresses of reports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.reports import acts, costs, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", views.page, name="reports"),
    path("reports/new/", views.build, name="report_new"),
    path("reports/keep/", acts.keep, name="report_keep"),
    path("reports/rows/", views.rows, name="report_rows"),
    path("reports/<int:report_id>/", views.one, name="report"),
    path("reports/<int:report_id>/remove/", acts.remove, name="report_remove"),
    path("reports/<int:report_id>/share/", acts.share, name="report_share"),
    path("reports/<int:report_id>/write/", acts.write, name="report_write"),
    path("reports/letters/<int:letter_id>/stop/", acts.stop, name="report_stop"),
    path("reports/boards/new/", acts.new_board, name="dashboard_new"),
    path("reports/boards/<int:dashboard_id>/edit/", acts.edit_board, name="dashboard_edit"),
    path("reports/boards/<int:dashboard_id>/remove/", acts.remove_board, name="dashboard_remove"),
    path("reports/boards/<int:dashboard_id>/", views.board, name="dashboard"),
    path("reports/costs/", costs.page, name="costs"),
    path("reports/costs/<int:cost_id>/take/", costs.take, name="cost_take"),
    path("reports/letters/off/<str:mark>/", views.off, name="report_off"),
]
