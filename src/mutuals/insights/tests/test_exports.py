"""Lists and everything taken out of the house: what is in the files, who may make and fetch them, what ends them."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest
import vobject

import cast
from mutuals import privacy
from mutuals.base import files, jobs, journal
from mutuals.base.filters import Refused, from_query
from mutuals.base.models import Blob, Entry
from mutuals.base.refusals import Refusal
from mutuals.communities import ideas
from mutuals.identity import bought
from mutuals.inbox import cases, promises, tasks
from mutuals.inbox.tasks_read import TaskIn
from mutuals.insights import exports, exports_all, exports_lists, exports_run
from mutuals.insights.models import Export
from mutuals.people import organisations
from mutuals.people.models import Person
from mutuals.records import book, definitions, own, types
from mutuals.sales import goods
from mutuals.sales.orders import LineIn, OrderIn
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """What this process remembers of types goes with the test."""
    yield
    book.forget()


@pytest.fixture
def us():
    made = cast.staff()
    made.lea.zone = made.olga.zone = "Europe/Lisbon"
    made.lea.save()
    made.olga.save()
    return made


@pytest.fixture
def town(us):
    """Three people, one of them at an organisation that bought twice, with a field of the house's own."""
    definitions.add("person", by=us.aron, now=cast.NOW, label="Budget", kind="money")
    organisations.add(by=us.ada, name="Cup & Sons", domain="cup.example", city="Porto", now=cast.NOW)
    bea = cast.person("Bea Brand", by=us.ada, email="bea@town.example", custom={"budget": "900.50 EUR"})
    cast.person("Bo Brand", by=us.ada, email="bo@town.example", city="Porto")
    cast.person("=cmd|' /C calc'!A0", by=us.ada)
    lines = (LineIn(sku="K1", name="Kettle", quantity=Decimal(1), unit_price=Decimal("12.50")),)
    told = [
        bought.Bought(
            OrderIn(number=f"O-{number}", placed_at=cast.NOW - timedelta(days=number), currency="EUR", lines=lines),
            person=bea,
        )
        for number in (1, 2)
    ]  # fmt: skip
    bought.take(told, source=None, by=us.ada, now=cast.NOW)
    return bea


def made(record, by, *parts, size=2, **more):
    row = exports.make(record, by=by, now=cast.NOW, where=from_query(parts) if parts else None, **more)
    exports_run.run_now(row.pk, size=size)
    row.refresh_from_db()
    return row


def lines(row, by):
    return files.path(exports.fetch(row, by=by).sha256).read_text(encoding="utf-8")


def read(row, by):
    return [json.loads(line) for line in lines(row, by).splitlines()]


def test_a_list_becomes_a_file_of_each_form_with_the_rows_and_columns_that_were_asked(us, town):
    rows = {
        form: made("person", us.lea, "name:starts:B", form=form, columns=("email", "custom.budget", "created"), sort="name")
        for form in ("csv", "xlsx", "parquet", "jsonl", "vcard")
    }  # fmt: skip

    head, bea, bo = csv.reader(lines(rows["csv"], us.lea).splitlines())
    sheet = list(openpyxl.load_workbook(files.path(rows["xlsx"].blob_id).open("rb")).active.values)
    table = pq.read_table(files.path(rows["parquet"].blob_id)).to_pylist()
    told = [json.loads(line) for line in lines(rows["jsonl"], us.lea).splitlines()]
    cards = list(vobject.readComponents(lines(rows["vcard"], us.lea)))
    assert {row.state: (row.rows, row.total) for row in rows.values()} == {"ready": (2, 2)}
    assert head == ["Id", "Name", "Email", "Known since (Europe/Lisbon)", "Budget", "Currency"]
    assert bea == [str(town.pk), "Bea Brand", "bea@town.example", "2026-11-20 10:00:00", "900.5", "EUR"]
    assert (bo[1], bo[4], bo[5]) == ("Bo Brand", "", "")
    assert [row[1] for row in sheet] == ["Name", "Bea Brand", "Bo Brand"]
    assert [(row["name"], row["custom.budget"]) for row in table] == [
        ("Bea Brand", Decimal("900.5")),
        ("Bo Brand", None),
    ]
    assert (told[0]["email"], told[0]["created"]) == ("bea@town.example", "2026-11-20T10:00:00+00:00")
    assert [(one.fn.value, one.email.value) for one in cards] == [
        ("Bea Brand", "bea@town.example"), ("Bo Brand", "bo@town.example"),
    ]  # fmt: skip
    assert rows["csv"].words.startswith("People where name starts with")
    assert rows["csv"].file_name == "people-2026-11-20.csv"


def test_every_list_of_the_house_is_taken_out_with_all_its_columns_as_its_screen_counts_it(us, town):
    heard = cast.source(owner=us.olga)
    turn = cast.turn(heard)
    kind = types.add(by=us.aron, now=cast.NOW, name="Machine", icon="gear", prefix="m", title_label="Model").kind
    definitions.add("own_machine", by=us.aron, now=cast.NOW, label="Serial", kind="text")
    own.add(kind, by=us.ada, now=cast.NOW, title="Kettle 3000", custom={"serial": "K-1"})
    case, _ = cases.open_case(by=us.ada, now=cast.NOW, title="It leaks", person=town)
    promises.make(by=us.ada, now=cast.NOW, words="A new lid", person=town, due_at=cast.NOW + timedelta(days=1))
    tasks.add(TaskIn("Ring Bea", kind="call", persons=(town,)), by=us.ada, now=cast.NOW)
    ideas.add(by=us.ada, now=cast.NOW, title="Red lids")
    goods.add_product(by=us.lea, sku="L1", name="Lid")

    told = {
        of.record: read(made(of.record, us.lea, form="jsonl", columns=("*",)), us.lea)
        for of in exports_lists.of(us.lea)
    }  # fmt: skip

    counts = {record: len(rows) for record, rows in told.items()}
    seen = {of.record: of.visible_to(us.lea).count() for of in exports_lists.of(us.lea)}
    assert counts == seen
    kinds = "person organisation order product deal case task promise idea interaction own_machine"
    assert set(kinds.split()) <= set(counts)
    assert min(counts[name] for name in kinds.split() if name != "deal") >= 1
    assert (told["case"][0]["reference"], told["case"][0]["person"]) == (case.reference, "Bea Brand")
    assert (told["task"][0]["kind"], told["promise"][0]["due"]) == ("Call", "2026-11-21T10:00:00+00:00")
    assert told["own_machine"][0]["custom.serial"] == "K-1"
    assert [row["total"] for row in told["order"]] == ["12.50", "12.50"]
    assert {row["text"] for row in told["interaction"]} >= {"My kettle leaks."}
    assert turn.conversation_id in {row["conversation"] for row in told["interaction"]}


def test_lists_of_other_screens_bring_what_their_address_says(us, town):
    for title, owner in (("Mine", us.lea), ("Not mine", us.ada)):
        cases.open_case(by=us.ada, now=cast.NOW, title=title, person=town, owner=owner)
        promises.make(by=us.ada, now=cast.NOW, words=title, person=town, owner=owner)
        tasks.add(TaskIn(title, assignee=owner), by=us.ada, now=cast.NOW)

    asked = {"case": "tab=mine&state=open", "promise": "tab=mine", "task": "whose=mine&span=open"}
    shown = {
        record: read(made(record, us.lea, form="jsonl", kept={"screen": query}), us.lea)
        for record, query in asked.items()
    }

    titles = {record: [row.get("title") or row["words"] for row in rows] for record, rows in shown.items()}
    assert titles == {"case": ["Mine"], "promise": ["Mine"], "task": ["Mine"]}


def test_who_may_is_asked_when_it_is_made_by_the_worker_and_when_it_is_fetched(us, town):
    row = made("person", us.lea)
    exports.fetch(row, by=us.lea)
    exports.fetch(row, by=us.olga)
    waiting = exports.make("order", by=us.lea, now=cast.NOW)
    us.lea.role = "staff"
    us.lea.save()
    exports_run.run_now(waiting.pk)

    for who in (us.ada, us.cleo):
        with pytest.raises(NotAllowed):
            exports.make("person", by=who, now=cast.NOW)
    for who in (us.lea, us.ada, us.cleo):
        with pytest.raises(NotAllowed):
            exports.fetch(row, by=who)
        assert not exports.visible_to(who).exists()
    with pytest.raises(NotAllowed):
        exports.make_all(by=us.lea, now=cast.NOW)
    waiting.refresh_from_db()
    told = [entry.kind for entry in journal.of(row).order_by("pk")]
    notice = Entry.objects.filter(kind="staff.told", about=f"staff:{us.lea.pk}").first()
    assert told == ["export.made", "export.ready", "export.fetched", "export.fetched"]
    assert [entry.by for entry in journal.of(row).filter(kind="export.fetched").order_by("pk")] == [
        f"staff:{us.lea.pk}", f"staff:{us.olga.pk}",
    ]  # fmt: skip
    assert (notice.data["text"], notice.data["thing"]) == (
        "Your export is ready: All people, 3 rows.",
        f"export:{row.pk}",
    )
    assert (waiting.state, waiting.blob_id) == ("failed", None)
    assert "list: export" in waiting.error


def test_what_cannot_be_taken_out_is_refused_before_anything_is_written(us, town):
    for error, record, more in (
        (Refused, "ghost", {}),
        (Refused, "order", {"sort": "colour"}),
        (Refused, "order", {"where": from_query(["colour:is:red"])}),
        (Refusal, "order", {"columns": ("colour",)}),
        (Refusal, "order", {"form": "vcard"}),
        (Refusal, "order", {"form": "zip"}),
    ):
        with pytest.raises(error):
            exports.make(record, by=us.lea, now=cast.NOW, **more)
    for _ in range(exports.MOST_WAITING):
        exports.make("order", by=us.lea, now=cast.NOW)
    with pytest.raises(Refusal, match="still being written"):
        exports.make("order", by=us.lea, now=cast.NOW)

    assert Export.objects.count() == exports.MOST_WAITING


def test_a_worker_that_ends_leaves_no_half_and_the_next_begins_again(us, town, monkeypatch):
    row = exports.make("person", by=us.lea, now=cast.NOW, form="xlsx")
    asked = []

    def may_go_on():
        asked.append(1)
        if len(asked) == 2:
            raise jobs.Ending

    monkeypatch.setattr(jobs, "may_go_on", may_go_on)
    with pytest.raises(jobs.Ending):
        exports_run.run_now(row.pk, size=1)
    between = Export.objects.get(pk=row.pk)
    exports_run.run_now(row.pk, size=1)
    after = Export.objects.get(pk=row.pk)
    exports_run.run_now(row.pk, size=1)

    assert (between.state, between.rows, between.blob_id) == ("waiting", 0, None)
    assert (after.state, after.rows, after.turn) == ("ready", 3, 2)
    assert Export.objects.get(pk=row.pk).turn == 2
    assert not list(files.path(after.blob_id).parent.parent.glob(".draft-*"))


def test_files_go_when_withdrawn_when_old_and_when_somebody_is_erased(
    us, town, monkeypatch, django_capture_on_commit_callbacks
):
    withdrawn, old, kept = (
        made("person", us.lea),
        made("order", us.lea, form="jsonl"),
        made("person", us.lea, form="jsonl"),
    )
    names = [row.blob_id for row in (withdrawn, old, kept)]
    goods_list = made("product", us.lea)
    Export.objects.filter(pk=old.pk).update(expires_at=cast.NOW)

    with django_capture_on_commit_callbacks(execute=True):
        exports.withdraw(withdrawn, by=us.lea, now=cast.NOW)
        exports.withdraw(withdrawn, by=us.lea, now=cast.NOW)
        exports.tidy(now=cast.NOW)
        first = [files.path(name).exists() for name in names]
        receipt = privacy.erase(town, by=us.aron, now=cast.NOW)

    rows = {row.pk: row for row in Export.objects.all()}
    assert first == [True, True, True]  # they go with the commit
    assert [files.path(name).exists() for name in names] == [False, False, False]
    assert not Blob.objects.filter(pk__in=names).exists()
    assert [rows[row.pk].state for row in (withdrawn, old, kept, goods_list)] == ["gone", "gone", "gone", "ready"]
    assert receipt.counts["insights"] == {"files of exports": 1}
    with pytest.raises(Refusal, match="erased"):
        exports.fetch(kept, by=us.lea)
    assert journal.of(withdrawn).filter(kind="export.withdrawn").count() == 1


def test_what_is_withdrawn_while_it_is_written_is_not_kept(us, town, monkeypatch):
    row = exports.make("person", by=us.lea, now=cast.NOW)
    monkeypatch.setattr(jobs, "may_go_on", lambda: exports.withdraw(row, by=us.lea, now=cast.NOW))

    exports_run.run_now(row.pk, size=1)

    row.refresh_from_db()
    assert (row.state, row.blob_id) == ("gone", None)
    assert not journal.of(row).filter(kind="export.ready").exists()


def test_everything_is_one_package_from_which_each_table_is_read_back(us, town):
    heard = cast.source(owner=us.olga)
    cast.turn(heard)
    picture = files.keep([b"a picture"], media_type="image/png")
    mine = made("person", us.lea)
    row = exports.make_all(by=us.olga, now=cast.NOW)

    exports_run.run_now(row.pk)

    row.refresh_from_db()
    with zipfile.ZipFile(files.path(exports.fetch(row, by=us.olga).sha256)) as package:
        names = set(package.namelist())
        tables = {
            name: [json.loads(line) for line in package.read(f"tables/{name}.jsonl").splitlines()]
            for name in (model._meta.db_table for model in exports_all.tables())
        }
        readme = package.read("README.md").decode()
        bytes_ = package.read(f"files/{picture.pk[:2]}/{picture.pk}")
    now = {model._meta.db_table: model._base_manager.count() for model in exports_all.tables()}
    own_entries = Entry.objects.filter(pk__gt=max(one["id"] for one in tables["base_entry"])).count()
    counts = {name: len(rows) for name, rows in tables.items()}
    assert row.state == "ready"
    assert row.counts == counts
    assert {name: counts[name] for name in counts if name not in ("base_entry", "base_blob")} == {
        name: now[name] for name in now if name not in ("base_entry", "base_blob")
    }  # fmt: skip
    assert counts["base_entry"] == now["base_entry"] - own_entries
    assert {one["name"] for one in tables["people_person"]} == set(Person.objects.values_list("name", flat=True))
    assert next(one for one in tables["sales_order"] if one["number"] == "O-1")["total"] == "12.50"
    assert all("password" not in one for one in tables["staff_user"])
    assert bytes_ == b"a picture"
    assert f"files/{mine.blob_id[:2]}/{mine.blob_id}" not in names
    assert all(f"## {name}\n" in readme for name in tables)
    assert "`canonical_id` -> people_person" in readme


def test_columns_that_open_doors_are_left_out_by_name():
    words = ("password", "secret", "sealed", "digest", "token")
    opening = {
        (model._meta.label, field.name)
        for model in exports_all.tables()
        for field in model._meta.concrete_fields
        if any(word in field.name for word in words)
    }
    known = set(exports_all.SECRET)

    assert known <= opening
    assert opening - known == {
        ("inbox.TaskFeed", "tokens"),
        ("inbox.TaskFeed", "tokens_at"), ("people.Erased", "digest"), ("records.Claim", "digest"), ("records.Edition", "token"),
        ("capture.RememberedMapping", "digest"),
    }  # fmt: skip
