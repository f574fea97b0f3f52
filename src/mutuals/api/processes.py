"""Processes: drawing and publishing them, starting and moving what runs, hand-overs, and how it goes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._process_shapes import (
    BatchOut,
    Beginning,
    CheckedOut,
    Declining,
    Drawing,
    Dropping,
    FiguresOut,
    FindingOut,
    Giving,
    HandoverOut,
    Moving,
    MovingMany,
    Offering,
    ProcessItemOut,
    ProcessOut,
    ProcessStarting,
    ProcessVersionOut,
    Publishing,
    Redrawing,
    Retiring,
    Sending,
    TemplateOut,
    TransferLine,
    TransferOut,
    VersionChoosing,
    WholeProcessItemOut,
)
from mutuals.api._types import MOST_ID, Done, Page, PathId
from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.processes import check, figures, hands, keep, queries, run, shape, steps, transfer, usual
from mutuals.processes import text as texts
from mutuals.processes.models import Handover, Item, Process, Version
from mutuals.processes.templates import templates
from mutuals.staff import queries as staff

router = Resource("processes")
Number = Annotated[int | None, Query(ge=1, le=MOST_ID)]


@router.read("/processes", act="process.view", out=Page[ProcessOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ProcessOut]:
    """All processes."""
    rows, following = page_by_id(queries.visible_to(user_of(request)), cursor, limit)
    return Page[ProcessOut](items=[ProcessOut.of(row) for row in rows], next=following)


@router.write("POST", "/processes", act="process.edit", out=ProcessOut, status=201)
def drawing(request: HttpRequest, body: Beginning) -> ProcessOut:
    """A new process with its first draft."""
    told = _told(body) if body.text or body.body else _template(body.template)
    made = keep.draft(told, by=user_of(request), now=clock.now(), name=body.name, kind=body.kind, pillar=body.pillar)
    return ProcessOut.of(made.process)


@router.read("/processes/templates", act="process.view", out=list[TemplateOut])
def shipped(request: HttpRequest) -> list[TemplateOut]:
    """Processes to begin with."""
    return [
        TemplateOut(key=t.key, name=t.name, kind=t.kind, pillar=t.pillar, words=t.words, text=texts.write(t.body))
        for t in templates().values()
    ]


@router.read("/processes/waiting", act="process.view", out=list[ProcessItemOut])
def waiting(request: HttpRequest, limit: Limit = 50) -> list[ProcessItemOut]:
    """What waits on the caller, next due first."""
    return [ProcessItemOut.of(row) for row in queries.waiting_on(user_of(request), limit=limit)]


@router.read("/processes/late", act="process.view", out=list[ProcessItemOut])
def late(request: HttpRequest, limit: Limit = 50) -> list[ProcessItemOut]:
    """What is late, the longest first."""
    return [ProcessItemOut.of(row) for row in queries.late(user_of(request), now=clock.now(), limit=limit)]


@router.read("/processes/handovers", act="process.view", out=list[HandoverOut])
def offered(request: HttpRequest, to: Literal["anybody", "me"] = "anybody", limit: Limit = 50) -> list[HandoverOut]:
    """Hand-overs that nobody has answered: those that the caller may accept, then the others, the oldest first."""
    asked = queries.handovers_for if to == "me" else queries.handovers
    return [HandoverOut.of(row) for row in asked(user_of(request), limit=limit)]


@router.write("POST", "/processes/handovers/{int:handover_id}/accept", act="process.work", out=HandoverOut)
def accepting(request: HttpRequest, handover_id: PathId) -> HandoverOut:
    """It is the caller's from then on."""
    return _answered(hands.accept(_handover(request, handover_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/processes/handovers/{int:handover_id}/decline", act="process.work", out=HandoverOut)
def declining(request: HttpRequest, handover_id: PathId, body: Declining) -> HandoverOut:
    """It goes back, with the reason."""
    row = _handover(request, handover_id)
    return _answered(hands.decline(row, by=user_of(request), now=clock.now(), because=body.because))


@router.read("/processes/items", act="process.view", out=Page[ProcessItemOut])
def running(
    request: HttpRequest,
    process_id: Number = None,
    about: Annotated[str, Query(max_length=60, pattern=r"^[a-z_]*:?[0-9]*$")] = "",
    step: Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9_-]*$")] = "",
    state: Literal["", "running", "done", "dropped"] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[ProcessItemOut]:
    """What runs or ran: of one process, about one record, in one step. A page is shorter where some are not for the caller."""
    asked = {"process_id": process_id, "about": about, "step": step, "state": state}
    rows = queries.items(user_of(request)).filter(**{name: value for name, value in asked.items() if value})
    found, following = page_by_id(rows, cursor, limit)
    told = queries.seen(found, user_of(request))
    return Page[ProcessItemOut](items=[ProcessItemOut.of(row) for row in told], next=following)


@router.write("POST", "/processes/items/move", act="process.work", out=BatchOut)
def moving_many(request: HttpRequest, body: MovingMany) -> BatchOut:
    """Many to one step; what is refused stops nobody else."""
    by = user_of(request)
    rows = queries.seen(list(queries.items(by).filter(pk__in=body.ids)), by)
    told = run.move_many(rows, to=body.to, by=by, now=clock.now(), because=body.because)
    lost = {str(pk): "Nothing runs under this number." for pk in set(body.ids) - {row.pk for row in rows}}
    return BatchOut(done=[ProcessItemOut.of(row) for row in told.done], refused=told.refused | lost)


@router.read("/processes/items/{int:item_id}", act="process.view", out=WholeProcessItemOut)
def whole(request: HttpRequest, item_id: PathId) -> WholeProcessItemOut:
    """One item with its whole way."""
    return WholeProcessItemOut.of(_item(request, item_id))


@router.write("POST", "/processes/items/{int:item_id}/move", act="process.work", out=ProcessItemOut)
def moving(request: HttpRequest, item_id: PathId, body: Moving) -> ProcessItemOut:
    """On to a step that a way leads to; refused in words where a field, a guard, a hand-over or a colleague is in the way."""
    row = run.move(
        _item(request, item_id), to=body.to, by=user_of(request), now=clock.now(), because=body.because,
        values=body.values, seen=body.seen,
    )  # fmt: skip
    return ProcessItemOut.of(row)


@router.write("POST", "/processes/items/{int:item_id}/back", act="process.work", out=ProcessItemOut)
def sending(request: HttpRequest, item_id: PathId, body: Sending) -> ProcessItemOut:
    """Back to where it was; what has ended runs again."""
    row = _item(request, item_id)
    told = {"because": body.because, "to": body.to, "seen": body.seen}
    return ProcessItemOut.of(run.back(row, by=user_of(request), now=clock.now(), **told))  # type: ignore[arg-type]


@router.write("POST", "/processes/items/{int:item_id}/drop", act="process.work", out=ProcessItemOut)
def dropping(request: HttpRequest, item_id: PathId, body: Dropping) -> ProcessItemOut:
    """No further."""
    row = _item(request, item_id)
    return ProcessItemOut.of(run.drop(row, by=user_of(request), now=clock.now(), because=body.because, seen=body.seen))


@router.write("POST", "/processes/items/{int:item_id}/give", act="process.work", out=ProcessItemOut)
def giving(request: HttpRequest, item_id: PathId, body: Giving) -> ProcessItemOut:
    """To one colleague."""
    return ProcessItemOut.of(
        run.give(_item(request, item_id), to=one(staff.active(), body.user_id), by=user_of(request))
    )


@router.write("POST", "/processes/items/{int:item_id}/hand-over", act="process.work", out=HandoverOut, status=201)
def offering(request: HttpRequest, item_id: PathId, body: Offering) -> HandoverOut:
    """Offer it with a reason and what comes next; it stays where it is until it is accepted."""
    team = one(staff.teams_of(user_of(request)), body.team_id) if body.team_id else None
    user = one(staff.active(), body.user_id) if body.user_id else None
    row = hands.hand_over(
        _item(request, item_id), by=user_of(request), now=clock.now(), reason=body.reason,
        next_action=body.next_action, team=team, user=user, seen=body.seen,
    )  # fmt: skip
    return _answered(row)


@router.read("/processes/{int:process_id}", act="process.view", out=ProcessOut)
def shown(request: HttpRequest, process_id: PathId) -> ProcessOut:
    """One process."""
    return ProcessOut.of(_process(request, process_id))


@router.read("/processes/{int:process_id}/versions/{int:number}", act="process.view", out=ProcessVersionOut)
def version(request: HttpRequest, process_id: PathId, number: PathId) -> ProcessVersionOut:
    """One version, as text and as steps."""
    return ProcessVersionOut.of(_version(_process(request, process_id), number))


@router.read("/processes/{int:process_id}/versions/{int:first}/{int:second}", act="process.view", out=list[str])
def compared(request: HttpRequest, process_id: PathId, first: PathId, second: PathId) -> list[str]:
    """What changed from one version to another, in words."""
    process = _process(request, process_id)
    return check.compared(*(steps.shape_of(_version(process, number)) for number in (first, second)))


@router.write("POST", "/processes/{int:process_id}/check", act="process.edit", out=CheckedOut)
def checking(request: HttpRequest, process_id: PathId, body: Drawing) -> CheckedOut:
    """What is wrong with a text, and what is new in it; nothing is kept."""
    process = _process(request, process_id)
    read = shape.read(_told(body))
    found = keep.of_shape(read, process.kind, viewer=user_of(request))
    used = run.newest(process)
    return CheckedOut(
        findings=[FindingOut(step=f.step, words=f.words, stops=f.stops) for f in found],
        changes=check.compared(steps.shape_of(used), read) if used else [],
    )


@router.write("PUT", "/processes/{int:process_id}/draft", act="process.edit", out=ProcessVersionOut)
def redrawing(request: HttpRequest, process_id: PathId, body: Redrawing) -> ProcessVersionOut:
    """Write the draft, begun here where there is none; refused where a colleague wrote or published since it was read."""
    process, told = _process(request, process_id), _told(body)
    base = _version(process, body.version).pk if body.version else None
    row = keep.write(process, told, by=user_of(request), now=clock.now(), base=base, seen=body.seen, note=body.note)
    return ProcessVersionOut.of(row)


@router.write("DELETE", "/processes/{int:process_id}/draft", act="process.edit", out=Done)
def discarding(request: HttpRequest, process_id: PathId) -> Done:
    """Take the draft away; a process that never had another version goes with it."""
    keep.discard(_draft(request, process_id), by=user_of(request))
    return Done()


@router.write("POST", "/processes/{int:process_id}/publish", act="process.edit", out=ProcessVersionOut)
def publishing(request: HttpRequest, process_id: PathId, body: Publishing) -> ProcessVersionOut:
    """Let what starts from now on follow the draft; what runs keeps its version."""
    row = _draft(request, process_id)
    return ProcessVersionOut.of(keep.publish(row, by=user_of(request), now=clock.now(), seen=body.seen, note=body.note))


@router.write("POST", "/processes/{int:process_id}/retire", act="process.edit", out=ProcessOut)
def retiring(request: HttpRequest, process_id: PathId, body: Retiring) -> ProcessOut:
    """Nothing new starts; what runs goes on to its end."""
    row = _process(request, process_id)
    return ProcessOut.of(keep.retire(row, by=user_of(request), now=clock.now(), is_retired=body.retired))


@router.write("POST", "/processes/{int:process_id}/usual", act="process.edit", out=ProcessOut)
def choosing(request: HttpRequest, process_id: PathId, body: VersionChoosing) -> ProcessOut:
    """What is opened without naming a process runs in this one from now on; one of each kind and pillar is."""
    row = _process(request, process_id)
    return ProcessOut.of(usual.choose(row, by=user_of(request), is_usual=body.usual))


@router.write("POST", "/processes/{int:process_id}/start", act="process.work", out=BatchOut)
def starting(request: HttpRequest, process_id: PathId, body: ProcessStarting) -> BatchOut:
    """Let records run in it; what runs already is told as it is."""
    told = run.start_many(body.abouts, _process(request, process_id), by=user_of(request), now=clock.now())
    return BatchOut(done=[ProcessItemOut.of(row) for row in told.done], refused=told.refused)


@router.read("/processes/{int:process_id}/figures", act="process.view", out=list[FiguresOut])
def measured(
    request: HttpRequest,
    process_id: PathId,
    version: Annotated[list[int] | None, Query(max_length=10)] = None,
    days: Annotated[int, Query(ge=1, le=figures.MOST_DAYS)] = figures.DAYS,
) -> list[FiguresOut]:
    """Median time, share in time, rework and drop-out of each step; of several versions side by side."""
    process = _process(request, process_id)
    numbers = [number for number in version or [] if 0 < number < 2**31]
    if version:
        rows = list(process.versions.filter(number__in=numbers).order_by("number"))
    else:
        newest = queries.version(process)
        rows = [newest] if newest else []
    return [FiguresOut.of(told) for told in figures.measured(process, rows, now=clock.now(), days=days)]


@router.read("/processes/{int:process_id}/transfer", act="process.view", out=list[TransferLine])
def previewing(request: HttpRequest, process_id: PathId) -> list[TransferLine]:
    """What runs in earlier versions, and what of it can follow the newest."""
    names = TransferLine.model_fields
    return [
        TransferLine(**{name: getattr(line, name) for name in names})
        for line in transfer.preview(_process(request, process_id))
    ]


@router.write("POST", "/processes/{int:process_id}/transfer", act="process.edit", out=TransferOut)
def transferring(request: HttpRequest, process_id: PathId) -> TransferOut:
    """Bring what runs to the newest version, where its step still exists."""
    moved = transfer.to_newest(_process(request, process_id), by=user_of(request), now=clock.now())
    return TransferOut(moved=moved)


def _process(request: HttpRequest, number: int) -> Process:
    return one(queries.visible_to(user_of(request)), number)


def _item(request: HttpRequest, number: int) -> Item:
    row = queries.item(user_of(request), number)
    if row is None:
        raise Http404
    return row


def _handover(request: HttpRequest, number: int) -> Handover:
    row = queries.handover(user_of(request), number)
    if row is None:
        raise Http404
    return row


def _answered(row: Handover) -> HandoverOut:
    refs = ("item", "given_by", "from_team", "from_user", "to_team", "to_user", "answered_by")
    return HandoverOut.of(Handover.objects.select_related(*refs).get(pk=row.pk))


def _version(process: Process, number: int) -> Version:
    row = queries.version(process, number) if number < 2**31 else None
    if row is None:
        raise Http404
    return row


def _draft(request: HttpRequest, process_id: int) -> Version:
    """The draft; where it was just published, that version, so that publishing twice is once."""
    process = _process(request, process_id)
    row = process.versions.filter(state="draft").first() or run.newest(process)
    if row is None:
        raise Http404
    return row


def _told(body: Drawing) -> dict[str, Any]:
    return dict(texts.read(body.text).plain) if body.text else dict(body.body or {})


def _template(key: str) -> dict[str, Any]:
    found = templates().get(key)
    if found is None:
        known = ", ".join(sorted(templates()))
        raise Refusal(f"There is no template “{key}”. There are: {known}.", fields={"template": "Choose one of these."})
    return found.body
