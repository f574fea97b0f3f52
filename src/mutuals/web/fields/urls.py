"""Addresses of the house's own fields."""

from __future__ import annotations

from django.urls import path

from mutuals.web.fields import views

urlpatterns = [
    path("settings/fields/", views.page, name="fields"),
    path("settings/fields/<str:record>/new/", views.new, name="field_new"),
    path("settings/fields/<str:record>/layout/", views.layout, name="field_layout"),
    path("cases/<int:case_id>/fields/", views.of_case, name="case_fields"),
    path("settings/fields/<int:field_id>/", views.edit, name="field_edit"),
    path("settings/fields/<int:field_id>/do/", views.do, name="field_do"),
]
