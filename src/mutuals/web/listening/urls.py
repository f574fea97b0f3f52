"""Addresses of listening: the dashboard of a topic, its stream, its editor; and why something was understood so."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.listening import alarming, carding, editing, playing, readings, views, wording

urlpatterns: list[URLPattern | URLResolver] = [
    path("listening/", views.first, name="listening"),
    path("listening/cards/", carding.page, name="cards"),
    path("listening/cards/<int:card_id>/", carding.one, name="card"),
    path("listening/cards/<int:card_id>/settle/", carding.settle, name="card_settle"),
    path("listening/cards/<int:card_id>/problem/", carding.opening, name="card_problem"),
    path("listening/cards/<int:card_id>/steps/", carding.listing, name="card_steps"),
    path("listening/words/", wording.page, name="words"),
    path("listening/playbooks/", playing.page, name="playbooks"),
    path("listening/<int:topic_id>/alarms/", alarming.page, name="topic_alarms"),
    path("listening/new/", editing.new, name="topic_new"),
    path("listening/sample/", editing.tried, name="topic_sample"),
    path("listening/<int:topic_id>/", views.page, name="topic"),
    path("listening/<int:topic_id>/more/", views.more, name="topic_more"),
    path("listening/<int:topic_id>/edit/", editing.edit, name="topic_edit"),
    path("listening/<int:topic_id>/away/", editing.away, name="topic_away"),
    path("listening/<int:topic_id>/judge/<int:interaction_id>/", readings.judge, name="mention_judge"),
    path("readings/<int:interaction_id>/", readings.why, name="reading"),
    path("readings/<int:interaction_id>/correct/", readings.correct, name="reading_correct"),
    path("readings/undo/<int:correction_id>/", readings.undo, name="reading_undo"),
]
