"""How an import of tables is taken back: values where they still are the file's, new rows as their room takes them away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import transaction

from mutuals.base.refusals import Refusal
from mutuals.capture.imports.tables import TRASHED, Table
from mutuals.capture.imports.ways import Reasons, Told, Undoing, Way
from mutuals.capture.models import Brought


def way(table: Callable[[Undoing], Table]) -> Way:
    """The way of a table's record. What files of that source said of a row is forgotten with it: they may say it again."""

    def told(ids: Sequence[int], names: Collection[str], undoing: Undoing) -> Told:
        rows = table(undoing).now(ids, undoing.by)
        return {pk: {name: row.get(name) for name in names} for pk, row in rows.items() if not row.get(TRASHED)}

    def write(values: Told, undoing: Undoing) -> Reasons:
        of = table(undoing)
        return _each(values, lambda pk: of.write(pk, values[pk], undoing.by, undoing.now), of, undoing, is_gone=False)

    def remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
        of = table(undoing)
        return _each(ids, lambda pk: of.remove(pk, undoing.by, undoing.now), of, undoing, is_gone=True)

    return Way(told, write, remove)


def _each(ids: Collection[int], act: Callable[[int], Any], of: Table, undoing: Undoing, *, is_gone: bool) -> Reasons:
    kept, done = {}, []
    for number in ids:
        try:
            with transaction.atomic():
                said = act(number)
            if said:
                kept[number] = str(said)
            else:
                done.append(f"{of.record}:{number}")
        except (Refusal, ValueError, PermissionError) as error:
            kept[number] = str(error)[:300]
    rows = Brought.objects.filter(source=undoing.of.source_id, record=of.record, about__in=done)
    if is_gone:
        rows.delete()
    else:
        rows.update(told={})
    return kept
