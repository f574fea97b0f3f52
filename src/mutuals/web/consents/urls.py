"""Addresses of consents and their purposes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.consents import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/purposes/", views.purposes_page, name="purposes"),
    path("settings/purposes/<int:purpose_id>/", views.purpose_edit, name="purpose_edit"),
    path("settings/purposes/<int:purpose_id>/retire/", views.purpose_retire, name="purpose_retire"),
    path("customers/<int:person_id>/consents/", views.page, name="consents"),
    path("customers/<int:person_id>/consents/withdraw/", views.withdraw, name="consent_withdraw"),
]
