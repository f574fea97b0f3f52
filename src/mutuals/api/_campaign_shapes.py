"""What campaigns look like from outside."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from mutuals.api._types import Day, Id, In, Line, Loose, Moment, Out, Ref, Spendable, Word
from mutuals.outreach import campaign_figures
from mutuals.outreach.models import Campaign, Response

STATES = Literal["draft", "running", "done", "stopped"]
WAYS = Literal["email", "phone", "any"]
KINDS = Literal["answered", "interested", "declined"]
Name = Annotated[Line, Field(min_length=1, max_length=120)]
Percent = Annotated[int, Field(ge=0, le=50, strict=True)]
Days = Annotated[int, Field(ge=0, le=400, strict=True)]
Cost = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
PLAIN = (
    "name", "code", "words", "way", "starts_on", "ends_on", "cost", "currency", "control", "quiet_days", "within_days",
    "leave_out",
)  # fmt: skip
_SAME = (
    *PLAIN, "state", "products", "settling", "why_not", "settled", "total", "settled_at", "item_id", "trashed_at",
    "created_at",
)  # fmt: skip


class CampaignOut(Out):
    """A campaign. `settling` says how far choosing its audience has come: `settled` of `total` are looked at.

    `leave_out` are further reasons, each with a condition on people. `rule` says in a sentence which orders count.
    """

    id: int
    name: str
    code: str
    words: str
    purpose: str
    segment: Ref | None
    way: WAYS
    state: STATES
    owner: Ref | None
    starts_on: date | None
    ends_on: date | None
    cost: Decimal
    currency: str
    control: int
    quiet_days: int
    leave_out: list[dict[str, Any]]
    within_days: int
    products: list[int]
    rule: str
    settling: str
    why_not: str
    settled: int
    total: int
    settled_at: datetime | None
    item_id: int | None
    trashed_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Campaign) -> CampaignOut:
        """A row."""
        return cls(
            id=row.pk,
            purpose=row.purpose.key,
            segment=Ref.of(row.segment),
            owner=Ref.of(row.owner),
            rule=campaign_figures.rule(row),
            **{name: getattr(row, name) for name in _SAME},
        )


class LeftOut(Out):
    """How many are left out for a reason; an empty `reason` = those who are spoken to."""

    reason: str
    label: str
    people: int


class CampaignFigures(Out):
    """What came of it, in the campaign's currency; the rows are those of `/orders`.

    `cost_of_answer` null = nobody answered; `gain` in percent of the cost, null = it cost nothing. `without`: currencies that
    have no rate, and how many orders were left out of the sum for that.
    """

    spoken_to: int
    left_out: int
    reasons: list[LeftOut]
    touched: int
    answered: int
    orders: int
    buyers: int
    revenue: Decimal
    currency: str
    cost_of_answer: Decimal | None
    gain: int | None
    rule: str
    without: dict[str, int]


class AudienceOut(Out):
    """Somebody in the segment, and why they are left out; an empty `reason` = they are spoken to."""

    person_id: int
    name: str
    reason: str
    label: str


class AttributedOut(Out):
    """An order that counts, with the touch that got it. `back`: what came back of it, 0 or less."""

    order_id: int
    number: str
    placed_at: datetime
    total: Decimal
    back: Decimal
    currency: str
    person_id: int
    touched_at: datetime
    wave: str


class ResponseOut(Out):
    """Who answered: in a message, or noted by hand."""

    id: int
    at: datetime
    kind: KINDS
    words: str
    said_in: str
    person_id: int | None
    profile_id: int | None
    by: str

    @classmethod
    def of(cls, row: Response) -> ResponseOut:
        """A row; the person is whom they are now."""
        who = row.person or (row.profile.person if row.profile else None)
        same = ("at", "kind", "words", "said_in", "profile_id", "by")
        return cls(
            id=row.pk, person_id=who.canonical_id if who else None, **{name: getattr(row, name) for name in same}
        )


class CampaignPlan(In):
    """A campaign. What is left out stays as it is; of a new one, name and purpose are needed.

    `leave_out`: further reasons, each {"key", "label", "where"} with a condition on people.
    """

    name: Name | None = None
    purpose: Annotated[Word, Field(max_length=40)] | None = None
    segment_id: Id | None = None
    code: Annotated[Line, Field(max_length=40)] | None = None
    words: Annotated[Line, Field(max_length=1_000)] | None = None
    way: WAYS | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    cost: Cost | None = None
    currency: Spendable | None = None
    control: Percent | None = None
    quiet_days: Days | None = None
    within_days: Days | None = None
    product_ids: Annotated[list[Id], Field(max_length=100)] | None = None
    leave_out: Annotated[list[Loose], Field(max_length=10)] | None = None
    state: STATES | None = None


class Touching(In):
    """A wave in which they were spoken to; `people` empty = all who are spoken to."""

    wave: Annotated[Line, Field(min_length=1, max_length=40)] = "1"
    at: Moment | None = None
    people: Annotated[list[Id], Field(max_length=10_000)] | None = None


class NewResponse(In):
    """The message that answers, or the person of whom it was noted."""

    interaction_id: Id | None = None
    person_id: Id | None = None
    kind: KINDS = "answered"
    words: Annotated[Line, Field(max_length=500)] = ""


class TouchedCount(Out):
    """How many were spoken to for the first time in this wave."""

    changed: int
