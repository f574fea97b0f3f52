"""What every real peer needs: a folder, a free port, a process of its own group, a health call, an end by process id.

A peer that is missing fails the run in CI (the variable CI is set), so that a green run cannot hide it; on a desk the
test is skipped with the line that installs it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "peers"
PATIENCE = 240  # seconds: a server whose delivery failed once tries again after two minutes (snac2)
PREPARE = "sudo .venv/bin/python tests/peers/prepare.py"


def missing(what: str, *, remedy: str = PREPARE) -> NoReturn:
    """End the test: a failure in CI, elsewhere a skip that names the remedy."""
    message = f"{what} To run this test: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def program(name: str, *, package: str) -> str:
    """The path of an installed program, looked for in the administrators' folders too; else `missing`."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin")
    if found is None:
        missing(f"{name} (Debian package {package}) is not installed.")
    return found


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def can_bind(host: str, port: int) -> bool:
    """Whether we may listen there: the port is free, and the system lets us."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def until(ask: Callable[[], Found | None], *, what: str) -> Found:
    """Ask again and again until something true comes back, and return it. Raises AssertionError naming `what`."""
    end = time.monotonic() + PATIENCE
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {PATIENCE} s; last seen: {found!r}")
        time.sleep(0.2)


class Workplace:
    """One folder for the files of one peer, and the processes started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def spawn(
        self, name: str, *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start in a process group of its own; output goes to NAME.log, because a daemon may hold a pipe for ever."""
        with self.log(name).open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd or self.folder,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        self._running.append((name, process))
        return process

    def log(self, name: str) -> Path:
        """Where the output of a process goes."""
        return self.folder / f"{name}.log"

    def ready(self, name: str, healthy: Callable[[], bool], *, seconds: float) -> None:
        """Wait for a real health call; when the process ends or time runs out, fail with the end of its log."""
        process = dict(self._running)[name]
        end = time.monotonic() + seconds
        while not healthy():
            ended = process.poll()
            if ended is not None or time.monotonic() > end:
                why = f"ended with {ended}" if ended is not None else f"was not healthy within {seconds:g} s"
                tail = self.log(name).read_text(errors="replace")[-3000:]
                pytest.fail(f"{name} {why}:\n{tail}", pytrace=False)
            time.sleep(0.1)

    def stop(self) -> None:
        """End every process, newest first: politely, after ten seconds firmly, by process id (it leads its group)."""
        for _name, process in reversed(self._running):
            for how, seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
                if process.poll() is not None:
                    break
                os.killpg(process.pid, how)
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        self._running.clear()
