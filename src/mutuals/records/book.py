"""Which fields and types there are, as every process sees them: read once, and looked at again where the edition differs.

Within `once()` (a request) the edition is looked at once; elsewhere at each question, which is one small statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mutuals.base.fields import Shape
from mutuals.base.ids import new_token
from mutuals.records.kinds import Kind
from mutuals.records.models import CustomField, Edition, Layout, Type

_FILE = "fields.mark"


@dataclass(frozen=True, slots=True)
class _Book:
    token: str = ""
    mark: int = 0
    shapes: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    hidden: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Look:
    book: _Book | None = None


_last = [_Book()]
_watching: list[bool] = []
_listeners: list[Callable[[tuple[Kind, ...]], None]] = []
_look: ContextVar[_Look | None] = ContextVar("fields_look", default=None)


def every(record: str) -> tuple[Shape, ...]:
    """All fields of a record in their order, retired ones among them."""
    return _now().shapes.get(record, ())


def shapes(record: str) -> tuple[Shape, ...]:
    """The fields of a record that are in use, by section and position."""
    return tuple(one for one in every(record) if not one.is_retired)


def kinds() -> tuple[Kind, ...]:
    """All types of the house's own making in the order in which they were made, retired ones among them."""
    return _now().kinds


def kind(key: str) -> Kind | None:
    """The type of that key, also a retired one."""
    return next((one for one in kinds() if one.key == key), None)


def hidden(record: str) -> frozenset[str]:
    """Fields that the house brought and that are not asked for on the forms of that record."""
    return _now().hidden.get(record, frozenset())


def told(listener: Callable[[tuple[Kind, ...]], None]) -> None:
    """Registry: `listener` is given all types whenever this process reads them anew. The same one counts once."""
    if listener not in _listeners:
        _listeners.append(listener)


def remembered() -> tuple[Kind, ...]:
    """The types for what stands on every page: asks nothing where no process of this machine has changed any since.

    A process of another machine sees them at its next question of `kinds`, which most pages ask.
    """
    return _remembered().kinds


def remembered_shapes(record: str) -> tuple[Shape, ...]:
    """The fields of a record in use, as `remembered` knows the types."""
    return tuple(one for one in _remembered().shapes.get(record, ()) if not one.is_retired)


def forget() -> None:
    """Let go of what this process remembers; it reads anew at its next question. For tests, whose types are taken back."""
    _last[0] = _Book()
    for listener in _listeners:
        listener(())


def watch() -> None:
    """This process serves pages: `remembered` is to see what others of this machine change."""
    _watching.append(True)


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
    transaction.on_commit(_touch)


def _remembered() -> _Book:
    look = _look.get()
    if look is not None and look.book is not None:
        return look.book
    return _now() if _watching and _mark() != _last[0].mark else _last[0]


def _now() -> _Book:
    look = _look.get()
    if look is not None and look.book is not None:
        return look.book
    mark = _mark()
    token = Edition.objects.filter(pk=1).values_list("token", flat=True).first() or ""
    if token != _last[0].token:
        _last[0] = _read(token, mark)
        for listener in _listeners:
            listener(_last[0].kinds)
    elif mark != _last[0].mark:
        _last[0] = replace(_last[0], mark=mark)
    if look is not None:
        look.book = _last[0]
    return _last[0]


def _read(token: str, mark: int) -> _Book:
    if not token:
        return _Book(token, mark)
    found: dict[str, list[Shape]] = defaultdict(list)
    for row in CustomField.objects.order_by("record", "position", "pk"):
        found[row.record].append(row.shape)
    return _Book(
        token,
        mark,
        {record: _by_section(rows) for record, rows in found.items()},
        tuple(row.kind for row in Type.objects.order_by("pk")),
        {row.record: frozenset(map(str, row.hidden)) for row in Layout.objects.all()},
    )


def _mark() -> int:
    """When a process of this machine changed something last, by the clock of its disk; 0 = never."""
    try:
        return (Path(settings.STATE) / _FILE).stat().st_mtime_ns
    except OSError:
        return 0


def _touch() -> None:
    """Tell the other processes of this machine. Where the disk refuses they see it by the edition, a page later."""
    with suppress(OSError):
        (Path(settings.STATE) / _FILE).write_text(new_token(), encoding="ascii")


def _by_section(rows: list[Shape]) -> tuple[Shape, ...]:
    """Fields of one section beside each other, sections in the order of their first fields."""
    first: dict[str, int] = {}
    for place, one in enumerate(rows):
        first.setdefault(one.section, place)
    return tuple(sorted(rows, key=lambda one: first[one.section]))
