"""Addresses of how the house counts."""

from __future__ import annotations

from django.urls import path

from mutuals.web.house import calendars, views

urlpatterns = [
    path("settings/house/", views.page, name="house"),
    path("settings/house/rates/", views.rates, name="house_rates"),
    path("settings/house/rates/<int:rate_id>/take/", views.take, name="house_rate_take"),
    path("settings/house/calendars/new/", calendars.new, name="calendar_new"),
    path("settings/house/calendars/<int:calendar_id>/", calendars.page, name="calendar"),
    path("settings/house/calendars/<int:calendar_id>/holidays/", calendars.holidays, name="calendar_holidays"),
    path("settings/house/calendars/<int:calendar_id>/remove/", calendars.remove, name="calendar_remove"),
]
