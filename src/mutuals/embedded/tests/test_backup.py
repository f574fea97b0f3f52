import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from mutuals.embedded import Address, Refused, backup, backup_now, restore, upgrade


def write(where: Address, words: str) -> None:
    with psycopg.connect(where.dsn()) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE TABLE IF NOT EXISTS said (words text NOT NULL)")
        connection.execute("CREATE INDEX IF NOT EXISTS said_words ON said USING gin (words gin_trgm_ops)")
        connection.execute("INSERT INTO said VALUES (%s)", [words])


def read(where: Address) -> list[str]:
    with psycopg.connect(where.dsn()) as connection:
        return [row[0] for row in connection.execute("SELECT words FROM said ORDER BY 1")]


def test_a_restore_brings_back_what_was_there_and_keeps_what_it_replaced(fresh, tmp_path):
    where = fresh
    write(where, "before: Größe, 茶, 🫖")
    file = backup(where, tmp_path / "one.dump")
    write(where, "after")

    done = restore(where, file)

    assert read(where) == ["before: Größe, 茶, 🫖"]
    assert read(where.named(done.kept)) == ["after", "before: Größe, 茶, 🫖"]


def test_after_a_restore_the_planner_knows_its_tables(fresh, tmp_path):
    where = fresh
    write(where, "once")
    file = backup(where, tmp_path / "one.dump")

    restore(where, file)

    with psycopg.connect(where.dsn()) as connection:
        known = connection.execute("SELECT attname FROM pg_stats WHERE tablename = 'said'").fetchall()
    assert known == [("words",)]


def test_a_restore_under_a_program_that_works_is_refused_and_names_it(fresh, tmp_path):
    where = fresh
    write(where, "once")
    file = backup(where, tmp_path / "one.dump")
    write(where, "later")

    with psycopg.connect(where.dsn(), application_name="mutuals") as worker:
        with pytest.raises(Refused, match=r"in use \(connections: 1 of mutuals\); nothing was changed"):
            restore(where, file)
        still = worker.execute("SELECT count(*) FROM said").fetchone()

    assert still == (2,)
    assert read(where) == ["later", "once"]
    assert set(names_like(where)) == {where.dbname}


def test_a_restore_that_is_told_to_ends_open_connections_and_may_be_done_again(fresh, tmp_path):
    where = fresh
    write(where, "once")
    file = backup(where, tmp_path / "one.dump")
    restore(where, file)
    sleeper = psycopg.connect(where.dsn())

    restore(where, file, cut_off=True)

    assert read(where) == ["once"]
    with pytest.raises(psycopg.OperationalError):
        sleeper.execute("SELECT 1")


def test_a_second_restore_leaves_what_the_first_put_aside_and_only_the_oldest_of_many_go(fresh, tmp_path):
    where = fresh
    write(where, "restored")
    file = backup(where, tmp_path / "one.dump")
    night = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)

    done = []
    for n in range(3):
        write(where, f"work of day {n}")
        done.append(restore(where, file, keep=2, at=night))

    assert [one.dropped for one in done] == [(), (), (done[0].kept,)]
    assert [read(where.named(one.kept)) for one in done[1:]] == [
        ["restored", "work of day 1"],
        ["restored", "work of day 2"],
    ]
    assert set(names_like(where)) == {where.dbname, done[1].kept, done[2].kept}


def names_like(where: Address) -> list[str]:
    """The database and all whose names begin with its own."""
    with psycopg.connect(where.named("postgres").dsn()) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [where.dbname])
        return [row[0] for row in rows]


def test_a_restore_into_a_server_that_lost_the_database_makes_it(fresh, tmp_path):
    where = fresh
    write(where, "kept")
    file = backup(where, tmp_path / "one.dump")
    with psycopg.connect(where.named("postgres").dsn(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {where.dbname} WITH (FORCE)")

    done = restore(where, file)

    assert read(where) == ["kept"]
    assert done.kept == ""


@pytest.mark.parametrize("harm", ["shortened", "one byte turned", "checksum gone", "gone"])
def test_a_damaged_backup_is_refused_and_the_database_stays_as_it_is(fresh, tmp_path, harm):
    where = fresh
    write(where, "here")
    file = backup(where, tmp_path / "one.dump")
    hurt(file, harm)

    with pytest.raises(Refused):
        restore(where, file)

    assert read(where) == ["here"]


def hurt(file: Path, harm: str) -> None:
    content = bytearray(file.read_bytes())
    if harm == "shortened":
        file.write_bytes(content[:-10])
    elif harm == "one byte turned":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif harm == "checksum gone":
        file.with_name(f"{file.name}.sha256").unlink()
    else:
        file.unlink()


def test_a_file_that_is_no_backup_leaves_nothing_behind_even_with_a_true_checksum(fresh, tmp_path):
    where = fresh
    write(where, "here")
    file = backup(where, tmp_path / "one.dump")
    file.write_bytes(b"not a dump")
    (tmp_path / "one.dump.sha256").write_text(f"{hashlib.sha256(b'not a dump').hexdigest()}  one.dump\n")

    with pytest.raises(Refused, match="pg_restore"):
        restore(where, file)

    with psycopg.connect(where.dsn()) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
    assert f"{where.dbname}_restoring" not in names


def test_a_backup_cut_short_leaves_no_file_under_the_name(fresh, tmp_path):
    where = fresh
    folder = tmp_path

    with pytest.raises(Refused):
        backup(where.named("no_such_database"), folder / "one.dump", programs=None)

    assert list(folder.glob("*")) == []


def test_only_the_newest_backups_are_kept_and_other_files_are_left_alone(fresh, tmp_path):
    where = fresh
    folder = tmp_path
    (folder / f"{where.dbname}-by-hand.dump").write_text("mine")
    night = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)

    for n in range(4):
        backup_now(folder, keep=2, of=where, at=night + timedelta(days=n))

    assert sorted(path.name.removeprefix(where.dbname) for path in folder.iterdir()) == [
        "-20261103T020000Z.dump",
        "-20261103T020000Z.dump.sha256",
        "-20261104T020000Z.dump",
        "-20261104T020000Z.dump.sha256",
        "-by-hand.dump",
    ]


def test_an_upgrade_carries_the_data_of_the_old_version_over_and_keeps_the_old_folder(ground, old_programs):
    old = ground.with_programs(old_programs)
    write(old.up(), "from fifteen")
    old.stop()

    said = upgrade(ground.state, old_programs=old_programs, options={"shared_buffers": "16MB"}, environ={})

    assert "from PostgreSQL 15 to 18" in said
    assert read(ground.up()) == ["from fifteen"]
    assert (ground.state / "postgres" / "data-15" / "PG_VERSION").read_text() == "15\n"


def test_an_upgrade_without_the_old_programs_changes_nothing_and_names_the_package(ground):
    ground.up()
    ground.stop()
    version = ground.state / "postgres" / "data" / "PG_VERSION"
    version.write_text("9\n")

    with pytest.raises(Refused, match="postgresql-9"):
        upgrade(ground.state, environ={})

    version.write_text("18\n")


def test_an_upgrade_of_what_is_new_already_says_so(ground):
    ground.up()

    said = upgrade(ground.state, environ={})

    assert "already" in said
