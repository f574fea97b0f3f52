"""Fixtures of the real peers, one running copy of each in a test run. How to use them: README.md beside this file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from peers import atproto_dev, snac
from peers import mail_servers as mail
from peers.harness import CACHE, Workplace


@contextmanager
def _workplace(name: str) -> Iterator[Workplace]:
    folder = Path(tempfile.mkdtemp(prefix=f"mutuals-{name}-"))  # short, for sockets live in it
    folder.chmod(0o755)
    place = Workplace(folder)
    try:
        yield place
    finally:
        place.stop()
        kept = CACHE / "logs"
        kept.mkdir(parents=True, exist_ok=True)
        for log in folder.glob("*.log"):  # what a peer said of a story that failed is read here
            shutil.copy(log, kept / f"{name}-{log.name}")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def workplace() -> Callable[[str], object]:
    """`with workplace("name") as place:` gives a folder and the processes in it, both gone afterwards."""
    return _workplace


@pytest.fixture(scope="session")
def snac_pair() -> Iterator[snac.Pair]:
    """Two federating servers that speak Mastodon's API."""
    with _workplace("snac") as place:
        yield snac.start(place)


@pytest.fixture(scope="session")
def bluesky_dev() -> Iterator[atproto_dev.Network]:
    """A whole AT Protocol network."""
    with _workplace("atproto") as place, atproto_dev.running(place) as network:
        yield network


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[mail.MailServers]:
    """Postfix and dovecot with three boxes."""
    with _workplace("mail") as place, mail.running(place) as servers:
        yield servers
