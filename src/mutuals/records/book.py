"""Which fields there are, as every process sees them: read once, and looked at again where the edition differs.

Within `once()` (a request) the edition is looked at once; elsewhere at each question, which is one small statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from mutuals.base.fields import Shape
from mutuals.base.ids import new_token
from mutuals.records.models import CustomField, Edition


@dataclass(frozen=True, slots=True)
class _Book:
    token: str = ""
    shapes: dict[str, tuple[Shape, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Look:
    book: _Book | None = None


_last = [_Book()]
_look: ContextVar[_Look | None] = ContextVar("fields_look", default=None)


def every(record: str) -> tuple[Shape, ...]:
    """All fields of a record in their order, retired ones among them."""
    return _now().shapes.get(record, ())


def shapes(record: str) -> tuple[Shape, ...]:
    """The fields of a record that are in use, by section and position."""
    return tuple(one for one in every(record) if not one.is_retired)


@contextmanager
def once() -> Iterator[None]:
    """Everything inside sees the fields as they were when it first asked, but for its own changes."""
    before = _look.set(_Look())
    try:
        yield
    finally:
        _look.reset(before)


def changed() -> None:
    """A field was made or changed in this transaction: all processes look again once it is done."""
    row = Edition(pk=1, token=new_token()[:40])
    Edition.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["token"])
    if (look := _look.get()) is not None:
        look.book = None


def _now() -> _Book:
    look = _look.get()
    if look is not None and look.book is not None:
        return look.book
    token = Edition.objects.filter(pk=1).values_list("token", flat=True).first() or ""
    if token != _last[0].token:
        _last[0] = _read(token)
    if look is not None:
        look.book = _last[0]
    return _last[0]


def _read(token: str) -> _Book:
    found: dict[str, list[Shape]] = defaultdict(list)
    for row in CustomField.objects.order_by("record", "position", "pk"):
        found[row.record].append(row.shape)
    return _Book(token, {record: _by_section(rows) for record, rows in found.items()})


def _by_section(rows: list[Shape]) -> tuple[Shape, ...]:
    """Fields of one section beside each other, sections in the order of their first fields."""
    first: dict[str, int] = {}
    for place, one in enumerate(rows):
        first.setdefault(one.section, place)
    return tuple(sorted(rows, key=lambda one: first[one.section]))
