import csv
import io
import os
import random
import signal
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutuals.base.models import Entry
from mutuals.capture.imports import running
from mutuals.capture.imports.names import clash
from mutuals.capture.imports.report import progress, troubles_csv, visible_to
from mutuals.capture.models import Import, ImportState
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.connectors.contract import Unreadable
from mutuals.people.models import Person, Profile
from mutuals.sales.models import Order
from mutuals.staff.models import Role
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
ORDER_HEAD = "number,customer_id,email,placed_at,currency,total\n"
HOSTILE = settings(max_examples=16, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


class PowerCut(Exception):
    """The machine stops here."""


def readers() -> list[int]:
    """The processes that read a file for this one."""
    told = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [int(pid) for pid in told.split() if b"files._child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def cut_at(batches: set[int]) -> Callable[[Import], None]:
    seen = iter(range(1000))

    def stop(_of: Import) -> None:
        if next(seen) in batches:
            raise PowerCut

    return stop


def run_with_cuts(of: Import, *, size: int, chance: random.Random) -> Import:
    running.run(of, by=lead())
    for _ in range(100):
        try:
            running.run_now(of.pk, size=size, before_commit=cut_at({chance.randrange(4)}))
        except PowerCut:
            continue
        break
    of.refresh_from_db()
    return of


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["", "1", "2", "3"]),
            "name": st.sampled_from(["", "Bea Kettle", "Bo Kettle", "Kettle, Bea", "Otto Brewer", "Béa Kettle"]),
            "email": st.sampled_from(["", "a@k.example", "b@k.example", "a@k.example; c@k.example", "no address"]),
            "phone": st.sampled_from(["", "+49 221 1234567", "+49 221 7654321"]),
            "city": st.sampled_from(["", "Porto", "Bonn"]),
            "organisation": st.sampled_from(["", "Kettle works", "kettle WORKS", "Brewers"]),
            "tags": st.sampled_from(["", "loyal", "new, loyal"]),
        }
    ),
    min_size=1,
    max_size=14,
)


def as_file(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@HOSTILE
@given(
    first=ROWS,
    second=ROWS,
    match=st.sampled_from([["id", "email", "phone"], ["email"], ["phone"], []]),
    seed=st.integers(0, 99),
)
def test_the_preview_is_the_result_whatever_the_file_says_and_however_often_the_power_fails(
    first: list[dict[str, str]], second: list[dict[str, str]], match: list[str], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        for rows in (first, second):
            of = upload(write(Path(folder), as_file(rows)))
            of = check(choose(of, mapping={name: name for name in rows[0]}, match=match), size=3)
            done = run_with_cuts(of, size=3, chance=random.Random(seed))

            counted(done)
            assert done.state == ImportState.DONE
        transaction.set_rollback(True)


def test_orders_survive_power_cuts_without_loss_or_doubles(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 7},,2026-03-01T10:00:00Z,EUR,{n}.00\n" for n in range(40))
    of = check(choose(upload(write(tmp_path, ORDER_HEAD + rows), "orders")), size=7)

    done = run_with_cuts(of, size=7, chance=random.Random(3))

    assert counted(done, "new") == (40,)
    assert Order.objects.count() == 40
    assert Entry.objects.filter(kind="import.done").count() == 1


def test_a_second_runner_of_the_same_import_steps_back(tmp_path: Path) -> None:
    of = check(choose(upload(write(tmp_path, "id,name\n1,Bea\n2,Bo\n"))))
    running.run(of, by=lead())

    running.run_now(of.pk, size=1, before_commit=lambda _of: running.run_now(of.pk, size=1))

    of.refresh_from_db()
    assert Person.objects.count() == 2
    assert of.rows_done == 2


def test_a_preview_that_was_cut_off_begins_anew(tmp_path: Path) -> None:
    of = choose(upload(write(tmp_path, "id,name,email\n1,Bea,none\n2,Bo,b@k.example\n")))
    running.check(of, by=lead())
    Import.objects.filter(pk=of.pk).update(rows_done=1, preview={"errors": 1})

    running.check_now(of.pk)

    of.refresh_from_db()
    assert (of.preview["errors"], of.preview["new"], of.troubles.count()) == (1, 1, 1)


def test_progress_tells_rows_rate_and_the_time_that_is_left(tmp_path: Path) -> None:
    of = upload(write(tmp_path, "id,name\n" + "".join(f"{n},P{n}\n" for n in range(10))))
    Import.objects.filter(pk=of.pk).update(state=ImportState.RUNNING, rows_done=4, rows_total=10, started_at=NOW)
    of.refresh_from_db()

    told = progress(of, now=NOW + timedelta(seconds=2))

    assert (told.done, told.total, told.rate, told.seconds_left) == (4, 10, 2.0, 3.0)
    assert progress(upload(write(tmp_path, "id,name\n1,P\n")), now=NOW).seconds_left is None


def test_a_file_that_breaks_off_stops_with_a_reason_or_names_its_bad_rows(tmp_path: Path) -> None:
    rows = b'{"id": "1", "name": "Bea"}\n{"id": "2", "na'

    done = whole(write(tmp_path, rows, "people.jsonl"))

    assert counted(done, "new", "errors") == (1, 1)
    assert "cut off" in done.troubles.get().reason


def test_what_is_left_behind_by_a_killed_worker_is_taken_up(tmp_path: Path) -> None:
    of = check(choose(upload(write(tmp_path, "id,name\n1,Bea\n"))))
    running.run(of, by=lead())

    left = running.take_up(now=NOW + timedelta(hours=1))

    assert left == 1


def test_only_who_may_import_sees_and_runs_imports(tmp_path: Path) -> None:
    of = check(choose(upload(write(tmp_path, "id,name\n1,Bea\n"))))
    ada = lead(Role.STAFF)

    for act in (
        lambda: running.run(of, by=ada),
        lambda: running.check(of, by=ada),
        lambda: next(troubles_csv(of, by=ada)),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert not visible_to(ada).exists()
    assert visible_to(lead()).get() == of
    assert not Profile.objects.exists()


def test_a_done_import_is_not_run_again(tmp_path: Path) -> None:
    done = whole(write(tmp_path, "id,name\n1,Bea\n"))

    with pytest.raises(running.Unusable):
        run(done)


@pytest.mark.parametrize(
    ("one", "two", "is_clash"),
    [
        ("Bea Kettle", "Kettle, Bea", False), ("Bea Kettle", "B. Kettle", False), ("Bea Kettle", "Bea Ostrow", False),
        ("Beatriz Kettle", "Beatris Kettel", False), ("Bea Kettle", "Bo Kettle", True),
        ("Bea Kettle", "Otto Brewer", True),
        ("", "Otto", False), ("Béa Kettle", "BEA KETTLE", False), ("Bea Maria Kettle", "Bea Kettle", False),
    ],
)  # fmt: skip
def test_names_at_one_address_clash_only_where_they_are_surely_two_peoples(one: str, two: str, is_clash: bool) -> None:
    assert clash(one, [two]) is is_clash
    assert clash(two, [one]) is is_clash


def test_a_run_whose_reading_is_killed_says_so_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    rows = "".join(f"Bea {n},bea{n}@kettle.example,{'x' * 1000}\n" for n in range(600))
    of = check(choose(upload(write(tmp_path, f"name,email,note\n{rows}")), mapping={"name": "name", "email": "email"}))

    running.run(of, by=lead())
    running.run_now(of.pk, size=100, before_commit=lambda _of: [os.kill(pid, signal.SIGKILL) for pid in readers()])
    of.refresh_from_db()
    stopped_at, why = of.rows_done, of.error
    done = run(of, size=100)

    assert "Reading stopped after row 501. The process that read it was ended from outside" in why
    assert 0 < stopped_at < 600
    assert done.state == ImportState.DONE
    assert counted(done, "new") == (600,)
    assert Person.objects.count() == 600


def test_a_file_that_is_made_to_do_harm_is_refused_and_leaves_no_draft(tmp_path: Path) -> None:
    word = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["Z" * (20 << 20)]))
    pq.write_table(
        pa.table({"name": word}), path := tmp_path / "people.parquet", compression="zstd", store_schema=False
    )

    with pytest.raises(Unreadable, match=r"MiB of memory to read.*save it as CSV"):
        upload(path)

    assert not Import.objects.exists()
