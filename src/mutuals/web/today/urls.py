"""Address of Today."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.today import views

urlpatterns: list[URLPattern | URLResolver] = [path("", views.today, name="today")]
