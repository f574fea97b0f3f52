"""Addresses of merging, splitting and their history."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.merges import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/joins/", views.past, name="joins"),
    path("customers/joins/<str:key>/undo/", views.undo, name="joins_undo"),
    path("customers/joins/<int:merge_id>/split/", views.part_whole, name="split_whole"),
    path("customers/<int:person_id>/joins/", views.past, name="customer_joins"),
    path("customers/<int:person_id>/merge/", views.merge, name="merge"),
    path("customers/<int:person_id>/split/", views.part, name="split"),
]
