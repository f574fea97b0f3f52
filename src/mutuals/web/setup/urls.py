"""Address of the set-up."""

from __future__ import annotations

from django.urls import path

from mutuals.web.setup import views

urlpatterns = [path("setup/", views.setup, name="setup")]
