"""Granian and chromium for tests and pictures; knows no Django."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60.0  # seconds in which a server must answer


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[str]:
    """Pages and events as two processes, as in `mutuals run`; gives the address of the pages."""
    web, events = _free_port(), _free_port()
    told = {**environ, "MUTUALS_EVENTS_URL": f"http://127.0.0.1:{events}"}
    processes = [
        _granian("wsgi", "mutuals.config.wsgi:application", web, told),
        _granian("asgi", "mutuals.config.events:application", events, told),
    ]
    try:
        for port in (web, events):
            _wait(f"http://127.0.0.1:{port}/accounts/login/", processes)
        yield f"http://127.0.0.1:{web}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _granian(interface: str, target: str, port: int, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--no-access-log", target]
    return subprocess.Popen(command, env=environ, start_new_session=True, stdout=subprocess.DEVNULL)


def _wait(address: str, processes: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(process.poll() is not None for process in processes):
            raise AssertionError("A server ended at once.")
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Nothing answers at {address}.")
