"""Writing processes: a draft that is edited, published, compared and brought back; what runs keeps its version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.processes import check, hours, kinds, shape
from mutuals.processes.check import Finding, Known
from mutuals.processes.models import Process, Version, VersionState
from mutuals.processes.shape import Shape
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.permissions import require

MOST = 1_000  # processes
LONGEST_NOTE = 200


@transaction.atomic
def draft(
    told: Mapping[str, Any], *, by: User, now: datetime, name: str, kind: str, pillar: str = "", note: str = ""
) -> Version:
    """A new process with its first version, a draft. Refused: a name that is used, an unknown kind or pillar, a wrong body."""
    require(by, "process.edit")
    called = one_line(name, what="Name", longest=80)
    if not kinds.is_usable(kind):
        known = ", ".join(one.name for one in kinds.kinds())
        raise Refusal(
            f"There is no kind “{str(kind)[:30]}”. There are: {known}.", fields={"kind": "Choose one of these."}
        )
    if pillar and pillar not in Pillar.values:
        raise Refusal(f"There is no pillar “{pillar[:30]}”.", fields={"pillar": "Choose one of the pillars."})
    if Process.objects.count() >= MOST:
        raise Refusal(f"There are {MOST} processes; retire one and write its next version instead.")
    read = shape.read(told)
    try:
        with transaction.atomic():
            row = Process.objects.create(name=called, kind=kind, pillar=pillar, made_at=now)
    except IntegrityError as error:
        raise Refusal(f"Another process is called “{called}”.", fields={"name": "Choose another name."}) from error
    made = _version(row, read, by=by, now=now, note=note)
    journal.note("process.drafted", row, by=by, version=made.number, name=called)
    return made


@transaction.atomic
def redraft(process: Process, *, by: User, now: datetime, number: int | None = None) -> Version:
    """The draft of a process; where there is none, one that says what the version in use (or `number`) says.

    Refused: a version that is not there; another draft under way, where `number` is asked for.
    """
    require(by, "process.edit", process)
    row = held(process)
    there = row.versions.filter(state=VersionState.DRAFT).first()
    if there is not None and number is None:
        return there
    if there is not None:
        raise Refusal(f"Version {there.number} is being drafted; publish or drop it first.")
    rows = row.versions.order_by("-number")
    base = (
        rows.filter(number=number).first()
        if number is not None
        else (rows.filter(state="in_use").first() or rows.first())
    )
    if base is None:
        raise Refusal(f"There is no version {number} of this process.")
    made = _version(row, shape.read(base.body), by=by, now=now, note=f"As version {base.number}" if number else "")
    journal.note("process.drafted", row, by=by, version=made.number, like=base.number)
    return made


@transaction.atomic
def write(
    process: Process, told: Mapping[str, Any], *, by: User, now: datetime,
    base: int | None = None, seen: int | None = None, note: str | None = None,
) -> Version:  # fmt: skip
    """Write the draft anew, begun here where there is none. `base` is the version that the writer saw, by its id: the draft,
    else the one in use; `seen` its number of edits.

    Refused, and nothing is begun: where a colleague began, wrote, published or dropped a draft since. The same is nothing.
    """
    require(by, "process.edit", process)
    read = shape.read(told)
    there = of_now(held(process))
    is_draft = there.state == VersionState.DRAFT
    if is_draft and there.body == dict(read.plain) and note in (None, there.note):
        return there
    if base not in (None, there.pk) or seen not in (None, there.edits):
        did = f"published version {there.number}"
        if is_draft:
            did = "changed this draft" if base in (None, there.pk) else "began a draft"
        is_gone = base is not None and not process.versions.filter(pk=base).exists()
        who = "The draft was taken away" if is_gone and not is_draft else f"{there.by} {did}"
        raise Refusal(f"{who} since you opened this. Look at it, then write yours again.")
    if is_draft:
        return edit(there, told, by=by, now=now, note=note)
    return edit(redraft(process, by=by, now=now), told, by=by, now=now, note=note)


def of_now(process: Process) -> Version:
    """What writing begins from: the draft, else the version in use, else the newest."""
    rows = process.versions.select_related("by").order_by("-number")
    found = (rows.filter(state=state).first() for state in (VersionState.DRAFT, VersionState.IN_USE))
    version = next((one for one in found if one is not None), None) or rows.first()
    if version is None:
        raise Refusal("This process is not there any more.")
    return version


@transaction.atomic
def edit(
    version: Version,
    told: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    seen: int | None = None,
    note: str | None = None,
) -> Version:
    """Write a draft anew. `seen` is the number of edits that the writer saw.

    Refused: a version that is no draft any more, and one that a colleague wrote meanwhile. Writing the same is nothing.
    """
    require(by, "process.edit", version)
    read = shape.read(told)
    row = _draft(version)
    said = row.note if note is None else one_line(note, what="Note", longest=LONGEST_NOTE, needed=False)
    if (row.body, row.note) == (dict(read.plain), said):
        return row
    if seen is not None and seen != row.edits:
        raise Refusal(f"{row.by} changed this draft since you opened it. Look at it, then write yours again.")
    row.body, row.note, row.by, row.at, row.edits = dict(read.plain), said, by, now, row.edits + 1
    row.save(update_fields=["body", "note", "by", "at", "edits"])
    journal.note("process.edited", row.process, by=by, version=row.number)
    return row


@transaction.atomic
def publish(version: Version, *, by: User, now: datetime, seen: int | None = None, note: str | None = None) -> Version:
    """Let what starts from now on follow this version; what runs keeps its own. Twice is once.

    Refused: a draft with findings that stop it, one that a colleague changed since `seen`, and a version of the past.
    """
    require(by, "process.edit", version)
    process = held(version.process)
    row = process.versions.filter(pk=version.pk).first()
    if row is None:
        raise Refusal("This version is not there any more.")
    if row.state == VersionState.IN_USE:
        return row
    row = _draft(row)
    if seen is not None and seen != row.edits:
        raise Refusal(f"{row.by} changed this draft since you opened it. Look at it, then publish.")
    wrong = [one.words for one in findings(row, viewer=by) if one.stops]
    if wrong:
        more = f" There are {len(wrong) - 1} more." if len(wrong) > 1 else ""
        raise Refusal(f"It cannot be published: {wrong[0]}{more}")
    process.versions.filter(state=VersionState.IN_USE).update(state=VersionState.PAST)
    row.state, row.at, row.by = VersionState.IN_USE, now, by
    if note is not None:
        row.note = one_line(note, what="Note", longest=LONGEST_NOTE, needed=False)
    row.save(update_fields=["state", "at", "by", "note"])
    journal.note("process.published", process, by=by, version=row.number, note=row.note)
    return row


@transaction.atomic
def discard(version: Version, *, by: User, seen: int | None = None) -> None:
    """Take a draft away; a process that never had another version goes with it.

    Refused: what is no draft, and one that a colleague changed since `seen`.
    """
    require(by, "process.edit", version)
    process = held(version.process)
    row = _draft(version)
    if seen is not None and seen != row.edits:
        raise Refusal(f"{row.by} changed this draft since you opened it. Look at it, then decide.")
    journal.note("process.discarded", process, by=by, version=row.number, name=process.name)
    row.delete()
    if not process.versions.exists():
        process.delete()


@transaction.atomic
def retire(process: Process, *, by: User, now: datetime, is_retired: bool = True) -> Process:
    """Let nothing new start; what runs goes on to its end. `is_retired` False takes it up again. Twice is once.

    Who retires is the usual one no longer.
    """
    require(by, "process.edit", process)
    row = held(process)
    if (row.retired_at is not None) is not is_retired:
        row.retired_at = now if is_retired else None
        row.is_usual = False
        row.save(update_fields=["retired_at", "is_usual"])
        journal.note("process.retired" if is_retired else "process.resumed", row, by=by)
    return row


def follow_team(old: str, new: str) -> int:
    """Let every version that names a team by its old name name it by the new one; how many. Part of renaming it."""
    was, now = f"team {old}", f"team {new}"
    rows = Version.objects.select_for_update(no_key=True).filter(body__steps__contains=[{"owner": was}]).order_by("pk")
    found = list(rows)
    for row in found:
        for step in row.body["steps"]:
            if step.get("owner") == was:
                step["owner"] = now
        row.edits += 1
    Version.objects.bulk_update(found, ["body", "edits"], batch_size=100)
    return len(found)


def findings(version: Version, *, viewer: User) -> list[Finding]:
    """What is wrong with a version as the house is today."""
    return of_shape(shape.read(version.body), version.process.kind, viewer=viewer)


def of_shape(told: Shape, kind: str, *, viewer: User) -> list[Finding]:
    """The same of a shape that is not kept yet."""
    teams = set(Team.objects.values_list("name", flat=True))
    named = [one.owner.partition(":")[2].lower() for one in told.steps if one.owner.startswith("staff:")]
    staff = (
        set(User.objects.filter(is_active=True, email__in=named).values_list("email", flat=True)) if named else set()
    )
    lost = hours.missing(told.week)  # a calendar that is not there
    found = [Finding("", lost)] if lost else []
    return found + check.findings(told, Known(kinds.kind(kind).asked, viewer, teams, staff))


def held(process: Process) -> Process:
    """The process, locked against others who write it; items can start and move meanwhile."""
    row = Process.objects.select_for_update(no_key=True).filter(pk=process.pk).first()
    if row is None:
        raise Refusal("This process is not there any more.")
    return row


def _draft(version: Version) -> Version:
    rows = Version.objects.select_for_update(of=("self",), no_key=True).select_related("process", "by")
    row = rows.filter(pk=version.pk).first()
    if row is None:
        raise Refusal("This draft is not there any more.")
    if row.state != VersionState.DRAFT:
        raise Refusal(f"Version {row.number} was published {row.at:%d %b %Y}; write the next one.")
    return row


def _version(process: Process, read: Shape, *, by: User, now: datetime, note: str) -> Version:
    last = process.versions.aggregate(last=Max("number"))["last"] or 0
    said = one_line(note, what="Note", longest=LONGEST_NOTE, needed=False)
    return Version.objects.create(process=process, number=last + 1, body=dict(read.plain), by=by, at=now, note=said)
