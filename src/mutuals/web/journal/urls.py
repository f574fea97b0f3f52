"""Addresses of the journal."""

from __future__ import annotations

from django.urls import path

from mutuals.web.journal import views

urlpatterns = [
    path("journal/", views.page, name="journal"),
    path("journal/table/", views.table, name="journal_table"),
]
