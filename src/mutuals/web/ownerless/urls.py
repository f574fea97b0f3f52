"""Addresses of what is nobody's, and of what moves when somebody hands over."""

from __future__ import annotations

from django.urls import path

from mutuals.web.ownerless import views

urlpatterns = [
    path("ownerless/", views.page, name="ownerless"),
    path("ownerless/<slug:what>/", views.one, name="ownerless_kind"),
    path("staff/<int:user_id>/owns/", views.owns, name="colleague_owns"),
]
