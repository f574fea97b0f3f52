"""The first two steps of an import: the file is kept and recognised, then somebody says what its columns mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from mutuals.base import files, journal
from mutuals.capture.imports.rows import from_json, to_json
from mutuals.capture.models import Import, ImportState, RememberedMapping
from mutuals.channels.models import Source, SourceState
from mutuals.channels.sources import is_empty
from mutuals.connectors.files.fields import EXTRA, FIELDS, LEAVE, Shape, Target, field_of
from mutuals.connectors.files.mapping import numbers_without_country
from mutuals.connectors.files.preset import Preset, preset_of, presets, recognised
from mutuals.connectors.files.propose import propose
from mutuals.connectors.files.shapes import Format, Sniffed, Value
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.times import NeedsOrder, NeedsZone, guess_day_first, parse_date, parse_time
from mutuals.connectors.files.values import NeedsDecimal, guess_decimal, parse_bool, parse_money, parse_phone
from mutuals.people.names import tidy
from mutuals.staff.models import User
from mutuals.staff.permissions import require

OPTIONS = ("match", "zone", "day_first", "region", "decimal", "constants", "history_only", "self_told", "preset")
NO_PRESET = "none"
_CHUNK = 1 << 20


class Unusable(ValueError):
    """A choice with which the import cannot run; `field` names the question of the form that it answers."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


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
    if target not in set(Target):
        raise Unusable("A file holds people, organisations, orders or posts.", field="target")
    if path.is_file() and path.stat().st_size > files.LIMIT:
        raise files.TooBig(files.LIMIT)
    sniffed = sniff(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
    if sniffed.format is Format.MBOX and target != Target.POSTS:
        raise Unusable("This is a mailbox: its mails can be taken in as posts only.", field="target")
    with transaction.atomic():
        tap = source or _source_called(source_name, by=by, connector=_connector(sniffed))
        if target == Target.POSTS and tap.connector != _connector(sniffed):
            raise Unusable(
                f"{tap} is not a source of files like this one; choose another or a new one.", field="source"
            )
        blob = files.keep(_chunks(path), media_type="application/octet-stream")
        mapping, options, why = _proposal(sniffed, Target(target), preset)
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
        journal.note("import.uploaded", of, by=by, file=of.file_name, target=target, source=tap.pk)
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
    sniffed, target = from_json(of.sniffed), Target(of.target)
    told = {name: value for name, value in options.items() if name in OPTIONS and value not in (None, "", [], {})}
    if isinstance(told.get("region"), str):
        told["region"] = told["region"].strip().upper()
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise Unusable(f"There is no option “{sorted(unknown)[0][:40]}”.", field="options")
    fields = {column: name for column, name in mapping.items() if name != LEAVE}
    if sniffed.format is not Format.MBOX:
        _check_mapping(fields, told, sniffed, target)
        told["match"] = _match(fields, told, target)
    _check_options(told, target)
    _check_preset(told, target)
    _check_values(fields, told, sniffed, target)
    if target is Target.POSTS and sniffed.format is not Format.MBOX:
        _check_public(fields, told)
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
    if target not in set(Target):
        raise Unusable("A file holds people, organisations, orders or posts.", field="target")
    sniffed = sniff(files.path(of.blob_id), sheet=sheet, encoding=encoding, delimiter=delimiter)
    if sniffed.format is Format.MBOX and target != Target.POSTS:
        raise Unusable("This is a mailbox: its mails can be taken in as posts only.", field="target")
    mapping, options, why = _proposal(sniffed, Target(target), preset)
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


def _proposal(
    sniffed: Sniffed, target: Target, named: str = ""
) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    known = RememberedMapping.objects.filter(target=target.value, digest=_digest(sniffed.columns)).first()
    if known and named in ("", known.options.get("preset", NO_PRESET)):
        return known.mapping, known.options, dict.fromkeys(known.mapping, "same as last time")
    if preset := _preset(sniffed, target, named):
        mapping = preset.mapped(sniffed.columns)
        return mapping, _answers(preset, mapping, target), dict.fromkeys(mapping, f"preset: {preset.label}")
    found = propose(sniffed.columns, sniffed.sample_rows, target)
    mapping = {column: one.field for column, one in found.items() if one.field != LEAVE}
    options: dict[str, Any] = {}
    texts = {shape: _texts(sniffed, mapping, target, shape) for shape in Shape}
    day_first = guess_day_first(texts[Shape.TIME] + texts[Shape.DATE])
    decimal = guess_decimal(texts[Shape.MONEY] + texts[Shape.NUMBER])
    if day_first is not None:
        options["day_first"] = day_first
    if decimal:
        options["decimal"] = decimal
    if target is not Target.POSTS:
        options["match"] = [one.name for one in FIELDS[target] if one.key and one.name in mapping.values()]
    return mapping, options, {column: one.why for column, one in found.items()}


def _preset(sniffed: Sniffed, target: Target, named: str) -> Preset:
    """The preset that was named, or that the columns tell."""
    if not named:
        return recognised(sniffed.columns, target)
    if named != NO_PRESET and named not in presets():
        raise Unusable(f"There is no preset “{named[:40]}”. There are: {', '.join(presets())}.", field="preset")
    preset = preset_of("" if named == NO_PRESET else named)
    if preset and not preset.fits(sniffed.columns, target):
        lacks = ", ".join(sorted(preset.needs - set(sniffed.columns))) or f"its rows are {preset.target.value}"
        raise Unusable(f"The file is not of “{preset.label}”: {lacks}.", field="preset")
    return preset


def _answers(preset: Preset, mapping: Mapping[str, str], target: Target) -> dict[str, Any]:
    match = [one.name for one in FIELDS[target] if one.key and one.name in mapping.values()]
    return {**preset.options, "preset": preset.name, **({"match": match} if match else {})}


def _check_preset(told: Mapping[str, Any], target: Target) -> None:
    named = told.get("preset")
    if named and (named not in presets() or presets()[str(named)].target is not target):
        raise Unusable(f"There is no preset “{str(named)[:40]}” for these rows.", field="preset")


def _check_mapping(fields: Mapping[str, str], told: Mapping[str, Any], sniffed: Sniffed, target: Target) -> None:
    constants = told.get("constants", {})
    if not isinstance(constants, Mapping):
        raise Unusable("Constants are a field and its value each.", field="constants")
    for column in fields:
        if column not in sniffed.columns:
            raise Unusable(f"The file has no column “{column[:80]}”.", field=column)
    used: set[str] = set()
    for column, name in [*fields.items(), *((name, name) for name in constants)]:
        known = field_of(target, name)
        if known is None and name != EXTRA:
            allowed = ", ".join(one.name for one in FIELDS[target])
            raise Unusable(f"“{name[:40]}” is no field of {target.value}. There are: {allowed}.", field=column)
        if known and not known.many and name in used:
            raise Unusable(f"Two columns are to become “{known.label}”; only one can.", field=column)
        used.add(name)
    for required in [one for one in FIELDS[target] if one.required and one.name not in used]:
        raise Unusable(f"No column says “{required.label}”, which is needed.", field=required.name)
    _check_target(used, target)


def _check_target(used: set[str], target: Target) -> None:
    if target is Target.PEOPLE and not used & {"id", "name", "given_name", "family_name", "email", "phone"}:
        raise Unusable("No column says who it is: a name, an address, a number or their id.", field="name")
    if target is Target.ORDERS:
        if "placed_at" not in used:
            raise Unusable("No column says when it was ordered, which is needed.", field="placed_at")
        if "currency" not in used:
            raise Unusable("No column names the currency; choose one for the whole file.", field="currency")
        if not used & {"total", "lines", "line_unit_price"}:
            raise Unusable("No column holds an amount: a total, or lines with a price.", field="total")


def _match(fields: Mapping[str, str], told: Mapping[str, Any], target: Target) -> list[str]:
    """The match keys that were chosen, else all that the file has. Only a key with a column can match."""
    usable = [one.name for one in FIELDS[target] if one.key and one.name in fields.values()]
    wanted = told.get("match", usable)
    if not isinstance(wanted, Sequence) or isinstance(wanted, str):
        raise Unusable("Match keys are a list of fields.", field="match")
    for name in wanted:
        if name not in usable:
            known = field_of(target, str(name))
            why = "has no column" if known and known.key else "cannot tell who it is"
            raise Unusable(
                f"“{known.label if known else str(name)[:40]}” {why}, so rows cannot be matched by it.", field="match"
            )
    return [name for name in usable if name in wanted]


def _check_options(told: Mapping[str, Any], target: Target) -> None:
    if not isinstance(told.get("history_only", False), bool):
        raise Unusable("History only is yes or no.", field="history_only")
    if told.get("history_only") and target is not Target.POSTS:
        raise Unusable("Only posts and mails open work, so only they can be history only.", field="history_only")
    if not isinstance(told.get("self_told", False), bool):
        raise Unusable("Told by themselves is yes or no.", field="self_told")
    if told.get("zone") and told["zone"] not in available_timezones():
        raise Unusable("There is no such time zone; they are named like Europe/Lisbon.", field="zone")
    if not isinstance(told.get("day_first", False), bool):
        raise Unusable("Day first is yes or no.", field="day_first")
    if told.get("decimal", ".") not in (".", ","):
        raise Unusable("The decimal sign is a point or a comma.", field="decimal")
    if told.get("region"):
        try:
            parse_phone("0221 123456", region=str(told["region"]))
        except ValueError as error:
            raise Unusable("A country is two letters, such as DE.", field="region") from error


def _check_values(fields: Mapping[str, str], told: Mapping[str, Any], sniffed: Sniffed, target: Target) -> None:
    zone, day_first, decimal = told.get("zone"), told.get("day_first"), told.get("decimal")
    for shape in (Shape.TIME, Shape.DATE, Shape.MONEY, Shape.NUMBER):
        for text in _texts(sniffed, fields, target, shape):
            try:
                if shape is Shape.TIME:
                    parse_time(text, zone=zone, day_first=day_first)
                elif shape is Shape.DATE:
                    parse_date(text, day_first=day_first)
                else:
                    parse_money(text, decimal=decimal)
            except NeedsZone as error:
                raise Unusable(
                    f"Times such as “{text[:40]}” name no time zone: where did that clock hang?", field="zone"
                ) from error
            except NeedsOrder as error:
                raise Unusable(f"In “{text[:40]}”, does the day or the month come first?", field="day_first") from error
            except NeedsDecimal as error:
                raise Unusable(f"Is “{text[:40]}” thousands or a fraction?", field="decimal") from error
            except ValueError:
                continue  # the check names this row


def _check_public(fields: Mapping[str, str], told: Mapping[str, Any]) -> None:
    """Nobody but who brings the file knows who could read its posts; a guess would hide or publish them all."""
    if "public" in fields.values():
        return
    said = told.get("constants", {}).get("public")
    if said in (None, ""):
        raise Unusable("No column says who could read these posts: were they public, or private?", field="public")
    try:
        parse_bool(str(said))
    except ValueError as error:
        raise Unusable("Posts are public or private: yes or no.", field="public") from error


def _texts(sniffed: Sniffed, fields: Mapping[str, str], target: Target, shape: Shape) -> list[str]:
    """The sample values that are to become fields of one shape."""
    columns = [column for column, name in fields.items() if (known := field_of(target, name)) and known.shape is shape]
    found: list[Value] = [row.get(column, "") for row in sniffed.sample_rows for column in columns]
    return [text for text in found if isinstance(text, str) and text.strip()]


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
