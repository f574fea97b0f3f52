"""Acts on campaigns: plan one, change it, let it run, note who was spoken to and who answered, throw it away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from mutuals.base import gate, house, journal, money
from mutuals.base.filters import check, from_json, record
from mutuals.base.refusals import Refusal, one_line
from mutuals.history.models import Direction, Interaction
from mutuals.outreach.models import Campaign, CampaignState, Response, ResponseKind, Segment, Way
from mutuals.people import persons
from mutuals.people.models import Person, Purpose
from mutuals.people.names import fold
from mutuals.processes import run, usual
from mutuals.processes.models import Item, ItemState, Process
from mutuals.processes.shape import Step
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.staff.permissions import require

KIND = "campaign"
MOST_REASONS = 10
COMPLAINT = {
    "key": "open_case",
    "label": "Has an open case",
    "where": {"field": "cases", "op": "any", "value": {"all": ["state:is:open"]}},
}
"""The reason that every new campaign begins with: whoever waits for an answer of ours is not sent something else."""
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,39}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = ("in", "left", "trashed", "refused", "withdrawn", "no_consent", "no_address", "lately", "control")
_OF_STEPS = {"running": CampaignState.RUNNING, "count": CampaignState.RUNNING}


class Gone(Refusal):
    """The campaign is in the trash, or not there any more."""

    def __init__(self) -> None:
        super().__init__("This campaign is in the trash, or not there any more.")


@dataclass(frozen=True, slots=True)
class CampaignIn:
    """A campaign as somebody plans it; see the model for what each means. `currency` "" = the house's."""

    name: str
    purpose: Purpose
    segment: Segment | None = None
    code: str = ""
    words: str = ""
    way: str = "email"
    starts_on: date | None = None
    ends_on: date | None = None
    cost: Decimal = Decimal(0)
    currency: str = ""
    control: int = 0
    quiet_days: int = 7
    within_days: int = 30
    products: Sequence[Product] = ()
    owner: User | None = None
    leave_out: Sequence[Mapping[str, Any]] = field(default_factory=lambda: (COMPLAINT,))


def held(campaign: Campaign) -> Campaign:
    """The campaign as it is now, locked for the caller's transaction. Refused: Gone."""
    row = Campaign.objects.select_for_update(no_key=True, of=("self",)).filter(pk=campaign.pk, trashed_at=None).first()
    if row is None:
        raise Gone
    return row


@transaction.atomic
def add(told: CampaignIn, *, by: User, now: datetime) -> Campaign:
    """Plan a campaign. Refused: a name or code that is used, dates that lie the wrong way, a condition `by` may not ask."""
    require(by, "campaign.edit")
    gate.enter()
    newest = Interaction.objects.aggregate(last=Max("pk"))["last"] or 0
    row = Campaign(created_at=now, heard_to=newest, **_read(told, by))
    row.owner = told.owner or by
    _save(row)
    journal.note("campaign.added", row, by=by)
    return row


@transaction.atomic
def edit(campaign: Campaign, told: CampaignIn, *, by: User) -> Campaign:
    """Say it anew. An audience that is settled stays as it is until it is settled again. Refused: as `add`, and Gone."""
    require(by, "campaign.edit")
    gate.enter()
    row = held(campaign)
    values = _read(told, by) | ({"owner": told.owner} if told.owner else {})
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        _save(row)
        journal.note("campaign.edited", row, by=by, fields=changed)
    return row


def as_told(row: Campaign) -> dict[str, Any]:
    """What it says now, as `CampaignIn` takes it, to change a part of it."""
    same = (
        "name", "purpose", "segment", "code", "words", "way", "starts_on", "ends_on", "cost", "currency", "control",
        "quiet_days", "within_days", "leave_out",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {"products": list(Product.objects.filter(pk__in=row.products))}


@transaction.atomic
def set_state(campaign: Campaign, *, state: str, by: User) -> Campaign:
    """Say how far it has come. Twice is once. Refused: a state that there is not, one that runs in a process, Gone."""
    require(by, "campaign.edit")
    if state not in CampaignState.values:
        raise Refusal(f"A campaign is one of: {', '.join(CampaignState.values)}.", fields={"state": "Choose one."})
    row = held(campaign)
    if row.item is not None and row.item.state == ItemState.RUNNING and row.state != state:
        raise Refusal(f"This campaign runs in “{row.item.process}”: move it there, and its state follows.")
    return _put(row, CampaignState(state), by)


@transaction.atomic
def start(campaign: Campaign, *, by: User, now: datetime, process: Process | None = None) -> Item:
    """Let it run in a process, the usual one for campaigns; its state follows the steps. Twice is once. Refused: Gone."""
    require(by, "campaign.edit")
    gate.enter()
    row = Campaign.objects.select_related("item__process").filter(pk=campaign.pk, trashed_at=None).first()
    if row is None:
        raise Gone
    if row.item is not None and row.item.state == ItemState.RUNNING and process is None:
        return row.item
    return run.start(f"{KIND}:{row.pk}", process or usual.of(KIND, by=by, now=now), by=by, now=now)


def entered(item: Item, step: Step | None, by: User, now: datetime) -> None:
    """What runs about a campaign has entered a step: the state follows. Called by `processes`. Refused: one in the trash."""
    del now
    row = held(Campaign(pk=int(item.about.partition(":")[2])))
    if row.item is not None and row.item_id != item.pk and row.item.state == ItemState.RUNNING:
        raise Refusal(f"This campaign runs in “{row.item.process}” already; end it there first.")
    if row.item_id != item.pk:
        row.item = item
        row.save(update_fields=["item"])
    if step is None:
        return
    if step.end:
        _put(row, CampaignState.STOPPED if step.end == "lost" else CampaignState.DONE, by)
    else:
        _put(row, _OF_STEPS.get(step.key, CampaignState.DRAFT), by)


@transaction.atomic
def respond(
    campaign: Campaign, person: Person, *, by: User, now: datetime, kind: str = "answered", words: str = ""
) -> tuple[Response, bool]:
    """Note by hand that somebody answered, and whether that is new; said again, the newest kind and words stand.

    Refused: a kind that there is not, Gone, of the campaign or the person.
    """
    require(by, "campaign.edit")
    line = one_line(" ".join(words.split()), what="Words", longest=500, needed=False)
    who, row = persons.held(person.canonical_id), held(campaign)
    made, is_new = Response.objects.get_or_create(
        campaign=row, person=who, said_in="",
        defaults={"kind": _kind(kind), "words": line, "at": now, "by": f"staff:{by.pk}"},
    )  # fmt: skip
    if not is_new and (made.kind, made.words) != (kind, line):
        Response.objects.filter(pk=made.pk).update(kind=_kind(kind), words=line)
        made.refresh_from_db()
    if is_new:
        journal.note("campaign.answered", row, by=by, person=who.pk)
    return made, is_new


@transaction.atomic
def respond_in(
    campaign: Campaign, interaction: Interaction, *, by: User | str, kind: str = "answered"
) -> tuple[Response | None, bool]:
    """Note that a message answers a campaign, and whether that is new. None for words of ours and of nobody."""
    if isinstance(by, User):
        require(by, "campaign.edit")
    gate.enter()
    row = held(campaign)
    said = Interaction.objects.filter(pk=interaction.pk, deleted_at=None).first()
    if said is None or said.direction == Direction.OUT or said.profile_id is None:
        return None, False
    who = f"staff:{by.pk}" if isinstance(by, User) else by
    made, is_new = Response.objects.get_or_create(
        campaign=row, said_in=f"interaction:{said.pk}",
        defaults={"profile_id": said.profile_id, "kind": _kind(kind), "at": said.occurred_at, "by": who},
    )  # fmt: skip
    if is_new:
        journal.note("campaign.answered", row, by=by, interaction=said.pk)
    return made, is_new


@transaction.atomic
def take_back(response: Response, *, by: User) -> bool:
    """It was no answer to this campaign. Twice is once."""
    require(by, "campaign.edit")
    gate.enter()
    gone = bool(Response.objects.filter(pk=response.pk).delete()[0])
    if gone:
        journal.note("campaign.unanswered", f"{KIND}:{response.campaign_id}", by=by, response=response.pk)
    return gone


@transaction.atomic
def trash(campaign: Campaign, *, by: User, now: datetime, back: bool = False) -> Campaign:
    """Into the trash, or `back` out of it. Who was spoken to stays known. Twice is once. Refused: a name used meanwhile."""
    require(by, "campaign.edit")
    row = Campaign.objects.select_for_update(no_key=True, of=("self",)).filter(pk=campaign.pk).first()
    if row is None:
        raise Gone
    if (row.trashed_at is None) == back:
        return row
    row.trashed_at, row.trashed_by = (None, None) if back else (now, by)
    _save(row)
    journal.note("campaign.restored" if back else "campaign.trashed", row, by=by)
    return row


@transaction.atomic
def hand_over(user: User, to: User) -> int:
    """Give all campaigns that somebody looks after to another: part of ending their access."""
    rows = Campaign.objects.select_for_update(no_key=True, of=("self",)).filter(owner=user).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    Campaign.objects.filter(pk__in=numbers).update(owner=to)
    keys = [f"{KIND}:{number}" for number in numbers]
    journal.note_many("campaign.given", keys, by="machine:staff", to=to.pk, **{"from": user.pk})
    return len(numbers)


def held_by(user: User) -> int:
    """How many campaigns somebody looks after that have not ended."""
    ended = (CampaignState.DONE, CampaignState.STOPPED)
    return Campaign.objects.filter(owner=user, trashed_at=None).exclude(state__in=ended).count()


def _kind(told: str) -> str:
    if told not in ResponseKind.values:
        raise Refusal(f"A response is one of: {', '.join(ResponseKind.values)}.", fields={"kind": "Choose one."})
    return told


def _put(row: Campaign, state: CampaignState, by: User) -> Campaign:
    if row.state != state:
        before, row.state = row.state, state
        row.save(update_fields=["state"])
        journal.note("campaign.state", row, by=by, state=state.value, before=before)
    return row


def _read(told: CampaignIn, by: User) -> dict[str, Any]:
    name = one_line(told.name, what="Name", longest=120)
    code = one_line(told.code, what="Code", longest=40, needed=False).upper()
    if code and not _CODE.fullmatch(code):
        raise Refusal("A code is 3 to 40 letters, figures and -.", fields={"code": "Such as SPRING-26."})
    if told.way not in Way.values:
        raise Refusal(f"A way is one of: {', '.join(Way.values)}.", fields={"way": "Choose one."})
    if told.starts_on and told.ends_on and told.ends_on < told.starts_on:
        raise Refusal("It ends before it begins.", fields={"ends_on": "On or after the first day."})
    bounds = {"control": (0, 50), "quiet_days": (0, 365), "within_days": (1, 400)}
    for what, (least, most) in bounds.items():
        if not least <= getattr(told, what) <= most:
            raise Refusal("This is too small or too large.", fields={what: f"{least} to {most}."})
    if told.cost < 0 or told.cost >= Decimal(10) ** 12:
        raise Refusal("A cost is 0 or more.", fields={"cost": "0 or more."})
    currency = money.spendable(told.currency or house.currency())
    return {
        "name": name, "name_key": fold(name) or name, "code": code, "purpose": told.purpose, "segment": told.segment,
        "words": one_line(" ".join(told.words.split()), what="Words", longest=1_000, needed=False), "way": told.way,
        "starts_on": told.starts_on, "ends_on": told.ends_on, "cost": money.rounded(told.cost, currency),
        "currency": currency, "control": told.control, "quiet_days": told.quiet_days, "within_days": told.within_days,
        "products": [one.pk for one in told.products], "leave_out": _reasons(told.leave_out, by),
    }  # fmt: skip


def _reasons(told: Sequence[Mapping[str, Any]], by: User) -> list[dict[str, Any]]:
    """Further reasons, each a condition that `by` may ask. Refused: too many, a key twice or of ours, no condition."""
    if len(told) > MOST_REASONS:
        raise Refusal(f"At most {MOST_REASONS} further reasons.", fields={"leave_out": "Join some with “any”."})
    made: dict[str, dict[str, Any]] = {}
    for one in told:
        key = str(one.get("key", ""))
        if not _KEY.fullmatch(key) or key in _TAKEN or key in made:
            raise Refusal(f"“{key[:40]}” cannot be the key of a reason.", fields={"leave_out": "Another key."})
        label = one_line(one.get("label", key), what="Label", longest=80)
        check(from_json(one.get("where")), record("person"), viewer=by)
        made[key] = {"key": key, "label": label, "where": one["where"]}
    return list(made.values())


def _save(row: Campaign) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        field = "code" if "campaign_code_once" in str(error) else "name"
        raise Refusal(f"Another campaign has this {field}.", fields={field: "Choose another one."}) from error
