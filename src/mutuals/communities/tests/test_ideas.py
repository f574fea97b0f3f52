"""Ideas: written down, asked for in messages, voted for, merged, decided, thrown away and taken back."""

from datetime import timedelta
from decimal import Decimal

import pytest

import cast
from mutuals.base.models import Entry
from mutuals.base.refusals import Refusal
from mutuals.communities import decide, ideas, merge, queries, rollups
from mutuals.communities.hanging import _move_votes, _voted
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.history.models import Interaction
from mutuals.identity import offered
from mutuals.people import persons
from mutuals.people.hanging import Move
from mutuals.people.models import Person, Profile
from mutuals.processes import keep, kinds, run, templates, usual
from mutuals.sales import goods
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff import accounts
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return cast.staff()


def said(us, *events):
    return cast.said(cast.source(owner=us.olga), *events)


def idea(us, title="Red lids", **more):
    return ideas.add(by=us.ada, now=cast.NOW, title=title, **more)[0]


def bought(us, person, total):
    line = LineIn("Kettle", unit_price=Decimal(total))
    told = OrderIn(f"O-{person.pk}-{total}", cast.NOW, "EUR", lines=(line,))
    offered.enter(told, person=person, organisation=None, by=us.ada, now=cast.NOW)


def known(us, message, name="Bea Brand"):
    person = cast.person(name, by=us.ada)
    Profile.objects.filter(pk=message.profile_id).update(person=person)
    return person


def test_an_idea_is_written_down_once_and_belongs_to_who_wrote_it(us):
    lid = goods.add_product(by=us.lea, sku="L-9", name="Lid")

    first, is_new = ideas.add(by=us.ada, now=cast.NOW, title="Red lids", text="Why only grey?")
    again, is_again = ideas.add(by=us.ben, now=cast.NOW, title="  RED  lids ")
    other, _ = ideas.add(by=us.ben, now=cast.NOW, title="Red lids", product=lid)

    assert (is_new, is_again) == (True, False)
    assert again == first != other
    assert (first.owner, first.state, first.created_by) == (us.ada, "new", f"staff:{us.ada.pk}")
    assert Entry.objects.filter(kind="idea.added").count() == 2
    for bad in ("", "x" * 201, "bell\a"):
        with pytest.raises(Refusal):
            ideas.add(by=us.ada, now=cast.NOW, title=bad)


def test_a_message_becomes_an_idea_whose_author_asked_and_the_same_message_again_is_the_same(us):
    first, second = said(
        us, cast.event("p1", "Make red lids!\nPlease."), cast.event("p2", "Red lids would be nice", who="bo")
    )

    made, is_new = ideas.ask_from(first, by=us.ada, now=cast.NOW)
    again, is_again = ideas.ask_from(first, by=us.ben, now=cast.NOW, title="Another title")
    joined, has_joined = ideas.ask_from(second, by=us.ada, now=cast.NOW, idea=made)

    assert (is_new, is_again, has_joined) == (True, False, False)
    assert made.title == "Make red lids!"
    assert again == joined == made
    assert joined.askers == 2
    assert [one.words for one in queries.askers(made, us.ada)] == ["Red lids would be nice", "Make red lids!\nPlease."]
    assert Asker.objects.count() == 2
    assert queries.asked_in(us.ada, [first.pk, second.pk]) == {first.pk: made, second.pk: made}


def test_a_rule_gathers_messages_under_one_title(us):
    rows = said(us, *(cast.event(f"p{n}", f"Lid {n}?", who=f"w{n}") for n in range(3)))

    found = [ideas.ask_from(row, by=us.lea, now=cast.NOW, title="Lids", via="rule:7") for row in rows]

    assert [is_new for _, is_new in found] == [True, False, False]
    assert {one.pk for one, _ in found} == {Idea.objects.get().pk}
    assert (Idea.objects.get().askers, Idea.objects.get().created_by) == (3, "rule:7")


def test_our_own_words_deleted_ones_and_silence_are_no_idea(us):
    ours, deleted, silent = said(us, *(cast.event(f"p{n}", "Red lids") for n in range(3)))
    Interaction.objects.filter(pk=ours.pk).update(direction="out")
    Interaction.objects.filter(pk=deleted.pk).update(deleted_at=cast.NOW)
    Interaction.objects.filter(pk=silent.pk).update(text="", subject="")

    for one in (ours, deleted, silent):
        with pytest.raises(Refusal):
            ideas.ask_from(one, by=us.ada, now=cast.NOW)
    titled, _ = ideas.ask_from(silent, by=us.ada, now=cast.NOW, title="What the picture shows")

    assert titled.askers == 1
    assert Idea.objects.count() == 1


def test_what_the_author_changes_or_takes_back_changes_with_the_idea(us):
    (message,) = said(us, cast.event("p1", "Red lids"))
    made, _ = ideas.ask_from(message, by=us.ada, now=cast.NOW, title="Colours")

    Interaction.objects.filter(pk=message.pk).update(text="Blue lids")
    changed = queries.askers(made, us.ada)[0].words
    Interaction.objects.filter(pk=message.pk).update(deleted_at=cast.NOW)

    assert changed == "Blue lids"
    assert queries.askers(made, us.ada)[0].words == ""


def test_votes_count_once_a_person_and_can_be_taken_back(us):
    bea, bo, made = cast.person(by=us.ada), cast.person("Bo Brand", by=us.ada), idea(us)

    found = [ideas.vote(made, person=who, by=us.ada, now=cast.NOW) for who in (bea, bea, bo)]
    made.refresh_from_db()
    voted = made.votes
    gone = [ideas.unvote(made, person=bo, by=us.ada), ideas.unvote(made, person=bo, by=us.ada)]
    made.refresh_from_db()

    assert (found, voted, gone, made.votes) == ([True, False, True], 2, [True, False], 1)
    assert queries.voters(made) == [bea]


def test_the_value_of_those_who_asked_is_what_they_bought_each_once_and_lists_sort_by_it(us):
    one, two, three = said(
        us, cast.event("p1", "Red lids"), cast.event("p2", "Red lids!"), cast.event("p3", "Taller cups", who="bo")
    )
    bea = known(us, one)
    bought(us, bea, 120)
    dear, _ = ideas.ask_from(one, by=us.ada, now=cast.NOW)
    ideas.ask_from(two, by=us.ada, now=cast.NOW, idea=dear)
    cheap, _ = ideas.ask_from(three, by=us.ada, now=cast.NOW)
    ideas.vote(cheap, person=bea, by=us.ada, now=cast.NOW)
    bought(us, bea, 30)

    rollups.recount_all()
    dear.refresh_from_db()
    by = {sort: [row.title for row in queries.listed(us.ada, sort=sort)] for sort in queries.SORTS}

    assert (dear.askers, dear.worth, dear.worth_currency) == (1, Decimal(150), "EUR")
    assert by["value"] == ["Red lids", "Taller cups"]
    assert by["votes"] == by["new"] == ["Taller cups", "Red lids"]


def test_somebody_asks_on_the_telephone_and_their_newest_words_stand(us):
    bea, made = cast.person(by=us.ada), idea(us)

    first = ideas.ask(made, person=bea, words="Red, please", by=us.ada, now=cast.NOW)
    again = ideas.ask(made, person=bea, words="Dark red", by=us.ada, now=cast.NOW + timedelta(days=1))
    shown = queries.askers(made, us.ada)
    gone = [ideas.unask(first, by=us.ada), ideas.unask(first, by=us.ada)]

    assert again == first
    assert [(one.person, one.words, one.said_in) for one in shown] == [(bea, "Dark red", None)]
    assert gone == [True, False]
    assert Idea.objects.get().askers == 0


def test_lists_are_walked_to_their_end_in_every_order_and_narrowed(us):
    lid = goods.add_product(by=us.lea, sku="L-9", name="Lid")
    for n in range(7):
        idea(us, f"Idea number {n}", product=lid if n % 2 else None)
    Idea.objects.filter(title__endswith="3").update(votes=5, worth=9)
    Idea.objects.filter(title__endswith="6").update(state="declined")

    walked = {}
    for sort, column in queries.SORTS.items():
        rows, before = [], None
        while page := queries.listed(us.ada, sort=sort, before=before, limit=2):
            rows += [row.pk for row in page]
            before = (getattr(page[-1], column), page[-1].pk)
        walked[sort] = rows

    assert all(len(rows) == len(set(rows)) == 7 for rows in walked.values())
    assert Idea.objects.get(pk=walked["votes"][0]).title.endswith("3")
    assert len(queries.listed(us.ada, state="open")) == 6
    assert [row.title for row in queries.listed(us.ada, state="declined")] == ["Idea number 6"]
    assert len(queries.listed(us.ada, product_id=lid.pk)) == 3
    assert [row.title for row in queries.listed(us.ada, text="NUMBER 5")] == ["Idea number 5"]


def test_ideas_that_are_like_some_words_are_offered_the_most_alike_first(us):
    for title in ("Lids in red", "Cups without handles", "A red lid for the small kettle"):
        idea(us, title)

    found = [row.title for row in queries.alike(us.ada, "red lids")]

    assert set(found) == {"Lids in red", "A red lid for the small kettle"}
    assert queries.alike(us.ada, "re") == []


def test_two_ideas_become_one_that_counts_both_and_are_parted_again(us):
    one, two = said(us, cast.event("p1", "Red lids"), cast.event("p2", "Coloured lids", who="bo"))
    bea = known(us, one)
    red, _ = ideas.ask_from(one, by=us.ada, now=cast.NOW)
    coloured, _ = ideas.ask_from(two, by=us.ada, now=cast.NOW)
    for each in (red, coloured):
        ideas.vote(each, person=bea, by=us.ada, now=cast.NOW)

    kept = merge.merge(red, into=coloured, by=us.ada, now=cast.NOW)
    again = merge.merge(red, into=coloured, by=us.ada, now=cast.NOW)
    listed = queries.listed(us.ada)
    asked, _ = ideas.ask_from(one, by=us.ada, now=cast.NOW)
    parted = [merge.part(red, by=us.ada), merge.part(red, by=us.ada)]
    coloured.refresh_from_db()

    assert kept == again == asked == coloured
    assert (kept.askers, kept.votes) == (2, 1)
    assert listed == [coloured]
    assert queries.root(red.pk) == red.pk
    assert [(row.askers, row.votes) for row in (*parted, coloured)] == [(1, 1)] * 3


def test_a_chain_of_merges_is_parted_link_by_link_and_never_a_circle(us):
    a, b, c = (idea(us, title) for title in "abc")
    merge.merge(a, into=b, by=us.ada, now=cast.NOW)
    merge.merge(b, into=c, by=us.ada, now=cast.NOW)

    with pytest.raises(Refusal):
        merge.merge(c, into=a, by=us.ada, now=cast.NOW)
    was = queries.root(a.pk)
    merge.part(b, by=us.ada)

    assert was == c.pk
    assert queries.root(a.pk) == b.pk
    assert queries.tree(b.pk) == [a.pk, b.pk]


def test_what_is_in_the_trash_is_in_no_list_and_comes_back_whole(us):
    bea, made = cast.person(by=us.ada), idea(us)
    ideas.vote(made, person=bea, by=us.ada, now=cast.NOW)

    merge.trash(made, by=us.ada, now=cast.NOW)
    merge.trash(made, by=us.ada, now=cast.NOW)
    listed = queries.listed(us.ada)
    with pytest.raises(ideas.Gone):
        ideas.vote(made, person=bea, by=us.ada, now=cast.NOW)
    merge.restore(made, by=us.ada)

    assert listed == []
    assert queries.listed(us.ada) == [made]
    assert Entry.objects.filter(kind="idea.trashed").count() == 1
    assert Idea.objects.get().votes == 1


def test_declining_asks_for_a_reason_and_each_state_is_noted_once(us):
    made = idea(us)

    with pytest.raises(Refusal):
        decide.set_state(made, state="declined", by=us.ada, now=cast.NOW)
    for _ in range(2):
        decide.set_state(made, state="declined", by=us.ada, now=cast.NOW, because="Too dear to make")
    declined = Idea.objects.get()
    decide.set_state(made, state="review", by=us.ada, now=cast.NOW)

    assert (declined.state, declined.reason) == ("declined", "Too dear to make")
    assert Idea.objects.get().reason == ""
    assert [row.data["state"] for row in Entry.objects.filter(kind="idea.state").order_by("pk")] == [
        "declined",
        "review",
    ]
    with pytest.raises(Refusal):
        decide.set_state(made, state="lost", by=us.ada, now=cast.NOW)


def test_the_state_follows_the_step_of_the_shipped_process(us):
    made = idea(us)

    item = decide.start(made, by=us.ada, now=cast.NOW)
    states = [Idea.objects.get().state]
    again = decide.start(made, by=us.ben, now=cast.NOW)
    with pytest.raises(Refusal):
        decide.set_state(made, state="done", by=us.ada, now=cast.NOW)
    for to in ("look", "try", "build"):
        run.move(item, to=to, by=us.ada, now=cast.NOW)
        states.append(Idea.objects.get().state)
    run.back(item, by=us.ada, now=cast.NOW, because="It leaks", to="look")
    run.move(item, to="declined", by=us.ada, now=cast.NOW, because="Nobody would pay for it")
    ended = Idea.objects.get()

    assert again == item == ended.item
    assert item.process == usual.of("idea", by=us.ada, now=cast.NOW)
    assert states == ["new", "review", "review", "planned"]
    assert (ended.state, ended.reason) == ("declined", "Nobody would pay for it")


def test_an_idea_runs_in_one_process_at_a_time_and_none_while_it_is_merged_or_thrown_away(us):
    body = templates.templates()["idea"].body
    drafts = [keep.draft(dict(body), by=us.lea, now=cast.NOW, name=name, kind="idea") for name in ("One", "Two")]
    one, two = (keep.publish(draft, by=us.lea, now=cast.NOW).process for draft in drafts)
    made, other = idea(us), idea(us, "Other")
    item = decide.start(made, by=us.ada, now=cast.NOW, process=one)

    with pytest.raises(Refusal):
        decide.start(made, by=us.ada, now=cast.NOW, process=two)
    merge.merge(made, into=other, by=us.ada, now=cast.NOW)
    with pytest.raises(NotAllowed):
        run.move(item, to="look", by=us.ada, now=cast.NOW)
    merge.part(made, by=us.ada)
    run.move(item, to="look", by=us.ada, now=cast.NOW)
    run.drop(item, by=us.ada, now=cast.NOW, because="It was a test")
    second = decide.start(made, by=us.ada, now=cast.NOW, process=two)

    assert Idea.objects.get(pk=made.pk).item == second
    assert kinds.kind("idea").shown([f"idea:{made.pk}"]) == {f"idea:{made.pk}": ("Red lids", f"/ideas/{made.pk}/")}


def test_who_asked_is_told_of_a_decision_once_and_where_they_spoke_last(us):
    one, two = said(us, cast.event("p1", "Red lids"), cast.event("p2", "Thanks", at=cast.NOW + timedelta(hours=1)))
    bea = known(us, one)
    made, _ = ideas.ask_from(one, by=us.ada, now=cast.NOW)
    mine = [row.id for row in queries.askers(made, us.ada)]

    with pytest.raises(Refusal):
        decide.told(made, mine, by=us.ada, now=cast.NOW)
    decide.set_state(made, state="planned", by=us.ada, now=cast.NOW)
    waiting = queries.to_tell(decide.held(made))
    counts = [decide.told(made, mine, by=us.ada, now=cast.NOW) for _ in range(2)]
    asked = queries.askers(Idea.objects.get(), us.ada)[0]
    decide.set_state(made, state="done", by=us.ada, now=cast.NOW)

    assert waiting == 1
    assert counts == [1, 0]
    assert (asked.is_told, asked.conversation_id, asked.person) == (True, two.conversation_id, bea)
    assert queries.to_tell(Idea.objects.get()) == 1


def test_contractors_see_and_do_nothing_of_it(us):
    made, bea = idea(us), cast.person(by=us.ada)
    (message,) = said(us, cast.event("p1"))

    for act in (
        lambda: ideas.add(by=us.cleo, now=cast.NOW, title="Mine"),
        lambda: ideas.edit(made, by=us.cleo, changes={"title": "Mine"}, now=cast.NOW),
        lambda: ideas.vote(made, person=bea, by=us.cleo, now=cast.NOW),
        lambda: ideas.unvote(made, person=bea, by=us.cleo),
        lambda: ideas.ask(made, person=bea, words="x", by=us.cleo, now=cast.NOW),
        lambda: ideas.ask_from(message, by=us.cleo, now=cast.NOW),
        lambda: decide.set_state(made, state="done", by=us.cleo, now=cast.NOW),
        lambda: decide.start(made, by=us.cleo, now=cast.NOW),
        lambda: decide.told(made, [1], by=us.cleo, now=cast.NOW),
        lambda: merge.merge(made, into=made, by=us.cleo, now=cast.NOW),
        lambda: merge.part(made, by=us.cleo),
        lambda: merge.trash(made, by=us.cleo, now=cast.NOW),
        lambda: merge.restore(made, by=us.cleo),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert queries.listed(us.cleo) == queries.alike(us.cleo, "red lids") == queries.askers(made, us.cleo) == []
    assert queries.history_of(made, us.cleo) == []
    assert kinds.kind("idea").may(us.ada, f"idea:{made.pk}")
    assert not kinds.kind("idea").may(us.cleo, f"idea:{made.pk}")


def test_who_leaves_hands_their_ideas_over(us):
    made = idea(us)

    before = accounts.holdings(us.ada)
    moved = decide.hand_over(us.ada, us.ben)

    assert before["ideas"] == moved == 1
    assert accounts.holdings(us.ben)["ideas"] == 1
    assert Idea.objects.get().owner == us.ben
    assert queries.held_by(us.ada) == 0
    assert made.owner == us.ada


def test_a_merge_of_persons_counts_them_once_and_a_vote_goes_along_on_a_split(us):
    bea, other, made = cast.person(by=us.ada), cast.person("Beate Brand", by=us.ada), idea(us)
    ideas.vote(made, person=other, by=us.ada, now=cast.NOW)
    Person.objects.filter(pk=other.pk).update(canonical=bea)
    again = ideas.vote(made, person=bea, by=us.ada, now=cast.NOW)
    made.refresh_from_db()
    votes = made.votes
    Vote.objects.filter(person=bea).delete()
    Person.objects.filter(pk=other.pk).update(canonical=other)
    (thing,) = _voted([other.pk], [])
    went = _move_votes([Move(thing.id, thing.holder, bea.pk)])

    assert (again, votes) == (True, 1)
    assert went == {thing.id}
    assert queries.voters(made) == [persons.held(bea.pk)]
