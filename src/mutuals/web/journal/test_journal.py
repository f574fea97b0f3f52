"""The journal: who did what, for admins."""

import pytest
from django.test import Client

import cast
from mutuals.people import persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_an_edit_is_shown_with_before_and_after(here, django_assert_num_queries):
    bea = cast.person(by=here.ada)
    persons.edit(bea, by=here.ada, changes={"city": "<Porto>"}, now=cast.NOW)
    client = as_(here.aron)

    with django_assert_num_queries(5):
        answer = client.get(f"/journal/?about=person:{bea.pk}")

    assert "person.edited" in answer.text
    assert "&lt;Porto&gt;" in answer.text
    assert f'href="/customers/{bea.pk}/"' in answer.text
    assert ">Ada</a>" in answer.text


def test_the_journal_is_narrowed_and_walked(here):
    for number in range(52):
        cast.person(f"Person {number:02}", by=here.ada)
    client = as_(here.aron)

    first = client.get("/journal/?kind=person.added")
    following = first.text.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(f"/journal/?{following}")
    none = client.get("/journal/?kind='; DROP")

    assert first.text.count("Person added</span>") == 50
    assert second.text.count("Person added</span>") == 2
    assert "No entry fits" in none.text


def test_only_admins_read_it(here):
    assert as_(here.lea).get("/journal/").status_code == 403
