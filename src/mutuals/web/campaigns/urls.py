"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.campaigns import acts, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("campaigns/", views.page, name="campaigns"),
    path("campaigns/new/", acts.new, name="campaign_new"),
    path("campaigns/<int:campaign_id>/", views.one, name="campaign"),
    path("campaigns/<int:campaign_id>/audience/", views.audience, name="campaign_audience"),
    path("campaigns/<int:campaign_id>/audience.csv", views.export, name="campaign_export"),
    path("campaigns/<int:campaign_id>/edit/", acts.edit, name="campaign_edit"),
    path("campaigns/<int:campaign_id>/do/", acts.do, name="campaign_do"),
    path("campaigns/<int:campaign_id>/answer/", acts.answer, name="campaign_answer"),
]
