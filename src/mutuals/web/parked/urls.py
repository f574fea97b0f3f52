"""Addresses of what was put aside."""

from __future__ import annotations

from django.urls import path

from mutuals.web.parked import views

urlpatterns = [
    path("parked/", views.page, name="parked"),
    path("parked/<int:event_id>/", views.one, name="parked_event"),
    path("parked/retry/", views.retry, name="parked_retry"),
    path("parked/drop/", views.drop, name="parked_drop"),
]
