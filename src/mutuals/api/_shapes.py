"""Rows that several resources show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mutuals.api._types import Out, Ref
from mutuals.history.models import Attachment, Interaction
from mutuals.history.own import rule_of
from mutuals.people import canonical
from mutuals.people.models import Profile
from mutuals.people.visibility import CONTACT, masked, shown_name, unaddressed
from mutuals.sales.models import Order


class ProfileOut(Out):
    """One presence of somebody somewhere."""

    id: int
    network: str
    key: str
    name: str
    shown: str
    label: str
    url: str
    is_bot: bool
    person_id: int | None
    organisation_id: int | None
    first_seen_at: datetime

    @classmethod
    def of(cls, row: Profile, *, full: bool) -> ProfileOut:
        """`full`: whether the viewer may read addresses and numbers."""
        hide = not full and row.network in CONTACT
        return cls(
            id=row.pk,
            network=row.network,
            key=masked(row.key) if hide else row.key,
            name=masked(row.name) if hide else row.name,
            shown=row.shown,
            label=row.label,
            url=row.url,
            is_bot=row.is_bot,
            person_id=row.person.canonical_id if row.person else None,
            organisation_id=row.organisation_id,
            first_seen_at=row.first_seen_at,
        )


class AttachmentOut(Out):
    """A file of a message. `file` is where its bytes are, for those who may see the message; null = not kept."""

    id: int
    name: str
    media_type: str
    size: int
    url: str
    file: str | None


class AuthorOut(Out):
    """Whose presence spoke, or was spoken to."""

    profile_id: int
    name: str
    person_id: int | None


class InteractionOut(Out):
    """One thing that somebody said or did with us. `rule_id`: the rule that wrote a note in the name of `by`."""

    id: int
    source_id: int | None
    conversation_id: int | None
    key: str
    network: str
    kind: str
    direction: str
    status: str
    public: bool
    visibility: str
    profile: AuthorOut | None
    by: Ref | None
    rule_id: int | None
    channel: Ref | None
    occurred_at: datetime
    received_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    subject: str
    text: str
    language: str
    url: str
    purpose: str
    outcome: str
    about: str
    error: str
    attachments: list[AttachmentOut]

    @classmethod
    def of(
        cls, row: Interaction, *, full: bool, files: Sequence[Attachment] = (), roots: Mapping[int, int]
    ) -> InteractionOut:
        """`full`: whether the viewer may read addresses and numbers; `roots`: whom persons were merged into."""
        return cls(
            id=row.pk,
            source_id=row.source_id,
            conversation_id=row.conversation_id,
            key=row.key,
            network=row.network,
            kind=row.kind,
            direction=row.direction,
            status=row.status,
            public=row.is_public,
            visibility=row.visibility,
            profile=_author(row, roots, full=full),
            by=Ref.of(row.by),
            rule_id=rule_of(row),
            channel=Ref.of(row.channel),
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            edited_at=row.edited_at,
            deleted_at=row.deleted_at,
            subject=row.subject,
            text=row.text,
            language=row.language,
            url=row.url,
            purpose=row.purpose,
            outcome=row.outcome,
            about=row.about,
            error=row.error if full else unaddressed(row.error),
            attachments=[_attachment(file) for file in files],
        )


def shown(
    rows: Sequence[Interaction], files: Mapping[int, Sequence[Attachment]], *, full: bool
) -> list[InteractionOut]:
    """Interactions with their files."""
    roots = canonical.of(row.profile.person_id for row in rows if row.profile and row.profile.person_id)
    return [InteractionOut.of(row, full=full, files=files.get(row.pk, ()), roots=roots) for row in rows]


def _author(row: Interaction, roots: Mapping[int, int], *, full: bool) -> AuthorOut | None:
    profile = row.profile
    if profile is None:
        return None
    person = roots.get(profile.person_id or 0)
    return AuthorOut(profile_id=profile.pk, name=shown_name(profile, full=full), person_id=person)


def _attachment(row: Attachment) -> AttachmentOut:
    return AttachmentOut(
        id=row.pk,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        url=row.url,
        file=f"/files/{row.blob_id}" if row.blob_id else None,
    )


class LineOut(Out):
    """One position of an order. A negative quantity is a return."""

    position: int
    sku: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    kind: str


class OrderOut(Out):
    """One purchase, return, adjustment or stock movement, as `kind` says."""

    id: int
    number: str
    source_id: int | None
    profile_id: int | None
    organisation_id: int | None
    gives_back_id: int | None
    placed_at: datetime
    currency: str
    total: Decimal
    status: str
    kind: str
    lines: list[LineOut]

    @classmethod
    def of(cls, row: Order) -> OrderOut:
        """An order whose lines and products were fetched with it."""
        lines = sorted(row.lines.all(), key=lambda line: line.position)
        return cls(
            id=row.pk,
            number=row.number,
            source_id=row.source_id,
            profile_id=row.profile_id,
            organisation_id=row.organisation_id,
            gives_back_id=row.gives_back_id,
            placed_at=row.placed_at,
            currency=row.currency,
            total=row.total,
            status=row.status,
            kind=row.kind,
            lines=[
                LineOut(
                    position=line.position,
                    sku=line.product.sku if line.product else "",
                    name=line.name,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    kind=line.kind,
                )
                for line in lines
            ],
        )


class AffiliationOut(Out):
    """A person's place in an organisation."""

    id: int
    person: Ref | None
    organisation: Ref | None
    role: str
    since: date | None
    until: date | None
    is_main: bool

    @classmethod
    def of(cls, row: Any) -> AffiliationOut:
        """An affiliation fetched with its person and organisation."""
        return cls(
            id=row.pk,
            person=Ref.of(row.person.canonical),
            organisation=Ref.of(row.organisation),
            role=row.role,
            since=row.since,
            until=row.until,
            is_main=row.is_main,
        )
