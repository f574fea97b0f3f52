"""The two sides of a pair: what each is called, and what stands in its rows."""

import pytest
from django.db.models import F

import cast
from mutuals.identity import sides
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


def test_a_shown_name_that_is_the_handle_again_stands_as_the_name_where_it_is_no_mere_handle():
    us = cast.staff()
    bea = cast.person("Jack Smith", by=us.ada)
    rows = [cast.profile(handle) for handle in ("Jack Smith", "jacksmith")]
    Profile.objects.filter(pk__in=[row.pk for row in rows]).update(shown=F("name"))
    edges = [cast.doubt(bea, row) for row in rows]

    names = [sides.of(edge)[1].values.get("name") for edge in edges]

    assert names == [("Jack Smith",), ()]
