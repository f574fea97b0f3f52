"""The first two steps of an import: the file is kept and recognised, then somebody says what its columns mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from mutuals.base import files, journal
from mutuals.capture.imports import choices, corrected, house
from mutuals.capture.imports.choices import Unusable as Unusable
from mutuals.capture.imports.rows import from_json, to_json
from mutuals.capture.models import Import, ImportState, RememberedMapping
from mutuals.channels.models import Source, SourceState
from mutuals.channels.sources import is_empty
from mutuals.connectors.files.fields import LEAVE, OF_HOUSE, Shape, Target, fields_of
from mutuals.connectors.files.mapping import numbers_without_country
from mutuals.connectors.files.preset import Preset, preset_of, presets, recognised
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.shapes import Format, Sniffed
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.times import guess_day_first
from mutuals.connectors.files.values import guess_decimal
from mutuals.people.names import tidy
from mutuals.staff.models import User
from mutuals.staff.permissions import require

OPTIONS = ("match", "zone", "day_first", "region", "decimal", "constants", "history_only", "self_told", "preset")
NO_PRESET = "none"
_CHUNK = 1 << 20


def begin(
    path: Path,
    *,
    by: User,
    target: str,
    file_name: str,
    now: datetime,
    source: Source | None = None,
    source_name: str = "",
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    preset: str = "",
) -> Import:
    """Keep a file, recognise it, and propose what its columns mean, as last time if its columns are known.

    `preset` names whose export it is; without one the columns tell. "none": whatever they tell, no preset.
    Raises Unreadable (with the remedy) for a file that cannot be read, TooBig and DiskFull from `base.files`, and
    Unusable for a target or source that does not fit. Nothing is kept then.
    """
    require(by, "import.run")
    if not fields_of(target):
        raise Unusable(f"A file holds one of: {', '.join(targets().values())}.", field="target")
    if path.is_file() and path.stat().st_size > files.LIMIT:
        raise files.TooBig(files.LIMIT)
    sniffed = sniff(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
    if sniffed.format is Format.MBOX and target != Target.POSTS:
        raise Unusable("This is a mailbox: its mails can be taken in as posts only.", field="target")
    with transaction.atomic():
        tap = source or _source_called(
            source_name or recognised(sniffed.columns, target).system, by=by, connector=_connector(sniffed)
        )
        if target == Target.POSTS and tap.connector != _connector(sniffed):
            raise Unusable(
                f"{tap} is not a source of files like this one; choose another or a new one.", field="source"
            )
        blob = files.keep(_chunks(path), media_type="application/octet-stream")
        mapping, options, why = _proposal(sniffed, target, preset)
        of = Import.objects.create(
            blob=blob,
            file_name=tidy(file_name, at_most=200) or "file",
            target=target,
            source=tap,
            by=by,
            sniffed={**to_json(sniffed), "why": why},
            mapping=mapping,
            options=options,
            rows_total=sniffed.approximate_rows,
            created_at=now,
        )
        corrected.recognise(of)
        journal.note("import.uploaded", of, by=by, file=of.file_name, target=target, source=of.source_id)
    return of


@transaction.atomic
def choose(of: Import, *, by: User, mapping: Mapping[str, str], options: Mapping[str, Any]) -> Import:
    """Say what the columns mean and how values are read; remembered for the next file with the same columns once it runs.

    `history_only` keeps posts and mails without opening work in the inbox for them. That is said of this file alone, and
    never remembered: the next one may be of today. `self_told`: people wrote the rows themselves, as into a form of a website;
    nobody here vouches for them, so a website in them proves nothing (`identity.proofs.record`).

    Refuses (Unusable, naming the question) unknown columns and fields, a field fed twice, missing ones, and every
    question that the file leaves open: the zone of times, day or month first, the decimal sign, whether posts were
    public.
    """
    require(by, "import.run")
    of = Import.objects.select_for_update().get(pk=of.pk)
    if not never_ran(of):
        raise Unusable("This import is running or done; begin a new one to change its mapping.", field="state")
    sniffed, target, known = from_json(of.sniffed), of.target, fields_of(of.target)
    told = {name: value for name, value in options.items() if name in OPTIONS and value not in (None, "", [], {})}
    if isinstance(told.get("region"), str):
        told["region"] = told["region"].strip().upper()
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise Unusable(f"There is no option “{sorted(unknown)[0][:40]}”.", field="options")
    fields = {column: name for column, name in mapping.items() if name != LEAVE}
    if sniffed.format is not Format.MBOX:
        choices.check_mapping(fields, told, sniffed, target, known)
        told["match"] = choices.match(fields, told, target, known)
    choices.check_options(told, target)
    _check_preset(told, target)
    choices.check_values(fields, told, sniffed, target, known)
    if target == Target.POSTS and sniffed.format is not Format.MBOX:
        choices.check_public(fields, told)
    of.mapping, of.options, of.state, of.preview, of.error = fields, told, ImportState.UPLOADED, {}, ""
    of.save(update_fields=["mapping", "options", "state", "preview", "error"])
    of.troubles.all().delete()
    return of


def remember(of: Import, *, now: datetime) -> None:
    """Keep how its columns were understood for the next file with the same ones. A preview alone keeps nothing."""
    RememberedMapping.objects.update_or_create(
        target=of.target,
        digest=_digest(from_json(of.sniffed).columns),
        defaults={"mapping": of.mapping, "options": _of_form(of.options), "changed_at": now},
    )


@transaction.atomic
def read_again(
    of: Import, *, by: User, target: str, sheet: str = "", encoding: str = "", delimiter: str = "", preset: str = ""
) -> Import:
    """Recognise the kept file anew, the way somebody says, and propose its columns anew.

    Refused as in `begin`, and (Unusable) once the import runs or ran.
    """
    require(by, "import.run")
    of = Import.objects.select_for_update().get(pk=of.pk)
    if not never_ran(of) or of.blob_id is None:
        raise Unusable("This import is running or done; begin a new one to read its file otherwise.", field="state")
    if not fields_of(target):
        raise Unusable(f"A file holds one of: {', '.join(targets().values())}.", field="target")
    sniffed = sniff(files.path(of.blob_id), sheet=sheet, encoding=encoding, delimiter=delimiter)
    if sniffed.format is Format.MBOX and target != Target.POSTS:
        raise Unusable("This is a mailbox: its mails can be taken in as posts only.", field="target")
    mapping, options, why = _proposal(sniffed, target, preset)
    of.sniffed, of.target, of.mapping, of.options = {**to_json(sniffed), "why": why}, target, mapping, options
    of.state, of.preview, of.error, of.rows_total = ImportState.UPLOADED, {}, "", sniffed.approximate_rows
    of.save()
    of.troubles.all().delete()
    return of


@transaction.atomic
def withdraw(of: Import, *, by: User) -> None:
    """Take away an import that never ran, with our copy of its file. Nothing of it was taken in, so nothing is lost.

    Its source goes with it where it is as an upload makes one: nothing came by it, and nobody said anything about it.
    Refused (Unusable) while it is read and once it runs or ran: what came in names it.
    """
    require(by, "import.run")
    of = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=of.pk)
    if not never_ran(of):
        raise Unusable("This import is being read, running or done; it stays.", field="state")
    source, blob = of.source, of.blob_id
    journal.note("import.withdrawn", of, by=by, file=of.file_name, target=of.target, source=source.pk)
    of.delete()
    if blob is not None:
        files.drop_unused([blob])
    if _is_bare(source) and is_empty(source):
        journal.note("source.removed", source, by=by, name=source.name, connector=source.connector)
        source.delete()


def targets() -> dict[str, str]:
    """What the rows of a file may be, each with its words: what the house brought, then kinds of its own."""
    built_in = {one.value: one.value for one in Target}
    return built_in | {one.record: one.plural.casefold() for one in house.kinds()}


def numbers_at_home(of: Import, mapping: Mapping[str, str]) -> list[str]:
    """Phone numbers among the first rows that name no country, as these columns are understood: a reason to ask for one."""
    return numbers_without_country(of.sniffed.get("sample_rows", []), mapping, of.target)


def never_ran(of: Import) -> bool:
    """Whether nothing of it was taken in, and nothing is being done with it."""
    return of.state in (ImportState.UPLOADED, ImportState.READY, ImportState.FAILED) and not of.counts


def _is_bare(source: Source) -> bool:
    """Whether a source is as `_source_called` makes one: no answers, no words on why it is there, nobody of ours on it."""
    said = (source.purpose, source.legal_basis, source.data_class, source.went_live_anyway, source.settings)
    helped = (source.team_id, source.stand_in_id)
    return source.state == SourceState.PAUSED and not any((*said, *helped)) and not source.channels.exists()


def _proposal(sniffed: Sniffed, target: str, named: str = "") -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    known = RememberedMapping.objects.filter(target=target, digest=_digest(sniffed.columns)).first()
    if known and named in ("", known.options.get("preset", NO_PRESET)):
        return known.mapping, known.options, dict.fromkeys(known.mapping, "same as last time")
    if preset := _preset(sniffed, target, named):
        catalogue = fields_of(target)
        mapping = preset.mapped(sniffed.columns, many={one.name for one in catalogue if one.many})
        more = _own_columns(sniffed, mapping, target)
        why = {**dict.fromkeys(mapping, f"preset: {preset.label}"), **dict.fromkeys(more, "by its name")}
        mapping |= more
        return mapping, _guessed(sniffed, mapping, target) | _answers(preset, mapping, target), why
    found = propose(sniffed.columns, sniffed.sample_rows, target, fields=fields_of(target))
    mapping = {column: one.field for column, one in found.items() if one.field != LEAVE}
    options = _guessed(sniffed, mapping, target)
    if target != Target.POSTS:
        options["match"] = choices.usual_keys(fields_of(target), mapping)
    return mapping, options, {column: one.why for column, one in found.items()}


def _own_columns(sniffed: Sniffed, mapping: Mapping[str, str], target: str) -> dict[str, str]:
    """Columns that a preset does not know and that are called as fields of the house's own are."""
    found = propose(sniffed.columns, sniffed.sample_rows, target, fields=fields_of(target))
    return {
        column: one.field
        for column, one in found.items()
        if one.field.startswith(OF_HOUSE) and column not in mapping and one.field not in mapping.values()
    }


def _guessed(sniffed: Sniffed, mapping: Mapping[str, str], target: str) -> dict[str, Any]:
    """How days and amounts are written, where the first rows tell it."""
    options: dict[str, Any] = {}
    catalogue = fields_of(target)
    texts = {shape: choices.texts(sniffed, mapping, target, shape, catalogue) for shape in Shape}
    day_first = guess_day_first(texts[Shape.TIME] + texts[Shape.DATE])
    decimal = guess_decimal(texts[Shape.MONEY] + texts[Shape.NUMBER])
    if day_first is not None:
        options["day_first"] = day_first
    if decimal:
        options["decimal"] = decimal
    return options


def _preset(sniffed: Sniffed, target: str, named: str) -> Preset:
    """The preset that was named, or that the columns tell."""
    if not named:
        return recognised(sniffed.columns, target)
    if named != NO_PRESET and named not in presets():
        raise Unusable(f"There is no preset “{named[:40]}”. There are: {', '.join(presets())}.", field="preset")
    preset = preset_of("" if named == NO_PRESET else named)
    if preset and not preset.fits(sniffed.columns, target):
        lacks = ", ".join(sorted(preset.needs - set(sniffed.columns))) or f"its rows are {preset.target}"
        raise Unusable(f"The file is not of “{preset.label}”: {lacks}.", field="preset")
    return preset


def _answers(preset: Preset, mapping: Mapping[str, str], target: str) -> dict[str, Any]:
    match = choices.usual_keys(fields_of(target), mapping)
    return {**preset.options, "preset": preset.name, **({"match": match} if match else {})}


def _check_preset(told: Mapping[str, Any], target: str) -> None:
    named = told.get("preset")
    if named and (named not in presets() or presets()[str(named)].target != target):
        raise Unusable(f"There is no preset “{str(named)[:40]}” for these rows.", field="preset")


def _source_called(name: str, *, by: User, connector: str) -> Source:
    called = tidy(name, at_most=120)
    if not called:
        raise Unusable("Say which system the file comes from: its name becomes a source.", field="source")
    source, made = Source.objects.get_or_create(
        name=called, defaults={"connector": connector, "state": SourceState.PAUSED, "owner": by}
    )
    if made:
        journal.note("source.added", source, by=by, connector=connector)
    return source


def _connector(sniffed: Sniffed) -> str:
    return "email" if sniffed.format is Format.MBOX else "files"


def _of_form(options: Mapping[str, Any]) -> dict[str, Any]:
    """What another file of the same form would be answered as well."""
    return {name: value for name, value in options.items() if name != "history_only"}


def _digest(columns: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(columns)).encode()).hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
