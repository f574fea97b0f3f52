"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.inbox import acts, sending, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/rows/", views.rows, name="inbox_rows"),
    path("inbox/many/", acts.many, name="inbox_many"),
    path("inbox/<int:conversation_id>/", views.inbox, name="conversation"),
    path("inbox/<int:conversation_id>/newest/", views.newest, name="conversation_newest"),
    path("inbox/<int:conversation_id>/older/", views.older, name="conversation_older"),
    path("inbox/<int:conversation_id>/write/", sending.write, name="conversation_write"),
    path("inbox/<int:conversation_id>/assign/", acts.assign, name="conversation_assign"),
    path("inbox/<int:conversation_id>/close/", acts.close, name="conversation_close"),
    path("inbox/<int:conversation_id>/reopen/", acts.reopen, name="conversation_reopen"),
    path("inbox/<int:conversation_id>/wait/", acts.wait, name="conversation_wait"),
    path("inbox/<int:conversation_id>/snooze/", acts.snooze, name="conversation_snooze"),
    path("inbox/<int:conversation_id>/draft/", sending.drop_draft, name="conversation_draft"),
    path("inbox/messages/<int:interaction_id>/back/", sending.back, name="message_back"),
    path("inbox/messages/<int:interaction_id>/again/", sending.again, name="message_again"),
    path("inbox/messages/<int:interaction_id>/settle/", sending.settle, name="message_settle"),
    path("inbox/messages/<int:interaction_id>/like/", sending.like, name="message_like"),
    path("inbox/messages/<int:interaction_id>/unsay/", sending.unsay, name="message_unsay"),
    path("inbox/messages/<int:interaction_id>/wordings/", views.wordings, name="message_wordings"),
]
