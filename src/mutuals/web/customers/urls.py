"""Addresses of the list of customers. The page of one customer is another screen."""

from __future__ import annotations

from django.urls import path

from mutuals.web.customers import views

urlpatterns = [
    path("customers/", views.page, name="customers"),
    path("customers/new/", views.new, name="person_new"),
    path("customers/bulk/", views.bulk, name="customers_bulk"),
    path("customers/undo/<str:key>/", views.undo, name="customers_undo"),
    path("customers/export.csv", views.export, name="customers_export"),
    path("customers/views/", views.keep_view, name="customers_keep"),
    path("customers/views/<int:view_id>/remove/", views.drop_view, name="customers_drop"),
    path("customers/views/undo/<str:key>/", views.undo_drop, name="customers_undo_drop"),
]
