"""How people and organisations are written in lists: in a cell, many at once, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mutuals.base.lists import Editing, Entry
from mutuals.people import organisations, persons
from mutuals.people.models import Organisation, Person
from mutuals.people.persons import Unfit
from mutuals.people.visibility import organisations_visible_to, visible_to
from mutuals.staff import meanwhile
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import require

Options = Callable[[Any], Iterable[tuple[str, str]]]
_STAGES = (("lead", "Lead"), ("customer", "Customer"), ("former", "Former customer"))


def of_people(staff: Options) -> Editing:
    """Whose they are, stage and tags; the rest is edited on the page of each."""
    entries = (
        Entry("owner", "Owner", "choice", options=staff, empty="nobody"),
        Entry("team", "Team", "choice", options=_teams, empty="none", inline=False),
        Entry("stage", "Stage", "choice", options=lambda _: _STAGES, empty="none"),
        Entry("tags", "Tags", "tags"),
    )
    return Editing("person.edit", entries, hold=_person, told=_told, write=_write_person, last=_last)


def of_organisations(staff: Options) -> Editing:
    """All that their form asks for but the name's neighbours in a family."""
    entries = (
        Entry("name", "Name", bulk=False),
        Entry("domain", "Web domain", bulk=False),
        Entry("city", "Town", longest=100),
        Entry("country", "Country", longest=60),
        Entry("stage", "Stage", "choice", options=lambda _: _STAGES, empty="none"),
        Entry("owner", "Owner", "choice", options=staff, empty="nobody"),
        Entry("team", "Team", "choice", options=_teams, empty="none", inline=False),
        Entry("tags", "Tags", "tags"),
    )
    return Editing("organisation.edit", entries, hold=_organisation, told=_told, write=_write_organisation, last=_last)


def _teams(_: Any) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Team.objects.order_by("name").values_list("pk", "name")]


def _person(pk: int, by: User) -> Person:
    """Whoever was merged since is told as whom they became."""
    row = persons.held(pk)
    if not visible_to(by).filter(pk=row.pk).exists():
        raise Unfit("This person is not there any more.", field="")
    return row


def _organisation(pk: int, by: User) -> Organisation:
    require(by, "organisation.view")
    row = organisations_visible_to(by).select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Unfit("This organisation is not there any more.", field="")
    return row


def _told(row: Any, name: str) -> Any:
    if name == "tags":
        return sorted(row.tags)
    value = getattr(row, f"{name}_id") if name in ("owner", "team") else getattr(row, name)
    return str(value) if value else None if name in ("owner", "team", "stage") else ""


def _write_person(row: Person, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    persons.edit(row, by=by, changes=_plain(changes), now=now)


def _write_organisation(row: Organisation, changes: Mapping[str, Any], by: User, now: datetime, because: str) -> None:
    organisations.edit(row, by=by, changes=_plain(changes), now=now)


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if name == "stage" and value is None else value for name, value in changes.items()}


def _last(row: Any, name: str) -> tuple[str, datetime] | None:
    key = f"{'person' if isinstance(row, Person) else 'organisation'}:{row.pk}"
    return meanwhile.last(key, f"{name}_id" if name in ("owner", "team") else name)
