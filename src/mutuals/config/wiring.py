"""Start-up: each room says by modules of known names what it has, because imports may not go up.

A room is asked from below to above, and part by part: fields of all rooms are known before anything that names them.
A module `hanging` of a room has `register_hanging`, and so on; rooms without one have nothing of that kind. What leads through
several rooms, or through the database's own programs, is named here.
"""

from __future__ import annotations

from django.apps import apps
from django.conf import settings

from mutuals import embedded, flow
from mutuals.api import _once
from mutuals.base import clock, files, found, jobs
from mutuals.capture import receive, retention
from mutuals.rules import registry

PARTS = {
    "fields": "what may be asked about its records",
    "lists": "its lists",
    "running": "which records run in processes",
    "hanging": "what of it hangs on people, for splits and merges",
    "owned": "what staff own in it, for when they leave",
    "leaving": "what it hands over and erases when a person leaves",
    "planners": "what files of imports may bring, and who decides about their rows",
    "jobs": "its jobs, and when they run by the clock",
}
"""Modules that a room may have, each with its `register_..`, and what they make known."""
_NO_ROOMS = {"base", "api", "web", "config"}


def rooms() -> list[str]:
    """The rooms between the floor and the doors, from below to above: as the settings name them."""
    ours = [one for one in apps.get_app_configs() if one.name.startswith("mutuals.")]
    return [one.name for one in ours if one.label not in _NO_ROOMS]


def connect() -> None:
    """Fill the registries and name the jobs."""
    for part in PARTS:
        for module in found.parts(rooms(), part):
            getattr(module, f"register_{part}")()
    found.parts(
        rooms(), "actions"
    )  # what rules may do is known by importing it; our own come before those of strangers
    registry.load_foreign()
    files.carried_by(retention.carried)
    jobs.name(receive.ADVANCE, flow.run)
    jobs.name("api.forget", lambda timestamp=0: _once.forget(clock.now()), cron="30 2 * * *")
    jobs.name("base.backup", _backup, queue="long", cron="15 2 * * *")


def _backup(timestamp: int = 0) -> None:
    """The nightly copy of our own database, and a bound for its log; an external one is backed up by those who run it."""
    if embedded.external() is None:
        embedded.backup_now(settings.STATE / "backups", keep=7)
        embedded.trim_log()
