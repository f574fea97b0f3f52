import os
import sys

import psycopg
import pytest

from mutuals.config import first_start


@pytest.mark.django_db
def test_a_start_with_nothing_to_migrate_asks_the_database_and_starts_no_process(database_address, tmp_path):
    with psycopg.connect(database_address.dsn()) as connection:
        (tmp_path / "migrated.json").write_text(first_start.as_stamp(connection))

    code = first_start.migrate(database_address, tmp_path, {"PATH": "/nowhere", "DATABASE_URL": "nonsense"})

    assert code == 0


@pytest.mark.django_db
def test_a_database_that_went_back_in_time_is_migrated_again_in_spite_of_the_stamp(
    database_address, child_environ, tmp_path
):
    (tmp_path / "migrated.json").write_text('{"code": "of another day", "applied": "other rows"}')

    code = first_start.migrate(database_address, tmp_path, child_environ)

    assert code == 0
    with psycopg.connect(database_address.dsn()) as connection:
        assert (tmp_path / "migrated.json").read_text() == first_start.as_stamp(connection)


@pytest.mark.django_db
def test_a_failed_migration_leaves_no_stamp(database_address, tmp_path):
    environ = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}

    code = first_start.migrate(database_address, tmp_path, environ)

    assert code != 0
    assert not (tmp_path / "migrated.json").exists()


@pytest.mark.django_db
def test_an_empty_house_wants_its_town_and_one_cut_short_wants_the_rest(database_address, tmp_path):
    empty = first_start.wants_seed(database_address, tmp_path)

    (tmp_path / "seeding").touch()
    cut_short = first_start.wants_seed(database_address, tmp_path)

    assert (empty, cut_short) == (True, True)
    assert first_start.seed_command()[0] == sys.executable
