"""The usual process of a kind: in which something runs that is opened without naming one. A fresh installation has it too."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.processes import keep, kinds, templates
from mutuals.processes.models import Process, Version, VersionState
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def of(kind: str, *, by: User, now: datetime, pillar: str = "") -> Process:
    """The usual process of a kind, with a version in use. That of the pillar; else that of no pillar; else the first one.

    Where nobody has said which it is, the shipped template of the kind is published, once, in the name of `by` (who needs no
    right to draw processes for this), and is the usual one from then on.
    Refused: a kind without a template where nothing is published; a template's process that was retired.
    """
    require(by, "process.work")
    found = there(kind, pillar=pillar)
    return found if found is not None else _shipped(kind, by=by, now=now)


def there(kind: str, *, pillar: str = "") -> Process | None:
    """The same where it was said already; None where `of` would have to publish one."""
    rows = list(_published(kind).filter(is_usual=True).order_by("pk"))
    return min(rows, key=lambda row: (row.pillar != pillar, bool(row.pillar), row.pk), default=None)


@transaction.atomic
def choose(process: Process, *, by: User, is_usual: bool = True) -> Process:
    """Make a process the usual one of its kind and pillar, instead of the one that was; or no longer. Twice is once.

    Refused: one that is retired, or has no version in use.
    """
    require(by, "process.edit", process)
    row = keep.held(process)
    if row.is_usual is is_usual:
        return row
    if is_usual and not _published(row.kind).filter(pk=row.pk).exists():
        raise Refusal(f"“{row.name}” is retired or has no version in use; nothing could start in it.")
    if is_usual:
        _marked(row).update(is_usual=False)
    row.is_usual = is_usual
    row.save(update_fields=["is_usual"])
    journal.note("process.usual" if is_usual else "process.not_usual", row, by=by, of=row.kind, pillar=row.pillar)
    return row


def _published(kind: str) -> QuerySet[Process]:
    return Process.objects.filter(kind=kind, retired_at=None, versions__state=VersionState.IN_USE)


def _marked(row: Process) -> QuerySet[Process]:
    """The usual one of its kind and pillar; all of them are locked, so that two who choose do so one after the other."""
    rows = Process.objects.filter(kind=row.kind, pillar=row.pillar)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return rows.filter(is_usual=True)


def _shipped(kind: str, *, by: User, now: datetime) -> Process:
    label = kinds.kind(kind).label.lower()
    template = templates.of_kind(kind)
    if template is None:
        raise Refusal(f"No process is there for a {label}: draw one, publish it and make it the usual one.")
    made = Process(name=template.name, kind=kind, pillar=template.pillar, made_at=now)
    Process.objects.bulk_create([made], ignore_conflicts=True)  # waits for a colleague who does the same
    row = Process.objects.select_for_update(no_key=True).get(name=template.name)
    if row.kind != kind or row.retired_at is not None:
        raise Refusal(f"Nobody has said in which process a {label} runs; a lead makes one of them the usual one.")
    if not row.versions.filter(state=VersionState.IN_USE).exists():
        number = (row.versions.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        version = Version.objects.create(
            process=row, number=number, body=template.body, state=VersionState.IN_USE, by=by, at=now, note="As shipped"
        )
        journal.note("process.published", row, by=by, version=version.number, note=version.note)
    if not _marked(row).exists():
        row.is_usual = True
        row.save(update_fields=["is_usual"])
    return row
