"""Reports under a name, one's own until they are shared; dashboards of them; and those that the house brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Model, Q, QuerySet, Value, When

from mutuals.base import clock, journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.insights import pivot
from mutuals.insights.models import Dashboard, Report, Schedule
from mutuals.insights.pivot_asked import Asked, from_body, to_body
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.permissions import may, require

MOST = 200
"""Reports of one owner."""
MOST_PARTS = 20
SIZES = ("half", "whole")
READY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "won", "Won deals by month and owner",
        {"record": "deal", "where": {"all": [{"field": "outcome", "op": "is", "value": "won"}]},
         "rows": ["ended:month"], "column": "owner", "measures": ["sum:amount", "count"], "chart": "stacked"},
    ),
    (
        "age", "Open cases by age and team",
        {"record": "case", "where": {"all": [{"field": "state", "op": "is", "value": "open"}]},
         "rows": ["opened:age"], "column": "team", "measures": ["count"], "chart": "stacked"},
    ),
    (
        "contacts", "Contacts by channel and status",
        {"record": "interaction", "rows": ["network"], "column": "status", "measures": ["count"], "chart": "stacked"},
    ),
    (
        "cost", "What contacts cost, by channel",
        {"record": "interaction", "rows": ["network"], "measures": ["sum:cost", "mean:cost", "count"], "chart": "bars"},
    ),
    (
        "ended", "What came of cases, and what they cost",
        {"record": "case", "where": {"all": [{"field": "state", "op": "is", "value": "solved"}]},
         "rows": ["title", "conversation"], "column": "outcome", "measures": ["count", "sum:cost"], "chart": "none"},
    ),
    (
        "products", "Revenue by product",
        {"record": "line", "rows": ["article"], "measures": ["sum:amount", "sum:quantity"], "chart": "bars"},
    ),
    (
        "promises", "Promises kept or late",
        {"record": "promise", "where": {"all": [{"field": "state", "op": "in", "value": ["open", "kept", "broken"]}]},
         "rows": ["due:month"], "column": "state", "measures": ["count"], "chart": "stacked"},
    ),
)  # fmt: skip
"""What the house brings: key, name and body. Made at the first look, owned by whoever looks first and may share."""


def visible_to(viewer: Any) -> QuerySet[Report]:
    """One's own, those shared with everybody, and those of teams of one's own. Figures are always those of the viewer."""
    return _seen(Report, viewer).select_related("owner", "team").order_by("name", "pk")


def dashboards_visible_to(viewer: Any) -> QuerySet[Dashboard]:
    """The same for dashboards: those of the part of the business that the viewer looks from first, then those of all."""
    own = getattr(viewer, "pillar", "")
    near = Case(When(pillar=own, then=0), When(pillar="", then=1), default=2) if own else Value(0)
    return _seen(Dashboard, viewer).select_related("owner", "team").order_by(near, "name", "pk")


def _seen(model: type[Any], viewer: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    if not may(viewer, "report.view"):
        return rows.none()
    shared = (
        Q(shared=True) if may(viewer, "report.edit") else Q(pk__in=[])
    )  # what contractors see is told to their team
    return rows.filter(Q(owner=viewer) | shared | Q(team__in=viewer.team_ids()))


def asked_of(row: Report) -> Asked:
    """What a kept report asks."""
    return from_body(row.body)


def ready(viewer: Any) -> None:
    """Make the reports of the house that are not there yet, once; for whoever may share. What was thrown away stays away."""
    if not may(viewer, "report.edit"):
        return
    there = set(Report.objects.exclude(ready="").values_list("ready", flat=True))
    missing = [one for one in READY if one[0] not in there]
    if missing:
        _make_ready(missing, viewer)


@transaction.atomic
def _make_ready(missing: Sequence[tuple[str, str, dict[str, Any]]], viewer: User) -> None:
    thrown = set(journal.of("report:ready").filter(kind="report.thrown").values_list("data__ready", flat=True))
    names = set(Report.objects.filter(owner=viewer).values_list("name", flat=True))
    made = [
        Report(owner=viewer, name=name if name not in names else f"{name} (ready)", shared=True, ready=key,
               body=to_body(from_body(body)))
        for key, name, body in missing
        if key not in thrown
    ]  # fmt: skip
    Report.objects.bulk_create(made, ignore_conflicts=True)


@transaction.atomic
def keep(name: str, asked: Asked, *, by: User, shared: bool = False, team: Team | None = None) -> Report:
    """Keep a report under a name: for oneself, for everybody, or for a team of one's own.

    Refused: a name one uses already, what cannot be reported on, teams of others, the 201st.
    """
    require(by, "report.edit")
    label = _name(name)
    _checked(asked, by)
    if Report.objects.filter(owner=by).count() >= MOST:
        raise Refusal(f"You have {MOST} reports already. Remove one first.")
    row = Report(owner=by, name=label, body=to_body(asked), shared=shared, team=_team(team, by))
    _save(row)
    journal.note("report.kept", row, by=by, name=label, shared=shared, team=row.team_id)
    return row


@transaction.atomic
def change(row: Report, *, by: User, changes: Mapping[str, Any]) -> Report:
    """Change name, asked, shared or team of one's own report. What is the same already stays, and nothing is noted."""
    row = _held(row, by=by)
    before = {"name": row.name, "body": row.body, "shared": row.shared, "team": row.team_id}
    if "name" in changes:
        row.name = _name(changes["name"])
    if "asked" in changes:
        _checked(changes["asked"], by)
        row.body = to_body(changes["asked"])
    if "shared" in changes:
        row.shared = bool(changes["shared"])
    if "team" in changes:
        row.team = _team(changes["team"], by)
    after = {"name": row.name, "body": row.body, "shared": row.shared, "team": row.team_id}
    if before != after:
        row.changed_at = clock.now()
        _save(row)
        different = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        journal.note("report.changed", row, by=by, changes=different)
    return row


@transaction.atomic
def remove(row: Report, *, by: User) -> None:
    """Remove one's own report, from dashboards too; nobody is written it any more. Twice is once."""
    require(by, "report.edit")
    if not Report.objects.filter(pk=row.pk).exists():
        return
    row = _held(row, by=by)
    key, name, brought = journal.key_of(row), row.name, row.ready
    row.delete()
    journal.note("report.removed", key, by=by, name=name)
    if brought:
        journal.note("report.thrown", "report:ready", by=by, ready=brought)


# Dashboards


@transaction.atomic
def put_dashboard(
    name: str,
    parts: Sequence[tuple[int, str]],
    *,
    by: User,
    pillar: str = "",
    shared: bool = False,
    team: Team | None = None,
    row: Dashboard | None = None,
) -> Dashboard:
    """A dashboard of reports that one sees, in this order, each "half" or "whole" wide: a new one, or `row` of one's own
    from now on. Refused: reports that are not there, more than twenty, a name one uses already.
    """
    require(by, "report.edit")
    if row is not None and row.owner_id != by.pk:
        raise Refusal("Only whose dashboard it is can change it.")
    numbers = [number for number, _ in parts]
    if len(parts) > MOST_PARTS:
        raise Refusal(f"A dashboard holds at most {MOST_PARTS} reports.", fields={"parts": "Too many."})
    if pillar and pillar not in Pillar.values:
        raise Refusal(f"A pillar is one of: {', '.join(Pillar.values)}.", fields={"pillar": "No such pillar."})
    if any(size not in SIZES for _, size in parts):
        raise Refusal("A report is half or whole wide.", fields={"parts": "Half or whole."})
    known = set(visible_to(by).filter(pk__in=numbers).values_list("pk", flat=True))
    if missing := [one for one in numbers if one not in known]:
        raise Refusal(f"There is no report {missing[0]}.", fields={"parts": "One of these is not there."})
    row = row or Dashboard(owner=by)
    body = [{"report": number, "size": size} for number, size in parts]
    told = {
        "name": _name(name),
        "pillar": pillar,
        "body": body,
        "shared": shared,
        "team_id": getattr(_team(team, by), "pk", None),
    }
    if row.pk and all(getattr(row, key) == value for key, value in told.items()):
        return row
    for key, value in told.items():
        setattr(row, key, value)
    row.changed_at = clock.now()
    _save(row)
    journal.note("dashboard.put", row, by=by, name=row.name, reports=numbers)
    return row


@transaction.atomic
def remove_dashboard(row: Dashboard, *, by: User) -> None:
    """Remove one's own dashboard; its reports stay. Twice is once."""
    require(by, "report.edit")
    if row.owner_id != by.pk:
        raise Refusal("Only whose dashboard it is can remove it.")
    key, name = journal.key_of(row), row.name
    if Dashboard.objects.filter(pk=row.pk).delete()[0]:
        journal.note("dashboard.removed", key, by=by, name=name)


def parts_of(row: Dashboard, viewer: Any) -> list[tuple[Report, str]]:
    """The reports of a dashboard that a viewer sees, in its order, each with its size."""
    there = {one.pk: one for one in visible_to(viewer).filter(pk__in=[part["report"] for part in row.body])}
    return [(there[part["report"]], part["size"]) for part in row.body if part["report"] in there]


# Staff


def held_by(user: User) -> int:
    """How many reports and dashboards somebody owns."""
    return Report.objects.filter(owner=user).count() + Dashboard.objects.filter(owner=user).count()


def hand_over(user: User, to: User) -> int:
    """Give somebody's reports and dashboards to another: part of ending their access. Nobody is written in their name."""
    Schedule.objects.filter(owner=user).delete()
    for row in Schedule.objects.filter(to__contains=[user.pk]):
        left = [one for one in row.to if one != user.pk]
        Schedule.objects.filter(pk=row.pk).update(to=left)
    return sum(_moved(model, user, to) for model in (Report, Dashboard))


def _moved(model: type[Any], user: User, to: User) -> int:
    names = set(model._default_manager.filter(owner=to).values_list("name", flat=True))
    rows = list(model._default_manager.filter(owner=user).order_by("pk"))
    for row in rows:
        if row.name in names:
            row.name = f"{row.name[:60]} ({row.pk})"
        row.owner = to
        row.save(update_fields=["name", "owner"])
    keys = [journal.key_of(row) for row in rows]
    journal.note_many(f"{model._meta.model_name}.given", keys, by="machine:staff", to=to.pk, **{"from": user.pk})
    return len(rows)


def _checked(asked: Asked, by: User) -> None:
    """What cannot be asked is refused before it is kept."""
    _ = pivot.planned(asked, by, clock.now()).where


def _held(row: Report, *, by: User) -> Report:
    require(by, "report.edit")
    if row.owner_id != by.pk:
        raise Refusal("Only whose report it is can change it. Keep it under a name of your own.")
    return Report.objects.select_for_update(of=("self",)).get(pk=row.pk)


def _name(name: str) -> str:
    return one_line(name, what="Name", longest=80)


def _team(team: Team | None, by: User) -> Team | None:
    if team is not None and team.pk not in by.team_ids():
        raise Refusal("A report is shared with teams of one's own.", fields={"team": "You are not in this team."})
    return team


def _save(row: Model) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refusal(f"You have one called {row} already.", fields={"name": "This name is used already."}) from error
