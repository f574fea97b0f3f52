"""Notices: whom an entry concerns, who is meant by an @, what becomes one line, what is quiet. The reader stands in a story."""

from datetime import UTC, datetime, time, timedelta

import pytest

import cast
from mutuals.base import journal
from mutuals.base.reading import Piece, Place, piece
from mutuals.staff import concerns, follow, here, mentions, named, notices, notices_told
from mutuals.staff.models import Heard, Notice, User, Why

ANA = mentions.Colleague(1, "Ana Sousa", "ana@kettles.example")
ANNA = mentions.Colleague(2, "Anna Berg", "berg@kettles.example")
OTHER = mentions.Colleague(3, "Ana Silva", "silva.ana@kettles.example")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@ana please look", [1]),
        ("@Ana Silva, and then @ANNA BERG.", [3, 2]),
        ("write to bea@ana.example, ana@kettles.example", []),
        ("(@berg) @berg", [2]),
        ("@silva.ana.", [3]),
        ("@anna", [2]),
        ("@an @nobody @ ana", []),
    ],
)
def test_an_at_means_a_colleague_by_name_handle_or_the_only_first_name(text, meant):
    assert mentions.found(text, [ANA, ANNA, OTHER]) == meant


@pytest.mark.parametrize(
    ("kind", "about", "data", "whom"),
    [
        ("conversation.assigned", "conversation:1", {"to": 7, "team": 2}, {7: Why.GIVEN}),
        ("conversation.assigned", "conversation:1", {"to": None}, {}),
        ("deal.edited", "deal:1", {"changes": {"owner": [3, 7]}}, {7: Why.GIVEN}),
        ("person.edited", "person:1", {"changes": {"owner_id": [3, None]}}, {}),
        ("deal.opened", "deal:1", {"owner": 7}, {7: Why.GIVEN}),
        ("deal.moved_to_pipeline", "deal:1", {"to": 7}, {}),
        ("idea.given", "idea:1", {"to": 7, "from": 3}, {7: Why.GIVEN}),
        ("process.handed_over", "deal:1", {"to": "Ben", "to_user": 7}, {7: Why.OFFERED}),
        ("staff.told", "staff:7", {"text": "Look", "thing": "deal:1"}, {7: Why.TOLD}),
        ("deal.edited", "deal:1", {"changes": {"owner": "7"}}, {}),
        ("deal.edited", "deal:1", {"changes": ["owner"]}, {}),
        ("task.added", "task:1", {"assignee": True}, {}),
    ],
)
def test_an_entry_says_whom_it_concerns(kind, about, data, whom):
    assert concerns.of(Piece(1, kind, about, cast.NOW, data, "staff:3")).users == whom


def test_quiet_hours_are_of_ones_own_zone_and_go_over_midnight():
    ada = User(zone="Europe/Lisbon", quiet_from=time(20), quiet_until=time(7))
    hours = {hour: notices.is_quiet(ada, datetime(2026, 7, 1, hour, 30, tzinfo=UTC)) for hour in (5, 6, 12, 18, 19, 23)}

    assert hours == {5: True, 6: False, 12: False, 18: False, 19: True, 23: True}
    assert not notices.is_quiet(User(zone="UTC"), cast.NOW)


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_read_by_pieces_each_entry_once_also_what_comes_between_them():
    journal.note("a.before", "deal:1", by="machine:test")
    first, place = piece(Place(), most=3)
    numbers = [journal.note("a.b", f"deal:{one}", by="staff:1").pk for one in range(7)]

    read, more = [], []
    for _ in range(8):
        told, place = piece(place, most=3)
        read += [one.id for one in told]
        more.append(place.until > 0)
        if len(more) == 2:
            numbers.append(journal.note("a.between", "deal:9", by="staff:2").pk)

    assert first == []
    assert sorted(read) == numbers
    assert len(read) == len(set(read))
    assert more[0] is True
    assert place.until == 0


@pytest.mark.django_db
def test_ten_changes_within_an_hour_are_one_line_and_what_was_read_begins_another():
    us = cast.staff()
    bea = cast.person(by=us.olga)
    key = follow.begin(f"person:{bea.pk}", by=us.ada).key
    follow.begin(key, by=us.ada)
    told = [
        Piece(100 + one, "person.edited", key, cast.NOW + timedelta(minutes=one), {}, f"staff:{us.ben.pk}")
        for one in range(10)
    ]

    notices_told.tell(told[:4], now=cast.NOW)
    notices_told.tell(told, now=cast.NOW)  # again, with what followed
    later = Piece(120, "person.edited", key, cast.NOW + timedelta(hours=2), {}, f"staff:{us.ben.pk}")
    own = Piece(121, "person.edited", key, cast.NOW, {}, f"staff:{us.ada.pk}")
    by_rule = Piece(122, "person.edited", key, cast.NOW + timedelta(hours=4), {"via": [1]}, f"staff:{us.ada.pk}")
    notices_told.tell([later, own, by_rule], now=cast.NOW)
    one = Notice.objects.order_by("pk").first()
    us.ada.refresh_from_db()
    lines = notices.listed(us.ada)

    assert [(line.count, line.who) for line in lines] == [(1, "Ada"), (1, "Ben"), (10, "Ben")]
    assert lines[-1].text == "10 changes, the last by Ben: edited"
    assert sorted(one.entries) == list(range(100, 110))
    assert us.ada.news == 3
    assert notices.read(us.ada, [one.pk], now=cast.NOW) == 1
    assert notices_told.tell([*told, later], now=cast.NOW) == 0
    assert len(notices.listed(us.ada)) == 2
    assert notices.unread(us.ada, [one.pk]) == 1


@pytest.mark.django_db
def test_merged_people_are_followed_as_one_and_nothing_is_told_of_what_one_may_not_see():
    us = cast.staff()
    bea, twin = cast.person("Bea", by=us.olga), cast.person("Beatrice", by=us.olga)
    follow.begin(f"person:{twin.pk}", by=us.ada)
    with pytest.raises(ValueError, match="not yours"):
        follow.begin(f"person:{bea.pk}", by=us.cleo)
    twin.canonical = bea
    twin.save(update_fields=["canonical"])
    given = Piece(
        1, "person.edited", f"person:{bea.pk}", cast.NOW, {"changes": {"owner_id": [None, us.cleo.pk]}}, "staff:1"
    )

    notices_told.tell([given], now=cast.NOW)
    (line,) = notices.listed(us.ada)
    us.ada.role = "contractor"

    assert line.record.name == "Bea"
    assert line.record.key == f"person:{bea.pk}"
    assert follow.follows(us.ada, f"person:{bea.pk}")
    assert [row.name for row in follow.who(f"person:{bea.pk}")] == ["Ada"]
    assert Notice.objects.filter(user=us.cleo).count() == 0
    hidden = notices.listed(us.ada)[0]
    assert (hidden.text, hidden.record, hidden.who, hidden.words) == (notices.HIDDEN, None, "", "")
    assert follow.end(f"person:{bea.pk}", by=us.ada)


@pytest.mark.django_db
def test_who_is_at_a_record_is_seen_by_others_until_they_go():
    us = cast.staff()
    key = f"person:{cast.person(by=us.olga).pk}"
    second = timedelta(seconds=1)

    alone = here.beat(key, by=us.ada, now=cast.NOW)
    ben = here.beat(key, by=us.ben, now=cast.NOW, is_editing=True)
    here.beat(key, by=us.ben, now=cast.NOW + 10 * second)  # the same page beside his form
    ada = here.beat(key, by=us.ada, now=cast.NOW + 20 * second)
    here.leave(key, by=us.ben)
    still = here.beat(key, by=us.ada, now=cast.NOW + 21 * second)
    here.leave(key, by=us.ben, is_editing=True)
    gone = here.beat(key, by=us.ada, now=cast.NOW + 22 * second)
    late = here.beat(key, by=us.ben, now=cast.NOW + 83 * second)

    assert (alone, gone, late) == ([], [], [])
    assert [(one.name, one.is_editing) for one in ben] == [("Ada", False)]
    assert [(one.name, one.is_editing) for one in ada] == [("Ben", True)]
    assert ada == still
    with pytest.raises(ValueError, match="not yours"):
        here.beat(key, by=us.cleo, now=cast.NOW)


@pytest.mark.django_db
def test_letters_go_once_to_those_who_want_them_and_wait_for_quiet_hours_to_end():
    us = cast.staff()
    key = f"person:{cast.person(by=us.olga).pk}"
    User.objects.filter(pk=us.ada.pk).update(told_by="mail", quiet_from=time(9), quiet_until=time(11))
    entry = Piece(5, "person.edited", key, cast.NOW, {"changes": {"owner_id": [None, us.ada.pk]}}, f"staff:{us.ben.pk}")
    notices_told.tell([entry], now=cast.NOW)
    letters = []

    def mailed(user, lines, now):
        letters.append((user.name, [line.text for line in lines]))
        return True

    asleep = notices.mail_out(now=cast.NOW, mailed=mailed)
    awake = notices.mail_out(now=cast.NOW + timedelta(hours=1), mailed=mailed)
    again = notices.mail_out(now=cast.NOW + timedelta(hours=1), mailed=mailed)

    assert (asleep, awake, again) == (0, 1, 0)
    assert letters == [("Ada", ["Ben gave it to you"])]
    assert notices.reader_of(notices.mark_of(us.ada)) == us.ada
    assert notices.reader_of("forged") is None


@pytest.mark.django_db
def test_every_kind_that_a_room_tells_is_named_shown_and_asked_in_few_statements(django_assert_max_num_queries):
    us = cast.staff()
    keys = [f"{kind}:{number}" for kind in named.kinds() for number in (1, 2, 3)]

    with django_assert_max_num_queries(3 * len(named.kinds())):
        shown = named.shown(us.olga, [*keys, "nothing:1", "person:x", ""])

    assert shown == {}
    assert {"person", "organisation", "deal", "order", "case", "conversation", "idea"} <= named.kinds().keys()
    assert Heard.objects.count() == 0
