"""Ideas on screen: made of a message, found again, voted for, decided, merged, told; what contractors do not see."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import cast
from mutuals.communities import decide, ideas
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.history.models import Interaction
from mutuals.people.models import Profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_suggestion_read_in_a_message_becomes_an_idea_and_the_second_one_joins_it(us):
    square = cast.source(owner=us.olga)
    first = cast.turn(square, "p1", "Make <b>red</b> lids!")
    second = cast.turn(square, "p2", "Red lids, please", who="bo")
    ada = as_(us.ada)

    beside = ada.get(f"/inbox/{first.pk}/").text
    form = ada.get(f"/ideas/new/?conversation={first.pk}").text
    message = Interaction.objects.get(conversation=first.pk)
    made = ada.post("/ideas/new/", {"message": message.pk, "title": "Make <b>red</b> lids!"})
    idea = Idea.objects.get()
    other = ada.get(f"/ideas/new/?conversation={second.pk}").text
    again = Interaction.objects.get(conversation=second.pk)
    ada.post("/ideas/new/", {"message": again.pk, "idea": idea.pk, "title": ""})
    page = ada.get(f"/ideas/{idea.pk}/").text

    assert f"/ideas/new/?conversation={first.pk}" in beside
    assert 'value="Make &lt;b&gt;red&lt;/b&gt; lids!"' in form
    assert made.headers["Location"] == f"/ideas/{idea.pk}/"
    assert "It is this one" in other
    assert "Make &lt;b&gt;red&lt;/b&gt; lids!" in page
    assert "Red lids, please" in page
    assert f"/inbox/{second.pk}/#m{again.pk}" in page
    assert Idea.objects.get().askers == 2
    assert "Made of this already" in ada.get(f"/ideas/new/?conversation={first.pk}").text


def test_the_list_says_what_speaks_for_each_and_is_walked_narrowed_and_sorted(us):
    for n in range(53):
        ideas.add(by=us.ada, now=cast.NOW, title=f"Idea {n:02}")
    Idea.objects.filter(title="Idea 07").update(votes=9, worth=1200, worth_currency="EUR", state="planned")
    ada = as_(us.ada)

    first = ada.get("/ideas/?sort=votes").text
    following = first.split('rel="next"')[0].rsplit('href="/ideas/?', 1)[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(f"/ideas/?{following}").text

    assert first.index("Idea 07") < first.index("Idea 52")
    assert "€1,200" in first
    assert "Idea 00" in second
    assert "Idea 52" not in second
    assert "Idea 07" in ada.get("/ideas/?state=planned&sort=value").text
    assert "Idea 08" not in ada.get("/ideas/?state=planned").text
    assert "Nothing fits these filters" in ada.get("/ideas/?q=nothing+like+it").text
    for hostile in ("?sort=x", "?q=" + "9" * 300, "?product=none"):
        assert ada.get(f"/ideas/{hostile}").status_code == 200
    for hostile in ("?state=x", "?after=9999", "?person=99", "?person=x"):
        assert ada.get(f"/ideas/{hostile}").status_code == 404


def test_votes_words_of_the_telephone_and_the_state_are_noted_on_its_page(us):
    bea = cast.person("Bea Brand", by=us.ada)
    idea, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    ada = as_(us.ada)

    ada.post(f"/ideas/{idea.pk}/vote/", {"vote-person": "Bea Brand"})
    nobody = ada.post(f"/ideas/{idea.pk}/vote/", {"vote-person": "Nobody known"})
    ada.post(f"/ideas/{idea.pk}/ask/", {"ask-person": str(bea.pk), "ask-words": "Dark red, she says"})
    refused = ada.post(f"/ideas/{idea.pk}/state/", {"state": "declined", "because": ""}, follow=True).text
    ada.post(f"/ideas/{idea.pk}/state/", {"state": "planned"})
    planned = ada.get(f"/ideas/{idea.pk}/").text
    asker = Asker.objects.get()
    ada.post(f"/ideas/{idea.pk}/told/", {"asker": str(asker.pk)})
    told = ada.get(f"/ideas/{idea.pk}/").text
    voted = Vote.objects.count()
    ada.post(f"/ideas/{idea.pk}/vote/", {"gone": bea.pk})
    ada.post(f"/ideas/{idea.pk}/unask/", {"asker": asker.pk})

    assert nobody.status_code == 422
    assert "Say why it is declined" in refused
    assert "1 to be told" in planned
    assert "Dark red, she says" in planned
    assert "was told" in told
    assert "Ada: Planned" in told
    assert (voted, Vote.objects.count(), Asker.objects.count()) == (1, 0, 0)


def test_what_is_like_it_is_merged_and_parted_thrown_away_and_brought_back(us):
    red, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    lids, _ = ideas.add(by=us.ada, now=cast.NOW, title="Lids in red")
    ada = as_(us.ada)

    offered = ada.get(f"/ideas/{red.pk}/").text
    ada.post(f"/ideas/{red.pk}/merge/", {"into": lids.pk})
    gone = ada.get(f"/ideas/{red.pk}/")
    kept = ada.get(f"/ideas/{lids.pk}/").text
    ada.post(f"/ideas/{red.pk}/part/")
    ada.post(f"/ideas/{red.pk}/trash/")
    trashed = ada.get("/ideas/").text
    ada.post(f"/ideas/{red.pk}/trash/", {"back": "yes"})

    assert "Merge into “Lids in red”" in offered
    assert gone.headers["Location"] == f"/ideas/{lids.pk}/"
    assert f"/ideas/{red.pk}/part/" in kept
    assert "Red lids" not in trashed
    assert "Red lids" in ada.get("/ideas/").text
    assert ada.post(f"/ideas/{red.pk}/merge/", {"into": "x"}).status_code == 404


def test_what_runs_about_it_stands_on_its_page_and_says_the_state(us):
    idea, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    ada = as_(us.ada)

    ada.post(f"/ideas/{idea.pk}/start/")
    page = ada.get(f"/ideas/{idea.pk}/").text
    item = Idea.objects.get().item

    assert f"/processes/items/{item.pk}/" in page
    assert "at Heard since" in page
    assert f"/ideas/{idea.pk}/state/" not in page
    assert "Red lids" in ada.get(f"/processes/items/{item.pk}/").text


def test_an_idea_is_edited_and_found_by_its_words_while_the_title_is_typed_and_by_search(us):
    idea, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    ada = as_(us.ada)

    ada.post(f"/ideas/{idea.pk}/edit/", {"title": "Lids in red", "text": "Or in blue", "product": ""})
    refused = ada.post(f"/ideas/{idea.pk}/edit/", {"title": "", "product": "none"})

    assert "Or in blue" in ada.get(f"/ideas/{idea.pk}/").text
    assert refused.status_code == 422
    assert "No product has this number" in refused.text
    assert "Lids in red" in ada.get("/ideas/alike/?title=red+lid").text
    assert f"/ideas/{idea.pk}/" in ada.get("/search/?q=lids+in").text
    assert "Lids in red" in ada.get("/search/quick/?q=lids+in").text


def test_a_message_on_a_customers_timeline_can_be_made_an_idea(us):
    (message,) = cast.said(cast.source(owner=us.olga), cast.event("p1", "Red lids"))
    bea = cast.person("Bea Brand", by=us.ada)
    Profile.objects.filter(pk=message.profile_id).update(person=bea)
    ada = as_(us.ada)

    shown = ada.get(f"/customers/{bea.pk}/?tab=timeline").text
    form = ada.get(f"/ideas/new/?message={message.pk}").text

    assert f"/ideas/new/?message={message.pk}" in shown
    assert "What they said" in form
    for hostile in ("?message=x", "?conversation=x", "?conversation=99", "?message=0"):
        assert ada.get(f"/ideas/new/{hostile}").status_code == 200
    assert ada.get("/ideas/new/?message=99999").status_code == 404


def test_a_page_of_fifty_who_asked_asks_as_often_as_a_page_of_five(us):
    rows = cast.said(cast.source(owner=us.olga), *(cast.event(f"p{n}", f"Lid {n}", who=f"w{n}") for n in range(50)))
    for n, row in enumerate(rows):
        person = cast.person(f"Somebody {n}", by=us.ada)
        Profile.objects.filter(pk=row.profile_id).update(person=person)
        idea, _ = ideas.ask_from(row, by=us.ada, now=cast.NOW, title="Lids")
    few, _ = ideas.add(by=us.ada, now=cast.NOW, title="Cups")
    for row in rows[:5]:
        ideas.ask_from(row, by=us.ada, now=cast.NOW, idea=few)
    for one in (idea, few):
        decide.set_state(one, state="done", by=us.ada, now=cast.NOW)
    ada = as_(us.ada)
    ada.get("/ideas/")

    with CaptureQueriesContext(connection) as of_many:
        page = ada.get(f"/ideas/{idea.pk}/").text
    with CaptureQueriesContext(connection) as of_few:
        ada.get(f"/ideas/{few.pk}/")

    assert "50 to be told" in page
    assert page.count(">Answer<") == 50
    assert len(of_many) == len(of_few) < 28


def test_contractors_find_no_ideas_and_no_way_to_make_one(us):
    idea, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    cleo = as_(us.cleo)

    assert cleo.get("/ideas/").status_code == 403
    assert cleo.get(f"/ideas/{idea.pk}/").status_code == 403
    assert cleo.post("/ideas/new/", {"title": "Mine"}).status_code == 403
    assert "/ideas/" not in cleo.get("/").text
    assert "Red lids" not in cleo.get("/search/?q=red+lids").text
