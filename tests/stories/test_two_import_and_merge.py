"""Two are merged while a file that names them is brought in: no row and no act is lost, and both sides are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F

import cast
from beside import Beside
from mutuals.base import clock
from mutuals.base.models import Entry
from mutuals.capture.imports import running, undo
from mutuals.capture.models import Import, ImportTrouble
from mutuals.capture.tests.import_steps import check, choose, upload, write
from mutuals.identity import joins, merge
from mutuals.people.models import Person, Profile
from mutuals.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
FILE = (
    "Name,E-Mail,Phone,City\nBea Brand,bea@town.example,+351912345678,Porto\nAnn Low,ann@town.example,,Oslo\n"
    "Bo Brand,bo@town.example,+351912345679,Rome\nCy Ray,cy@town.example,,Bonn\n"
)


@pytest.fixture
def us() -> cast.Staff:
    return cast.staff()


@pytest.fixture
def two(us: cast.Staff) -> tuple[Person, Person]:
    """Bea and Bo, whom the file names too."""
    return (
        cast.person(by=us.ada, email="bea@town.example"),
        cast.person("Bo Brand", by=us.ada, email="bo@town.example"),
    )


def ready(folder: Path, by: User) -> Import:
    """An import that was checked and is about to run, two rows a batch."""
    of = check(choose(upload(write(folder, FILE))), size=2)
    running.run(of, by=by)
    return of


def ended(of: Import) -> Import:
    of.refresh_from_db()
    return of


def told(about: str) -> list[str]:
    """Who did what to a record, by the journal."""
    return [
        f"{by.partition(':')[0]} {kind}"
        for by, kind in Entry.objects.filter(about=about).order_by("id").values_list("by", "kind")
    ]


def addresses(person: Person) -> set[str]:
    held = Profile.objects.filter(person__canonical=person, network__in=["email", "phone"])
    return set(held.values_list("key", flat=True))


OWN = {"bea@town.example": "Bea Brand", "bo@town.example": "Bo Brand"}


def apart() -> dict[str, str]:
    """Who stands alone, by the address that is theirs."""
    alone = Person.objects.filter(canonical_id=F("pk"))
    return {key: one.name for one in alone for key in addresses(one)}


def test_a_merge_in_the_middle_of_an_import_that_is_killed_after_it_loses_nothing(
    us: cast.Staff, two: tuple[Person, Person], tmp_path: Path
) -> None:
    bea, bo = two
    of = ready(tmp_path, us.lea)
    merging: list[Beside] = []
    joined: list[str] = []

    def meanwhile(_row: Import) -> None:
        if merging:
            raise KeyboardInterrupt  # the second batch is written, not committed
        merging.append(Beside(lambda: joined.append(merge.merge(bea, bo, by=us.ada, now=clock.now()).key)))

    with pytest.raises(KeyboardInterrupt):
        running.run_now(of.pk, size=2, before_commit=meanwhile)
    refused = merging[0].end()
    stood = ended(of).rows_done
    running.run_now(of.pk, size=2)
    held = addresses(Person.objects.get(pk=bo.pk).canonical)
    left = ImportTrouble.objects.get(of=of)
    undo.begin(of, by=us.lea, now=clock.now())
    undo.undo_now(of.pk)
    as_one = apart()
    joins.undo(joined[0], by=us.ada, now=clock.now())

    assert (refused, stood) == (None, 2)
    assert ended(of).counts == {"new": 2, "updated": 1, "same": 0, "doubtful": 1, "errors": 0}
    assert (left.row["Phone"], left.row["City"]) == ("+351912345679", "Rome")  # kept with the reason, to be answered
    assert left.reason == "The address bo@town.example is Bea Brand's, whose name is a different one."
    assert held == {*OWN, "+351912345678"}
    assert list(undo.stayed(of)) == []
    assert as_one == dict.fromkeys(OWN, "Bea Brand")
    assert apart() == OWN
    assert told(f"import:{of.pk}") == [
        "staff import.uploaded", "staff import.begun", "import import.done", "staff import.undone", "staff import.taken_back"
    ]  # fmt: skip
    assert told(f"person:{bo.pk}")[-2:] == ["staff person.merged", "staff person.unmerged"]


def test_an_import_that_was_planned_before_the_merge_writes_to_whom_they_became(
    us: cast.Staff, two: tuple[Person, Person], tmp_path: Path
) -> None:
    bea, bo = two
    of = ready(tmp_path, us.lea)

    with transaction.atomic():
        joined = merge.merge(bea, bo, by=us.ada, now=clock.now()).key
        importing = Beside(lambda: running.run_now(of.pk))
    refused = importing.end()
    held = addresses(Person.objects.get(pk=bo.pk).canonical)
    people = Person.objects.filter(canonical_id=F("pk")).count()
    joins.undo(joined, by=us.ada, now=clock.now())

    assert refused is None
    assert sum(ended(of).counts.values()) == of.rows_total == 4
    assert (of.state, of.counts["new"], of.counts["errors"], people) == ("done", 2, 0, 3)
    assert held >= {*OWN, "+351912345678"}
    assert ("+351912345679" in held) != ImportTrouble.objects.filter(of=of).exists()
    assert apart().items() >= OWN.items()
