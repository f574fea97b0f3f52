"""One person's way out: everything handed over, or erased, with a receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from pydantic import Field

from mutuals import privacy
from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._problems import Conflict
from mutuals.api._types import In, Line, Out, Page, PathId
from mutuals.api.people import person_of
from mutuals.base import clock, files
from mutuals.people.models import Receipt

router = Resource("privacy")


class PlaceOut(Out):
    """A record in which what staff typed names somebody who was erased: which, where in it, and whose it is. Not what."""

    about: str
    where: str
    owner: str | None


class ReceiptOut(Out):
    """What was handed over or erased, counted by room, and what was kept and why. It names nobody."""

    id: int
    reference: str
    kind: str
    at: datetime
    counts: dict[str, Any]
    kept: list[Any]
    places: list[PlaceOut]
    sha256: str
    package: str | None

    @classmethod
    def of(cls, row: Receipt) -> ReceiptOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            reference=row.reference,
            kind=row.kind,
            at=row.at,
            counts=row.counts,
            kept=row.kept,
            places=[PlaceOut(about=one.about, where=one.where, owner=one.owner) for one in privacy.places_of(row)],
            sha256=row.sha256,
            package=f"/api/v1/receipts/{row.pk}/package" if row.sha256 else None,
        )


class Sure(In):
    """The person's name or id once more, because this cannot be undone."""

    confirm: Annotated[Line, Field(max_length=200)]


@router.write(
    "POST", "/people/{int:person_id}/export", act="person.export", out=ReceiptOut, status=201, also={308: None}
)
def export(request: HttpRequest, person_id: PathId) -> ReceiptOut:
    """Pack everything that is held of a person; the receipt says where the package is."""
    _, receipt = privacy.export(person_of(request, person_id), by=user_of(request), now=clock.now())
    return ReceiptOut.of(receipt)


@router.write(
    "POST", "/people/{int:person_id}/erase", act="person.erase", out=ReceiptOut, scope="admin", also={308: None}
)
def erase(request: HttpRequest, person_id: PathId, body: Sure) -> ReceiptOut:
    """Erase a person everywhere and keep their handles out. It cannot be undone."""
    person = person_of(request, person_id)
    if body.confirm not in (str(person), str(person.pk)):
        raise Conflict("Write the person's name or id to confirm; this cannot be undone.")
    return ReceiptOut.of(privacy.erase(person, by=user_of(request), now=clock.now()))


@router.read("/receipts", act="person.export", out=Page[ReceiptOut])
def receipts(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ReceiptOut]:
    """Every receipt, newest first."""
    rows = Receipt.objects.order_by("-pk")
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[ReceiptOut](items=[ReceiptOut.of(row) for row in found], next=following)


@router.read("/receipts/{int:receipt_id}/package", act="person.export", out=None, media="application/zip")
def package(request: HttpRequest, receipt_id: PathId) -> HttpResponseBase:
    """The package of an export, as a ZIP."""
    row = one(Receipt.objects.exclude(sha256=""), receipt_id)
    place = files.path(row.sha256)
    if not place.exists():
        raise Http404
    return FileResponse(
        place.open("rb"), as_attachment=True, filename=f"{row.reference}.zip", content_type="application/zip"
    )
