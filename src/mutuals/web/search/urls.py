"""Addresses of the search over everything."""

from __future__ import annotations

from django.urls import path

from mutuals.web.search import views

urlpatterns = [
    path("search/", views.page, name="search"),
    path("search/quick/", views.quick, name="search_quick"),
]
