"""Addresses of types of the house's own making, and of their records."""

from __future__ import annotations

from django.urls import path

from mutuals.web.own import places, types, views

places.open_all()

urlpatterns = [
    path("settings/types/", types.page, name="types"),
    path("settings/types/new/", types.new, name="type_new"),
    path("settings/types/<int:type_id>/", types.edit, name="type_edit"),
    path("settings/types/<int:type_id>/do/", types.do, name="type_do"),
    path("settings/types/packs/<slug:key>/", types.pack, name="type_pack"),
    path("own/<int:own_id>/", views.by_number, name="own_by_number"),
    path("own/<slug:type_key>/", views.page, name="own_list"),
    path("own/<slug:type_key>/new/", views.new, name="own_new"),
    path("own/<slug:type_key>/import/", views.bring, name="own_import"),
    path("own/<slug:type_key>/<int:own_id>/", views.one, name="own"),
    path("own/<slug:type_key>/<int:own_id>/edit/", views.edit, name="own_edit"),
    path("own/<slug:type_key>/<int:own_id>/do/", views.do, name="own_do"),
]
