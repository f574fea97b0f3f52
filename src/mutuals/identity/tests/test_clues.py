"""What speaks for and against, from whole profiles: names that are rare, accounts that are named, firms, namesakes, crowds."""

import pytest
from django.db.models import Q

from cast import NOW, person, staff
from mutuals.connectors.contract import Handle
from mutuals.identity import cards, clues, edges, keys, link, live
from mutuals.identity.known import Asker, Held, frequent, hashed
from mutuals.identity.model import decide, social
from mutuals.identity.model.card import row_of
from mutuals.identity.model.conflicts import CROWD
from mutuals.identity.model.score import Scorer
from mutuals.identity.models import Edge, Link, LinkState, Verdict
from mutuals.identity.weights import Ready
from mutuals.people import profiles
from mutuals.people.models import Organisation, Profile

SITE = ("https://beapours.example/",)


def voice(number=1, network="mastodon", name="", shown="", letter="", **told):
    return cards.Voice(number, network, str(number), name, shown, "", "", told, letter)


def own(called, **told):
    return cards.Voice(2, "mutuals", "2", "", "", "", "", {"name": called, **told})


def row(*voices):
    return row_of(cards.card(voices), social.READINGS)


def weighed(one, other):
    return {part.comparison: (part.level, part.bits) for part in Scorer(social.day_one()).score(one, other).evidence}


def presence(name, *, network="mastodon", shown="", **more):
    handle = Handle(network, f"{network}:{name}", f"@{name}", shown=shown, **more)
    found = profiles.ensure([handle], now=NOW)
    return Profile.objects.get(pk=found[handle.network, handle.key].id)


def test_a_rare_family_name_that_a_handle_spells_is_worth_more_than_a_common_one():
    handle, bea = row(voice(name="@beaspiegelhalter")), row(own("Bea Spiegelhalter"))
    other, jo = row(voice(name="@josmith")), row(own("Jo Smith"))

    rare = weighed(handle, bea | {"tf_given": 0.001, "tf_family": 1e-6})
    common = weighed(other, jo | {"tf_given": 0.001, "tf_family": 0.01})

    assert rare["family"][0] == common["family"][0] == "spelled by the handle"
    assert rare["family"][1] > 15 > 7 > common["family"][1] > 5


def test_an_account_that_a_biography_names_speaks_for_it_and_never_alone():
    named = row(voice(name="@kettlefan@tea.example", bio="I am @bea.pours@town.example elsewhere"))
    bea = row(voice(2, name="@bea.pours@town.example"))

    parts = weighed(named, bea)
    evidence = Scorer(social.day_one()).score(named, bea).evidence
    found = decide.decide([decide.Candidate(1, 40.0, evidence)], pool=1000)

    assert parts["named"] == ("one names the other", pytest.approx(10, abs=0.1))
    assert found.reason is decide.Reason.ONE_FAMILY


def test_an_address_that_a_biography_names_is_a_clue_and_not_an_address_of_the_holder():
    told = cards.card([voice(bio="write to z@quibell.net, info@tea.example or @bea@town.example")])
    many = cards.card([voice(bio=" ".join(f"bea{number}@tea.example" for number in range(9)))])
    bea = row(own("Bea Brand", email="z@quibell.net"))

    parts = weighed(row_of(told, social.READINGS), bea)

    assert told.emails == many.emails == ()
    assert told.named == ("z@quibell.net", "bea@town.example")
    assert len(many.named) == cards.MOST_ADDRESSES
    assert parts["named"][0] == "one names the other"
    assert set(keys.keys_of(told)) & set(keys.keys_of(cards.card([own("Bea Brand", email="z@quibell.net")])))


def test_an_account_that_both_have_and_that_spells_ones_name_says_nothing_of_the_others_name():
    profile = row(voice(name="@beabrews@tea.example", shown="bea brews"))
    bea = row(own("Bea Brand", mastodon="@beabrews@tea.example"))
    nameless = row(voice(name="@beabrand@tea.example"))
    told = row(own("Bea Brand", mastodon="@beabrand@tea.example"))

    parts, alone = weighed(profile, bea), weighed(nameless, told)

    assert (parts["handle"][0], parts["given"][0], parts["family"][0]) == ("one account", "same", "differs")
    assert {"given", "family"}.isdisjoint(alone)


def test_a_handle_that_both_have_says_no_more_of_two_names_that_differ_than_that_it_is_the_same():
    one = row(voice(name="@beabrews", network="instagram", shown="Bea Brews"))
    other = row(voice(2, name="@beabrews", shown="Cal Brand"))
    nameless = row(voice(2, name="@beabrews"))

    parts, open_ = weighed(one, other), weighed(one, nameless)

    assert (parts["given"][0], parts["family"][0]) == ("differs", "differs")
    assert (open_["handle"][0], open_["family"][0]) == ("same, as their name is", "spelled by the handle")


def test_the_words_of_a_clue_show_what_was_compared():
    one = voice(7, name="@beabrews@tea.example", shown="bea brews", url="https://tea.example/@beabrews")
    bea = own("Bea Brand", mastodon="@beabrews@tea.example")

    differing = told_of((one,), (bea,))
    spelled = told_of((voice(7, name="@beabrand"),), (own("Bea Brand"),))

    assert differing["family"] == ("Another family name", "brews / brand")
    assert differing["given"] == ("The same given name", "bea")
    assert spelled["family"] == ("The handle spells the family name", "beabrand")


def test_two_of_one_name_who_filled_in_a_form_have_a_name_in_common_and_no_account():
    one, other = (cards.Voice(n, "web", f"w{n}", "Lukas Müller", "", "", "", {}) for n in (1, 2))

    parts = weighed(row(one), row(other))

    assert (parts["given"][0], parts["family"][0]) == ("same", "same")
    assert "handle" not in parts
    assert cards.card([one]).accounts == cards.card([one]).handles == ()


def test_the_page_of_an_account_on_its_network_is_no_website_of_the_holder():
    sky = cards.Voice(1, "bluesky", "did:plc:1", "@bea.bsky.social", "", "https://bsky.app/profile/did:plc:1", "", {})
    toot = cards.Voice(2, "mastodon", "9", "@bea@tea.example", "", "https://tea.example/@bea", "", {})
    names_it = voice(3, sites=["https://tea.example/@bea"])

    apart, linked = weighed(row(sky), row(toot)), weighed(row(names_it), row(toot))

    assert "site" not in apart
    assert linked["site"][0] == "same page"


def told_of(mine, theirs):
    """Words and detail of each clue by its name."""
    asker = Asker(Held(1, 4, None, row(*mine)), tuple(one.id for one in mine), (), mine)
    other = Held(2, 5, None, row(*theirs))
    evidence = Scorer(social.day_one()).score(asker.held.row, other.row).evidence
    found = clues.clues_of(asker, other, decide.Candidate(2, 20.0, evidence), None, 0, at="2026-11-20")
    return {one["clue"]: (one["words"], one["detail"]) for one in found}


def test_what_stands_under_a_letter_is_weaker_than_what_somebody_says_of_themself():
    signed = row(
        voice(1, "email", signature={"name": "Bea Brand", "phones": ["+492215550101"]}, letter="interaction:9")
    )
    theirs = row(own("Bea Brand", phone="+492215550101"))

    parts = weighed(signed, theirs)

    assert parts["signature"][0] == "names the other's"
    assert parts["signature"][1] < weighed(theirs, theirs)["number"][1]


def test_the_letter_of_a_signature_and_the_profile_of_a_name_are_where_it_was_seen():
    mail = voice(5, "email", signature={"phones": ["+492215550101"]}, letter="interaction:9")
    tooter = voice(7, name="@bea", shown="Bea Brand")
    asker = Asker(Held(1, 4, None, row(mail, tooter)), (5, 7), (), (mail, tooter))
    other = Held(2, 5, None, row(own("Bea Brand", phone="+492215550101")))

    evidence = Scorer(social.day_one()).score(asker.held.row, other.row).evidence
    told = clues.clues_of(asker, other, decide.Candidate(2, 20.0, evidence), None, 0, at="2026-11-20")

    seen = {one["clue"]: one["seen"] for one in told}
    assert (seen["signature"], seen["family"]) == ("interaction:9", "profile:7")


def test_a_picture_that_many_have_is_no_clue():
    ready = ready_for_pictures()
    few, many = (row(voice(picture="0f1e2d3c4b5a6978")) for _ in range(2))

    for one, count in ((few, 2), (many, 40)):
        frequent([one], ready, {hashed("picture"): 1000, hashed(f"picture={one['picture']}"): count})

    assert weighed(few, few)["picture"][1] == pytest.approx(6, abs=0.5)
    assert "picture" not in weighed(many, many)


def ready_for_pictures():
    names = ("picture",)
    return Ready("x", social.day_one(), Scorer(social.day_one()), social.READINGS, names, social.READING, lambda x: x)


@pytest.mark.django_db
def test_two_of_one_name_in_one_firm_are_never_held_to_be_one():
    us = staff()
    person("Bea Brandmeyer", by=us.ada, email="bea.brandmeyer@firm.example")
    person("Bea Brandmeyer", by=us.ada, email="b.brandmeyer@firm.example", city="Porto")
    fresh = presence("beabrandmeyer@firm.example", network="email", shown="Bea Brandmeyer")
    live.drain(now=NOW)

    assert not Edge.objects.filter(verdict=Verdict.SAME).exists()
    assert Profile.objects.get(pk=fresh.pk).person is None
    asked = Edge.objects.filter(until=None, verdict=Verdict.UNSURE)
    words = [clue["words"] for edge in asked for clue in edge.because if clue["clue"] == "conflict"]
    assert any("mailboxes of one house, firm.example" in one for one in words)


@pytest.mark.django_db
def test_bea_and_bo_who_share_an_initial_are_not_even_asked_about():
    us = staff()
    bea, bo = person("Bea Brand", by=us.ada), person("Bo Brand", by=us.ada)
    link.confirm(presence("bea", shown="B. Brand"), person=bea, by=us.ada, now=NOW)
    link.confirm(presence("bo", shown="B. Brand", network="bluesky"), person=bo, by=us.ada, now=NOW)

    live.drain(now=NOW)

    assert not Edge.objects.filter(until=None).exists()


@pytest.mark.django_db
def test_the_site_of_an_organisation_speaks_for_none_of_its_people():
    us = staff()
    Organisation.objects.create(name="Kettle works", name_key="kettle works", domain="kettles.example")
    bea = person("Bea Brandmeyer", by=us.ada)
    link.confirm(presence("quilted", sites=("https://kettles.example/",)), person=bea, by=us.ada, now=NOW)
    fresh = presence("teapot", shown="Bea Brandmeyer", sites=("https://kettles.example/",))

    live.drain(now=NOW)

    assert Profile.objects.get(pk=fresh.pk).person is None
    edge = Edge.objects.filter(Q(a=fresh) | Q(b=fresh), until=None).first()
    assert edge is None or "site" not in {one["clue"] for one in edge.because}


@pytest.mark.django_db
def test_two_that_staff_told_apart_do_not_become_one_persons_in_one_go():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)
    live.drain(now=NOW)
    one = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)
    other = presence("bea.pours", network="bluesky", shown="Bea Brandmeyer", sites=SITE)
    edges.say(one.pk, other.pk, Verdict.DIFFERENT, edges.Grounds([]), by="staff:1", now=NOW)

    live.drain(now=NOW)

    assert Link.objects.filter(profile__in=[one, other], until=None, state=LinkState.CONFIRMED).count() == 1


@pytest.mark.django_db
def test_whoever_has_many_presences_gains_no_more_by_machine():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    for number in range(CROWD):
        link.confirm(presence(f"bea{number}", network="town"), person=bea, by=us.ada, now=NOW)
    link.confirm(presence("bea.pours", sites=SITE), person=bea, by=us.ada, now=NOW)

    fresh = presence("bea.pours", network="instagram", shown="Bea Brandmeyer", sites=SITE)
    live.drain(now=NOW)

    assert Profile.objects.get(pk=fresh.pk).person is None
    assert "presences or more" in str(Edge.objects.get(Q(a=fresh) | Q(b=fresh), until=None).because)


@pytest.mark.django_db
def test_an_account_that_changed_hands_is_asked_about():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    first = Handle("bluesky", "did:plc:first", "@bea.pours.example", shown="Bea Brandmeyer")
    link.confirm(
        Profile.objects.get(pk=profiles.ensure([first], now=NOW)[first.network, first.key].id),
        person=bea,
        by=us.ada,
        now=NOW,
    )
    live.drain(now=NOW)

    taken = Handle("bluesky", "did:plc:second", "@bea.pours.example", shown="Bea Brandmeyer")
    number = profiles.ensure([taken], now=NOW)[taken.network, taken.key].id
    live.drain(now=NOW)

    assert Profile.objects.get(pk=number).person is None
    (asked,) = Link.objects.filter(profile=number, until=None)
    assert asked.state == LinkState.SUGGESTED
    assert any("changed hands" in clue["words"] for clue in asked.because)


@pytest.mark.parametrize("shown", ["beapours", "Bea.Pours", "bea.pours.example", "brewer.example"])
def test_a_handle_that_is_shown_as_a_name_or_told_as_one_counts_once(shown):
    sky = cards.Voice(1, "bluesky", "did:plc:1", "@bea.pours.example", shown, "", "", {})
    toot = cards.Voice(2, "mastodon", "9", "@beapours@tea.example", "", "", "", {})

    made = cards.card([own(shown), sky, toot])

    assert made.handles
    assert made.given == made.family == made.names == ()


def test_a_shown_name_beside_a_handle_that_spells_it_stays_one():
    made = cards.card([cards.Voice(1, "github", "1", "beapours", "Bea Pours", "", "", {})])

    assert (made.given, made.family) == (("bea",), ("pours",))


@pytest.mark.django_db
def test_an_account_that_somebody_wrote_into_a_form_is_not_held_to_be_theirs():
    us = staff()
    bea = person("Bea Brandmeyer", by=us.ada)
    told = {"value": "@bea.pours@town.garden", "at": NOW.isoformat(), "by": "form:7"}
    Profile.objects.filter(person=bea).update(fields={"mastodon": told})

    (whom,) = cards.of([bea.pk], [])

    assert not whom.card.accounts
    assert not whom.card.handles
