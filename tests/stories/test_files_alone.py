"""What works on files alone starts no server, writes no state and does not load Django."""

import os
import subprocess
import sys

import pytest

_RUN = """
import sys
from mutuals.__main__ import main
code = main()
print("django loaded:", "django" in sys.modules)
sys.exit(code)
"""
_COUNTS = "when,mentions\n2026-01-01T00:00Z,3\n2026-01-02T00:00Z,4\n"
_POSTS = "id,text\n1,thank you for the great help\n"
_PEOPLE = "id,name,email\n1,Bea Brand,bea@club.example\n2,Bo Berg,bo@club.example\n"


@pytest.mark.parametrize(
    ("command", "files"),
    [("watch", [_COUNTS]), ("read", [_POSTS]), ("link", [_PEOPLE, _PEOPLE]), ("dedupe", [_PEOPLE])],
)
def test_a_command_of_files_leaves_nothing_behind_but_its_file(tmp_path, command, files):
    paths = [tmp_path / f"{place}.csv" for place in range(len(files))]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text)
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ["MUTUALS_STATE"] = str(tmp_path / "state")

    words = [sys.executable, "-c", _RUN, command, *map(str, paths), "--out", str(tmp_path / "out.csv")]
    ended = subprocess.run(words, env=environ, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("django loaded: False\n")
    assert (tmp_path / "out.csv").exists()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", ["watch", "read", "dedupe"])
def test_a_file_that_is_not_there_is_refused_in_words(tmp_path, command):
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ["MUTUALS_STATE"] = str(tmp_path / "state")

    words = [sys.executable, "-m", "mutuals", command, "none.csv", "--out", "out.csv", "--json"]
    ended = subprocess.run(words, env=environ, capture_output=True, text=True, cwd=tmp_path)

    assert ended.returncode == 1
    assert '"refused"' in ended.stderr
    assert "Traceback" not in ended.stderr
