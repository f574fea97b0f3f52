"""Addresses of promises."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.promises import views, working

urlpatterns: list[URLPattern | URLResolver] = [
    path("promises/", views.page, name="promises"),
    path("promises/new/", working.new, name="promise_new"),
    path("promises/read/", views.read, name="promises_read"),
    path("promises/<int:promise_id>/", views.one, name="promise"),
    path("promises/<int:promise_id>/do/", working.do, name="promise_do"),
]
