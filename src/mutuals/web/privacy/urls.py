"""Addresses of the privacy desk."""

from __future__ import annotations

from django.urls import path

from mutuals.web.privacy import views

urlpatterns = [
    path("customers/<int:person_id>/privacy/", views.desk, name="privacy"),
    path("customers/<int:person_id>/privacy/export/", views.export, name="privacy_export"),
    path("customers/<int:person_id>/privacy/erase/", views.erase, name="privacy_erase"),
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/<int:receipt_id>/", views.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/package/", views.package, name="receipt_package"),
]
