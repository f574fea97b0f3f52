"""Addresses of the import wizard."""

from __future__ import annotations

from django.urls import path

from mutuals.web.imports import undoing, views

urlpatterns = [
    path("imports/", views.page, name="imports"),
    path("imports/<int:import_id>/", views.one, name="import"),
    path("imports/<int:import_id>/file/", views.read_again, name="import_file"),
    path("imports/<int:import_id>/mapping/", views.choose, name="import_mapping"),
    path("imports/<int:import_id>/run/", views.run, name="import_run"),
    path("imports/<int:import_id>/remove/", views.remove, name="import_remove"),
    path("imports/<int:import_id>/undo/", undoing.back, name="import_undo"),
    path("imports/<int:import_id>/rerun/", undoing.rerun, name="import_rerun"),
    path("imports/<int:import_id>/progress/", views.progress, name="import_progress"),
    path("imports/<int:import_id>/rows.csv", views.rows, name="import_rows"),
]
