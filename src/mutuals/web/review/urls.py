"""Addresses of the review: pairs, answers, and where a clue was seen."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.review import quality, seen, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/same/", views.page, name="review"),
    path("customers/same/<int:edge_id>/", views.page, name="review_pair"),
    path("customers/same/<int:edge_id>/answer/", views.answer, name="review_answer"),
    path("customers/same/undo/<int:key>/", views.undo, name="review_undo"),
    path("customers/same/many/", views.many, name="review_many"),
    path("customers/same/look/", views.look, name="review_look"),
    path("customers/same/quality/", quality.page, name="review_quality"),
    path("customers/same/quality/use/", quality.use, name="review_use"),
    path("customers/same/quality/learn/", quality.teach, name="review_learn"),
    path("seen/presence/<int:number>/", seen.profile, name="seen_profile"),
    path("seen/said/<int:number>/", seen.line, name="seen_said"),
    path("seen/event/<int:number>/", seen.raw, name="seen_raw"),
]
