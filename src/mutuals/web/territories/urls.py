"""Addresses of territories."""

from __future__ import annotations

from django.urls import path

from mutuals.web.territories import views

urlpatterns = [
    path("territories/", views.page, name="territories"),
    path("territories/new/", views.new, name="territory_new"),
    path("territories/place/", views.place, name="territories_place"),
    path("territories/<int:territory_id>/", views.one, name="territory"),
    path("territories/<int:territory_id>/remove/", views.remove, name="territory_remove"),
]
