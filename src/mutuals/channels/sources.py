"""Sources come, go live, pause and go. One goes live when it is said who answers for it and why it may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CASCADE, Exists, ManyToOneRel, OuterRef, ProtectedError

from mutuals import connectors
from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal, one_line
from mutuals.channels import forms
from mutuals.channels.models import Channel, Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Connector
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

FILES = "files"
LONGEST_RETENTION = 36_500  # days
_TEXTS = {"name": ("Name", 120), "purpose": ("Purpose", 300), "legal_basis": ("Legal basis", 200)}
_TEXTS["data_class"] = ("Data class", 60)
_DAYS = ("retention_days", "raw_days")
_PEOPLE = ("owner", "stand_in", "team")


def connector_of(source: Source) -> Connector:
    """The connector of a source. Refused: one whose package is not installed any more."""
    return _connector(source.connector)


def add(
    *,
    connector: str,
    name: str,
    by: User,
    answers: Mapping[str, Any] | None = None,
    state: str = SourceState.DRAFT,
    anyway: str = "",
    **about: Any,
) -> Source:
    """A new source. `answers` are those of the connector's form, secrets among them; `about` is purpose, owner,
    stand_in, team, legal_basis, data_class, retention_days and raw_days, the owner being `by` unless named.

    With state "active" it goes live at once, by the same gate as `activate`. Who may import may add a file.
    Refused: an unknown connector, a name that is used, a form that is not complete.
    """
    _may(by, connector)
    known = _connector(connector)
    filled = forms.read(known, answers or {})
    source = Source(connector=known.name, settings=filled.settings, owner=by)
    _put(source, {"name": name, **about})
    with transaction.atomic():
        _insert(source)
        if filled.secrets:
            Vault(source.pk).store(filled.secrets)
        journal.note("source.added", source, by=by, connector=known.name, name=source.name)
        if state == SourceState.ACTIVE:
            source = activate(source, by=by, anyway=anyway)
    wake.changed("source", [source.pk])
    return source


def change(source: Source, *, by: User, answers: Mapping[str, Any] | None = None, **about: Any) -> Source:
    """Change what is given; secrets that are left empty stay. The journal names the fields, never a secret.

    Refused: taking from a live source what it needed to go live.
    """
    _may(by, source.connector)
    with transaction.atomic():
        row = _locked(source)
        before = {field: getattr(row, field) for field in _FIELDS}
        complete = not gaps(row)
        _put(row, about)
        if answers is not None:
            vault = Vault(row.pk)
            filled = forms.read(connector_of(row), answers, has=tuple(vault.named()))
            row.settings = filled.settings
            if filled.secrets:
                vault.merge(filled.secrets)
        if row.state == SourceState.ACTIVE and complete and gaps(row):
            raise Refusal(f"A live source cannot lose its {', '.join(gaps(row))}. Pause it first.")
        _insert(row)
        changed = [field for field, old in before.items() if getattr(row, field) != old]
        secrets = sorted(filled.secrets) if answers is not None else []
        if changed or secrets:
            journal.note("source.changed", row, by=by, fields=changed, secrets=secrets)
    return row


def gaps(source: Source) -> list[str]:
    """What governance misses before this source may go live (K1). A missing purpose only shows (B1)."""
    held = {
        "owner": source.owner_id,
        "legal basis": source.legal_basis,
        "data class": source.data_class,
        "retention": source.retention_days and source.raw_days,
    }
    return [name for name, value in held.items() if not value]


def activate(source: Source, *, by: User, anyway: str = "") -> Source:
    """Let the source be drawn from. With gaps only `anyway`, with a reason that is kept and journaled.

    Refused: gaps without a reason; a form that misses needed secrets; a source that needs to be signed in again.
    """
    _may(by, source.connector)
    with transaction.atomic():
        row = _locked(source)
        if row.state == SourceState.NEEDS_AUTH:
            raise Refusal(f"{row} needs to be signed in again first.")
        known = connector_of(row)
        needed = [field for field in known.fields if field.secret and field.required]
        kept = Vault(row.pk).named() if needed else frozenset()
        missing = [field.label for field in needed if field.name not in kept]
        if missing:
            raise Refusal(f"{row} still needs: {', '.join(missing)}.", fields=dict.fromkeys(missing, "Still needed."))
        reason = one_line(anyway, what="Reason", longest=300, needed=False)
        open_points = gaps(row)
        if open_points and not reason:
            raise Refusal(
                f"{row} has no {', no '.join(open_points)}. Fill this in, or go live anyway and say why.",
                fields=dict.fromkeys(open_points, "Needed to go live."),
            )
        row.state, row.next_try_at = SourceState.ACTIVE, None
        row.went_live_anyway = reason if open_points else ""
        row.save(update_fields=["state", "next_try_at", "went_live_anyway"])
        journal.note("source.activated", row, by=by, missing=open_points, anyway=row.went_live_anyway)
    wake.changed("source", [row.pk])
    return row


def pause(source: Source, *, by: User) -> Source:
    """Draw and send no more, keep everything. Twice is once."""
    _may(by, source.connector)
    with transaction.atomic():
        row = _locked(source)
        if row.state in (SourceState.ACTIVE, SourceState.NEEDS_AUTH):
            row.state = SourceState.PAUSED
            row.save(update_fields=["state"])
            journal.note("source.paused", row, by=by)
    wake.changed("source", [row.pk])
    return row


def remove(source: Source, *, by: User) -> None:
    """Take away a source that never brought anything. Refused with history: pause it instead."""
    require(by, "source.manage")
    told = f"{source} has brought messages or files, which stay. Pause it instead."
    if not is_empty(source):
        raise Refusal(told)
    number = source.pk
    try:
        with transaction.atomic():
            journal.note("source.removed", source, by=by, name=source.name, connector=source.connector)
            source.delete()
    except (ProtectedError, IntegrityError) as error:
        raise Refusal(told) from error
    wake.changed("source", [number])


def is_empty(source: Source) -> bool:
    """Whether nothing ever came by this source: no message is noted, and no row of another room points at it.

    The tables are asked in one statement.
    """
    if source.last_item_at is not None:
        return False
    found = [
        Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        for relation in Source._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel) and relation.on_delete is not CASCADE  # those are its own
    ]
    return not Source.objects.filter(reduce(or_, found), pk=source.pk).exists()


def held_by(user: User) -> int:
    """How many sources and channels name this user as owner or stand-in."""
    return sum(model.objects.filter(**{role: user}).count() for model, role in _ROLES)


def hand_over(user: User, to: User) -> int:
    """Put `to` in the place of `user` as owner and stand-in everywhere; returns how many places."""
    return sum(model.objects.filter(**{role: user}).update(**{role: to}) for model, role in _ROLES)


def free_name(name: str) -> str:
    """The name, or the name with the first number that makes it one of its own."""
    name = name.strip()[:110] or "Source"
    taken = set(Source.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(option for option in numbered if option not in taken)


_FIELDS = (*_TEXTS, *_DAYS, "owner_id", "stand_in_id", "team_id", "settings")
_ROLES: tuple[tuple[type[Source] | type[Channel], str], ...] = (
    (Source, "owner"),
    (Source, "stand_in"),
    (Channel, "owner"),
    (Channel, "stand_in"),
)


def _may(by: User, connector: str) -> None:
    require(by, "import.run" if connector == FILES else "source.manage")


def _connector(name: str) -> Connector:
    try:
        return connectors.get(name)
    except KeyError as error:
        raise Refusal(f"There is no connector {str(name)[:40]!r}.", fields={"connector": "Choose one."}) from error


def _put(source: Source, about: Mapping[str, Any]) -> None:
    unknown = set(about) - {*_TEXTS, *_DAYS, *_PEOPLE}
    if unknown:
        raise TypeError(f"A source has no {', '.join(sorted(unknown))}.")
    for field, value in about.items():
        if field in _TEXTS:
            what, longest = _TEXTS[field]
            setattr(source, field, one_line(value, what=what, longest=longest, needed=field == "name"))
        elif field in _DAYS:
            setattr(source, field, _days(field, value))
        else:
            setattr(source, field, _somebody(field, value))


def _days(field: str, value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= LONGEST_RETENTION:
        raise Refusal(f"Days to keep are 0 to {LONGEST_RETENTION}.", fields={field: "A number of days."})
    return value


def _somebody(field: str, value: User | Team | None) -> User | Team | None:
    if isinstance(value, User) and not value.is_active:
        raise Refusal(f"{value} has no access any more.", fields={field: "Choose somebody who works here."})
    return value


def _insert(source: Source) -> None:
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        raise Refusal(f"There is a source {source.name} already.", fields={"name": "Used already."}) from error


def _locked(source: Source) -> Source:
    return Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
