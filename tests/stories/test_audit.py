"""The journal: who did what, for admins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

import cast
from mutuals import cli
from mutuals.base import audit, clock, journal
from mutuals.base.models import Entry
from mutuals.people import persons
from mutuals.staff import tokens

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

    with django_assert_num_queries(11):
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
    assert "Kinds are named like" in none.text


def test_only_admins_read_it(here):
    assert as_(here.lea).get("/journal/").status_code == 403


def test_it_is_narrowed_by_who_what_when_and_which_way_on_the_screen_by_programs_and_in_the_terminal(here, tmp_path):
    bea = cast.person(by=here.ada)
    closed = journal.note("case.closed", bea, by="machine:flow")
    Entry.objects.filter(pk__lte=closed.pk).update(at=clock.now() - timedelta(days=9))
    persons.edit(bea, by=here.ada, changes={"city": "=Porto"}, now=cast.NOW)
    journal.note("case.opened", bea, by=here.ben, via=[3])
    today, aron = clock.now().date(), as_(here.aron)
    _, plain = tokens.make(here.aron, name="t", scopes=("read",), now=clock.now())
    asked = {"headers": {"Authorization": f"Bearer {plain}"}}

    def kinds(**narrowed):
        return [row["kind"] for row in Client().get("/api/v1/journal", narrowed, **asked).json()["items"]]

    ways = {
        "rule": kinds(came="rule", kind="case.*"),
        "machine": kinds(came="machine", kind="case.*"),
        "ada": kinds(by=f"staff:{here.ada.pk}", kind="person.*"),
        "new": kinds(since=f"{today - timedelta(days=2)}T00:00:00Z", kind="case.*"),
        "old": kinds(until=f"{today - timedelta(days=2)}T00:00:00Z", kind="case.*"),
    }
    shown = aron.get(f"/journal/?about=person:{bea.pk}&from={today - timedelta(days=2)}&kind=person.edited").text
    table = aron.get("/journal/table/?kind=person.edited")
    text = b"".join(table.streaming_content).decode()
    written = tmp_path / "journal.csv"
    code = cli.main(["journal", "list", "--kind", "person.edited", "--out", str(written)])

    assert ways == {
        "rule": ["case.opened"],
        "machine": ["case.closed"],
        "ada": ["person.edited", "person.added"],
        "new": ["case.opened"],
        "old": ["case.closed"],
    }
    assert "<th>Before</th><th>After</th>" in shown
    assert "<ins>=Porto</ins>" in shown
    assert "Case opened" not in shown
    assert "'=Porto" in text
    assert (code, written.read_text().splitlines()[1:]) == (0, text.splitlines()[1:])
    assert Entry.objects.filter(kind="journal.exported").count() == 2
    assert as_(here.lea).get("/journal/table/").status_code == 403
    assert "no day" in aron.get("/journal/?from=yesterday").text


def test_pages_of_a_large_journal_are_read_by_index():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_entry (at, kind, by, about, data) SELECT now() - (30000 - n) * interval '1 minute',"
            " 'k.' || chr(97 + n % 26), 'staff:' || n % 997, 'person:' || n % 5000, '{}' FROM generate_series(1, 30000) n"
        )
        cursor.execute("ANALYZE base_entry")
    day = clock.now() - timedelta(days=3)

    looks = [
        audit.Looked(by="staff:7"), audit.Looked(about="person:7"), audit.Looked(kind="k.h"),
        audit.Looked(by="staff:7", until=day), audit.Looked(since=day, until=day + timedelta(hours=1)),
    ]  # fmt: skip

    for looked in looks:
        assert "Seq Scan" not in audit.entries(looked)[:51].explain()
    assert audit.kinds()[:2] == ["k.a", "k.b"]
    assert len(audit.entries(audit.Looked(since=day, until=day + timedelta(hours=1)))) == 60
