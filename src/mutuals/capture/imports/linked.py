"""What hangs on rows that an import made: whatever is linked to them since keeps them from being taken back.

It asks all tables of the house by their foreign keys and text keys, so that a room that comes later needs no line here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from django.apps import apps
from django.db.models import CharField, Model

from mutuals.base import bulk
from mutuals.base.models import Entry
from mutuals.capture.imports.ways import Undoing

_TEXT = ("about", "a", "b")
_QUIET = {"base.entry", "base.change", "base.once", "base.claimed", "base.batch", "capture.brought", "identity.cited"}
"""Tables whose text keys tell of a record, but are no work on it."""
_SEEN = ("person.exported", "person.shown")


@cache
def _pointing(model: type[Model], besides: frozenset[str]) -> tuple[tuple[type[Model], str], ...]:
    found = []
    for one in model._meta.get_fields(include_hidden=True):
        if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one):
            other = one.related_model
            if isinstance(other, type) and other._meta.managed and other._meta.label_lower not in besides:
                found.append((other, one.field.name))  # type: ignore[union-attr]
    return tuple(found)


@cache
def _naming() -> tuple[tuple[type[Model], str], ...]:
    return tuple(
        (model, name)
        for model in apps.get_models()
        if model.__module__.startswith("mutuals.") and model._meta.managed and model._meta.label_lower not in _QUIET
        for name in _TEXT
        if any(isinstance(one, CharField) and one.name == name for one in model._meta.concrete_fields)
    )


@cache
def _asked(tables: tuple[tuple[type[Model], str], ...], kind: str) -> str:
    """All these tables asked in one statement: place in `tables` and which of `all` stands there, in the order of `tables`."""
    parts = []
    for place, (model, name) in enumerate(tables):
        column = next(one.column for one in model._meta.concrete_fields if one.name == name)
        filled = f""" AND t."{column}" <> ''""" if kind == "varchar" else ""  # so that indexes of what is filled serve
        parts.append(
            f'SELECT {place}, t."{column}" FROM "{model._meta.db_table}" t '  # noqa: S608 - names out of models
            f'WHERE t."{column}" = ANY(%(all)s::{kind}[]){filled} GROUP BY 2'
        )
    return " UNION ALL ".join(parts) + " ORDER BY 1"


def pointing(model: type[Model], ids: Sequence[int], *, besides: Collection[str] = ()) -> dict[int, str]:
    """Which of these rows other rows point at, with what points; `besides` are tables that do not count ("people.heard")."""
    found: dict[int, str] = {}
    tables = _pointing(model, frozenset(besides))
    for place, number in bulk.execute(_asked(tables, "bigint"), {"all": bulk.numbers(ids)}) if tables and ids else ():
        found.setdefault(int(number), f"{_a(tables[place][0])} hangs on it.")
    return found


def naming(record: str, ids: Sequence[int], *, besides: Collection[str] = ()) -> dict[int, str]:
    """Which of these rows are named by a text key elsewhere: tasks, relations, files, followers."""
    keys = {f"{record}:{number}": number for number in ids}
    found: dict[int, str] = {}
    tables = tuple(one for one in _naming() if one[0]._meta.label_lower not in besides)
    for place, key in bulk.execute(_asked(tables, "varchar"), {"all": bulk.array(keys)}) if tables and keys else ():
        found.setdefault(keys[key], f"{_a(tables[place][0])} hangs on it.")
    return found


def worked_on(record: str, ids: Sequence[int], undoing: Undoing) -> dict[int, str]:
    """On which of these rows somebody worked since the import began, by the journal; machines and rules do not count."""
    keys = {f"{record}:{number}": number for number in ids}
    begun = Entry.objects.filter(about=f"import:{undoing.of.pk}", kind="import.begun").order_by("-id").first()
    told = Entry.objects.filter(about__in=bulk.among_texts(keys), pk__gt=begun.pk if begun else 0).exclude(
        kind__in=_SEEN
    )
    told = told.exclude(by=f"import:{undoing.of.pk}").exclude(kind__startswith="batch.")
    told = told.exclude(by__startswith="machine:").exclude(by__startswith="rule:")
    rows = told.order_by("id").values_list("about", "kind", "at")
    return {keys[about]: f"Somebody worked on it since ({kind}, {at:%Y-%m-%d %H:%M} UTC)." for about, kind, at in rows}


def held_by(model: type[Model], record: str, ids: Sequence[int], undoing: Undoing, *besides: str) -> dict[int, str]:
    """All three: why these rows are kept; the others may go."""
    return {
        **pointing(model, ids, besides=besides),
        **naming(record, ids),
        **worked_on(record, ids, undoing),
    }


def dropped(model: type[Model], record: str, ids: Sequence[int], undoing: Undoing, *besides: str) -> Mapping[int, str]:
    """Delete rows on which nothing hangs; the others stay, with the reason: `Way.remove` of a record with one table.

    `besides` are tables whose rows go along with it.
    """
    kept = held_by(model, record, ids, undoing, *besides)
    model._default_manager.filter(pk__in=bulk.among(number for number in ids if number not in kept)).delete()
    return kept


def _a(model: type[Model]) -> str:
    name = str(model._meta.verbose_name)
    return f"{'An' if name[:1] in 'aeiou' else 'A'} {name}"
