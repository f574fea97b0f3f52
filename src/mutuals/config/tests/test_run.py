"""The whole house on a state folder of its own: started, hurt, started again, stopped."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from mutuals import embedded

pytestmark = pytest.mark.processes

START = "import sys; from mutuals.config.supervisor import run; sys.exit(run(['--empty', *sys.argv[1:]]))"


class House:
    """One state folder and the supervisor that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.said = folder / "said.txt"
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE")
        } | {"MUTUALS_STATE": str(self.state), "PYTHONPATH": str(Path(embedded.__file__).parents[2])}
        self.port = 18000 + os.getpid() % 1000
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, "--port", str(self.port)], env=self.environ, stdout=said, stderr=said
            )
        self.wait_until(self.answers)

    def answers(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asked.request("GET", "/")
            return asked.getresponse().status < 500
        except OSError:
            return False
        finally:
            asked.close()

    def wait_until(self, condition) -> None:
        for _ in range(3000):
            if condition():
                return
            assert self.process.poll() is None, self.said.read_text()[-3000:]
            time.sleep(0.1)
        raise AssertionError(f"it did not come to that within five minutes: {self.said.read_text()[-3000:]}")

    def is_served_by_others_than(self, before: list[int]) -> bool:
        now = self.processes("wsgi")
        return bool(now) and not set(before) & set(now) and self.answers()

    def address(self) -> embedded.Address:
        return embedded.address(self.state, environ={})

    def processes(self, words: str) -> list[int]:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                ours = f"MUTUALS_STATE={self.state}".encode() in (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if ours and words in command:
                found.append(int(entry.name))
        return sorted(found)


@pytest.fixture
def house():
    folder = Path(tempfile.mkdtemp(prefix="mur"))
    folder.chmod(0o711)
    house = House(folder)
    yield house
    if house.process is not None and house.process.poll() is None:
        house.process.terminate()
        house.process.wait(60)
    embedded.stop(house.state, environ={})
    shutil.rmtree(folder)


def test_the_house_stands_up_again_whatever_part_of_it_is_killed(house):
    house.start()

    web = house.processes("wsgi")
    for pid in web:
        os.kill(pid, signal.SIGKILL)
    house.wait_until(lambda: house.is_served_by_others_than(web))
    os.kill(embedded.status(house.state, environ={}).pid, signal.SIGKILL)
    house.wait_until(lambda: embedded.status(house.state, environ={}).running and house.answers())
    web = house.processes("wsgi")
    house.process.kill()
    house.process.wait()
    house.start()
    house.wait_until(lambda: house.is_served_by_others_than(web))

    with psycopg.connect(house.address().dsn()) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)


def test_a_stop_leaves_no_process_behind_and_the_next_start_migrates_nothing(house):
    house.start()
    house.wait_until(lambda: "Mutuals is at http://127.0.0.1" in house.said.read_text())
    stamp = (house.state / "migrated.json").stat().st_mtime_ns

    house.process.terminate()
    code, left = house.process.wait(60), house.processes("")
    stopped = not embedded.status(house.state, environ={}).running
    house.start()

    assert (code, left, stopped) == (0, [], True)
    assert (house.state / "migrated.json").stat().st_mtime_ns == stamp
