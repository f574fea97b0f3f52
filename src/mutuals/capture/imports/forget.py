"""What is left of an import once its file must go: counts and reasons of its end, and nothing of what stood in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from mutuals.base import files
from mutuals.base.wake import changed
from mutuals.capture.models import Import, ImportState, ImportTrouble

_ENDS = (ImportState.UPLOADED, ImportState.READY, ImportState.DONE, ImportState.FAILED)


def kept_until(of: Import) -> datetime | None:
    """When file and left out rows of an import go: so many days after its end, or after the last that was done with it.

    None while it runs.
    """
    if of.state not in _ENDS:
        return None
    return (of.finished_at or of.created_at) + timedelta(days=settings.IMPORT_DAYS)


def file(of: Import, *, why: str, now: datetime) -> None:
    """Part an import from its file and the first rows of it. One that was still to run is stopped and says `why`."""
    if of.blob_id is not None:
        files.drop_unused([of.blob_id])
    of.blob, of.sniffed = None, {**of.sniffed, "sample_rows": []}
    if of.state != ImportState.DONE:
        of.state, of.finished_at, of.error = ImportState.FAILED, now, why
        changed("import", [of.pk])
    of.save(update_fields=["blob", "sniffed", "state", "finished_at", "error"])


def old(*, now: datetime) -> int:
    """Drop files, first rows and left out rows of imports whose days are over; says of how many imports."""
    left = Exists(ImportTrouble.objects.filter(of=OuterRef("pk")))
    due = (
        Import.objects.annotate(ended=Coalesce("finished_at", "created_at"))
        .filter(Q(blob__isnull=False) | left, ended__lt=now - timedelta(days=settings.IMPORT_DAYS), state__in=_ENDS)
        .order_by("pk")
    )
    count = 0
    for number in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            of = due.select_for_update().filter(pk=number).first()
            if of is None:  # somebody went on with it meanwhile
                continue
            of.troubles.all().delete()
            file(of, why=f"Its file was kept for {settings.IMPORT_DAYS} days and is gone. Upload it again.", now=now)
            count += 1
    return count
