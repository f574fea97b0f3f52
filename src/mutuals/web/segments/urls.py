"""Addresses of segments."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.segments import acts, making, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("segments/", views.page, name="segments"),
    path("segments/new/", making.new, name="segment_new"),
    path("segments/<int:segment_id>/", views.one, name="segment"),
    path("segments/<int:segment_id>/progress/", views.progress, name="segment_progress"),
    path("segments/<int:segment_id>/edit/", making.edit, name="segment_edit"),
    path("segments/<int:segment_id>/people/<int:person_id>/", views.why, name="segment_why"),
    path("segments/<int:segment_id>/put/", acts.put, name="segment_put"),
    path("segments/<int:segment_id>/take/", acts.take, name="segment_take"),
    path("segments/<int:segment_id>/do/", acts.do, name="segment_do"),
]
