"""Addresses of staff, teams, roles, and one's own page."""

from __future__ import annotations

from django.urls import path

from mutuals.web.staff import own, views

urlpatterns = [
    path("staff/", views.people, name="staff"),
    path("staff/new/", views.new, name="staff_new"),
    path("staff/roles/", views.roles, name="roles"),
    path("staff/teams/", views.teams, name="teams"),
    path("staff/teams/<int:team_id>/", views.team, name="team"),
    path("staff/<int:user_id>/", views.person, name="colleague"),
    path("staff/<int:user_id>/invite/", views.invite, name="colleague_invite"),
    path("staff/<int:user_id>/leave/", views.leave, name="colleague_leave"),
    path("staff/<int:user_id>/back/", views.back, name="colleague_back"),
    path("me/", own.page, name="me"),
    path("me/password/", own.password, name="me_password"),
    path("me/tokens/", own.tokens, name="me_tokens"),
    path("me/tokens/<int:token_id>/end/", own.end_token, name="me_token_end"),
    path("pillar/", own.pillar, name="pillar_choose"),
    path("theme/", own.theme, name="theme"),
]
