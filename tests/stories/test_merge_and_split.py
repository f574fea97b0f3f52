"""Somebody is held to be one, works on as one, and turns out to be two after all."""

import json
from datetime import timedelta

import pytest
from django.test import Client

import cast
from cast import NOW
from mutuals.base import clock
from mutuals.history.models import Interaction
from mutuals.identity import link
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db
PAGE = "/customers/{}/"


def test_two_who_were_merged_get_back_what_is_theirs_with_all_that_came_in_between():
    """D5: merge, two notes, one message, split: both are back, and everything is with the right one."""
    us = cast.staff()
    town = cast.source(owner=us.olga, team=us.service)
    bea, bo = cast.person(by=us.ada, city="Porto"), cast.person("Bo Brand", by=us.ada, city="Braga")
    for who, of in (("bea", bea), ("bo", bo)):
        row = cast.said(town, cast.event(f"{who}1", "My kettle leaks.", who=who))[0].profile
        link.confirm(row, person=of, by=us.ada, now=NOW)
    ada = Client()
    ada.force_login(us.ada, backend="django.contrib.auth.backends.ModelBackend")

    def post(path: str, body: dict[str, object]) -> dict[str, object]:
        answer = ada.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    merged = post(f"/people/{bea.pk}/merge", {"with_id": bo.pk, "choices": {"city": "gone", "name": "kept"}})
    for text in ("Called about the lid.", "Will call again."):
        post(f"/people/{bea.pk}/notes", {"text": text})
    cast.said(town, cast.event("bo2", "It leaks again.", who="bo", at=NOW + timedelta(hours=1)))
    as_one = ada.get(PAGE.format(bo.pk), follow=True).content.decode()
    parted = post("/joins/part", {"key": merged["key"], "note": "Bo rang himself."})

    of_bea, of_bo = (ada.get(PAGE.format(one.pk)).content.decode() for one in (bea, bo))
    assert all(words in as_one for words in ("Bea Brand", "Braga", "It leaks again.", "Will call again."))
    assert parted["other"] == {"id": bo.pk, "name": "Bo Brand"}
    assert "Will call again." in of_bea
    assert "It leaks again." not in of_bea
    assert "It leaks again." in of_bo
    assert "Will call again." not in of_bo
    assert [(one.city, one.interaction_count) for one in Person.objects.order_by("pk")] == [("Porto", 3), ("Braga", 2)]
    assert Interaction.objects.filter(received_at__lte=clock.now()).count() == 5
