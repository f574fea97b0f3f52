"""The first start: one command on an empty folder, a page, a password that opens it, and a small town that moves in.

Killed in the middle of moving in, the next start goes on, and nobody lives there twice.
"""

import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import psycopg
import pytest

from mutuals import embedded

pytestmark = pytest.mark.processes

LONGEST = 240  # seconds


class House:
    """`mutuals run` on a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.said = folder / "said.txt"
        self.port = 21000 + os.getpid() % 1000
        left_out = ("DATABASE_URL", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST")
        self.environ = {name: value for name, value in os.environ.items() if name not in left_out}
        self.environ |= {
            "MUTUALS_TOWN_PEOPLE": "60",
            "MUTUALS_STATE": str(self.state),
            "PYTHONPATH": str(Path(embedded.__file__).parents[2]),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def start(self) -> float:
        """Start it; the seconds until the first page."""
        began = time.monotonic()
        with self.said.open("wb") as said:
            command = [sys.executable, "-m", "mutuals", "run", "--port", str(self.port)]
            self.process = subprocess.Popen(command, env=self.environ, stdout=said, stderr=said)
        self.wait_until(self.answers)
        return time.monotonic() - began

    def answers(self) -> bool:
        try:
            return self.get("/api/v1/health")[0] == 200
        except OSError:
            return False

    def get(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, text, and the address where it led to."""
        data = urllib.parse.urlencode(form).encode() if form else None
        here = f"http://127.0.0.1:{self.port}"
        asked = urllib.request.Request(here + path, data, {"Referer": here + path})
        try:
            with self.opener.open(asked, timeout=30) as answer:
                return answer.status, answer.read().decode(), urllib.parse.urlsplit(answer.url).path
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), path

    def wait_until(self, condition) -> None:
        until = time.monotonic() + LONGEST
        while not condition():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.1)

    def log(self) -> str:
        return self.said.read_text(errors="replace")[-3000:]

    def count(self, table: str) -> int:
        try:
            with psycopg.connect(embedded.address(self.state, environ={}).dsn()) as connection:
                return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except psycopg.Error:
            return 0

    def kill(self) -> None:
        """The supervisor, by SIGKILL; Linux ends its parts with it, and the seeding is ended by the next start."""
        self.process.kill()
        self.process.wait()
        while self.answers():
            time.sleep(0.1)


@pytest.fixture
def house():
    folder = Path(tempfile.mkdtemp(prefix="mufirst"))
    folder.chmod(0o711)
    house = House(folder)
    yield house
    if house.process is not None and house.process.poll() is None:
        house.process.terminate()
        house.process.wait(60)
    embedded.stop(house.state, environ={})
    shutil.rmtree(folder)


def test_the_printed_password_opens_the_first_page_and_a_cut_start_goes_on(house, capsys):
    """A8."""
    house.start()
    house.wait_until(lambda: house.count("capture_rawevent") > 50)
    house.kill()

    seconds = house.start()
    house.wait_until(lambda: "the small town has moved in" in house.log())
    told = re.search(r"Sign in as (\S+) with the password (\S+)", house.log())
    _, page, login = house.get("/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    status, opened, where = house.get(login, {"csrfmiddlewaretoken": token, "login": told[1], "password": told[2]})
    wrong, _, _ = house.get("/api/v1/people")

    with capsys.disabled():
        print(f"\nthe second start answered after {seconds:.1f} s")
    assert login == "/accounts/login/"
    assert (status, where) == (200, "/")
    assert "Olga" in opened
    assert wrong in (200, 401)
    assert house.count("staff_user") == 5
    written = json.loads(town_of(house).read_text())["counts"]
    kept = sum(number for name, number in written.items() if name.endswith((".mbox", ".jsonl", ".xml")))
    assert house.count("capture_rawevent") == kept - written["orders.jsonl"] - sum(
        number for name, number in written.items() if name.startswith("truth/")
    )
    assert house.count("sales_order") == written["orders.jsonl"]


def town_of(house) -> Path:
    """The same town, written again, to count what it holds."""
    with psycopg.connect(embedded.address(house.state, environ={}).dsn()) as connection:
        (town,) = connection.execute("SELECT settings->'town' FROM channels_source WHERE settings ? 'town'").fetchone()
    out = house.state / "again"
    command = [sys.executable, "-m", "mutuals", "town", "--out", str(out), "--now", town["now"]]
    command += [part for name in ("people", "days", "seed") for part in (f"--{name}", str(town[name]))]
    subprocess.run(command, env=house.environ, check=True, stdout=subprocess.DEVNULL)
    return out / "manifest.json"
