"""Addresses of the programs of others that are told what happens here."""

from __future__ import annotations

from django.urls import path

from mutuals.web.hooks import views

urlpatterns = [
    path("settings/hooks/", views.page, name="hooks"),
    path("settings/hooks/new/", views.new, name="hook_new"),
    path("settings/hooks/<int:hook_id>/", views.one, name="hook_page"),
    path("settings/hooks/<int:hook_id>/do/", views.do, name="hook_do"),
    path("settings/hooks/<int:hook_id>/again/<int:delivery_id>/", views.again, name="hook_again"),
]
