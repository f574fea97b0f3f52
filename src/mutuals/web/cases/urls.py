"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from mutuals.web.cases import acts, making, views

urlpatterns = [
    path("cases/", views.page, name="cases"),
    path("cases/new/", making.new, name="case_new"),
    path("cases/<int:case_id>/", views.one, name="case"),
    path("cases/<int:case_id>/start/", acts.start, name="case_start"),
    path("cases/<int:case_id>/change/", acts.change, name="case_change"),
    path("cases/<int:case_id>/over/", acts.over, name="case_over"),
    path("cases/<int:case_id>/do/", acts.do, name="case_do"),
    path("settings/cases/", making.policy, name="case_policy"),
]
