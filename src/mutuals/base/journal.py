"""The journal: what happened, by whom, about what. In place of signals, and the audit trail at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model, QuerySet

from mutuals.base.models import Entry

_via: ContextVar[tuple[int, ...]] = ContextVar("via", default=())


@contextmanager
def by_way_of(rules: Sequence[int]) -> Iterator[None]:
    """What is noted within came of these rules, oldest first: it stands as `via` in the data of each entry."""
    before = _via.set(tuple(rules))
    try:
        yield
    finally:
        _via.reset(before)


def way() -> tuple[int, ...]:
    """The rules that led to what is done now, oldest first."""
    return _via.get()


def key_of(thing: Model | str) -> str:
    """The text key of a row, "person:12", or the key itself when a text is given ("machine:flow")."""
    return thing if isinstance(thing, str) else f"{thing._meta.model_name}:{thing.pk}"


def note(kind: str, about: Model | str, *, by: Model | str, **data: Any) -> Entry:
    """Write down that something happened, in the caller's transaction. `data` must be plain JSON."""
    return Entry.objects.create(kind=kind, about=key_of(about), by=_who(by), data=_told(data))


def note_many(kind: str, abouts: list[str], *, by: Model | str, **data: Any) -> None:
    """The same entry for many things in one statement."""
    who = _who(by)
    Entry.objects.bulk_create([Entry(kind=kind, about=about, by=who, data=_told(data)) for about in abouts])


def of(*things: Model | str) -> QuerySet[Entry]:
    """Everything that happened to these things, newest first."""
    return Entry.objects.filter(about__in=[key_of(thing) for thing in things]).order_by("-id")


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "via": list(_via.get())} if _via.get() else data


def _who(by: Model | str) -> str:
    return by if isinstance(by, str) else f"staff:{by.pk}" if by._meta.model_name == "user" else key_of(by)
