"""Accounts that may have been passed on: handle and shown name changed at once, while the network's own id stayed.

What a machine linked is asked about again and stays until staff answer; what staff or a file linked is theirs to know of. Both
are told on the link, where the customer page reads it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.identity import edges
from mutuals.identity.models import LIVE, Link, Renamed, Verdict
from mutuals.identity.queries import RENAMED
from mutuals.identity.remark import own_record
from mutuals.people.models import Person, Profile

CLUE = "renamed"
PRIORITY = 20.0  # in the review: above what a model is unsure of


def look(*, now: datetime, most: int) -> int:
    """Work through so many changes that a trigger noted; each once. Returns how many were asked about or told."""
    waiting = list(Renamed.objects.order_by("pk").values_list("profile_id", flat=True)[:most])
    if not waiting:
        return 0
    with transaction.atomic():
        gate.enter()
        free = Profile.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=waiting).order_by("pk")
        rows = {row.pk: row for row in free}
        changes = list(Renamed.objects.filter(pk__in=rows))
        Renamed.objects.filter(pk__in=rows).delete()
        held = Link.objects.select_for_update().filter(profile__in=rows, state__in=LIVE, until=None)
        links = {link.profile_id: link for link in held.order_by("pk")}
        told = [change for change in changes if change.profile_id in links]
        for change in told:
            _tell(rows[change.profile_id], links[change.profile_id], change, now)
    return len(told)


def _tell(row: Profile, held: Link, change: Renamed, now: datetime) -> None:
    """On the link, the newest such change alone; and in the review where no human said whose it is."""
    clue = {
        "clue": CLUE,
        "words": f"Handle and shown name changed on {change.at.day} {change.at:%b %Y}",
        "detail": f"before: {change.shown}, {change.name}",
        "weight": None,
        "proof": False,
        "family": "handle",
        "seen": f"profile:{row.pk}",
        "at": change.at.isoformat(),
        "for": False,
    }
    held.because = [*(one for one in held.because if one.get("clue") != CLUE), clue]
    held.save(update_fields=["because"])
    person = Person.objects.select_related("canonical").get(pk=held.person_id).canonical
    if held.by.startswith("machine:"):
        grounds = edges.Grounds([clue], priority=PRIORITY)
        edges.say(row.pk, own_record(person, now=now).pk, Verdict.UNSURE, grounds, by=RENAMED, now=now)
    journal.note("profile.renamed", person, by=RENAMED, profile=row.pk)
