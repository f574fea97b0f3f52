"""Search over everything, and the first few for the palette."""

import pytest
from django.test import Client

import cast
from mutuals.people import organisations
from mutuals.web.search.snippet import snippet

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def talk(here):
    square = cast.source(owner=here.olga, team=here.service)
    return cast.said(square, cast.event("p1", "My <b>kettle</b> leaks at the lid."), cast.event("p2", "It sings."))


def test_people_organisations_and_words_stand_in_groups(here, talk, django_assert_num_queries):
    cast.person("Kettle Smith", by=here.ada)
    organisations.add(by=here.ada, name="The Kettle works", now=cast.NOW)
    client = as_(here.ada)

    with django_assert_num_queries(31):
        answer = client.get("/search/?q=kettle")

    assert "Kettle Smith" in answer.text
    assert "The Kettle works" in answer.text
    assert "My &lt;b&gt;<mark>kettle</mark>&lt;/b&gt; leaks" in answer.text
    assert "It sings." not in answer.text


def test_nothing_asked_says_what_can_be_found(here):
    assert "What are you looking for?" in as_(here.ada).get("/search/").text


def test_a_contractor_finds_no_words_of_others(here, talk):
    answer = as_(here.cleo).get("/search/?q=kettle")

    assert answer.status_code == 200
    assert "leaks" not in answer.text
    assert "You search people only." in answer.text


def test_older_hits_follow(here):
    square = cast.source(owner=here.olga, team=here.service)
    cast.said(square, *[cast.event(f"p{n}", f"Kettle number{n:02}", at=cast.NOW + cast.minutes(n)) for n in range(23)])
    client = as_(here.ada)

    first = client.get("/search/?q=kettle")
    following = first.text.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(f"/search/?{following}")

    assert "number22" in first.text
    assert "number02" not in first.text
    assert "number02" in second.text


@pytest.mark.parametrize("asked", ["q=%01%01", "q='" * 20, "q=%22unclosed", "q=-", "after=forged&q=a"])
def test_strange_questions_do_no_harm(here, talk, asked):
    assert as_(here.ada).get(f"/search/?{asked}").status_code in (200, 404)


def test_the_palette_gets_names_and_addresses(here, talk):
    bea = cast.person("Bea Brand", by=here.ada)
    client = as_(here.ada)

    people, said, little = (
        client.get("/search/quick/?q=bea"),
        client.get("/search/quick/?q=lid"),
        client.get("/search/quick/?q=b"),
    )

    assert {"name": "Bea Brand", "url": f"/customers/{bea.pk}/"}.items() <= people.json()["groups"][0]["rows"][
        0
    ].items()
    assert said.json()["groups"][0]["name"] == "Said"
    assert little.json() == {"groups": []}


@pytest.mark.parametrize(
    ("text", "asked", "pieces"),
    [
        ("My kettle leaks", "kettle", [("My ", False), ("kettle", True), (" leaks", False)]),
        ("My kettle leaks", "KETTLE -lid", [("My ", False), ("kettle", True), (" leaks", False)]),
        ("My kettle leaks", "tea", [("My kettle leaks", False)]),
        ("My kettle", "", [("My kettle", False)]),
        ("", "tea", []),
    ],
)
def test_a_snippet_is_parted_at_the_words(text, asked, pieces):
    assert snippet(text, asked) == pieces


def test_a_snippet_of_a_long_text_begins_near_the_hit():
    found = snippet("word " * 200 + "kettle " + "word " * 200, "kettle")

    whole = "".join(words for words, _ in found)
    assert whole.startswith("… ")
    assert whole.endswith("…")
    assert ("kettle", True) in found
    assert len(whole) < 240


def test_a_search_that_takes_too_long_says_so_in_words(here, talk, settings):
    settings.PATIENCE = 0
    bea = cast.person("Kettle Smith", by=here.ada)
    client = as_(here.ada)

    page = client.get("/search/?q=kettle")
    quick = client.get("/search/quick/?q=kettle")

    assert page.status_code == 422
    assert "This search takes too long. Narrow it: add another word" in page.text
    assert "Kettle Smith" in page.text
    assert "Nobody said this." not in page.text
    rows = {group["name"]: group["rows"] for group in quick.json()["groups"]}
    assert rows["Customers"][0]["url"] == f"/customers/{bea.pk}/"
    assert rows["Said"][0]["name"].startswith("This search takes too long.")
