"""What staff have here: the people and organisations that they look after."""

from __future__ import annotations

from collections.abc import Callable

from mutuals.people import ownerless, territories
from mutuals.people.models import Organisation, Person
from mutuals.staff import accounts
from mutuals.staff.models import User


def register_owned() -> None:
    """Make it known to whoever ends an access."""
    ownerless.tell_ours()
    accounts.hold("people", count=_owned(Person), move=_handed(Person))
    accounts.hold("organisations", count=_owned(Organisation), move=_handed(Organisation))
    accounts.hold("territories", count=territories.held_by, move=territories.hand_over)


def _owned(model: type[Person] | type[Organisation]) -> Callable[[User], int]:
    return lambda user: model.objects.filter(owner=user).count()


def _handed(model: type[Person] | type[Organisation]) -> Callable[[User, User], int]:
    return lambda user, to: model.objects.filter(owner=user).update(owner=to)
