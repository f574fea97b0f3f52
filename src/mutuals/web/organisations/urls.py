"""Addresses of organisations."""

from __future__ import annotations

from django.urls import path

from mutuals.web.organisations import houses, views

urlpatterns = [
    path("organisations/", views.page, name="organisations"),
    path("organisations/new/", views.new, name="organisation_new"),
    path("organisations/<int:organisation_id>/", views.one, name="organisation"),
    path("organisations/<int:organisation_id>/edit/", views.edit, name="organisation_edit"),
    path("organisations/<int:organisation_id>/people/", views.affiliate, name="organisation_affiliate"),
    path("organisations/<int:organisation_id>/merge/", houses.merge, name="organisation_merge"),
    path("organisations/merges/<int:joining_id>/undo/", houses.part, name="organisation_part"),
    path("affiliations/<int:affiliation_id>/", houses.place, name="affiliation"),
    path("affiliations/<int:affiliation_id>/remove/", houses.unplace, name="affiliation_remove"),
    path("customers/<int:person_id>/places/", houses.places, name="customer_places"),
    path("organisations/places/<int:place_id>/leave/", views.leave, name="organisation_leave"),
]
