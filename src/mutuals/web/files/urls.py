"""Addresses of files on records."""

from __future__ import annotations

from django.urls import path

from mutuals.web.files import views

urlpatterns = [
    path("filed/put/", views.put, name="filed_put"),
    path("filed/<int:filed_id>/trash/", views.trash, name="filed_trash"),
]
