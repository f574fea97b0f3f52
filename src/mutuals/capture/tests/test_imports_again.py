"""Posts without an id, brought again: however their columns were understood, each stays one post."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mutuals import flow
from mutuals.capture.imports import posts
from mutuals.capture.models import Import, RawEvent
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, run, upload, write
from mutuals.connectors.contract import Raw
from mutuals.connectors.files.posts import key_before, post_raw
from mutuals.history.models import Interaction, Tombstone

pytestmark = pytest.mark.django_db
SAID = """text,said_at,user,page
My kettle leaks,2026-03-01T10:00:00Z,@Bea,https://town.example/1
Mine too,2026-03-01T11:00:00Z,jo,https://town.example/2
And mine,2026-03-01T12:00:00Z,@Bea,https://town.example/3
"""
FULL = {"text": "text", "said_at": "said_at", "user": "author_handle", "page": "url"}
NO_AUTHOR = FULL | {"user": "extra"}


def brought(folder: Path, content: str, mapping: dict[str, str], **options: object) -> Import:
    of = run(check(choose(upload(write(folder, content), "posts", source="Forum"), mapping=mapping, **options)))
    flow.run(of.source_id)
    return of


def authors() -> list[str]:
    return [row.profile.key if row.profile else "" for row in Interaction.objects.order_by("occurred_at", "pk")]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (FULL, FULL | {"user": "author_id"}),
        (FULL | {"user": "author_name"}, FULL),
        (FULL, FULL | {"page": "extra"}),
        (FULL | {"page": "extra"}, FULL),
        (NO_AUTHOR, FULL),
        ({"text": "text"}, FULL),
        (FULL, {"text": "text"}),
        (FULL | {"said_at": "extra"}, FULL),
    ],
)
def test_the_same_file_under_other_columns_makes_no_second_posts(tmp_path: Path, first, then):
    """P32."""
    brought(tmp_path, SAID, first)

    again = brought(tmp_path, SAID, then)
    third = brought(tmp_path, SAID, then)

    assert counted(again, "new", "errors") == (0, 0)
    assert counted(third, "new", "updated", "same") == (0, 0, 3)
    assert Interaction.objects.count() == 3


def test_who_said_it_is_told_by_the_second_time(tmp_path: Path):
    brought(tmp_path, SAID, NO_AUTHOR)

    again = brought(tmp_path, SAID, FULL)

    assert counted(again, "updated") == (3,)
    assert authors() == ["bea", "jo", "bea"]


SAME_WORDS = """text,user
Thanks!,bea
Thanks!,jo
Thanks!,bea
"""


def test_of_several_that_were_one_post_each_gets_its_own_once_their_authors_are_told(tmp_path: Path):
    brought(tmp_path, SAME_WORDS, {"text": "text"})

    again = brought(tmp_path, SAME_WORDS, {"text": "text", "user": "author_handle"})
    third = brought(tmp_path, SAME_WORDS, {"text": "text", "user": "author_handle"})

    assert counted(again, "new", "updated", "same") == (1, 1, 1)
    assert counted(third, "new", "updated", "same") == (0, 0, 3)
    assert sorted(authors()) == ["bea", "jo"]


def test_the_same_words_in_another_file_are_another_post(tmp_path: Path):
    brought(tmp_path, SAME_WORDS, {"text": "text"})

    other = brought(tmp_path, "text,user\nThanks!,ada\n", {"text": "text", "user": "author_handle"})

    assert counted(other, "new") == (1,)
    assert sorted(authors()) == ["", "ada"]


@pytest.mark.parametrize("is_blank", [False, True])
@pytest.mark.parametrize("then", [FULL, FULL | {"user": "author_id"}, FULL | {"page": "extra"}])
def test_what_an_earlier_version_brought_is_not_doubled(tmp_path: Path, monkeypatch, then, is_blank):
    """Keys as they were written until the content was read in canonical fields."""
    monkeypatch.setattr(posts, "post_raw", as_before(post_raw))
    brought(tmp_path, SAID, FULL)
    monkeypatch.undo()
    keys = set(Interaction.objects.values_list("key", flat=True))
    if is_blank:
        RawEvent.objects.update(body=b"")

    again = brought(tmp_path, SAID, then)

    assert all(key.startswith("content:") for key in keys)
    assert counted(again, "new", "errors") == (0, 0)
    assert set(Interaction.objects.values_list("key", flat=True)) == keys


def as_before(now: Callable[..., Raw]) -> Callable[..., Raw]:
    def make(record, reading):
        return Raw(key=key_before(record), body=now(record, reading).body, kind="post")

    return make


def test_another_zone_or_order_of_the_day_makes_no_second_post(tmp_path: Path):
    table = "text,said_at,user\nIt leaks,03/04/2026 10:00,bea\nStill,2026-03-05 10:00,bea\n"
    mapping = {"text": "text", "said_at": "said_at", "user": "author_handle"}
    brought(tmp_path, table, mapping, zone="UTC", day_first=True)

    again = brought(tmp_path, table, mapping, zone="Europe/Lisbon", day_first=False)

    assert counted(again, "new") == (0,)
    assert Interaction.objects.count() == 2


def test_a_post_deleted_out_there_stays_deleted_under_other_columns(tmp_path: Path):
    first = brought(tmp_path, SAID, FULL)
    key = Interaction.objects.order_by("occurred_at").first().key
    Tombstone.objects.create(source=first.source, key=key, at=NOW, reason="deleted")
    Interaction.objects.filter(key=key).delete()
    RawEvent.objects.filter(key=key).delete()

    again = brought(tmp_path, SAID, FULL | {"user": "author_name"})

    assert counted(again, "new") == (0,)
    assert Interaction.objects.count() == 2
