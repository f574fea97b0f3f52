import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress

import psycopg
import pytest

from mutuals.embedded import Address, Refused, VersionMismatch, address, ensure_up, status, stop, trim_log
from mutuals.embedded.places import state_folder


def ask(where: Address, question: str) -> object:
    with psycopg.connect(where.dsn()) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_the_address_is_known_before_the_first_start_and_asking_makes_nothing(ground):
    state = ground.state

    where = address(state, environ={})

    assert where.dbname == "mutuals"
    assert where.password == ""
    assert not state.exists()


def test_a_second_caller_attaches_to_the_server_of_the_first(steady):
    first = steady.up()
    pid = steady.pid()

    second = steady.up()

    assert second == first == address(steady.state, environ={})
    assert steady.pid() == pid


def test_callers_that_come_at_once_start_one_server(ground):
    command = (
        "import sys; from pathlib import Path; from mutuals.embedded import ensure_up;"
        "print(ensure_up(Path(sys.argv[1]), options={'fsync': 'off', 'shared_buffers': '16MB'}, environ={}).dsn())"
    )

    callers = [
        subprocess.Popen([sys.executable, "-c", command, ground.state], stdout=subprocess.PIPE, text=True)
        for _ in "123"
    ]
    answers = {caller.communicate()[0].strip() for caller in callers}

    assert [caller.returncode for caller in callers] == [0, 0, 0]
    assert answers == {address(ground.state, environ={}).dsn()}


def test_the_application_is_no_superuser_and_the_settings_are_those_of_the_house(steady):
    where = steady.up()

    said = {
        "superuser": ask(where, "SELECT current_setting('is_superuser')"),
        "wal": ask(where, "SHOW max_wal_size"),
        "checkpoint": ask(where, "SHOW checkpoint_timeout"),
        "jit": ask(where, "SHOW jit"),
        "tcp": ask(where, "SHOW listen_addresses"),
        "letters": ask(where, "SELECT lower('ÄÖÉ')"),
        "locale": ask(where, "SELECT datlocprovider::text FROM pg_database WHERE datname = 'mutuals'"),
    }

    assert said == {
        "superuser": "off",
        "wal": "1GB",
        "checkpoint": "5min",
        "jit": "off",
        "tcp": "",
        "letters": "äöé",
        "locale": "b",
    }


def test_nobody_else_can_read_the_password_or_reach_the_socket(steady):
    where = steady.up()

    folder = steady.state / "postgres"
    modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in ("password-mutuals", "run", ".")}

    assert modes == {"password-mutuals": 0o600, "run": 0o700, ".": 0o700}
    assert len(where.password) >= 32
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(Address(where.host, where.port, where.user, "guess", where.dbname).dsn())


def test_the_server_never_runs_as_root(steady):
    steady.up()

    owner = os.stat(f"/proc/{steady.pid()}").st_uid

    assert owner != 0
    assert (steady.state / "postgres" / "data").stat().st_uid == owner


def test_a_state_behind_a_closed_door_moves_to_where_the_account_can_reach_it(ground):
    if os.geteuid() != 0:
        pytest.skip("only root steps down to another account")
    ground.state.parent.chmod(0o700)

    where = ground.up()

    moved = (ground.state / "postgres-is-elsewhere.txt").read_text().strip()
    assert moved.startswith("/var/lib/mutuals/postgres-")
    assert where.host.startswith(moved)
    assert ground.up() == where
    ground.stop()
    subprocess.run(["rm", "-r", moved], check=True)
    (ground.state / "postgres-is-elsewhere.txt").unlink()


def test_what_was_committed_is_there_after_the_server_is_killed_with_its_work_open(ground):
    where = ground.up()
    open_work = psycopg.connect(where.dsn())
    open_work.execute("CREATE TABLE kept (n int)")
    open_work.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    open_work.commit()
    open_work.execute("INSERT INTO kept SELECT 1")

    os.kill(ground.pid(), signal.SIGKILL)
    again = ground.up()

    assert again == where
    assert ask(again, "SELECT count(*) FROM kept") == 1000


def test_a_pid_file_that_names_a_stranger_does_not_hold_up_the_start(ground):
    ground.up()
    pid_file = ground.state / "postgres" / "data" / "postmaster.pid"
    os.kill(ground.pid(), signal.SIGKILL)
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    where = ground.up()

    assert ask(where, "SELECT 1") == 1


def test_a_killed_backend_is_survived_without_a_new_start(ground):
    where = ground.up()
    pid = ground.pid()
    with psycopg.connect(where.dsn()) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    again = ground.up()

    assert ask(again, "SELECT 1") == 1
    assert ground.pid() == pid


def test_a_stopped_server_is_said_to_be_stopped_and_stopping_again_does_nothing(ground):
    ground.up()

    first, second = ground.stop(), ground.stop()

    assert (first, second) == (True, False)
    assert not status(ground.state, environ={}).running


def test_data_of_another_major_version_is_refused_and_the_command_is_named(ground):
    ground.up()
    ground.stop()
    version = ground.state / "postgres" / "data" / "PG_VERSION"
    version.write_text("15\n")

    with pytest.raises(VersionMismatch, match="mutuals db upgrade"):
        ground.up()

    version.write_text("18\n")


def test_a_setting_that_the_server_does_not_know_is_reported_in_its_own_words(ground):
    options = {"colour_of_the_kettle": "red"}

    with pytest.raises(Refused, match="colour_of_the_kettle"):
        ensure_up(ground.state, options=options, environ={})


def test_the_socket_has_a_short_folder_when_the_path_of_the_state_is_long(ground):
    long = ground.state.parent / ("long" * 20)

    where = ensure_up(long, options={"fsync": "off", "shared_buffers": "16MB"}, environ={})

    assert where.host.startswith("/tmp/mutuals-")
    assert ask(where, "SELECT 1") == 1
    stop(long, environ={})
    os.rmdir(where.host)


def test_an_external_server_wins_and_is_neither_started_nor_stopped(ground):
    environ = {"DATABASE_URL": "postgresql://bea:s%40fe@db.example:6543/crm?sslmode=require"}

    where = ensure_up(ground.state, environ=environ)

    assert (where.host, where.port, where.password) == ("db.example", 6543, "s@fe")
    assert where.parameters == (("sslmode", "require"),)
    assert "s@fe" not in repr(where)
    with pytest.raises(Refused, match="not ours"):
        stop(ground.state, environ=environ)
    assert not ground.state.exists()


@pytest.mark.parametrize("url", ["postgresql://host", "mysql://host/x", "postgresql://a,b:1,2/x", "nonsense"])
def test_an_address_that_names_no_database_is_refused(url):
    environ = {"DATABASE_URL": url}

    with pytest.raises(Refused):
        address(environ=environ)


@pytest.mark.parametrize("host", ["/run/some where", "db.example", "::1"])
def test_an_address_survives_the_way_through_the_environment(host):
    where = Address(host, 5433, "be a", "p:/@?&%ä", "c r m", (("sslmode", "disable"),))

    again = Address.parse(where.url())

    assert again == where


def test_the_state_folder_is_a_setting(tmp_path):
    environ = {"MUTUALS_STATE": str(tmp_path / "here")}

    folder = state_folder(environ)

    assert folder == tmp_path / "here"


def test_a_statement_that_fails_leaves_no_words_of_its_own_in_the_log(steady):
    where, log = steady.up(), next(steady.state.rglob("server.log"))
    before = log.stat().st_size

    with psycopg.connect(where.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE people (name text UNIQUE, age int CHECK (age > 0))")
        for _ in "12":
            with suppress(psycopg.Error):
                connection.execute("INSERT INTO people VALUES (%s, 1)", ["Zyxwella Quorndon"])
        with suppress(psycopg.Error):
            connection.execute("INSERT INTO people VALUES (%s, 0)", ["Zyxwella Vossbrugh"])
    said = log.read_text()[before:]

    assert said.count("ERROR") == 2
    assert "Zyxwella" not in said


def test_a_log_that_grew_is_put_aside_while_the_server_writes_on(ground):
    where, log = ground.up(), next(ground.state.rglob("server.log"))
    log.write_bytes(log.read_bytes() + b"x" * 10_000_001)

    done = trim_log(ground.state, environ={}), trim_log(ground.state, environ={})
    with suppress(psycopg.Error):
        ask(where, "SELECT 1/0")

    assert done == (True, False)
    assert log.with_suffix(".log.1").stat().st_size > 10_000_000
    assert log.read_text().endswith("division by zero\n")


def test_a_log_of_a_version_that_wrote_statements_into_it_goes_at_the_next_start(ground):
    ground.up()
    ground.stop()
    log = next(ground.state.rglob("server.log"))
    settings = next(ground.state.rglob("mutuals.conf"))
    settings.write_text(settings.read_text().replace("log_error_verbosity = 'terse'\n", ""))
    log.write_text("STATEMENT: INSERT 'Zyxwella Quorndon'\n")

    ground.up()

    assert "Zyxwella" not in log.read_text()
