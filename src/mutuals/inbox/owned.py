"""What staff have here: open conversations, and the people who spoke in them, whom contractors see for that alone."""

from __future__ import annotations

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from mutuals.history.models import Interaction
from mutuals.inbox import case_owned, of_houses, promises, promises_found, queries, stepped, tasks_privacy, work
from mutuals.people import visibility
from mutuals.staff import accounts
from mutuals.staff.models import User

MANY = 50_000  # conversations of a queue from which on they are not read whole
_NO_END = 2**60  # a subselect with a limit is done on its own, before what is around it


def register_owned() -> None:
    """Make it known to whoever ends an access, and to who asks which people somebody may see."""
    visibility.own_people(spoke_in_own_queue)
    of_houses.tell()
    accounts.hold("open conversations", count=queries.held_by, move=work.hand_over)
    accounts.hold("open cases", count=case_owned.held_by, move=case_owned.hand_over)
    accounts.hold("open promises", count=promises_found.held_by, move=promises_found.hand_over)
    tasks_privacy.hold_tasks()
    stepped.may_not_close.append(promises.keeps_open)


def spoke_in_own_queue(user: User, *, many: int = MANY) -> Q:
    """The people whose words stand in a conversation of this user's own queue.

    Few conversations are read whole. With many, each person of the list is asked about on their own: every other one
    fits. An Exists would be made one join of everything, and a queue that was given away at once, of which the planner
    knows nothing yet, would be read whole for each person.
    """
    turns = queries.visible_to(user)
    if queries.own_up_to(user, many) < many:
        said = Interaction.objects.filter(conversation__in=turns.values("conversation_id"))
        people = said.filter(profile__person__isnull=False).values("profile__person__canonical_id")
        return Q(pk__in=people[:_NO_END])
    own = turns.filter(pk=OuterRef("conversation_id")).values("pk")[:1]
    said = Interaction.objects.filter(IsNull(Subquery(own), False), profile__person__canonical_id=OuterRef("pk"))
    return Q(IsNull(Subquery(said.values("pk")[:1]), False))
