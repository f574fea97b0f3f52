"""Addresses of what all lists have in common."""

from __future__ import annotations

from django.urls import path

from mutuals.web.lists import views

urlpatterns = [
    path("lists/<slug:record>/", views.page, name="list"),
    path("lists/<slug:record>/columns/", views.columns, name="list_columns"),
    path("lists/<slug:record>/bulk/", views.bulk, name="list_bulk"),
    path("lists/<slug:record>/export.csv", views.export, name="list_export"),
    path("lists/<slug:record>/views/", views.keep_view, name="list_keep"),
    path("lists/<slug:record>/views/<int:view_id>/remove/", views.drop_view, name="list_drop"),
]
