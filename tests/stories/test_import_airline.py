"""Real public posts out of a file by the terminal: 11,542 messages to airlines, without authors and without a zone."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cast import NOW, staff
from mutuals import cli
from mutuals.capture.models import RawEvent
from mutuals.conversations.models import Conversation
from mutuals.history import search
from mutuals.history.models import Interaction
from mutuals.inbox import answer, queries, work
from mutuals.inbox.models import Turn
from mutuals.people.models import Profile

DATA = Path(os.environ.get("MUTUALS_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
AIRLINE = DATA / "text" / "airline.parquet"
POSTS = 11_542
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not AIRLINE.is_file(), reason=f"{AIRLINE} is not here; MUTUALS_DATA names the folder of data"),
]


def imported(capsys, *more: str) -> tuple[int, dict, str]:
    code = cli.main(["import", str(AIRLINE), "--json", *more])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def test_times_without_a_zone_are_asked_for_and_nothing_is_kept(capsys):
    """A8."""
    staff()

    code, _, err = imported(capsys)

    assert code == 1
    assert "name no time zone" in err
    assert "--zone Europe/Lisbon" in err
    assert not RawEvent.objects.exists()


def test_posts_without_a_word_on_who_could_read_them_are_asked_for_and_nothing_is_kept(capsys):
    staff()

    code, _, err = imported(capsys, "--zone", "America/New_York")

    assert code == 1
    assert "were they public, or private?" in err
    assert "--public or --private" in err
    assert not RawEvent.objects.exists()


def test_11542_real_posts_are_found_opened_assigned_and_closed_and_a_second_import_changes_nothing(capsys):
    """A8, G1, G10, P7: the counts reconcile, the original time is kept, and the composer says that nobody can be answered."""
    us = staff()

    code, first, _ = imported(capsys, "--zone", "America/New_York", "--public")
    found = search.find('"just disappointed in cancelled" jfk').rows
    row = found[-1]
    turn = Turn.objects.select_related("conversation__source").get(pk=row.conversation_id)
    work.assign(turn, by=us.lea, to=us.ada, now=NOW)
    refused = answer.ways(turn, by=us.ada).refused
    work.close(turn, by=us.ada, purpose="fix", outcome="not_possible", now=NOW)
    before = list(Interaction.objects.order_by("pk").values_list("pk", "text", "revision"))
    again, second, _ = imported(capsys, "--zone", "America/New_York", "--public")

    nothing = {"updated": 0, "same": 0, "doubtful": 0, "errors": 0}
    assert (code, first["counts"], first["reconciled"]) == (0, {"new": POSTS} | nothing, True)
    assert (first["rows"], first["in_the_history"], first["put_aside"]) == (POSTS, POSTS, 0)
    assert (row.text.split(" ")[0], row.profile, row.is_public) == ("@VirginAmerica", None, True)
    assert row.occurred_at == datetime(2015, 2, 23, 14, 29, tzinfo=UTC)
    assert row.extra["said_at_original"] == "2/23/2015 9:29"
    assert refused == "This source cannot be answered."
    assert queries.turns(us.ada, queries.Asked(tab="mine", state="closed")).turns == [turn]
    assert (Conversation.objects.count(), Profile.objects.filter(person=None).count()) == (POSTS, 0)
    assert (again, second["counts"], second["reconciled"]) == (0, {"new": 0} | nothing | {"same": POSTS}, True)
    assert list(Interaction.objects.order_by("pk").values_list("pk", "text", "revision")) == before
    assert set(RawEvent.objects.values_list("state", flat=True)) == {"done"}
