"""Ready-made kinds of records with what belongs to them, put in by one act: a type, its fields, a process, shared lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal
from mutuals.processes import keep, templates
from mutuals.processes.models import Item, Process
from mutuals.records import book, definitions, types
from mutuals.records.kinds import PREFIX
from mutuals.records.models import CustomField, Layout, Own, Type
from mutuals.staff import saved
from mutuals.staff.models import SavedView, User
from mutuals.staff.permissions import require


@dataclass(frozen=True, slots=True)
class Pack:
    """One of them. `key` is its type's; `fields` as `definitions.add` takes them; `lists`: name -> conditions of an address."""

    key: str
    words: str
    type: Mapping[str, str]
    fields: tuple[Mapping[str, Any], ...]
    template: str
    lists: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def record(self) -> str:
        """The name of its records in conditions."""
        return f"{PREFIX}{self.key}"

    @property
    def name(self) -> str:
        """What it brings, as it is called."""
        return self.type["plural"]


_LIVES = ("f", "custom.status:notin:lapsed|left")
MEMBERSHIP = Pack(
    key="membership",
    words="Status, renewal date and chapter of members; lists of renewals at risk; a process for those who do not answer.",
    type={"name": "Membership", "plural": "Memberships", "icon": "star", "title_label": "Member", "prefix": "MB"},
    fields=(
        {"label": "Person", "kind": "reference", "options": ["person"]},
        {"label": "Organisation", "kind": "reference", "options": ["organisation"]},
        {"label": "Status", "kind": "choice", "options": ["Active", "In grace", "Lapsed", "Left"]},
        {"label": "Renews on", "kind": "day", "key": "renews"},
        {"label": "Chapter", "kind": "text"},
        {"label": "Member since", "kind": "day", "key": "since"},
        {"label": "Fee", "kind": "money"},
    ),
    template="membership_renewal",
    lists={
        "Renewals at risk": (("f", "custom.renews:next:60"), _LIVES),
        "Renewals overdue": (("f", "custom.renews:before:today"), _LIVES),
    },
)
PACKS = {MEMBERSHIP.key: MEMBERSHIP}


def pack(key: str) -> Pack:
    """The pack of that key. Refused: there is none."""
    if key not in PACKS:
        raise Refusal(f"There is no pack “{key[:40]}”. There are: {', '.join(PACKS)}.")
    return PACKS[key]


def is_in(of: Pack) -> bool:
    """Whether its type is there, and in use."""
    return Type.objects.filter(key=of.key, retired_at=None).exists()


@transaction.atomic
def put_in(of: Pack, *, by: User, now: datetime) -> Type:
    """Make what is not there yet of a pack; what the house has changed since stays as it is. Twice is once.

    Refused: the plural is that of another type, or the name of its process that of a process of another kind.
    """
    require(by, "type.edit")
    row = Type.objects.filter(key=of.key).first()
    before = _there(of)
    if row is None:
        row = types.add(by=by, now=now, key=of.key, **of.type)
    elif row.retired_at is not None:
        row = types.bring_back(row, by=by)
    known = set(CustomField.objects.filter(record=of.record).values_list("key", flat=True))
    for told in of.fields:
        if str(told.get("key", "")) not in known and definitions.slug(told["label"]) not in known:
            definitions.add(of.record, by=by, now=now, **told)
    _process(of, by=by, now=now)
    for name, query in of.lists.items():
        if not SavedView.objects.filter(record=of.record, name=name, shared=True).exists():
            saved.keep(name, record=of.record, query=urlencode(query), by=by, shared=True)
    if _there(of) != before:
        journal.note("pack.put_in", row, by=by, pack=of.key)
    return row


@transaction.atomic
def take_out(of: Pack, *, by: User) -> None:
    """Take away all that a pack has brought, while nothing stands in it. Not there is nothing.

    Refused: records, those in the trash as well; what ran in its process; fields that lead to it. Retire the type then.
    """
    require(by, "type.edit")
    row = Type.objects.select_for_update().filter(key=of.key).first()
    if row is None:
        return
    process = _of(of)
    held = Own.objects.filter(type=row).count()
    if held:
        raise Refusal(f"There are {held} {row.plural}, those in the trash counted; retire the type instead.")
    if process is not None and Item.objects.filter(process=process).exists():
        raise Refusal(f"Something ran in “{process.name}”; retire the type instead.")
    if CustomField.objects.filter(options__contains=[[of.record]]).exclude(record=of.record).exists():
        raise Refusal(f"A field of other records leads to {row.plural}; take it away first.")
    journal.note("pack.taken_out", row, by=by, pack=of.key)
    SavedView.objects.filter(record=of.record).delete()
    CustomField.objects.filter(record=of.record).delete()
    Layout.objects.filter(record=of.record).delete()
    if process is not None:
        process.versions.all().delete()
        process.delete()
    row.delete()
    book.changed()


def _process(of: Pack, *, by: User, now: datetime) -> None:
    """Its process, published; one that is there under its name is left as it is."""
    template = templates.templates()[of.template]
    there = Process.objects.filter(name=template.name).first()
    if there is not None and there.kind != template.kind:
        raise Refusal(f"A process of another kind is called “{template.name}”; give it another name first.")
    if there is None:
        told = {"name": template.name, "kind": template.kind, "pillar": template.pillar}
        made = keep.draft(template.body, by=by, now=now, note="As shipped", **told)
        keep.publish(made, by=by, now=now)


def _of(of: Pack) -> Process | None:
    template = templates.templates()[of.template]
    return Process.objects.filter(name=template.name, kind=template.kind).first()


def _there(of: Pack) -> tuple[int, int, int, int]:
    """How much of it is there: the type in use, fields, lists, process."""
    return (
        Type.objects.filter(key=of.key, retired_at=None).count(),
        CustomField.objects.filter(record=of.record).count(),
        SavedView.objects.filter(record=of.record, name__in=of.lists, shared=True).count(),
        int(_of(of) is not None),
    )
