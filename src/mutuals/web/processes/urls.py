"""Addresses of processes."""

from __future__ import annotations

from django.urls import path

from mutuals.web.processes import editing, moving, views, working

urlpatterns = [
    path("processes/", views.page, name="processes"),
    path("processes/new/", editing.new, name="process_new"),
    path("processes/waiting/", working.waiting, name="processes_waiting"),
    path("processes/hand-overs/<int:handover_id>/", working.answer, name="handover"),
    path("processes/items/<int:item_id>/", working.item, name="process_item"),
    path("processes/items/<int:item_id>/hand-over/", working.hand_over, name="process_hand_over"),
    path("processes/<int:process_id>/", views.one, name="process"),
    path("processes/<int:process_id>/check/", editing.checked, name="process_check"),
    path("processes/<int:process_id>/edit/", editing.edit, name="process_edit"),
    path("processes/<int:process_id>/draw/", moving.draw, name="process_draw"),
    path("processes/<int:process_id>/edit/insert/", editing.insert, name="process_insert"),
    path("processes/<int:process_id>/edit/<slug:step>/", editing.step, name="process_step"),
    path("processes/<int:process_id>/edit/<slug:step>/to/<slug:to>/", editing.way, name="process_way"),
    path("processes/<int:process_id>/start/", working.start, name="process_start"),
    path("processes/<int:process_id>/do/", editing.do, name="process_do"),
]
