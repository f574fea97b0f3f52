"""A merge on the screen: what the form shows is what it sends, and each of the two by their own name."""

import pytest
from django.test import Client

import cast
from mutuals.identity.models import Merge

pytestmark = pytest.mark.django_db


def test_a_form_of_a_merge_sends_what_it_shows_whoever_is_to_stay():
    us = cast.staff()
    bea, other = cast.person(by=us.ada, city="Porto"), cast.person("B. Brand", by=us.ada, city="Lisbon")
    client = Client()
    client.force_login(us.ada)

    page = client.get(f"/customers/{bea.pk}/merge/?with={other.pk}").content.decode()
    shown = {"with": other.pk, "stays": bea.pk, "take-city": bea.pk, "stood": [f"city:{bea.pk}", f"name:{bea.pk}"]}
    client.post(f"/customers/{bea.pk}/merge/", {**shown, "take-name": bea.pk, "keep": other.pk})
    other.refresh_from_db()

    assert f'name="stood" value="city:{bea.pk}"' in page
    assert (other.canonical_id, other.city, other.name) == (other.pk, "Porto", "Bea Brand")
    assert Merge.objects.get().choices["city"]["chose"] == "gone"
