"""What lists of ideas can be filtered by, and how people are filtered by what they asked and voted for."""

from __future__ import annotations

from functools import partial
from typing import Any

from mutuals.base.filters import Field, Kind, Record, register
from mutuals.base.filters.registry import extend
from mutuals.communities.models import Asker, Idea, IdeaState, Vote
from mutuals.communities.queries import visible_to
from mutuals.people.fields import own_user
from mutuals.people.names import fold
from mutuals.records.holders import Holder, hold
from mutuals.staff.permissions import may


def _sees_ideas(user: Any) -> bool:
    return may(user, "idea.view")


def _of_idea(way: str) -> tuple[Field, ...]:
    return (
        Field("idea", "Idea", Kind.TEXT, f"{way}title_key", prepare=fold),
        Field("number", "Number", Kind.NUMBER, f"{way}id"),
        Field("state", "State", Kind.CHOICE, f"{way}state", choices=tuple(IdeaState.choices)),
        Field("product", "Product", Kind.TEXT, f"{way}product__name"),
    )


IDEA = Record(
    "idea",
    Idea,
    (
        Field("number", "Number", Kind.NUMBER, "id", sortable=True),
        Field("title", "Title", Kind.TEXT, "title_key", prepare=fold),
        Field("text", "Text", Kind.TEXT, "text"),
        Field("state", "State", Kind.CHOICE, "state", choices=tuple(IdeaState.choices)),
        Field("product", "Product", Kind.TEXT, "product__name"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("votes", "Votes", Kind.NUMBER, "votes", sortable=True),
        Field("askers", "Asked by", Kind.NUMBER, "askers"),
        Field("value", "Bought by those who asked", Kind.MONEY, "worth", sortable=True),
        Field("currency", "Currency", Kind.TEXT, "worth_currency"),
        Field("created", "Written down", Kind.TIME, "created_at"),
        Field("asker", "Was asked for", Kind.RELATION, "idea", related="asked_idea"),
        Field("voter", "Was voted for", Kind.RELATION, "idea", related="voted_idea"),
    ),
)
_LIVE = {"idea__trashed_at": None}
ASKED = Record("asked_idea", Asker, (*_of_idea("idea__"), Field("at", "Asked at", Kind.TIME, "at")), where=_LIVE)
VOTED = Record("voted_idea", Vote, (*_of_idea("idea__"), Field("at", "Voted at", Kind.TIME, "at")), where=_LIVE)
HAS_ASKED = Field(
    "asked_idea",
    "Asked for an idea",
    Kind.RELATION,
    "profile__person__canonical",
    related="asked_idea",
    may=_sees_ideas,
)
HAS_VOTED = Field(
    "voted_idea", "Voted for an idea", Kind.RELATION, "person__canonical", related="voted_idea", may=_sees_ideas
)


def register_fields() -> None:
    """Make them known, and give people the relations to them. Runs after the room `people`."""
    for record in (ASKED, VOTED, IDEA):
        register(record)
    extend("person", (HAS_ASKED, HAS_VOTED))
    hold(Holder("idea", "Ideas", partial(Idea.objects.filter, trashed_at=None), visible_to, "/ideas/"))
