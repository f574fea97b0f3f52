"""D1, D4: `mutuals dedupe` and `mutuals link` from the terminal, where no database can be reached."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RECORDS = "id,name,city,shoe\n1,Bea Brand,Cork,39\n2,Bea Brand,Cork,39\n3,Bo Brand,Galway,44\n"


@pytest.fixture
def command(tmp_path):
    (tmp_path / "records.csv").write_text(RECORDS)
    environ = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "MUTUALS_HOME": str(tmp_path / "none"),
    }

    def begin(*words, place="", **more):
        words = [sys.executable, "-m", "mutuals", *map(str, words)]
        there = environ | {"TMPDIR": str(tmp_path / place)} if place else environ
        return subprocess.Popen(words, cwd=tmp_path, env=there, stdout=subprocess.PIPE, text=True, **more)

    return begin


@pytest.fixture
def said(command):
    def run(*words):
        process = command(*words, stderr=subprocess.PIPE)
        out, err = process.communicate()
        return process.returncode, out, err

    return run


def test_records_are_worked_through_without_a_database(said, tmp_path):
    code, out, err = said("dedupe", "records.csv", "--out", "clusters.csv")

    assert code == 0
    assert out.startswith("records: 3\n")
    assert out.endswith("written: clusters.csv\n")
    assert err == "note: records.csv: Columns without a word of ours, kept as they are, as evidence: “shoe”.\n"
    assert (tmp_path / "clusters.csv").read_text().startswith('"id","cluster","probability"\n"1",')


def test_a_program_gets_one_value_with_the_notes_in_it(said):
    code, out, err = said("dedupe", "records.csv", "--out", "clusters.parquet", "--json")

    told = json.loads(out)
    assert (code, err, told["records"], told["written"]) == (0, "", 3, "clusters.parquet")
    assert told["notes"] == ["records.csv: Columns without a word of ours, kept as they are, as evidence: “shoe”."]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("link", "records.csv", "nobody.csv", "--out", "o.csv"), 1, "nobody.csv: There is no file nobody.csv."),
        (("dedupe", "records.csv", "--out", "o.csv", "--engine", "abacus"), 2, "invalid choice: 'abacus'"),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_exit_code_tells_how(said, tmp_path, words, code, told):
    ended, out, err = said(*words, "--json")

    assert (ended, out) == (code, "")
    assert told in json.loads(err)["refused"]
    assert [path.name for path in tmp_path.iterdir()] == ["records.csv"]


def test_on_a_terminal_a_bar_tells_how_far_it_is(command):
    ours, theirs = pty.openpty()

    process = command("dedupe", "records.csv", "--out", "clusters.csv", stderr=theirs)
    os.close(theirs)
    shown = bytearray()
    while (more := _read(ours)) and len(shown) < 100_000:
        shown += more
    out, _ = process.communicate()
    os.close(ours)

    assert out.startswith("records: 3\n")
    assert "\r[########################] reading records.csv 3 of 3" in shown.decode()


def _read(terminal):
    try:
        return os.read(terminal, 4_096)
    except OSError:  # the other end is closed
        return b""


def test_nothing_of_the_file_stays_behind_when_the_process_that_works_is_killed(command, tmp_path):
    (tmp_path / "same.csv").write_text("id,name\n" + "".join(f"{number},Bea Brand\n" for number in range(400_000)))
    (tmp_path / "scratch").mkdir()
    process = command("dedupe", "same.csv", "--out", "clusters.csv", "--json", place="scratch", stderr=subprocess.PIPE)
    while not list((tmp_path / "scratch").glob("*/*.parquet")):
        time.sleep(0.05)
        assert process.poll() is None
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    working = [int(child) for task in tasks for child in task.read_text().split()]

    for child in working:
        os.kill(child, signal.SIGKILL)
    _, err = process.communicate()

    assert process.returncode == 1
    assert "memory ran out, or somebody ended it" in json.loads(err)["refused"]
    assert list((tmp_path / "scratch").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.csv", "same.csv", "scratch"]


@pytest.mark.parametrize("act", ["link", "dedupe"])
def test_nobody_is_asked_in_whose_name_files_are_compared(said, act):
    code, out, _ = said(act, "--help")

    assert code == 0
    assert "--out" in out
    assert "--as" not in out


@pytest.mark.parametrize("act", ["link", "dedupe"])
def test_help_says_of_each_what_is_true_of_it(said, act):
    _, out, _ = said(act, "--help")

    told = " ".join(out.split())
    of_link = ["people:email=Mail", "weights of day one", "who came nearest, on a line whose decision is leave too"]
    assert [words in told for words in of_link] == [act == "link"] * 3
