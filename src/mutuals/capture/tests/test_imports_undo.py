"""A whole import taken back: what it made goes, what it changed goes back, and what was done since stays with its reason."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from mutuals import privacy
from mutuals.base.models import Change
from mutuals.capture.imports import again, report, undo
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.models import Import
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.identity import queries, review
from mutuals.identity.models import Verdict
from mutuals.people import persons
from mutuals.people.models import Organisation, Person, Profile
from mutuals.sales.models import Order, OrderLine
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
FIRST = (
    "Name,E-Mail,City,Company,Tags\nBea Solmar,bea@town.example,Porto,Kettle Ltd,vip\nBo Ray,bo@town.example,Rome,,\n"
)
THEN = """Name,E-Mail,Phone,City,Company,Tags
Bea Solmar,bea@town.example,+351912345678,Lisbon,Tea Co,news
Cy Low,cy@town.example,,Oslo,Tea Co,
"""
OUR_OWN = (
    "capture_", "base_", "channels_source", "procrastinate_", "django_", "people_stirr", "identity_touched", "auth_",
    "account_", "identity_known", "identity_key", "identity_frequency", "insights_passage",
)  # fmt: skip


@pytest.fixture(autouse=True)
def leads():
    return lead()


def hashes(*, besides: tuple[str, ...] = OUR_OWN) -> dict[str, str]:
    """Of each table that holds what we know, the digest of its rows; without when a row was last changed."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table.startswith(besides) or not model._meta.managed:
                continue
            cursor.execute(
                f"SELECT coalesce(string_agg(t, '|' ORDER BY t), '') FROM "
                f"(SELECT md5((to_jsonb(x) - 'changed_at')::text) AS t FROM {table} x) y"
            )
            found[table] = cursor.fetchone()[0]
    return found


def differing(one: dict[str, str], two: dict[str, str]) -> list[str]:
    return sorted(name for name in one if one[name] != two[name])


def undone(of: Import, *, size: int = 500) -> dict[str, str]:
    undo.begin(of, by=lead(), now=NOW)
    undo.undo_now(of.pk, size=size)
    return {one.about: one.why for one in undo.stayed(of)}


def test_what_an_import_made_goes_and_what_it_changed_goes_back(tmp_path: Path):
    whole(write(tmp_path, FIRST))
    before = hashes()
    second = whole(write(tmp_path, THEN))
    changed = hashes()

    stayed = undone(second, size=2)
    again = undone(second)

    assert {"people_person", "people_profile", "people_affiliation", "people_organisation"} <= set(
        differing(before, changed)
    )
    assert (stayed, again) == ({}, {})
    assert differing(before, hashes()) == []


def test_what_was_done_since_stays_with_its_reason(tmp_path: Path):
    """P9. Bo is edited, Cy's city stays for his edit, Bea goes."""
    first = whole(write(tmp_path, FIRST + "Di Fox,di@town.example,Bern,Kettle Ltd,\n"))
    bo, di = Person.objects.get(name="Bo Ray"), Person.objects.get(name="Di Fox")
    persons.edit(bo, by=lead(), changes={"city": "Turin"}, now=NOW)

    stayed = undone(first)

    bo.refresh_from_db()
    assert (bo.city, bo.email) == ("Turin", "bo@town.example")
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Bo Ray"]
    assert not Person.objects.filter(pk=di.pk).exists()
    assert not Organisation.objects.exists()
    assert "person.edited" in stayed[f"person:{bo.pk}"]
    assert {about.partition(":")[0] for about in stayed} == {"person", "profile"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_two_files_say_goes_with_the_second_of_them(tmp_path: Path, order):
    empty = hashes()
    of = [whole(write(tmp_path, FIRST)), whole(write(tmp_path, FIRST.replace("bo@", "ro@")))]

    stayed = undone(of[order[0]])
    left = Person.objects.count()
    undone(of[order[1]])
    for one in of:
        undo.undo_now(one.pk)

    assert any("says so too" in why for why in stayed.values()) == (order == (0, 1))
    assert left == 2
    assert differing(empty, hashes()) == []


def test_an_import_is_not_taken_back_before_it_has_run(tmp_path: Path):
    of = upload(write(tmp_path, FIRST))

    with pytest.raises(Unusable, match="has run"):
        undo.begin(of, by=lead(), now=NOW)


def test_killed_between_two_stretches_it_goes_on(tmp_path: Path):
    empty = hashes()
    of = whole(write(tmp_path, FIRST))
    undo.begin(of, by=lead(), now=NOW)

    def die(_of: Import) -> None:
        raise KeyboardInterrupt

    undo._stretch(of.pk, size=2, before_commit=None)
    half = Change.objects.filter(kept__isnull=True).count()
    with pytest.raises(KeyboardInterrupt):
        undo.undo_now(of.pk, size=2, before_commit=die)
    after_kill = Change.objects.filter(kept__isnull=True).count()
    undo.undo_now(of.pk, size=2)

    of.refresh_from_db()
    assert half == after_kill > 0
    assert of.undoing == "undone"
    assert differing(empty, hashes()) == []
    assert of.batch
    assert (of.batch.done, of.batch.total, of.batch.refused) == (of.batch.total, of.batch.total, 0)


MIXED = (
    "Name,E-Mail,Birthday\nBea Solmar,bea@town.example,1980-12-31\nBo Ray,bo@town.example,31.13.1980\nCy Low,nowhere,\n"
)


def test_the_failed_rows_alone_come_again_out_of_the_file_and_as_a_corrected_one(tmp_path: Path):
    first = whole(write(tmp_path, MIXED))
    errors = "".join(report.troubles_csv(first, by=lead(), doubts=False))

    again_of = again.rerun(first, by=lead(), now=NOW)
    mended = {**again_of.mapping, "Birthday": "extra"}
    second = run(check(choose(again_of, mapping=mended)))
    mended_file = errors.replace("nowhere", "cy@town.example").replace("31.13.1980", "'+1")
    third = run(check(upload(write(tmp_path, mended_file, "errors.csv"), source="Elsewhere")))

    assert (first.counts["new"], first.counts["errors"]) == (1, 2)
    assert (second.rerun_of_id, second.rows_total, counted(second, "new", "errors")) == (first.pk, 2, (1, 1))
    assert (third.rerun_of_id, third.source_id, third.mapping) == (second.pk, first.source_id, mended)
    assert counted(third, "new", "updated", "errors") == (1, 1, 0)
    assert Profile.objects.get(key="bo@town.example").fields["extra"]["value"] == {"Birthday": "+1"}
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Bea Solmar", "Bo Ray", "Cy Low"]


def test_an_import_that_was_taken_back_can_be_brought_again_and_orders_go_back_too(tmp_path: Path):
    orders = "Order,E-Mail,Date,Total,Currency,SKU\n1001,bea@town.example,2026-03-01T10:00:00Z,39.80,EUR,K-1\n"
    mapping = {"Order": "number", "E-Mail": "email", "Date": "placed_at", "Total": "total", "Currency": "currency"}
    mapping["SKU"] = "line_sku"
    whole(write(tmp_path, FIRST))
    before = hashes()
    of = run(check(choose(upload(write(tmp_path, orders, "orders.csv"), "orders"), mapping=mapping)))
    bought = Person.objects.get(name="Bea Solmar").order_count

    stayed = undone(of)
    after = hashes()
    of.refresh_from_db()
    brought = run(of)
    cheaper = orders.replace("39.80", "9.80").replace("K-1", "K-2")
    other = run(check(choose(upload(write(tmp_path, cheaper, "orders.csv"), "orders"), mapping=mapping)))
    undone(other)

    assert (bought, stayed) == (1, {})
    assert differing(before, after) == []
    assert brought.counts["new"] == 1
    assert [(row.number, str(row.total)) for row in Order.objects.all()] == [("1001", "39.80")]
    assert [line.product.sku for line in OrderLine.objects.all() if line.product] == ["K-1"]


def test_who_is_erased_is_kept_in_no_batch(tmp_path: Path):
    whole(write(tmp_path, FIRST))
    bo = Person.objects.get(name="Bo Ray")
    whole(write(tmp_path, DOUBTFUL.replace("bea@", "bo@")), source="Fair")
    told = [f"person:{bo.pk}", *(f"profile:{pk}" for pk in bo.profiles.values_list("pk", flat=True))]
    kept = Change.objects.filter(about__in=told).count()

    privacy.erase(bo, by=lead(Role.ADMIN), now=NOW)

    assert kept >= 2
    assert not Change.objects.filter(about__in=told).exists()
    assert not Profile.objects.filter(key__startswith="row:").exists()
    assert not any("Bo Ray" in str(row) for row in Change.objects.values_list("before", "after"))


DOUBTFUL = "Name,E-Mail,City\nAda Quill,bea@town.example,Faro\n"


@pytest.mark.parametrize(("verdict", "city"), [(Verdict.SAME, "Faro"), (Verdict.DIFFERENT, "Porto")])
def test_a_doubtful_row_is_decided_by_the_review(tmp_path: Path, verdict, city):
    whole(write(tmp_path, FIRST))
    before = hashes()
    of = whole(write(tmp_path, DOUBTFUL), source="Fair")
    asked = queries.unsure().get()
    undone(of)
    after = hashes()
    of.refresh_from_db()
    of = run(of)

    review.answer(queries.unsure().get(), verdict, by=lead(), now=NOW + timedelta(days=1))
    whole(write(tmp_path, DOUBTFUL), source="Fair")
    stayed = undone(of)

    assert of.counts["doubtful"] == 1
    assert asked.by == f"import:{of.pk}"
    assert differing(before, after) == []
    assert not queries.unsure().exists()
    assert Person.objects.get(email="bea@town.example").city == city
    assert any("whose it is" in why or "says so too" in why for why in stayed.values())
