"""Shapes of processes: what they say, what runs in them, how it goes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from mutuals.api._types import Flag, Id, In, Line, Loose, Out, Ref, Text
from mutuals.processes import figures, hands, keep, kinds, run
from mutuals.processes import steps as readers
from mutuals.processes import text as texts
from mutuals.processes.models import Handover, Item, Passage, Process, Version

Because = Annotated[Line, Field(max_length=run.LONGEST)]
Key = Annotated[Line, Field(max_length=60)]


class Drawing(In):
    """A process as text, or as plain values."""

    text: Annotated[Text, Field(max_length=texts.LONGEST)] = ""
    body: Loose | None = None


class Beginning(Drawing):
    """A new process; `template` is taken where neither text nor body is given."""

    name: Annotated[Line, Field(max_length=80)]
    kind: Annotated[Line, Field(max_length=30)]
    pillar: Annotated[Line, Field(max_length=12)] = ""
    template: Key = ""


class Redrawing(Drawing):
    """The draft anew; `version` is the number of the draft, else of the version in use, that was read before, `seen` its
    `edits`.
    """

    version: Id | None = None
    seen: Id | None = None
    note: Annotated[Line, Field(max_length=keep.LONGEST_NOTE)] | None = None


class Publishing(In):
    """The draft that was looked at."""

    seen: Id | None = None
    note: Annotated[Line, Field(max_length=keep.LONGEST_NOTE)] | None = None


class Retiring(In):
    """Retired, or taken up again."""

    retired: Flag = True


class VersionChoosing(In):
    """The usual one of its kind and pillar, or no longer."""

    usual: Flag = True


class ProcessStarting(In):
    """Keys of what shall run: "deal:5"."""

    abouts: Annotated[list[Key], Field(min_length=1, max_length=run.MOST)]


class Moving(In):
    """To a step; `values` fills fields of the record first; `seen` is the item's `changes` that were read before."""

    to: Key
    because: Because = ""
    values: Loose | None = None
    seen: Id | None = None


class MovingMany(In):
    """Many items to one step; each that cannot go is named with its reason."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=run.MOST)]
    to: Key
    because: Because = ""


class Sending(In):
    """Back to a step where it was, the one before where `to` is empty."""

    because: Because
    to: Key = ""
    seen: Id | None = None


class Dropping(In):
    """No further, and why."""

    because: Because
    seen: Id | None = None


class Giving(In):
    """To one colleague, without asking."""

    user_id: Id


class Offering(In):
    """To a team or to a colleague, who accept or decline."""

    reason: Because
    next_action: Because = ""
    team_id: Id | None = None
    user_id: Id | None = None
    seen: Id | None = None


class Declining(In):
    """Why not."""

    because: Because


class StepOut(Out):
    """One step: who has it ("" = it stays as it is), its limit in words, and where it leads."""

    key: str
    name: str
    owner: str
    limit: str | None
    needs: list[str]
    probability: int | None
    accept: bool
    reason: bool
    itself: bool
    end: str
    next: list[str]


class ProcessVersionOut(Out):
    """One version: as text, and its steps. `edits` is what `seen` asks for."""

    number: int
    state: str
    edits: int
    note: str
    by: Ref | None
    at: datetime
    start: str
    steps: list[StepOut]
    text: str

    @classmethod
    def of(cls, row: Version) -> ProcessVersionOut:
        """A row."""
        told = readers.shape_of(row)
        made = [
            StepOut(
                key=one.key, name=one.name, owner=one.owner, limit=one.limit.words if one.limit else None,
                needs=list(one.needs), probability=one.probability, accept=one.accept, reason=one.reason,
                itself=one.itself, end=one.end, next=[way.to for way in one.ways],
            )
            for one in told.steps
        ]  # fmt: skip
        names = ("number", "state", "edits", "note", "at")
        given = {name: getattr(row, name) for name in names}
        return cls(by=Ref.of(row.by), start=told.start, steps=made, text=texts.write(row.body), **given)


class ProcessOut(Out):
    """A process; `in_use` and `draft` are numbers of versions. `is_open`: a room tells what runs in it, so it can start.
    `is_usual`: what is opened without naming a process runs in it.
    """

    id: int
    name: str
    kind: str
    pillar: str
    is_open: bool
    is_usual: bool
    retired_at: datetime | None
    in_use: int | None
    draft: int | None

    @classmethod
    def of(cls, row: Process) -> ProcessOut:
        """A row with its versions."""
        by_state = {one.state: one.number for one in row.versions.all()}
        given = {name: getattr(row, name) for name in ("name", "kind", "pillar", "is_usual", "retired_at")}
        is_open = kinds.kind(row.kind).is_open
        return cls(id=row.pk, is_open=is_open, in_use=by_state.get("in_use"), draft=by_state.get("draft"), **given)


class TemplateOut(Out):
    """A process to begin with."""

    key: str
    name: str
    kind: str
    pillar: str
    words: str
    text: str


class FindingOut(Out):
    """What is wrong or doubtful; a version with one that `stops` is not published."""

    step: str
    words: str
    stops: bool


class CheckedOut(Out):
    """What a text would be: findings, and what is new against the version in use."""

    findings: list[FindingOut]
    changes: list[str]


class ProcessItemOut(Out):
    """One thing that runs. `changes` is what `seen` asks for; `is_waiting`: somebody has to accept it first."""

    id: int
    process: Ref | None
    version: int
    about: str
    state: str
    step: str
    end: str
    owner: Ref | None
    team: Ref | None
    role: str
    is_waiting: bool
    changes: int
    began_at: datetime
    entered_at: datetime
    due_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Item) -> ProcessItemOut:
        """A row."""
        refs: dict[str, Any] = {name: Ref.of(getattr(row, name)) for name in ("process", "owner", "team")}
        left = set(cls.model_fields) - {"id", "version", *refs}
        return cls(id=row.pk, version=row.version.number, **refs, **{name: getattr(row, name) for name in left})


class PassageOut(Out):
    """One movement: `came_from` is "" at the start, `to` "" where it was dropped; seconds as the limit counts them."""

    came_from: str
    to: str
    at: datetime
    by: Ref | None
    seconds: int
    in_time: bool | None
    is_back: bool
    because: str
    did: list[dict[str, Any]]


class HandoverOut(Out):
    """Something that changes hands, open until it is accepted or declined."""

    id: int
    item_id: int
    about: str
    step: str
    given_by: Ref | None
    from_team: Ref | None
    from_user: Ref | None
    to_team: Ref | None
    to_user: Ref | None
    to_role: str
    reason: str
    next_action: str
    given_at: datetime
    accepted_at: datetime | None
    declined_at: datetime | None
    answered_by: Ref | None
    because: str

    @classmethod
    def of(cls, row: Handover) -> HandoverOut:
        """A row."""
        refs = ("given_by", "from_team", "from_user", "to_team", "to_user", "answered_by")
        left = set(cls.model_fields) - {"id", "about", *refs}
        told = {name: Ref.of(getattr(row, name)) for name in refs} | {name: getattr(row, name) for name in left}
        return cls(id=row.pk, about=row.item.about, **told)


class WholeProcessItemOut(ProcessItemOut):
    """One item with its whole way: what the receiver of a hand-over reads."""

    passages: list[PassageOut]
    handovers: list[HandoverOut]

    @classmethod
    def of(cls, row: Item) -> WholeProcessItemOut:
        """A row with its history."""
        story = hands.history(row)
        names = set(PassageOut.model_fields) - {"by", "came_from"}
        passages = [
            PassageOut(by=Ref.of(one.by), came_from=one.frm, **{name: getattr(one, name) for name in names})
            for one in story
            if isinstance(one, Passage)
        ]
        given = [one for one in story if isinstance(one, Handover)]
        told = ProcessItemOut.of(row)
        fields = {name: getattr(told, name) for name in ProcessItemOut.model_fields}
        return cls(passages=passages, handovers=[HandoverOut.of(one) for one in given], **fields)


class BatchOut(Out):
    """What came of many: those that were done, and why the others were not: by key where they were started, by id else."""

    done: list[ProcessItemOut]
    refused: dict[str, str]


class FigureOut(Out):
    """One step in figures: seconds and shares from 0 to 1; null = not known. `ways`: to which step -> share."""

    step: str
    name: str
    left: int
    median: float | None
    in_time: float | None
    rework: float | None
    dropped: float | None
    here: int
    late: int
    ways: dict[str, float]

    @classmethod
    def of(cls, line: figures.Line) -> FigureOut:
        """A line."""
        left = set(cls.model_fields) - {"step", "name"}
        return cls(step=line.step.key, name=line.step.name, **{name: getattr(line, name) for name in left})


class FiguresOut(Out):
    """One version in figures; several stand side by side."""

    version: int
    since: datetime
    until: datetime
    steps: list[FigureOut]

    @classmethod
    def of(cls, told: figures.Measured) -> FiguresOut:
        """What was measured."""
        lines = [FigureOut.of(line) for line in told.lines]
        return cls(version=told.version.number, since=told.since, until=told.until, steps=lines)


class TransferLine(Out):
    """What runs in a step of an earlier version, and whether the newest one has that step."""

    version: int
    step: str
    name: str
    items: int
    moves: bool


class TransferOut(Out):
    """How many were brought; call again until it is 0."""

    moved: int
