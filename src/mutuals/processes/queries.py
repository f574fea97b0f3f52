"""Questions about processes: the list, what waits on somebody, what is late, which hand-overs nobody accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from mutuals.base.bulk import execute, numbers
from mutuals.processes import kinds, steps
from mutuals.processes.models import Handover, Item, ItemState, Process, Version, VersionState
from mutuals.staff.models import User
from mutuals.staff.permissions import may

PAGE = 50
MOST = 5_000
"""Rows that a list looks at until it is full, where somebody may see few of them."""
_MINE = """
SELECT id FROM (
    (SELECT id, due_at FROM processes_item WHERE state = 'running' AND owner_id = %(user)s
     ORDER BY due_at NULLS LAST, id LIMIT %(limit)s)
    UNION ALL
    (SELECT i.id, i.due_at FROM unnest(%(teams)s::bigint[]) AS t CROSS JOIN LATERAL (
        SELECT id, due_at FROM processes_item WHERE state = 'running' AND owner_id IS NULL AND team_id = t
        ORDER BY due_at NULLS LAST, id LIMIT %(limit)s) AS i)
    UNION ALL
    (SELECT id, due_at FROM processes_item WHERE state = 'running' AND owner_id IS NULL AND role = %(role)s AND role <> ''
     ORDER BY due_at NULLS LAST, id LIMIT %(limit)s)
) AS m GROUP BY id, due_at ORDER BY due_at NULLS LAST, id LIMIT %(limit)s
"""


def visible_to(viewer: User) -> QuerySet[Process]:
    """Processes by pillar and name, with their versions; none without the right to see them."""
    if not may(viewer, "process.view"):
        return Process.objects.none()
    versions = Version.objects.select_related("by").order_by("-number")
    return Process.objects.prefetch_related(Prefetch("versions", queryset=versions)).order_by("pillar", "name")


def published(viewer: User, kind: str = "") -> list[Process]:
    """Processes of a kind, or of all, in which something can start, the usual ones first; none without the right to work."""
    if not may(viewer, "process.work"):
        return []
    rows = Process.objects.filter(retired_at=None, versions__state=VersionState.IN_USE)
    rows = rows.filter(kind=kind) if kind else rows
    return list(rows.order_by("-is_usual", "name"))


def counts(processes: Sequence[Process], *, now: datetime) -> dict[int, tuple[int, int]]:
    """What runs in each process, and how much of it is late."""
    rows = Item.objects.filter(process__in=processes, state=ItemState.RUNNING).values_list("process")
    found = rows.annotate(here=Count("pk"), late=Count("pk", filter=Q(due_at__lte=now)))
    return {pk: (here, late) for pk, here, late in found.order_by()}


def items(viewer: User) -> QuerySet[Item]:
    """Everything that runs or ran, with what a list shows of it. What is shown of it goes through `seen` first."""
    if not may(viewer, "process.view"):
        return Item.objects.none()
    return Item.objects.select_related("process", "version", "owner", "team")


def seen(rows: Sequence[Item], viewer: User) -> list[Item]:
    """Those among some that are about records which somebody may see, in their order. One question for each kind."""
    told: set[tuple[str, str]] = set()
    for name in {row.process.kind for row in rows}:
        keys = list(dict.fromkeys(row.about for row in rows if row.process.kind == name))
        told |= {(name, key) for key in kinds.kind(name).sees(viewer, keys)}
    return [row for row in rows if (row.process.kind, row.about) in told]


def item(viewer: User, number: int) -> Item | None:
    """One by its id; None where it is not there, or about what somebody may not see."""
    rows = list(items(viewer).filter(pk=number)) if 0 < number < 2**63 else []
    return next(iter(seen(rows, viewer)), None)


def running(
    process: Process, viewer: User, *, step: str = "", late: datetime | None = None, limit: int = PAGE
) -> list[Item]:
    """What runs in a process, the newest stay first; in one step; or what is late at a moment, the oldest first."""
    rows = items(viewer).filter(process=process, state=ItemState.RUNNING)
    rows = rows.filter(step=step) if step else rows
    if late is not None:
        return _first(rows.filter(due_at__lte=late).order_by("due_at", "pk"), viewer, limit)
    return _first(rows.order_by("-entered_at", "pk"), viewer, limit)


def _first(rows: QuerySet[Item], viewer: User, limit: int) -> list[Item]:
    """The first that somebody may see, as many as wanted; read on where some are not for them."""
    found, at, many = list[Item](), 0, limit
    while len(found) < limit and at < MOST:
        some = list(rows[at : at + many])
        found += seen(some, viewer)
        if len(some) < many:
            break
        at, many = at + many, 500
    return found[:limit]


def waiting_on(viewer: User, *, limit: int = PAGE) -> list[Item]:
    """What waits on somebody: their own, and what belongs to their teams or their role and to nobody yet; next due first."""
    if not may(viewer, "process.view"):
        return []
    told = {"user": viewer.pk, "teams": numbers(viewer.team_ids()), "role": viewer.role}
    many = limit
    while True:
        order = [pk for (pk,) in execute(_MINE, told | {"limit": many})]
        rows = {row.pk: row for row in items(viewer).filter(pk__in=order)}
        found = seen([row for pk in order if (row := rows.get(pk))], viewer)
        if len(found) >= limit or len(order) < many or many >= MOST:
            return found[:limit]
        many = MOST


def late(viewer: User, *, now: datetime, limit: int = PAGE) -> list[Item]:
    """What is late in all processes, the longest first."""
    return _first(
        items(viewer).filter(state=ItemState.RUNNING, due_at__lte=now).order_by("due_at", "pk"), viewer, limit
    )


_PARTS = ("item__process", "item__version", "from_team", "from_user", "to_team", "to_user", "given_by", "answered_by")


def handovers(viewer: User, *, limit: int = PAGE) -> list[Handover]:
    """Hand-overs that nobody has answered: first those that this user may accept, then the others, the oldest first."""
    mine = handovers_for(viewer, limit=limit)
    others = Handover.objects.exclude(pk__in=[one.pk for one in mine])
    return [*mine, *_open(others, viewer, limit - len(mine))] if len(mine) < limit else mine


def handovers_for(viewer: User, *, limit: int = PAGE) -> list[Handover]:
    """Those among them that this user may accept."""
    mine = Q(to_user=viewer) | Q(to_team__in=viewer.team_ids()) | Q(to_role=viewer.role)
    return _open(Handover.objects.filter(mine), viewer, limit)


def handover(viewer: User, number: int) -> Handover | None:
    """One by its id, answered or not; None where it is not there, or about what somebody may not see."""
    rows = Handover.objects.select_related(*_PARTS).filter(pk=number) if 0 < number < 2**63 else []
    return next((one for one in rows if item(viewer, one.item_id) is not None), None)


def _open(rows: QuerySet[Handover], viewer: User, limit: int) -> list[Handover]:
    if not may(viewer, "process.view"):
        return []
    found, at, many = list[Handover](), 0, limit
    asked = rows.filter(accepted_at=None, declined_at=None).select_related(*_PARTS).order_by("given_at", "pk")
    while len(found) < limit and at < MOST:
        some = list(asked[at : at + many])
        keep = {row.pk for row in seen([one.item for one in some], viewer)}
        found += [one for one in some if one.item_id in keep]
        if len(some) < many:
            break
        at, many = at + many, 500
    return found[:limit]


def version(process: Process, number: int | None = None) -> Version | None:
    """A version by its number; without one that in use, else the newest."""
    rows = process.versions.select_related("by").order_by("-number")
    if number is not None:
        return rows.filter(number=number).first()
    return rows.filter(state="in_use").first() or rows.first()


def shown(rows: Sequence[Item]) -> Mapping[str, tuple[str, str]]:
    """Name and address of what runs, by its key; the key itself where no room tells. One question for each kind."""
    found: dict[str, tuple[str, str]] = {row.about: (row.about.replace(":", " "), "") for row in rows}
    for name in {row.process.kind for row in rows}:
        keys = [row.about for row in rows if row.process.kind == name]
        found.update(kinds.kind(name).shown(keys))
    return found


def step_name(item: Item) -> str:
    """The name of the step that an item is in."""
    return steps.name(steps.shape_of(item.version), item.step)
