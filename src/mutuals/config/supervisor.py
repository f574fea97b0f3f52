"""`mutuals run`: the database and every part of the product under one roof, until it is told to stop.

The only one that stops the database. If it is killed, Linux ends the parts with it, and the next start ends what is
left; the database stays up and is found again.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mutuals import embedded
from mutuals.config import drafts, first_start
from mutuals.config.address import note
from mutuals.config.children import MARK, WEB_PROCESSES, WEB_THREADS, Child, end_leftovers, parts, stop_all
from mutuals.config.disk import Disk

_TICK = 0.2  # seconds between two looks at the children
_LOOK_AT_DATABASE = 1.0
_LOOK_WHEN_FULL = 10.0  # a database that cannot write is started again, but not every second
_WEB_ALONE = 15.0
_PATIENCE = 2.5  # seconds for all parts together to end in peace; what is cut then is begun again at the next start
_PORTS_TRIED = 100


def run(argv: list[str]) -> int:
    """Run until SIGINT or SIGTERM: 0 after an orderly stop, 1 when refused, 2 for a command line not understood."""
    wishes = _wishes(argv)
    state = embedded.state_folder()
    state.mkdir(parents=True, exist_ok=True, mode=0o711)
    try:
        with _only_one(state):
            return _Supervisor(wishes, state).run()
    except embedded.Refused as error:
        print(f"mutuals: {error}", file=sys.stderr)
        return 1


class _Supervisor:
    """One run: the children, the seeding beside them, and the wish to stop.

    The web starts alone, so that the first page comes soon on a small machine; the others join when it answers.
    """

    def __init__(self, wishes: argparse.Namespace, state: Path) -> None:
        self.host: str = wishes.host
        self.wishes = wishes
        self.state = state
        self.disk = Disk(state)
        self.stopping = False
        self.children: list[Child] = []
        self.seeding: subprocess.Popen[bytes] | None = None
        self.later: list[Child] = []
        self.told = False
        self._serves = False
        self._later_by = self._next_look = 0.0

    def run(self) -> int:
        """Start everything, watch it, stop it in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        if left := end_leftovers(self.state):
            _say(f"ended {left} processes that an earlier start had left behind")
        drafts.sweep(self.state)
        self.port = _port(self.host, self.wishes.port, chosen=self.wishes.port_chosen)
        environ = self._environ(events_port := _port(self.host, self.port + 1, chosen=False))
        note(self.state, environ["MUTUALS_URL"])
        database = embedded.ensure_up()
        try:
            if code := first_start.migrate(database, self.state, environ):
                _say("the tables could not be brought to this version: see the message above")
                return code
            first, *self.later = [
                Child(part, environ)
                for part in parts(
                    host=self.host,
                    port=self.port,
                    events_port=events_port,
                    workers=self.wishes.workers,
                    threads=self.wishes.threads,
                )
            ]
            self.children = [first]
            self._later_by = time.monotonic() + _WEB_ALONE
            if not self.wishes.empty and first_start.wants_seed(database, self.state):
                self._seed(environ)
            while not self.stopping:
                self._look()
                time.sleep(_TICK)
        finally:
            self._end()
        return 0

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._next_look:
            self._look_at_database()
            self._next_look = now + (_LOOK_WHEN_FULL if self.disk.is_full else _LOOK_AT_DATABASE)
        for child in self.children:
            if said := child.look_after(now):
                _say(said)
        self._serves = self._serves or _serves(self.host, self.port)
        if self.later and (self._serves or now >= self._later_by):
            self.children += self.later
            self.later = []
        if self.seeding is not None and self.seeding.poll() is not None:
            self._seeded(self.seeding.returncode)
        if self._serves and not self.told and (self.seeding is None or self._sign_in.is_file()):
            self._tell()

    def _look_at_database(self) -> None:
        """Bring our own database back when it died; an external one is looked after elsewhere. A full disk is said."""
        if said := self.disk.look(self.disk.free()):
            _say(said)
        if embedded.is_alive():
            return
        why = ", as it cannot write to a full disk" if self.disk.is_full else ""
        _say(f"the database went away{why}; it starts again")
        try:
            embedded.ensure_up()
        except embedded.Refused as error:
            _say(str(error))

    def _seed(self, environ: dict[str, str]) -> None:
        (self.state / "seeding").touch()
        self.seeding = subprocess.Popen(
            first_start.seed_command(), env=environ, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def _seeded(self, code: int) -> None:
        self.seeding = None
        if code == 0:
            (self.state / "seeding").unlink(missing_ok=True)
            _say("the small town has moved in")
        else:
            _say(f"the small town is not complete (code {code}); the next start goes on with it")

    @property
    def _sign_in(self) -> Path:
        return self.state / "first-sign-in.txt"

    def _tell(self) -> None:
        self.told = True
        print(f"\nMutuals is at http://{_named(self.host)}:{self.port}/", flush=True)
        if self._sign_in.is_file():
            print(self._sign_in.read_text().strip(), flush=True)
        print("Stop it with Ctrl+C.\n", flush=True)

    def _environ(self, events_port: int) -> dict[str, str]:
        host = _named(self.host)
        preset = {
            "MUTUALS_URL": f"http://{host}:{self.port}",
            "MUTUALS_EVENTS_URL": f"http://{host}:{events_port}",
            "DJANGO_SETTINGS_MODULE": "mutuals.config.settings",
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_TRIM_THRESHOLD_": "131072",
        }
        fixed = {"MUTUALS_STATE": str(self.state), MARK: str(self.state)}
        own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # a slow start
        return {**preset, **own, **fixed}

    def _stop(self, number: int, _frame: object) -> None:
        if not self.stopping:
            _say("stopping")
        self.stopping = True

    def _end(self) -> None:
        """Everybody at once, as none needs another to end; then the database."""
        if self.seeding is not None and self.seeding.poll() is None:
            self.seeding.terminate()
        stop_all(self.children, _PATIENCE)
        if self.seeding is not None:
            self.seeding.wait()
        if embedded.external() is None:
            embedded.stop()


def _wishes(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutuals run", description="Start Mutuals with everything it needs.")
    parser.add_argument("--host", default=os.environ.get("MUTUALS_HOST", "127.0.0.1"), help="address to listen on")
    parser.add_argument("--port", type=int, help="port of the pages; without it 8000 or the next free one")
    parser.add_argument("--workers", type=int, default=int(os.environ.get("MUTUALS_WEB_WORKERS", WEB_PROCESSES)))
    parser.add_argument("--threads", type=int, default=int(os.environ.get("MUTUALS_WEB_THREADS", WEB_THREADS)))
    parser.add_argument(
        "--empty",
        action="store_true",
        help="without the made-up town; the first page asks who you are. Nothing where a company is set up already",
    )
    wishes = parser.parse_args(argv)
    named = os.environ.get("MUTUALS_PORT")
    wishes.port_chosen = wishes.port is not None or named is not None
    wishes.port = wishes.port if wishes.port is not None else int(named or "8000")
    return wishes


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    """Refuse a second supervisor on one state folder; the lock ends with the process, however it ends."""
    with (state / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise embedded.Refused(f"Mutuals runs already with the state folder {state}.") from error
        yield


def _port(host: str, wanted: int, *, chosen: bool) -> int:
    """The wanted port; a chosen one that is taken is refused, else the next free one is used and said."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        if _is_free(host, port):
            if port != wanted and wanted == 8000:
                _say(f"port {wanted} is taken by another program; using {port}")
            return port
        if chosen:
            raise embedded.Refused(f"Port {port} is taken by another program: choose another with --port.")
    raise embedded.Refused(f"No port from {wanted} to {wanted + _PORTS_TRIED} is free: choose one with --port.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((host, port))
        except OSError:
            return False
    return True


def _serves(host: str, port: int) -> bool:
    """Whether the web answers a request, whatever it says."""
    try:
        with socket.create_connection((_reach(host), port), timeout=5) as asked:
            asked.sendall(b"HEAD / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return asked.recv(5) == b"HTTP/"
    except OSError:
        return False


def _reach(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _named(host: str) -> str:
    reached = _reach(host)
    return f"[{reached}]" if ":" in reached else reached


def _say(words: str) -> None:
    print(f"mutuals: {words}", flush=True)
