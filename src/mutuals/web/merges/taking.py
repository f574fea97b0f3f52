"""Which value of two persons is taken: the choices as a form prints them, and as it sends them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from mutuals.identity import picks
from mutuals.identity.joins import Choice, Together
from mutuals.people.models import Person
from mutuals.staff.models import Team, User

WORDS = {
    "name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "city": "Town",
    "country": "Country",
    "language": "Language",
    "birthday": "Birthday",
    "tags": "Tags",
    "stage": "Stage",
    "owner": "Owner",
    "team": "Team",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field that both know differently: (value sent, words, whether it stands without a choice).

    What stands is sent along as such, with who stays: where somebody else is to stay, what the form shows is a choice.
    """

    name: str
    words: str
    options: list[tuple[str, str, bool]]


def fields_of(together: Together) -> list[Field]:
    """The fields about which there is something to choose."""
    names = _names(together.choices)
    return [
        Field(one.name, WORDS.get(one.name, one.name), _options(one, together, names))
        for one in together.choices
        if one.kept not in (None, "", []) and one.gone not in (None, "", []) and one.kept != one.gone
    ]


def kept_of(post: QueryDict) -> Person | None:
    """Who is to be kept, where that was chosen."""
    number = post.get("keep", "")
    return (
        Person.objects.filter(pk=number).first()
        if number.isascii() and number.isdecimal() and len(number) < 19
        else None
    )


def choices_of(post: QueryDict, keep: Person | None) -> dict[str, str]:
    """The choices by field for `merge.merge`: radios name the person whose value is taken. Unknown fields are left out, and
    those that stand without a choice."""
    found = {}
    stood = set(post.getlist("stood")) if keep is not None and post.get("stays") == str(keep.pk) else set()
    for name in WORDS:
        said = post.get(f"take-{name}", "")
        if f"{name}:{said}" in stood:
            continue
        if said == picks.BOTH:
            found[name] = said
        elif said and keep is not None:
            found[name] = picks.KEPT if said == str(keep.pk) else picks.GONE
    return found


def _options(one: Choice, together: Together, names: dict[tuple[str, int], str]) -> list[tuple[str, str, bool]]:
    sides = {picks.KEPT: (str(together.kept.pk), one.kept), picks.GONE: (str(together.gone.pk), one.gone)}
    if picks.BOTH in one.sides and isinstance(one.kept, list):
        sides = {picks.BOTH: (picks.BOTH, one.result), **sides}
    stands = next((name for name, (_, value) in sides.items() if value == one.result), "")
    return [(key, _shown(one.name, value, names), name == stands) for name, (key, value) in sides.items()]


def _shown(name: str, value: Any, names: dict[tuple[str, int], str]) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if name in ("owner", "team") and value is not None:
        return names.get((name, value), "somebody")
    return str(value)


def _names(choices: list[Choice]) -> dict[tuple[str, int], str]:
    told = {
        one.name: {value for value in (one.kept, one.gone) if value} for one in choices if one.name in ("owner", "team")
    }
    found: dict[tuple[str, int], str] = {}
    if told.get("owner"):
        found |= {("owner", row.pk): str(row) for row in User.objects.filter(pk__in=told["owner"])}
    if told.get("team"):
        found |= {("team", row.pk): str(row) for row in Team.objects.filter(pk__in=told["team"])}
    return found
