"""Addresses of notices, of following, and of who is where."""

from __future__ import annotations

from django.urls import path

from mutuals.web.notices import beside, views

urlpatterns = [
    path("notices/", views.page, name="notices"),
    path("notices/bell/", views.bell, name="notices_bell"),
    path("notices/menu/", views.menu, name="notices_menu"),
    path("notices/go/", views.go, name="notices_go"),
    path("notices/read/", views.read, name="notices_read"),
    path("notices/quiet/", views.quiet, name="notices_quiet"),
    path("notices/off/<str:mark>/", views.off, name="notices_off"),
    path("notices/colleagues/", beside.colleagues, name="notices_colleagues"),
    path("notices/head/", beside.head_of, name="notices_head"),
    path("follows/", beside.follows, name="follows"),
    path("here/", beside.here_now, name="here"),
]
