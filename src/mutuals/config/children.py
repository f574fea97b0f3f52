"""The processes that `mutuals run` looks after: how each is started, watched, brought back and ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MARK = "MUTUALS_CHILD_OF"
_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds before a dead child comes back
WEB_PROCESSES = min(2, os.cpu_count() or 1)  # a third would wait for the database; they share one loaded application
WEB_THREADS = 4  # in each
_SETTLED_SECONDS = 60.0  # a child that lived this long has its pauses forgotten


@dataclass(frozen=True)
class Part:
    """One process of the product, by name and command line."""

    name: str
    command: Sequence[str]


class Child:
    """One running part. It leads a process group of its own, so that its workers go with it."""

    def __init__(self, part: Part, environ: Mapping[str, str]) -> None:
        self.part = part
        self.environ = environ
        self.process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = _FIRST_PAUSE
        self._not_before = 0.0

    def start(self) -> None:
        """Start it now."""
        self.process = subprocess.Popen(
            self.part.command,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
        self._started = time.monotonic()

    def look_after(self, now: float) -> str:
        """Bring it back if it died and its pause is over; returns what there is to tell, or nothing."""
        if self.process is not None and self.process.poll() is None:
            return ""
        if self.process is not None:
            code, alive = self.process.returncode, now - self._started
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process = None
            if alive >= _SETTLED_SECONDS:
                self._pause = _FIRST_PAUSE
            self._not_before = now + self._pause
            said = f"{self.part.name} ended ({_words_for(code)}); it starts again in {self._pause:g} s"
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return said
        if now >= self._not_before:
            self.start()
        return ""

    def ask(self) -> None:
        """Tell it to end, and wait for nothing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, patience: float) -> None:
        """Ask it to end, wait that many seconds, then end it with all its processes."""
        self.ask()
        self.end_within(patience)

    def end_within(self, patience: float) -> None:
        """Wait that many seconds for one that was asked, then end it with all its processes."""
        if self.process is None:
            return
        if self.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        _signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def stop_all(children: Sequence[Child], patience: float) -> None:
    """Ask all to end, and wait that many seconds for them together."""
    until = time.monotonic() + patience
    for child in reversed(children):
        child.ask()
    for child in reversed(children):
        child.end_within(max(0.0, until - time.monotonic()))


def parts(*, host: str, port: int, events_port: int, workers: int, threads: int) -> list[Part]:
    """The parts in the order they start; they are told to stop in the reverse order."""
    return [
        Part(
            "web",
            _granian("mutuals.config.serve", "wsgi", "mutuals.config.wsgi:application", host, port, workers, threads),
        ),
        Part("events", _granian("granian", "asgi", "mutuals.config.events:application", host, events_port, 1, None)),
        Part("worker", [sys.executable, "-m", "mutuals", "worker"]),
        Part("scheduler", [sys.executable, "-m", "mutuals", "scheduler"]),
    ]


def end_leftovers(state: Path, patience: float = 5.0) -> int:
    """End the processes of a supervisor that was killed, found by the mark in their environment; returns how many.

    To be called only by the one process that holds the lock of the state folder.
    """
    found = _marked(state)
    for pid in found:
        _signal(pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while _marked(state) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in _marked(state):
        _signal(pid, signal.SIGKILL)
    return len(found)


def _marked(state: Path) -> list[int]:
    line = f"{MARK}={state}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if line in entry.read_bytes().split(b"\0") and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def _granian(
    program: str, interface: str, target: str, host: str, port: int, workers: int, threads: int | None
) -> list[str]:
    command = [sys.executable, "-m", program, "--interface", interface, "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--runtime-threads", "1", "--http", "1", "--no-ws", "--log-level", "warning"]
    command += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5"]
    if threads is not None:
        command += ["--blocking-threads", str(threads)]
    return [*command, target]


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What a new child does first: ask Linux for SIGTERM when the supervisor dies, however it dies."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def ask() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


def _words_for(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
