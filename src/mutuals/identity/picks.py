"""Which values a merge takes from whom, and how they are given back whatever came after. The arithmetic is pure.

A person's *columns* (tags, stage, owner, team) stand on the person; their *fields* (name, address ..) are chosen from what
profiles say, so taking one means writing it into the own record of whoever is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mutuals.identity import forest
from mutuals.identity.models import Merge
from mutuals.identity.remark import own_record
from mutuals.people import persons
from mutuals.people.choice import CHOSEN, Voice, chosen
from mutuals.people.models import Person, Profile
from mutuals.people.persons import Unfit
from mutuals.people.profiles import OWN

COLUMNS = {"tags": "tags", "stage": "stage", "owner": "owner_id", "team": "team_id"}
"""What may be taken that stands on the person, and the column it stands in."""
FIELDS = CHOSEN
KEPT, GONE, BOTH = "kept", "gone", "both"


@dataclass(frozen=True, slots=True)
class Step:
    """What one merge did to one column: how it was chosen, and what stood there before and after."""

    chose: str
    before: Any
    after: Any
    gone: Any  # what whoever is gone has there now


def check(choices: Mapping[str, str]) -> dict[str, str]:
    """The choices as they can be used: Unfit names a field that there is not, or another side than kept, gone, both."""
    for name, side in choices.items():
        if name not in FIELDS and name not in COLUMNS:
            raise Unfit(f"There is no field “{name[:40]}” to choose.", field=name[:40])
        if side not in (KEPT, GONE) and (side != BOTH or name in FIELDS):
            told = "kept, gone or both" if name in COLUMNS else "kept or gone"
            raise Unfit(f"Which one is to stand: {told}?", field=name)
    return dict(choices)


def combined(kept: Any, gone: Any, chose: str) -> Any:
    """What stands after a merge. Both = all tags, else the kept one's value, or the gone one's where there is none."""
    if chose == GONE:
        return gone
    if chose == KEPT:
        return kept
    return list(dict.fromkeys([*kept, *gone])) if isinstance(kept, list) else kept or gone


def carried(value: Any, old: Any, new: Any) -> Any:
    """`value` after the same edit that made `new` of `old`: of tags what was added and taken out, else the new value."""
    if old == new:
        return value
    if not isinstance(value, list):
        return new
    stay = [tag for tag in value if tag in new or tag not in old]
    return stay + [tag for tag in new if tag not in old and tag not in stay]


def replayed(value: Any, after: Any, later: Iterable[Step], now: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """A column as if it had been `value` where it was `after`: the later merges' (before, after), and what stands at last.

    Edits by staff between the merges and since the last one (`now` is what stands) are made again on what comes out.
    """
    steps = []
    for step in later:
        before = carried(value, after, step.before)
        value, after = combined(before, step.gone, step.chose), step.after
        steps.append((before, value))
    return steps, carried(value, after, now)


def own_names(person_ids: Iterable[int]) -> dict[int, str]:
    """What these very rows are called by their own profiles, as if nobody had been merged into them; "" = nobody named them."""
    ids = list(person_ids)
    taken = Merge.objects.filter(kept__in=ids, undone_at=None, choices__has_key="name").order_by("-pk")
    before = {merge.kept_id: merge.choices["name"]["told"] for merge in taken}  # the oldest of several last
    spoken: dict[int, list[Voice]] = defaultdict(list)
    for holder, *told in Profile.objects.filter(person__in=ids).values_list("person", *persons.VOICE):
        voice = Voice(*told)
        if voice.network == OWN and holder in before:
            voice = replace(voice, fields=_without({**voice.fields, "name": before[holder]}))
        spoken[holder].append(voice)
    return {number: str(chosen(spoken[number])["name"]) for number in ids}


def take(kept: Person, gone: Person, choices: Mapping[str, str], *, by: str, now: datetime) -> dict[str, Any]:
    """Write what is taken onto the one who is kept; returns it for `Merge.choices`. Both are held."""
    taken: dict[str, Any] = {}
    for name, column in COLUMNS.items():
        before, side = getattr(kept, column), choices.get(name, BOTH)
        after = combined(before, getattr(gone, column), side)
        taken[name] = {"chose": side, "before": before, "after": after}
        setattr(kept, column, after)
    kept.changed_at = now
    kept.save(update_fields=[*COLUMNS.values(), "changed_at"])
    told = {name: side for name, side in choices.items() if name in FIELDS}
    if told:
        own = own_record(kept, now=now)
        for name, side in told.items():
            after = _plain(getattr(kept if side == KEPT else gone, name))
            taken[name] = {"chose": side, "before": _plain(getattr(kept, name)), "after": after}
            taken[name]["told"] = own.fields.get(name)
            own.fields[name] = _entry(after, by, now)
        own.changed_at = now
        own.save(update_fields=["fields", "changed_at"])
    return taken


def give_back(row: Merge, *, now: datetime) -> list[str]:
    """Undo what `take` wrote, as if this merge had not been; says which fields staff changed since, whose edits stay."""
    edited = _fields_back(row, now=now)
    kept = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.kept_id)
    values = {
        name: (row.choices[name]["before"], row.choices[name]["after"]) for name in COLUMNS if name in row.choices
    }
    named, is_changed = _columns_anew(kept, values, row, now=now)
    while is_changed and (onward := _onward(kept)):
        gone, kept = kept, Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=onward.kept_id)
        _, is_changed = _columns_anew(kept, _passed_on(onward, gone), onward, now=now)
    return edited + named


def _columns_anew(
    kept: Person, values: Mapping[str, tuple[Any, Any]], row: Merge, *, now: datetime
) -> tuple[list[str], bool]:
    """Columns of a person anew, from a merge on: (what it is to leave, what it left) by name.

    Says which of them staff edited since, and whether the person has other values now.
    """
    later = [merge for merge in forest.into(kept.pk) if merge.pk > row.pk]
    edited, before = [], {column: getattr(kept, column) for column in COLUMNS.values()}
    for name, (value, after) in values.items():
        column = COLUMNS[name]
        rows = [merge for merge in later if name in merge.choices]
        steps = [Step(**_step(merge, name), gone=getattr(merge.gone, column)) for merge in rows]
        done, last = replayed(value, after, steps, before[column])
        if before[column] != (steps[-1].after if steps else after):
            edited.append(name)
        for merge, (earlier, later_on) in zip(rows, done, strict=True):
            merge.choices[name] |= {"before": earlier, "after": later_on}
        setattr(kept, column, last)
    Merge.objects.bulk_update(later, ["choices"])
    is_changed = before != {column: getattr(kept, column) for column in COLUMNS.values()}
    if is_changed:
        kept.changed_at = now
        kept.save(update_fields=[*COLUMNS.values(), "changed_at"])
    return edited, is_changed


def _onward(gone: Person) -> Merge | None:
    """The live merge by which a person went into another one: whoever kept them has other values as well."""
    return Merge.objects.filter(gone=gone, undone_at=None).first()


def _passed_on(row: Merge, gone: Person) -> dict[str, tuple[Any, Any]]:
    """What a merge is to leave now that whoever is gone has other values, and what it left, by column."""
    values = {}
    for name, column in COLUMNS.items():
        if told := row.choices.get(name):
            anew = combined(told["before"], getattr(gone, column), told["chose"])
            values[name] = (anew, told["after"])
            told["after"] = anew
    row.save(update_fields=["choices"])
    return values


def _step(merge: Merge, name: str) -> dict[str, Any]:
    return {key: merge.choices[name][key] for key in ("chose", "before", "after")}


def _fields_back(row: Merge, *, now: datetime) -> list[str]:
    """Fields as if this merge had not been; says which of those that it took staff changed since.

    What later merges took, here and all the way up the chain, is taken anew where this one had a part in it.
    """
    steps = [step for step in forest.after(row) if any(name in FIELDS for name in step.choices)]
    before = {step.pk: _sides(step) for step in steps}
    edited = []
    for name in [name for name in FIELDS if name in row.choices]:
        written = _entry(row.choices[name]["after"], row.by, row.at)
        if not _replace(row, name, written, row.choices[name]["told"], now=now):
            edited.append(name)
    for step in steps:
        step.refresh_from_db(fields=["choices"])
        anew = _sides(step, without=row)
        for name, value in anew.items():
            if value != before[step.pk][name]:
                told, written = step.choices[name], _entry(step.choices[name]["after"], step.by, step.at)
                told["after"] = _plain(value)
                step.save(update_fields=["choices"])
                _replace(step, name, written, _entry(told["after"], step.by, step.at), now=now)
    return edited


def _sides(step: Merge, *, without: Merge | None = None) -> dict[str, Any]:
    """The value of the chosen side by field, of what its profiles say now and its own record said before the merge."""
    found: dict[str, Any] = {}
    own = persons.own_of(step.kept_id)
    for side, person in ((KEPT, step.kept_id), (GONE, step.gone_id)):
        names = [name for name in FIELDS if step.choices.get(name, {}).get("chose") == side]
        if names:
            voices = persons.voices(forest.under(person, before=step, without=without))
            values = chosen(_as_before(voice, step) if own and voice.id == own.pk else voice for voice in voices)
            found |= {name: values[name] for name in names}
    return found


def _as_before(own: Voice, step: Merge) -> Voice:
    """The own record of whoever is kept without what this merge and later ones wrote into it."""
    taken = {name: told["told"] for name, told in step.choices.items() if name in FIELDS}
    return replace(own, fields=_without({**own.fields, **taken}))


def _without(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Entries without those that there were not."""
    return {name: told for name, told in fields.items() if told is not None}


def _replace(row: Merge, name: str, written: Any, by: Any, *, now: datetime) -> bool:
    """Put another entry, or none, where this merge wrote one: in the own record, or where a later merge remembers it.

    False: staff wrote another one since, which stays.
    """
    if written == by:
        return True
    later = [merge for merge in forest.into(row.kept_id) if merge.pk > row.pk]
    heir = next((merge for merge in later if merge.choices.get(name, {}).get("told") == written), None)
    if heir is not None:
        heir.choices[name]["told"] = by
        heir.save(update_fields=["choices"])
        return True
    own = persons.own_of(row.kept_id)
    if own is None or own.fields.get(name) != written:
        return False
    own.fields.pop(name)
    own.fields |= {name: by} if by is not None else {}
    own.changed_at = now
    own.save(update_fields=["fields", "changed_at"])
    return True


def _entry(value: Any, by: str, now: datetime) -> dict[str, Any]:
    """What an own record says of a field, as `profiles.tell` writes it; an empty value clears the field."""
    return {"value": "" if value is None else value, "at": now.isoformat(), "by": by}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
