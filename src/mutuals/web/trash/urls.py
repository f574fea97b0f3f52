"""Addresses of the trash."""

from __future__ import annotations

from django.urls import path

from mutuals.web.trash import views

urlpatterns = [
    path("trash/", views.listed, name="trash"),
    path("trash/put/", views.put, name="trash_put"),
    path("trash/restore/", views.restore, name="trash_restore"),
]
