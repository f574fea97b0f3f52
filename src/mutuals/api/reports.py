"""Reports: one asked without keeping it, those that are kept, dashboards of them, letters by the clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from pydantic import Field, StrictInt

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._types import Done, Flag, Id, In, Line, Out, PathId
from mutuals.base import clock
from mutuals.base.cells import csv_line
from mutuals.base.filters import write
from mutuals.insights import pivot, pivot_subjects, reports, schedules
from mutuals.insights.models import Dashboard, Report, Schedule
from mutuals.insights.pivot_asked import Asked, from_body
from mutuals.insights.pivot_words import plain_rows
from mutuals.staff.models import User
from mutuals.staff.permissions import require
from mutuals.staff.queries import active, teams_of

router = Resource("reports")
Word = Annotated[Line, Field(min_length=1, max_length=80)]
Named = Annotated[Line, Field(min_length=1, max_length=80)]


class ReportBody(In):
    """What is asked. `rows` and `column` are fields, days with their length: "opened:month" (day, week, month, quarter, year,
    age). `measures`: "count", "sum:amount", "mean:..", "median:..", "distinct:..". `where`: a condition in its word form.
    """

    record: Annotated[Line, Field(min_length=1, max_length=40)]
    where: Annotated[Line, Field(max_length=20_000)] = ""
    rows: Annotated[list[Word], Field(max_length=2)] = []
    column: Annotated[Line, Field(max_length=80)] = ""
    measures: Annotated[list[Word], Field(max_length=4)] = []
    zone: Annotated[Line, Field(max_length=50)] = ""
    money: Literal["home", "own"] = "home"
    chart: Literal["bars", "stacked", "lines", "none"] = "bars"

    def asked(self) -> Asked:
        """The same for the room."""
        return from_body(self.model_dump())


class NewReport(In):
    """A report to keep."""

    name: Named
    body: ReportBody
    shared: Flag = False
    team_id: Id | None = None


class ReportChange(In):
    """What is to be otherwise; what is left out stays."""

    name: Named | None = None
    body: ReportBody | None = None
    shared: Flag | None = None
    team_id: Id | None = None


class ReportOut(Out):
    """A report that is kept."""

    id: int
    name: str
    owner_id: int
    shared: bool
    team_id: int | None
    ready: str
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Report) -> ReportOut:
        """A row of the table."""
        names = ("name", "owner_id", "shared", "team_id", "ready", "body")
        return cls(id=row.pk, **{name: getattr(row, name) for name in names})


class ReportCell(Out):
    """The figures of one line and column, in the order of `measures`, and the condition of the rows behind them."""

    figures: list[Decimal | None]
    where: str


class ReportLine(Out):
    """A line: its values in words, and its cells in the order of `columns`."""

    values: list[str]
    cells: list[ReportCell]


class ReportFigures(Out):
    """A report with its figures, as the caller may see them. `currency` "" = none, or a line names its own.

    `sentence` is the condition in words; `notes` say what is left out. `totals` have one list of figures for each column.
    """

    record: str
    sentence: str
    zone: str
    currency: str
    heads: list[str]
    across: str
    columns: list[str]
    measures: list[str]
    lines: list[ReportLine]
    totals: list[list[Decimal | None]]
    notes: list[str]

    @classmethod
    def of(cls, told: pivot.Pivot, viewer: User) -> ReportFigures:
        """The figures of a report."""
        open_ = pivot.opener(told.asked, viewer=viewer, now=clock.now())
        lines = [
            ReportLine(
                values=[one.words for one in line.values],
                cells=[
                    ReportCell(figures=list(cell), where=write(open_([one.raw for one in line.values], column.raw)))
                    for column, cell in zip(told.columns, line.cells, strict=True)
                ],
            )
            for line in told.lines
        ]
        return cls(
            record=told.asked.record, sentence=told.sentence, zone=told.zone, currency=told.currency,
            heads=list(told.heads), across=told.across, columns=[one.words for one in told.columns if told.across],
            measures=list(told.kinds), lines=lines, totals=[list(one) for one in told.totals], notes=list(told.notes),
        )  # fmt: skip


class ReportSubject(Out):
    """What reports can be made of: fields to group by, and figures beside "count"."""

    record: str
    name: str
    groups: list[str]
    days: list[str]
    measures: list[str]


class DashboardPart(In):
    """One report of a dashboard."""

    report_id: Id
    size: Literal["half", "whole"] = "half"


class DashboardIn(In):
    """A dashboard as it is to be."""

    name: Named
    parts: Annotated[list[DashboardPart], Field(max_length=20)]
    pillar: Literal["", "marketing", "sales", "service", "innovation"] = ""
    shared: Flag = False
    team_id: Id | None = None


class DashboardOut(Out):
    """A dashboard: the numbers of its reports that the caller sees, in their order."""

    id: int
    name: str
    owner_id: int
    pillar: str
    shared: bool
    team_id: int | None
    report_ids: list[int]
    sizes: list[str]

    @classmethod
    def of(cls, row: Dashboard, viewer: User) -> DashboardOut:
        """A row of the table."""
        parts = reports.parts_of(row, viewer)
        names = ("name", "owner_id", "pillar", "shared", "team_id")
        told: dict[str, Any] = {name: getattr(row, name) for name in names}
        return cls(id=row.pk, report_ids=[one.pk for one, _ in parts], sizes=[size for _, size in parts], **told)


class NewLetter(In):
    """To whom a report is written, and when: `weekday` 0 = Monday, null = every day; from `hour` on in `zone`."""

    to: Annotated[list[Id], Field(min_length=1, max_length=20)]
    hour: Annotated[StrictInt, Field(ge=0, le=23)]
    weekday: Annotated[StrictInt, Field(ge=0, le=6)] | None = None
    zone: Annotated[Line, Field(max_length=50)] = ""


class LetterOut(Out):
    """A report as a letter by the clock."""

    id: int
    report_id: int
    owner_id: int
    to: list[int]
    weekday: int | None
    hour: int
    zone: str
    last_on: date | None

    @classmethod
    def of(cls, row: Schedule) -> LetterOut:
        """A row of the table."""
        names = ("report_id", "owner_id", "to", "weekday", "hour", "zone", "last_on")
        return cls(id=row.pk, **{name: getattr(row, name) for name in names})


@router.read("/reports/subjects", act="report.view", out=list[ReportSubject])
def subjects(request: HttpRequest) -> list[ReportSubject]:
    """What the caller may make reports of."""
    viewer = user_of(request)
    require(viewer, "report.view")
    found = []
    for told in pivot_subjects.subjects(viewer):
        choices = pivot.choices(told, viewer)
        found.append(
            ReportSubject(
                record=told.record, name=told.words, groups=[one.name for one in choices.groups],
                days=[one.name for one in choices.days], measures=[str(one) for one, _ in choices.measures],
            )
        )  # fmt: skip
    return found


@router.write("POST", "/reports/run", act="report.view", out=ReportFigures, scope="read")
def run_report(request: HttpRequest, body: ReportBody) -> ReportFigures:
    """Ask a report without keeping it."""
    viewer = user_of(request)
    return ReportFigures.of(pivot.run(body.asked(), viewer=viewer, now=clock.now()), viewer)


@router.read("/reports", act="report.view", out=list[ReportOut])
def kept_reports(request: HttpRequest) -> list[ReportOut]:
    """One's own reports and those that are shared, by name."""
    viewer = user_of(request)
    require(viewer, "report.view")
    reports.ready(viewer)
    return [ReportOut.of(row) for row in reports.visible_to(viewer)]


@router.write("POST", "/reports", act="report.edit", out=ReportOut, status=201, refuses=(404,))
def keep_report(request: HttpRequest, body: NewReport) -> ReportOut:
    """Keep a report under a name."""
    by = user_of(request)
    team = one(teams_of(by), body.team_id) if body.team_id else None
    return ReportOut.of(reports.keep(body.name, body.body.asked(), by=by, shared=body.shared, team=team))


@router.read("/reports/{int:report_id}", act="report.view", out=ReportOut)
def report(request: HttpRequest, report_id: PathId) -> ReportOut:
    """One that is kept."""
    return ReportOut.of(_report(request, report_id))


@router.write("PATCH", "/reports/{int:report_id}", act="report.edit", out=ReportOut)
def change_report(request: HttpRequest, report_id: PathId, body: ReportChange) -> ReportOut:
    """Change one's own report."""
    by, told = user_of(request), body.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {name: told[name] for name in ("name", "shared") if told.get(name) is not None}
    if body.body is not None:
        changes["asked"] = body.body.asked()
    if "team_id" in told:
        changes["team"] = one(teams_of(by), told["team_id"]) if told["team_id"] else None
    return ReportOut.of(reports.change(_report(request, report_id), by=by, changes=changes))


@router.write("DELETE", "/reports/{int:report_id}", act="report.edit", out=Done)
def remove_report(request: HttpRequest, report_id: PathId) -> Done:
    """Remove one's own report."""
    reports.remove(_report(request, report_id), by=user_of(request))
    return Done()


@router.read("/reports/{int:report_id}/figures", act="report.view", out=ReportFigures)
def report_figures(request: HttpRequest, report_id: PathId) -> ReportFigures:
    """A kept report with its figures, as the caller may see them."""
    viewer = user_of(request)
    asked = reports.asked_of(_report(request, report_id))
    return ReportFigures.of(pivot.run(asked, viewer=viewer, now=clock.now()), viewer)


@router.read("/reports/{int:report_id}/figures.csv", act="report.view", out=None, media="text/csv")
def report_csv(request: HttpRequest, report_id: PathId) -> HttpResponse:
    """The same as a file."""
    asked = reports.asked_of(_report(request, report_id))
    told = pivot.run(asked, viewer=user_of(request), now=clock.now())
    answer = HttpResponse("".join(map(csv_line, plain_rows(told))).encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="report-{report_id}.csv"'
    return answer


@router.read("/reports/{int:report_id}/letters", act="report.view", out=list[LetterOut])
def letters(request: HttpRequest, report_id: PathId) -> list[LetterOut]:
    """To whom it is written, and when."""
    row = _report(request, report_id)
    return [LetterOut.of(told) for told in schedules.visible_to(user_of(request)).filter(report=row)]


@router.write("POST", "/reports/{int:report_id}/letters", act="report.edit", out=LetterOut, status=201)
def add_letter(request: HttpRequest, report_id: PathId, body: NewLetter) -> LetterOut:
    """Let it be written to colleagues by the clock. Each reads what they may see."""
    to = [one(active(), number) for number in body.to]
    row, _ = schedules.add(
        _report(request, report_id), to=to, hour=body.hour, weekday=body.weekday, zone=body.zone, by=user_of(request)
    )
    return LetterOut.of(row)


@router.write("DELETE", "/reports/letters/{int:letter_id}", act="report.edit", out=Done)
def stop_letter(request: HttpRequest, letter_id: PathId) -> Done:
    """Stop a letter."""
    by = user_of(request)
    schedules.stop(one(schedules.visible_to(by), letter_id), by=by)
    return Done()


@router.read("/dashboards", act="report.view", out=list[DashboardOut])
def dashboards(request: HttpRequest) -> list[DashboardOut]:
    """One's own dashboards and those that are shared, by name."""
    viewer = user_of(request)
    require(viewer, "report.view")
    return [DashboardOut.of(row, viewer) for row in reports.dashboards_visible_to(viewer)]


@router.write("POST", "/dashboards", act="report.edit", out=DashboardOut, status=201, refuses=(404,))
def add_dashboard(request: HttpRequest, body: DashboardIn) -> DashboardOut:
    """A dashboard of reports."""
    return _put(request, body, None)


@router.write("PUT", "/dashboards/{int:dashboard_id}", act="report.edit", out=DashboardOut)
def put_dashboard(request: HttpRequest, dashboard_id: PathId, body: DashboardIn) -> DashboardOut:
    """One's own dashboard as it is from now on."""
    return _put(request, body, one(reports.dashboards_visible_to(user_of(request)), dashboard_id))


@router.write("DELETE", "/dashboards/{int:dashboard_id}", act="report.edit", out=Done)
def remove_dashboard(request: HttpRequest, dashboard_id: PathId) -> Done:
    """Remove one's own dashboard; its reports stay."""
    by = user_of(request)
    reports.remove_dashboard(one(reports.dashboards_visible_to(by), dashboard_id), by=by)
    return Done()


def _report(request: HttpRequest, number: int) -> Report:
    viewer = user_of(request)
    require(viewer, "report.view")
    return one(reports.visible_to(viewer), number)


def _put(request: HttpRequest, body: DashboardIn, row: Dashboard | None) -> DashboardOut:
    by = user_of(request)
    team = one(teams_of(by), body.team_id) if body.team_id else None
    parts = [(part.report_id, part.size) for part in body.parts]
    told = reports.put_dashboard(
        body.name, parts, by=by, pillar=body.pillar, shared=body.shared, team=team, row=row
    )  # fmt: skip
    return DashboardOut.of(told, by)
