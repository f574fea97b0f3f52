"""Addresses of sources and of our own presences."""

from __future__ import annotations

from django.urls import path

from mutuals.web.sources import adding, lineage, presences, views

urlpatterns = [
    path("sources/", views.page, name="sources"),
    path("sources/lineage/", lineage.page, name="lineage"),
    path("sources/new/", adding.catalogue, name="source_new"),
    path("sources/new/<str:connector>/", adding.connect, name="source_connect"),
    path("sources/<int:source_id>/", views.one, name="source"),
    path("sources/<int:source_id>/answers/", adding.answers, name="source_answers"),
    path("sources/<int:source_id>/care/", adding.care, name="source_care"),
    path("sources/<int:source_id>/live/", adding.live, name="source_live"),
    path("sources/<int:source_id>/again/", adding.again, name="source_again"),
    path("sources/<int:source_id>/signin/", adding.begin, name="source_signin"),
    path("oauth/<int:source_id>/", adding.finish, name="source_finish"),
    path("sources/<int:source_id>/sync/", views.sync, name="source_sync"),
    path("sources/<int:source_id>/check/", views.check, name="source_check"),
    path("sources/<int:source_id>/pause/", views.pause, name="source_pause"),
    path("sources/<int:source_id>/remove/", views.remove, name="source_remove"),
    path("sources/<int:source_id>/channels/", presences.new, name="channel_new"),
    path("channels/<int:channel_id>/", presences.one, name="channel"),
]
