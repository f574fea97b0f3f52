"""Addresses of relations."""

from __future__ import annotations

from django.urls import path

from mutuals.web.relations import views

urlpatterns = [
    path("relations/", views.kinds, name="relation_kinds"),
    path("relations/kinds/<slug:relation_kind>/retire/", views.retire, name="relation_kind_retire"),
    path("relations/<int:relation_id>/edit/", views.edit, name="relation_edit"),
    path("relations/<int:relation_id>/remove/", views.remove, name="relation_remove"),
    path("relations/<str:key>/", views.of, name="relations_of"),
]
