"""Addresses of exports."""

from __future__ import annotations

from django.urls import path

from mutuals.web.exports import views

urlpatterns = [
    path("exports/", views.page, name="exports"),
    path("exports/new/", views.new, name="export_new"),
    path("exports/everything/", views.everything, name="export_everything"),
    path("exports/<int:export_id>/", views.one, name="export"),
    path("exports/<int:export_id>/file/", views.file, name="export_file"),
    path("exports/<int:export_id>/withdraw/", views.withdraw, name="export_withdraw"),
]
