"""Addresses of ideas."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.ideas import acts, making, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("ideas/", views.page, name="ideas"),
    path("ideas/new/", making.new, name="idea_new"),
    path("ideas/alike/", making.alike, name="ideas_alike"),
    path("ideas/<int:idea_id>/", views.one, name="idea"),
    path("ideas/<int:idea_id>/edit/", making.edit, name="idea_edit"),
    path("ideas/<int:idea_id>/state/", acts.state, name="idea_state"),
    path("ideas/<int:idea_id>/start/", acts.start, name="idea_start"),
    path("ideas/<int:idea_id>/vote/", acts.vote, name="idea_vote"),
    path("ideas/<int:idea_id>/ask/", acts.ask, name="idea_ask"),
    path("ideas/<int:idea_id>/unask/", acts.unask, name="idea_unask"),
    path("ideas/<int:idea_id>/told/", acts.told, name="idea_told"),
    path("ideas/<int:idea_id>/merge/", acts.merged, name="idea_merge"),
    path("ideas/<int:idea_id>/part/", acts.part, name="idea_part"),
    path("ideas/<int:idea_id>/trash/", acts.trash, name="idea_trash"),
]
