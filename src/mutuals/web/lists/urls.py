"""Addresses of what all lists have in common."""

from __future__ import annotations

from django.urls import path

from mutuals.web.lists import batches, views, writing

urlpatterns = [
    path("lists/<slug:record>/", views.page, name="list"),
    path("lists/<slug:record>/columns/", views.columns, name="list_columns"),
    path("lists/<slug:record>/bulk/", views.bulk, name="list_bulk"),
    path("lists/<slug:record>/export.csv", views.export, name="list_export"),
    path("lists/<slug:record>/many/", writing.many, name="list_many"),
    path("lists/<slug:record>/cards/", writing.cards, name="list_cards"),
    path("lists/<slug:record>/<int:pk>/move/", writing.move, name="list_move"),
    path("lists/<slug:record>/<int:pk>/cell/<slug:name>/", writing.cell, name="list_cell"),
    path("batches/", batches.page, name="batches"),
    path("batches/<int:batch_id>/", batches.one, name="batch"),
    path("batches/<int:batch_id>/undo/", batches.take_back, name="batch_undo"),
    path("lists/<slug:record>/views/", views.keep_view, name="list_keep"),
    path("lists/<slug:record>/views/<int:view_id>/remove/", views.drop_view, name="list_drop"),
]
