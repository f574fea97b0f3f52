"""Addresses of organisations."""

from __future__ import annotations

from django.urls import path

from mutuals.web.organisations import views

urlpatterns = [
    path("organisations/", views.page, name="organisations"),
    path("organisations/new/", views.new, name="organisation_new"),
    path("organisations/<int:organisation_id>/", views.one, name="organisation"),
    path("organisations/<int:organisation_id>/edit/", views.edit, name="organisation_edit"),
    path("organisations/<int:organisation_id>/people/", views.affiliate, name="organisation_affiliate"),
    path("organisations/places/<int:place_id>/leave/", views.leave, name="organisation_leave"),
]
