from datetime import timedelta
from uuid import uuid4

import pytest

import cast
from mutuals.base import files, journal
from mutuals.base.models import Blob, Entry, Once
from mutuals.base.refusals import Refusal
from mutuals.capture import retention
from mutuals.capture._packed import pack
from mutuals.capture.models import Outgoing, RawEvent, RawState
from mutuals.channels import sources
from mutuals.channels.models import Source
from mutuals.connectors.contract import Action, Do, Media
from mutuals.history.models import Attachment, Interaction
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
NOW = cast.NOW


def source_of(**more) -> Source:
    return cast.source(owner=cast.user("Olga", Role.OWNER), **more)


def raw(source: Source, key: str, *, days: int, state: str = RawState.DONE) -> RawEvent:
    return RawEvent.objects.create(
        source=source, key=key, body=b"{}", state=state, received_at=NOW - timedelta(days=days)
    )


def stored(content: bytes, *, days: int = 2) -> Blob:
    blob = files.keep([content], media_type="image/png")
    Blob.objects.filter(pk=blob.pk).update(created_at=NOW - timedelta(days=days))
    return blob


def test_bytes_go_after_their_days_the_keys_stay_and_what_waits_is_not_touched():
    source = source_of(raw_days=90)
    old, new = raw(source, "old", days=91), raw(source, "new", days=89)
    waiting, parked = raw(source, "w", days=91, state="received"), raw(source, "p", days=91, state="parked")

    first, second = (retention.blank_raws(source, now=NOW) for _ in range(2))

    for row in (old, new, waiting, parked):
        row.refresh_from_db()
    assert (first, second) == (2, 0)
    assert [bytes(row.body) for row in (old, new, waiting, parked)] == [b"", b"{}", b"{}", b""]
    assert [row.state for row in (old, waiting, parked)] == ["done", "received", "dropped"]


def test_bytes_never_outlive_what_was_said_in_them():
    source = source_of(raw_days=90, retention_days=10)
    raw(source, "old", days=11)

    assert retention.blank_raws(source, now=NOW) == 1


def test_batches_go_on_until_all_is_done():
    source = source_of()
    count = retention.BATCH + 5
    RawEvent.objects.bulk_create(
        RawEvent(source=source, key=str(number), body=b"x", state="done", received_at=NOW - timedelta(days=200))
        for number in range(count)
    )

    assert retention.blank_raws(source, now=NOW) == count


def test_what_was_said_goes_when_the_agreed_days_are_over():
    source = source_of(retention_days=30)
    cast.said(
        source,
        cast.event("old", "An old secret", at=NOW - timedelta(days=31)),
        cast.event("new", "A new word", at=NOW - timedelta(days=29)),
    )

    counts = retention.nightly(lambda: NOW)

    assert counts["interactions"] == 1
    assert sorted(Interaction.objects.values_list("text", flat=True)) == ["", "A new word"]


def test_without_an_agreed_time_nothing_goes_by_itself():
    source = source_of(retention_days=0)
    cast.said(source, cast.event("old", at=NOW - timedelta(days=4000)))

    assert retention.expire(source, now=NOW) == 0


def test_the_journal_is_trimmed_by_class_and_receipts_stay():
    ada = cast.user("Ada")
    kinds = [
        ("person.viewed", "staff:1", 366),
        ("source.health", "machine:health", 91),
        ("outgoing.sent", "machine:outbox", 91),
        ("conversation.closed", "staff:1", 400),
        ("person.erased", "staff:1", 4000),
    ]
    for kind, by, days in kinds:
        entry = journal.note(kind, ada, by=by)
        Entry.objects.filter(pk=entry.pk).update(at=NOW - timedelta(days=days))

    trimmed = retention.trim_journal(now=NOW)

    assert trimmed == 2
    assert set(Entry.objects.values_list("kind", flat=True)) == {
        "outgoing.sent", "conversation.closed", "person.erased",
    }  # fmt: skip


def test_files_go_when_nothing_points_at_them_any_more():
    source = source_of()
    lost, attached, carried, today = (
        stored(b"lost"), stored(b"attached"), stored(b"carried"), stored(b"today", days=0),
    )  # fmt: skip
    Attachment.objects.create(interaction_id=1, blob=attached, name="a.png", media_type="image/png")
    action = Action(Do.POST, str(uuid4()), media=(Media("c.png", "image/png", b"carried"),))
    Outgoing.objects.create(key=uuid4(), source=source, by=source.owner, do="post", action=pack(action), not_before=NOW)

    dropped = retention.drop_orphans(now=NOW)

    assert dropped == 1
    assert not files.path(lost.pk).exists()
    assert set(Blob.objects.values_list("pk", flat=True)) == {attached.pk, carried.pk, today.pk}
    assert files.path(attached.pk).exists()


def test_remembered_answers_go_after_a_day():
    Once.objects.create(owner="token:1", key="old", digest="x", at=NOW - timedelta(days=2))
    Once.objects.create(owner="token:1", key="new", digest="x", at=NOW)

    counts = retention.nightly(lambda: NOW)

    assert counts["once"] == 1
    assert list(Once.objects.values_list("key", flat=True)) == ["new"]


def test_a_source_that_brought_anything_is_not_removed_whatever_its_health_says():
    source = source_of()
    raw(source, "one", days=1)

    with pytest.raises(Refusal, match="Pause it"):
        sources.remove(source, by=source.owner)

    assert Source.objects.filter(pk=source.pk).exists()
