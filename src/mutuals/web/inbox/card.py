"""Who this is: the customer's short card beside a conversation."""

from __future__ import annotations

from typing import Any

from mutuals.identity.link import links_of
from mutuals.identity.models import LIVE
from mutuals.inbox import cases, queries
from mutuals.inbox.models import Priority, Turn
from mutuals.people import queries as people
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.people.visibility import sees_contacts, shown_contact, visible_to
from mutuals.sales import queries as sales
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.processes.shown import ways
from mutuals.web.rules.shown import fired

EARLIER = 5


def card_of(turn: Turn, viewer: User, items: list[Any]) -> dict[str, Any]:
    """What the card shows: a person, or a presence that is nobody's yet, or nobody at all."""
    full = sees_contacts(viewer)
    profile = turn.conversation.opener or _other_side(turn)
    person = _person(profile, viewer)
    card: dict[str, Any] = {
        "profile": profile,
        "profile_name": talk.named(profile, full=full),
        "profile_handle": talk.handle_of(profile, full=full) if profile else "",
        "profile_icon": talk.icon_of(profile.network) if profile else "",
        "person": person,
        "may_link": may(viewer, "person.link") and profile is not None and profile.person_id is None,
        "cases": cases.listed(viewer, conversation_id=turn.pk, limit=5),
        "may_open": may(viewer, "case.open"),
        "priorities": Priority.choices,
        "steps": ways(viewer, "case"),
        "fired": fired(viewer, conversation_id=turn.pk),
        "others": sorted({item.who for item in items if item.who and not item.event}),
    }
    if person is None:
        ids = [profile.pk] if profile else []
        return {**card, "earlier": _earlier(turn, viewer, ids)}
    links = [link for link in links_of(person) if link.state in LIVE]
    own = next((link for link in links if profile and link.profile_id == profile.pk), None)
    places = Affiliation.objects.filter(person__canonical_id=person.pk, until=None).select_related("organisation")
    return {
        **card,
        "contact": shown_contact(person, viewer),
        "state": own.state if own else "",
        "place": places.order_by("-is_main", "-pk").first() if may(viewer, "organisation.view") else None,
        "orders": sales.of_person(viewer, person, limit=3) if person.order_count else [],
        "earlier": _earlier(turn, viewer, [one.pk for one in people.profiles_of(person)]),
    }


def _other_side(turn: Turn) -> Profile | None:
    last = queries.last_from_them(turn)
    return last.profile if last else None


def _person(profile: Profile | None, viewer: User) -> Person | None:
    if profile is None or profile.person is None:
        return None
    return visible_to(viewer).filter(pk=profile.person.canonical_id).select_related("owner").first()


def _earlier(turn: Turn, viewer: User, profile_ids: list[int]) -> list[Turn]:
    """Their other conversations with us that the viewer may see, newest first."""
    if not profile_ids:
        return []
    rows = queries.visible_to(viewer).filter(conversation__opener__in=profile_ids).exclude(pk=turn.pk)
    return list(rows.select_related("conversation").order_by("-moved_at")[:EARLIER])
