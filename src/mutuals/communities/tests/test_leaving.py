"""Who leaves: what is handed over, what is erased, what goes along on a split, and what conditions ask of people."""

import json
import zipfile
from zoneinfo import ZoneInfo

import pytest

import cast
from mutuals import privacy
from mutuals.base import clock, files
from mutuals.base.filters import check, from_json, record, to_q
from mutuals.communities import decide, ideas, queries, rollups
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.identity import split
from mutuals.people import hanging
from mutuals.people.models import Person, Profile
from mutuals.people.profiles import OWN
from mutuals.processes.models import Item

pytestmark = pytest.mark.django_db
HERS = "Make a kettle that whistles Fado"


@pytest.fixture
def us():
    return cast.staff()


@pytest.fixture
def said(us):
    """Bea's wish and Bo's; Bea is known."""
    rows = cast.said(cast.source(owner=us.olga), cast.event("p1", HERS), cast.event("p2", "Whistling!", who="bo"))
    bea = cast.person("Bea Brand", by=us.ada)
    Profile.objects.filter(pk=rows[0].profile_id).update(person=bea)
    return bea, *rows


def test_an_idea_that_was_nothing_but_their_words_goes_with_them_and_with_what_ran_about_it(us, said):
    bea, hers, _ = said
    made, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    decide.start(made, by=us.ada, now=cast.NOW)
    other, _ = ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    ideas.vote(other, person=bea, by=us.ada, now=cast.NOW)
    ideas.ask(other, person=bea, words="Red, by Fado and port", by=us.ada, now=cast.NOW)

    receipt = privacy.erase(bea, by=us.aron, now=cast.NOW)
    other.refresh_from_db()

    assert receipt.counts["communities"] == {"asked for ideas": 2, "votes for ideas": 1, "ideas": 1}
    assert cast.everywhere("Fado") == []
    assert Idea.objects.get() == other
    assert (other.votes, other.askers) == (0, 0)
    assert not Item.objects.exists()


def test_a_title_in_their_words_under_which_others_ask_is_taken_away(us, said):
    bea, hers, his = said
    made, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    ideas.ask_from(his, by=us.ada, now=cast.NOW, idea=made)

    privacy.erase(bea, by=us.aron, now=cast.NOW)
    kept = Idea.objects.get()

    assert kept.title == f"Idea {kept.pk}"
    assert kept.askers == 1
    assert cast.everywhere("Fado") == []


def test_what_staff_wrote_in_its_place_stays_and_is_told_where_it_names_them(us, said):
    bea, hers, _ = said
    made, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    ideas.edit(made, by=us.ada, changes={"title": "A kettle that sings", "text": "As Bea Brand says"}, now=cast.NOW)

    receipt = privacy.erase(bea, by=us.aron, now=cast.NOW)

    assert Idea.objects.get().title == "A kettle that sings"
    assert [one.about for one in privacy.places_of(receipt)] == [f"idea:{made.pk}"]


def test_what_they_asked_and_voted_for_is_handed_over(us, said):
    bea, hers, _ = said
    made, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    ideas.vote(made, person=bea, by=us.ada, now=cast.NOW)

    blob, receipt = privacy.export(bea, by=us.aron, now=cast.NOW)

    with zipfile.ZipFile(files.path(blob.sha256)) as package:
        told = json.loads(package.read("communities.json"))
    assert [row["idea__title"] for row in told["asked for"]] == [HERS]
    assert [row["idea_id"] for row in told["votes"]] == [made.pk]
    assert receipt.counts["communities"] == {"asked for": 1, "votes": 1}


def test_on_a_split_what_was_said_goes_with_its_presence_and_votes_and_notes_are_asked_about(us, said):
    bea, hers, his = said
    Profile.objects.filter(pk=his.profile_id).update(person=bea)
    one, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    two, _ = ideas.ask_from(his, by=us.ada, now=cast.NOW)
    for idea in (one, two):
        ideas.vote(idea, person=bea, by=us.ada, now=cast.NOW)
        ideas.ask(idea, person=bea, words="On the telephone", by=us.ada, now=cast.NOW)
    own = Profile.objects.get(person=bea, network=OWN)
    things = {
        name: kind.things([bea.pk], [his.profile_id])
        for name, kind in hanging.kinds().items()
        if kind.things is not None
    }

    vote = Vote.objects.get(idea=two)
    noted = Asker.objects.get(idea=two, profile=own)
    done = split.some(
        bea,
        [his.profile_id],
        by=us.ada,
        now=cast.NOW,
        along={"votes for ideas": [vote.pk], "asked for ideas": [noted.pk]},
    )
    other = Person.objects.get(pk=Profile.objects.get(pk=his.profile_id).person_id)
    rollups.follow(now=clock.now())

    assert len(things["votes for ideas"]) == len(things["asked for ideas"]) == 2
    assert done is not None
    assert other != bea
    assert queries.of_people([other.pk]) == [two.pk]
    assert queries.of_people([bea.pk]) == [one.pk]
    assert [(idea.votes, idea.askers) for idea in Idea.objects.order_by("pk")] == [(1, 1), (1, 1)]


def test_people_are_found_by_what_they_asked_and_voted_for_and_contractors_may_not_ask(us, said):
    bea, hers, _ = said
    bo = cast.person("Bo Brand", by=us.ada)
    made, _ = ideas.ask_from(hers, by=us.ada, now=cast.NOW)
    ideas.vote(made, person=bo, by=us.ada, now=cast.NOW)

    def found(condition, name="person", viewer=us.ada):
        of = record(name)
        checked = check(from_json(condition), of, viewer=viewer)
        return list(of.model.objects.filter(to_q(checked, of, zone=ZoneInfo("UTC"), now=cast.NOW)))

    about = {"field": "idea", "op": "contains", "value": "fado"}
    asked = found({"field": "asked_idea", "op": "any", "value": about})
    voted = found({"field": "voted_idea", "op": "any", "value": {"field": "state", "op": "is", "value": "new"}})
    listed = found({"field": "votes", "op": "over", "value": 0}, name="idea")

    assert (asked, voted, listed) == ([bea], [bo], [made])
    with pytest.raises(ValueError, match="does not see"):
        found({"field": "asked_idea", "op": "any", "value": about}, viewer=us.cleo)
