"""The failed rows of an import alone, once more, out of the kept file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from mutuals.base import journal
from mutuals.capture.imports.begin import Unusable
from mutuals.capture.imports.corrected import ONLY
from mutuals.capture.models import Import, ImportState
from mutuals.staff.models import User
from mutuals.staff.permissions import require


@transaction.atomic
def rerun(of: Import, *, by: User, now: datetime) -> Import:
    """A new import of the rows that `of` could not read, with its mapping, which may be mended before it runs.

    The other rows of the file are not looked at. Refused (Unusable): no row failed, or the file or its left out rows are kept
    no more.
    """
    require(by, "import.run")
    of = Import.objects.select_for_update(of=("self",)).select_related("source", "blob").get(pk=of.pk)
    numbers = list(of.troubles.filter(is_doubt=False).order_by("number").values_list("number", flat=True))
    if of.state != ImportState.DONE or of.undoing:
        raise Unusable("Only the failed rows of an import that ran to its end are brought again.", field="state")
    if not numbers or of.blob is None:
        raise Unusable("No row of it failed, or the file is not kept any more.", field="state")
    again = Import.objects.create(
        blob=of.blob, file_name=of.file_name, target=of.target, source=of.source, by=by, rerun_of=of,
        sniffed={**of.sniffed, ONLY: numbers}, mapping=of.mapping, options=of.options, rows_total=len(numbers),
        created_at=now,
    )  # fmt: skip
    journal.note(
        "import.uploaded", again, by=by, file=again.file_name, target=again.target, source=of.source_id, of=of.pk
    )
    return again
