"""What a presence is for: personal, work, shared by several, or a bot. Staff say so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.refusals import Refusal
from mutuals.people import persons
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Gone
from mutuals.people.profiles import OWN
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LABELS = ("", "personal", "work", "shared", "bot")


@gate.giving_way
@transaction.atomic
def label(profile: Profile, *, to: str, by: User, now: datetime) -> Profile:
    """Say what a presence is for; "" takes it back, and what its network says of it counts again.

    What is shared names nobody, so their person is chosen anew. No machine links what is shared, or a bot; two accounts of
    a network that allows a person one are no contradiction once one of them is for work, shared or a bot.
    Refused: another word, a person's own record (Refusal), one that was erased meanwhile (Gone).
    """
    require(by, "person.link")
    if to not in LABELS:
        told = f"“{to[:40]}” is no label. A presence is one of: {', '.join(LABELS[1:])}."
        raise Refusal(told, fields={"label": told})
    if profile.network == OWN:
        raise Refusal("This is what we wrote down of a person ourselves; it is no presence of theirs.")
    gate.enter()
    row = Profile.objects.select_for_update(no_key=True).filter(pk=profile.pk).first()
    if row is None:
        raise Gone
    word, is_bot = ("", True) if to == "bot" else (to, False)
    if (row.label, row.is_bot) == (word, is_bot):
        return row
    before = "bot" if row.is_bot else row.label
    row.label, row.is_bot, row.changed_at = word, is_bot, now
    row.save(update_fields=["label", "is_bot", "changed_at"])
    about = f"profile:{row.pk}"
    if row.person_id is not None:
        root = Person.objects.values_list("canonical_id", flat=True).get(pk=row.person_id)
        persons.choose([root], now=now)
        about = f"person:{root}"
    journal.note("profile.labelled", about, by=by, profile=row.pk, changes={"label": [before, to]})
    return row
