"""Addresses of deals."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mutuals.web.deals import views, working

urlpatterns: list[URLPattern | URLResolver] = [
    path("sales/deals/", views.page, name="deals"),
    path("sales/deals/new/", working.new, name="deal_new"),
    path("sales/deals/<int:deal_id>/", views.one, name="deal"),
    path("sales/deals/<int:deal_id>/edit/", working.edit, name="deal_edit"),
    path("sales/deals/<int:deal_id>/do/", working.do, name="deal_do"),
]
