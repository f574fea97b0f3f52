from decimal import Decimal
from pathlib import Path

import pytest

from mutuals import flow
from mutuals.capture.imports import begin, report
from mutuals.capture.models import Cursor, RawEvent
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Handle, Unreadable
from mutuals.history.models import Interaction
from mutuals.listening.models import Mention
from mutuals.listening.topic import fill, topics
from mutuals.people import erased, organisations, profiles
from mutuals.people.models import Organisation, Person, Profile
from mutuals.sales.models import Order
from mutuals.staff.models import Role
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
ORDERS = """number,customer_id,email,placed_at,currency,line_sku,line_name,line_quantity,line_unit_price
1001,7,bea@kettle.example,2026-03-01T10:00:00Z,EUR,K-1,Kettle,2,19.90
1001,7,bea@kettle.example,2026-03-01T10:00:00Z,EUR,L-1,Lid,1,3.00
1002,,stranger@town.example,2026-03-02T10:00:00Z,EUR,K-1,Kettle,1,19.90
"""
POSTS = """id,text,said_at,author_id,author_handle
1,My kettle leaks,2026-03-01T10:00:00Z,9,@bea
2,Mine too,2026-03-01T11:00:00Z,,
"""
MAIL = """From bea Sun Mar  1 10:00:00 2026
From: Bea <bea@kettle.example>
To: care@kettleworks.example
Message-ID: <1@k>
Date: Sun, 01 Mar 2026 10:00:00 +0000
Subject: Lid

It leaks.

"""


def test_rows_of_one_number_are_one_order_of_a_known_person(tmp_path: Path) -> None:
    whole(write(tmp_path, "id,name,email\n7,Bea Kettle,bea@kettle.example\n"))

    done = whole(write(tmp_path, ORDERS), "orders")

    assert counted(done) == (3, 0, 0, 0, 0)
    order = Order.objects.get(number="1001")
    assert (order.total, order.lines.count(), order.profile.network) == (Decimal("42.80"), 2, f"crm:{done.source_id}")
    bea = Person.objects.get()
    assert (bea.order_count, bea.order_total, bea.order_currency) == (1, Decimal("42.80"), "EUR")
    assert Profile.objects.get(key="stranger@town.example").person is None
    assert Interaction.objects.filter(kind="order").count() == 2
    assert counted(whole(write(tmp_path, ORDERS), "orders")) == (0, 0, 3, 0, 0)


def test_a_shops_number_joins_the_person_of_the_address_beside_it(tmp_path: Path) -> None:
    whole(write(tmp_path, "name,email\nBea Kettle,bea@kettle.example\n"), source="Letters")

    done = whole(write(tmp_path, ORDERS), "orders")

    assert counted(done, "new") == (3,)
    assert Person.objects.get().order_count == 1
    assert Profile.objects.get(key="7").person == Person.objects.get()


def test_one_bad_row_spoils_its_order_only(tmp_path: Path) -> None:
    done = whole(write(tmp_path, ORDERS.replace("L-1,Lid,1,", "L-1,Lid,many,")), "orders")

    assert counted(done, "new", "errors") == (1, 2)
    assert not Order.objects.filter(number="1001").exists()


def test_rows_of_an_order_that_stand_apart_are_refused(tmp_path: Path) -> None:
    apart = ORDERS + "1001,7,,2026-03-01T10:00:00Z,EUR,L-2,Spout,1,3.00\n"

    done = whole(write(tmp_path, apart), "orders", size=1)

    assert counted(done, "new", "errors") == (3, 1)
    assert "sort the file" in done.troubles.get().reason


def test_organisations_are_known_by_number_domain_or_a_name_that_only_one_has(tmp_path: Path) -> None:
    organisations.add(by=lead(), name="The Kettle Works", now=NOW)
    rows = """id,name,domain,city
1,the kettle works,kettle.example,Köln
2,Ostrow,ostrow.example,
,Brewers,kettle.example,Bonn
"""

    done = whole(write(tmp_path, rows), "organisations")

    assert counted(done) == (1, 2, 0, 0, 0)
    works = Organisation.objects.get(domain="kettle.example")
    assert (works.name, works.city) == ("The Kettle Works", "Köln")
    assert counted(whole(write(tmp_path, rows), "organisations")) == (0, 0, 3, 0, 0)


def test_posts_go_in_raw_with_the_row_they_came_from(tmp_path: Path) -> None:
    done = whole(write(tmp_path, POSTS), "posts", source="Forum", constants={"public": "true"})

    assert counted(done) == (2, 0, 0, 0, 0)
    assert RawEvent.objects.filter(source=done.source, state="received").count() == 2
    assert Cursor.objects.get(source=done.source).value == {"row": 3}
    assert counted(whole(write(tmp_path, POSTS), "posts", source="Forum", constants={"public": "true"})) == (
        0,
        0,
        2,
        0,
        0,
    )


def test_another_wording_under_the_same_id_is_an_edit_once(tmp_path: Path) -> None:
    whole(write(tmp_path, POSTS), "posts", source="Forum")
    edited = POSTS.replace("leaks", "leaked")

    done = whole(write(tmp_path, edited), "posts", source="Forum")

    assert counted(done, "updated", "same") == (1, 1)
    assert counted(whole(write(tmp_path, edited), "posts", source="Forum"), "same") == (2,)


TOLD_BY = """id,text,said_at,author
1,My kettle leaks,2026-03-01T10:00:00Z,flyer13824
2,Mine too,2026-03-01T11:00:00Z,jnardino
3,And mine,2026-03-01T12:00:00Z,flyer13824
"""


def test_one_word_as_handles_are_is_proposed_as_a_handle_and_a_given_name_is_not(tmp_path: Path) -> None:
    handles = upload(write(tmp_path, TOLD_BY), "posts", source="Forum")
    names = upload(write(tmp_path, TOLD_BY.replace("flyer13824", "Bea").replace("jnardino", "Jo")), "posts")
    both = upload(write(tmp_path, TOLD_BY.replace("said_at,", "handle,").replace("00Z", "00Zx")), "posts")

    assert (handles.mapping["author"], names.mapping["author"]) == ("author_handle", "author_name")
    assert (both.mapping["handle"], both.mapping["author"]) == ("author_handle", "author_name")
    assert [report.is_without_authors(choose(one, zone="UTC")) for one in (handles, names)] == [False, True]


def test_posts_brought_again_with_the_column_of_their_author_get_one_and_no_second_wording(tmp_path: Path) -> None:
    wrong = {"id": "id", "text": "text", "said_at": "said_at", "author": "author_name"}
    first = run(check(choose(upload(write(tmp_path, TOLD_BY), "posts", source="Forum"), mapping=wrong)))
    flow.run(first.source_id)
    topic = topics.make(topics.Wanted("Kettles", "kettle"), by=lead(), now=NOW)
    fill.fill(topic.version_id)
    before = set(Interaction.objects.values_list("profile", flat=True))

    right = wrong | {"author": "author_handle"}
    again = run(check(choose(upload(write(tmp_path, TOLD_BY), "posts", source="Forum"), mapping=right)))
    flow.run(first.source_id)

    said = Interaction.objects.order_by("key")
    assert before == {None}
    assert counted(again, "new", "updated") == (0, 3)
    assert [row.profile.key for row in said] == ["flyer13824", "jnardino", "flyer13824"]
    assert [row.conversation.opener.key for row in said] == ["flyer13824", "jnardino", "flyer13824"]
    assert [row.edited_at for row in said] == [None] * 3
    assert Mention.objects.get().profile_id == said[0].profile_id


def test_a_post_of_an_erased_author_is_kept_out(tmp_path: Path) -> None:
    erased.keep_out([("file", "9")], now=NOW)

    done = whole(write(tmp_path, POSTS), "posts", source="Forum")

    assert counted(done, "new", "errors") == (1, 1)


def test_a_mailbox_comes_in_as_mails(tmp_path: Path) -> None:
    mbox = write(tmp_path, MAIL, "old.mbox")

    done = whole(mbox, "posts", source="Old mail")

    assert counted(done, "new") == (1,)
    assert done.source.connector == "email"
    assert counted(whole(mbox, "posts", source="Old mail"), "same") == (1,)


def test_two_mails_of_a_mailbox_that_share_a_message_id_both_come_in(tmp_path: Path) -> None:
    other = MAIL.replace("It leaks.", "It is red.").replace("bea@", "bo@")

    done = whole(write(tmp_path, MAIL + other, "old.mbox"), "posts", source="Old mail")
    flow.run(done.source_id)
    late = whole(write(tmp_path, MAIL + MAIL.replace("leaks", "sings"), "more.mbox"), "posts", source="Old mail")
    flow.run(done.source_id)

    assert (counted(done, "new"), counted(late, "new", "same")) == ((2,), (1, 1))
    assert set(Interaction.objects.values_list("text", flat=True)) == {"It leaks.", "It is red.", "It sings."}
    assert counted(whole(write(tmp_path, MAIL + other, "old.mbox"), "posts", source="Old mail"), "same") == (2,)


def test_what_a_mailbox_sent_comes_in_as_ours_out_of_its_own_file_and_only_there(tmp_path: Path) -> None:
    sent = MAIL.replace("From: Bea <bea@kettle.example>", "From: care@kettleworks.example").replace(
        "To: care@kettleworks.example", "To: bea@kettle.example"
    )
    sent = sent.replace("Subject:", "Received: from a by b; Sun, 01 Mar 2026 10:00:01 +0000\nSubject:")
    forged = sent.replace("<1@k>", "<2@k>").replace("Subject:", "Authentication-Results: mx; dmarc=fail\nSubject:")
    box = Source.objects.create(name="Care", connector="email", state="active")
    Channel.objects.create(source=box, network="email", key="care@kettleworks.example", name="care@kettleworks.example")

    whole(write(tmp_path, sent + forged, "all.mbox"), "posts", source="Care")
    other = whole(write(tmp_path, sent, "all.mbox"), "posts", source="Elsewhere")
    flow.run(box.pk)
    flow.run(other.source_id)

    ours, stranger = Interaction.objects.filter(source=box).order_by("key")
    assert (ours.direction, ours.status, ours.profile.key) == ("out", "sent", "bea@kettle.example")
    assert stranger.direction == "in"
    assert Interaction.objects.get(source=other.source_id).direction == "in"


@pytest.mark.parametrize(
    ("content", "target", "changes", "options", "field"),
    [
        ("id,name,born\n1,Bea,01.02.1980\n", "people", {"born": "shoe_size"}, {}, "born"),
        ("id,name\n1,Bea\n", "people", {"gone": "city"}, {}, "gone"),
        ("id,name,city\n1,Bea,Porto\n", "people", {"city": "name"}, {}, "city"),
        ("id,name\n1,Bea\n", "people", {}, {"match": ["name"]}, "match"),
        ("id,name\n1,Bea\n", "people", {}, {"match": ["email"]}, "match"),
        ("id,text,said_at\n1,Leaks,2026-03-01 10:00\n", "posts", {}, {}, "zone"),
        ("id,text,said_at\n1,Leaks,2/3/2026 10:00\n", "posts", {}, {"zone": "Europe/Lisbon"}, "day_first"),
        ("id,text,said_at\n1,Leaks,2026-03-01 10:00\n", "posts", {}, {"zone": "Mars/Base"}, "zone"),
        ("id,text\n1,Leaks\n", "posts", {}, {"constants": {}}, "public"),
        ("id,text\n1,Leaks\n", "posts", {}, {"constants": {"public": "perhaps"}}, "public"),
        ("number,email,placed_at,total\n1,b@k.example,2026-03-01T10:00Z,5.00\n", "orders", {}, {}, "currency"),
        ("number,email,placed_at,total\n1,b@k.example,2026-03-01T10:00Z,1.000\n", "orders", {},
         {"constants": {"currency": "EUR"}}, "decimal"),
        ("id,name\n1,Bea\n", "people", {}, {"region": "Germany"}, "region"),
        ("id,name\n1,Bea\n", "people", {}, {"colour": "red"}, "options"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_work_is_refused_with_the_question_it_answers(
    tmp_path: Path, content: str, target: str, changes: dict[str, str], options: dict[str, object], field: str
) -> None:
    of = upload(write(tmp_path, content), target)

    with pytest.raises(begin.Unusable) as refused:
        choose(of, mapping={**of.mapping, **changes}, **options)

    assert refused.value.field == field


def test_who_may_not_import_cannot_begin(tmp_path: Path) -> None:
    path = write(tmp_path, POSTS)

    with pytest.raises(NotAllowed):
        begin.begin(path, by=lead(Role.STAFF), target="posts", file_name="x.csv", source_name="Forum", now=NOW)


def test_a_file_that_is_no_table_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        upload(write(tmp_path, b"%PDF-1.7"))

    assert not Profile.objects.exists()


def test_a_file_of_another_kind_of_source_is_refused(tmp_path: Path) -> None:
    whole(write(tmp_path, POSTS), "posts", source="Forum")

    with pytest.raises(begin.Unusable) as refused:
        upload(write(tmp_path, MAIL, "old.mbox"), "posts", source="Forum")

    assert refused.value.field == "source"


def test_handles_of_a_file_are_profiles_that_networks_find_again(tmp_path: Path) -> None:
    whole(write(tmp_path, ORDERS), "orders")

    found = profiles.ensure([Handle("email", "stranger@town.example", "")], now=NOW)

    assert Order.objects.get(number="1002").profile_id == found["email", "stranger@town.example"].id
