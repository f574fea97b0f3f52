"""Addresses of leads."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.leads import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sales/leads/", views.page, name="leads"),
    path("sales/leads/new/", views.new, name="lead_new"),
    path("sales/leads/<int:lead_id>/convert/", views.convert, name="lead_convert"),
    path("sales/leads/<int:lead_id>/drop/", views.drop, name="lead_drop"),
]
