"""Who may see which people, and how much of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from mutuals.people.models import Organisation, Person, Profile
from mutuals.people.profiles import OWN, said
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, may, scope

CONTACT = ("email", "phone")
"""Networks whose keys are addresses and numbers, which only some may read in full."""
NAMELESS = "Name not known"
_RECORDS = ("crm:", "shop:")  # networks of customer numbers, by which nobody is called
_own: list[Callable[[User], Q]] = []
_WORD = r"""[^\s<>()\[\]"',;:@]"""
_ADDRESS = re.compile(
    rf"""(?:"[^"]*+"|(?<!{_WORD}){_WORD}++)@[^\s<>()"',;:@]*[^\s<>()"',;:@.]"""
)  # each word is looked through once, not from each of its letters


@dataclass(frozen=True, slots=True)
class Called:
    """What somebody goes by; where nobody knows a name, what else is known, and the number under which they are kept."""

    name: str
    known: tuple[str, ...] = ()
    number: str = ""

    @property
    def words(self) -> str:
        """All but the number."""
        return self.name or ", ".join([NAMELESS, *self.known])

    def __str__(self) -> str:
        return f"{self.words} ({self.number})" if self.number else self.words


def own_people(rule: Callable[[User], Q]) -> Callable[[User], Q]:
    """Registry: rooms above say by a condition on Person whose page is a user's own work. Without a rule: nobody's."""
    if rule not in _own:
        _own.append(rule)
    return rule


def disown(rule: Callable[[User], Q]) -> None:
    """Take a rule back."""
    _own.remove(rule)


def visible_to(user: Any) -> QuerySet[Person]:
    """The persons that `user` may see; merged ones and those in the trash are not among them. Own: what any registered rule
    allows.
    """
    return with_trash(user).filter(trashed_at=None)


def with_trash(user: Any) -> QuerySet[Person]:
    """The same with those in the trash."""
    people = Person.objects.alias(merged=F("canonical_id") - F("pk")).filter(merged=0)  # as `person_own` counts it
    reach = scope(user, "person.view")
    if reach is Scope.ALL:
        return people
    if reach is Scope.NONE or not _own:
        return Person.objects.none()
    allowed = Q()
    for rule in _own:
        allowed |= rule(user)
    return people.filter(allowed)


def row_of(user: Any, number: int) -> Person | None:
    """The very row of a number, merged away or not, where `user` may see whom it became: a merge done twice is told by it."""
    row = Person.objects.filter(pk=number).first() if number < 2**63 else None
    return row if row is not None and visible_to(user).filter(pk=row.canonical_id).exists() else None


def organisations_visible_to(user: Any) -> QuerySet[Organisation]:
    """The organisations that `user` may see: all or none. Those that were merged into others are not among them, nor those in
    the trash.
    """
    return organisations_with_trash(user).filter(trashed_at=None)


def organisations_with_trash(user: Any) -> QuerySet[Organisation]:
    """The same with those in the trash."""
    rows = Organisation.objects.filter(merged_into=None)
    return rows if may(user, "organisation.view") else rows.none()


def sees_contacts(user: Any) -> bool:
    """Whether `user` may read addresses and numbers in full."""
    return scope(user, "person.view_contact") is Scope.ALL


def masked(value: str) -> str:
    """An address or number of which only enough is left to recognise it: "b…@k….example", "+49 … 56"."""
    if not value:
        return ""
    local, at, domain = value.partition("@")
    if at:
        host, dot, end = domain.rpartition(".")
        return f"{local[:1]}…@{host[:1]}…{dot}{end}"
    return f"{value[:3]} … {value[-2:]}" if len(value) > 7 else "…"


def unaddressed(text: str) -> str:
    """A sentence of ours or of a server with each address in it masked: "It came back from b…@k….example: no such box"."""
    return _ADDRESS.sub(lambda found: masked(found[0]), text)


def shown_name(profile: Profile, *, full: bool) -> str:
    """What a presence is called; one that is called by its address or number is masked unless the viewer reads them."""
    name = str(profile)
    return name if full or profile.network not in CONTACT or name == profile.shown else masked(name)


def called(who: Person | Profile, *, full: bool) -> Called:
    """What a person or a presence is called on lists: never a mere number. Addresses and numbers are masked unless `full`."""
    if isinstance(who, Profile) and who.network == OWN and who.person is not None:
        return called(who.person.canonical, full=full)
    if isinstance(who, Person):
        return (
            nameless([who.email, who.phone], [who.city], f"Person {who.pk}", full) if not who.name else Called(who.name)
        )
    if not who.network.startswith(_RECORDS):
        return Called(shown_name(who, full=full))
    told = {name: str(one.value or "") for name, one in said(who.fields).items()}
    name = told.get("name") or who.shown
    return Called(name) if name else nameless([], [told.get("city", "")], who.name or who.key, full)


def nameless(contacts: Iterable[str], more: Iterable[str], number: str, full: bool) -> Called:
    """Somebody of whom these addresses and numbers are known, and these words, in their order."""
    known = [*(one if full else masked(one) for one in contacts), *more]
    return Called("", tuple(one for one in known if one), number)


def shown_clues(because: Sequence[dict[str, Any]], *, full: bool) -> list[dict[str, Any]]:
    """How a link is known; the details of clues may hold addresses, so not everybody reads them."""
    return list(because) if full else [{name: clue[name] for name in clue if name != "detail"} for clue in because]


def shown_contact(person: Person, viewer: Any) -> tuple[str, str]:
    """The address and number of a person as `viewer` may read them."""
    if sees_contacts(viewer):
        return person.email, person.phone
    return masked(person.email), masked(person.phone)
