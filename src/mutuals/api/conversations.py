"""The inbox for programs: whose turn is it, and working on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, pack, unpack
from mutuals.api._problems import Conflict
from mutuals.api._shapes import InteractionOut, shown
from mutuals.api._types import MOST_ID, Count, Done, Flag, Id, In, Moment, Out, Page, PathId, Ref, Text
from mutuals.base import clock
from mutuals.channels.models import Channel
from mutuals.history import queries as history
from mutuals.history.models import Interaction
from mutuals.inbox import answer, queries, work
from mutuals.inbox.models import Turn
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import User
from mutuals.staff.queries import teams_visible_to, visible_to

router = Resource("conversations")
Purpose = Literal["help", "fix", "inform", "advise", "facilitate", "thank", "none"]
Outcome = Literal["solved", "answered", "passed_on", "no_answer", "not_possible", "noise"]
State = Literal["", "open", "pending", "snoozed", "closed", "history"]
_RELATED = (
    "conversation__opener__person__canonical",
    "conversation__source",
    "conversation__channel",
    "assignee",
    "team",
)


class ConversationOut(Out):
    """A conversation as work. `waiting_since` is their oldest word that we have not answered."""

    id: int
    subject: str
    snippet: str
    network: str
    public: bool
    source: Ref | None
    channel_id: int | None
    person: Ref | None
    state: str
    assignee: Ref | None
    team: Ref | None
    pillar: str
    unread: int
    message_count: int
    started_at: datetime
    moved_at: datetime
    waiting_since: datetime | None
    first_answer_at: datetime | None
    snoozed_until: datetime | None
    purpose: str
    outcome: str
    closed_at: datetime | None

    @classmethod
    def of(cls, turn: Turn) -> ConversationOut:
        """A turn fetched with its conversation, assignee and team."""
        told = turn.conversation
        opener = told.opener.person if told.opener else None
        return cls(
            id=turn.pk,
            subject=told.subject,
            snippet=told.snippet,
            network=turn.network,
            public=turn.is_public,
            source=Ref.of(told.source),
            channel_id=told.channel_id,
            person=Ref.of(opener.canonical if opener else None),
            state=turn.state,
            assignee=Ref.of(turn.assignee),
            team=Ref.of(turn.team),
            pillar=turn.pillar,
            unread=turn.unread,
            message_count=told.message_count,
            started_at=told.started_at,
            moved_at=turn.moved_at,
            waiting_since=turn.waiting_since,
            first_answer_at=turn.first_answer_at,
            snoozed_until=turn.snoozed_until,
            purpose=turn.purpose,
            outcome=turn.outcome,
            closed_at=turn.closed_at,
        )


class WaysOut(Out):
    """How this conversation can be answered by the caller; `refused` says why not, `note` where else it goes.

    `answers_id` is the message that would be answered, and `public` whether everybody will see the answer. `prepared` is an
    answer that a rule laid ready; nobody sent it.
    """

    prepared: str
    refused: str
    channels: list[Ref]
    preselected_id: int | None
    answers_id: int | None
    public: bool
    limit: int | None
    can_like: bool
    note: str


class InboxPage(Page[ConversationOut]):
    """One page of the inbox, newest word first; `counts` by tab only where asked for, null where counting took too long."""

    counts: dict[str, Count | None] | None = None


class Reply(In):
    """An answer. Without a channel the preselected one speaks.

    `answers_id` and `public` are what the caller holds to be so, as `ways` told it: refused with 409 where the newest
    message, or who will see the answer, is another by now. What is left out is not checked.
    """

    text: Annotated[Text, Field(min_length=1)]
    channel_id: Id | None = None
    answers_id: Id | None = None
    public: Flag | None = None


class Note(In):
    """Words among us."""

    text: Annotated[Text, Field(min_length=1)]


class Assignment(In):
    """Whose it becomes: nobody where `to_id` is null. A team that is not named stays."""

    to_id: Id | None
    team_id: Id | None = None


class Closing(In):
    """What they wanted, and what came of it."""

    purpose: Purpose
    outcome: Outcome


class Until(In):
    """When it comes back."""

    until: Moment


def turn_of(user: User, number: int) -> Turn:
    """The turn of a conversation that `user` may see, or 404."""
    return one(queries.visible_to(user).select_related(*_RELATED), number)


@router.read("/conversations", act="conversation.view", out=InboxPage)
def listed(
    request: HttpRequest,
    tab: Literal["mine", "unassigned", "team", "all"] = "all",
    state: State = "open",
    network: Annotated[str, Query(max_length=30, pattern=r"^[^\u0000]*$")] = "",
    pillar: Literal["", "service", "sales", "marketing", "innovation"] = "",
    public: bool | None = None,
    assignee: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    source: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    counts: bool = False,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> InboxPage:
    """The inbox: conversations with their turn, newest word first."""
    user = user_of(request)
    asked = queries.Asked(tab, state, network, pillar, public, assignee, source)
    found = queries.turns(user, asked, after=unpack(cursor, datetime, int), limit=limit)
    return InboxPage(
        items=[ConversationOut.of(turn) for turn in found.turns],
        next=pack(found.after),
        counts=_told(queries.counts(user, asked)) if counts else None,
    )


def _told(counts: dict[str, tuple[int, bool] | None]) -> dict[str, Count | None]:
    return {tab: Count.of(pair) if pair else None for tab, pair in counts.items()}


@router.read("/conversations/{int:conversation_id}", act="conversation.view", out=ConversationOut)
def shown_one(request: HttpRequest, conversation_id: PathId) -> ConversationOut:
    """One conversation."""
    return ConversationOut.of(turn_of(user_of(request), conversation_id))


@router.read("/conversations/{int:conversation_id}/messages", act="conversation.view", out=Page[InteractionOut])
def messages(
    request: HttpRequest, conversation_id: PathId, cursor: Cursor = "", limit: Limit = 50
) -> Page[InteractionOut]:
    """The messages of a conversation, newest first."""
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    walk = history.thread(turn.conversation, before=unpack(cursor, datetime, int), limit=limit)
    items = shown(walk.rows, history.attachments(walk.rows), full=sees_contacts(user))
    return Page[InteractionOut](items=items, next=pack(walk.after))


@router.read("/conversations/{int:conversation_id}/ways", act="conversation.reply", out=WaysOut)
def ways(request: HttpRequest, conversation_id: PathId) -> WaysOut:
    """How it can be answered, as whom, and whether everybody will see it."""
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    found = answer.ways(turn, by=user)
    return WaysOut(
        prepared=turn.draft,
        refused=found.refused,
        channels=[Ref(id=channel.pk, name=str(channel)) for channel in found.channels],
        preselected_id=found.preselected.pk if found.preselected else None,
        answers_id=found.target.pk if found.target else None,
        public=found.is_public,
        limit=found.limit,
        can_like=found.can_like,
        note=found.note,
    )


@router.write("DELETE", "/conversations/{int:conversation_id}/prepared", act="conversation.reply", out=Done)
def drop_prepared(request: HttpRequest, conversation_id: PathId) -> Done:
    """Throw away the answer that a rule laid ready."""
    user = user_of(request)
    work.drop_draft(turn_of(user, conversation_id), by=user)
    return Done()


@router.write(
    "POST", "/conversations/{int:conversation_id}/replies", act="conversation.reply", out=InteractionOut, status=201
)
def reply(request: HttpRequest, conversation_id: PathId, body: Reply) -> InteractionOut:
    """Answer the newest message. It leaves after ten seconds; until then it can be taken back.

    409 where it cannot be answered, or not as `answers_id` and `public` say; the detail tells which.
    """
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    channel = _channel(turn, body.channel_id) if body.channel_id else None
    row = answer.reply(
        turn,
        by=user,
        text=body.text,
        channel=channel,
        answers=body.answers_id,
        public=body.public,
        now=clock.now(),
    )
    return shown([row], {}, full=sees_contacts(user))[0]


def _channel(turn: Turn, number: int) -> Channel:
    return one(Channel.objects.filter(source=turn.conversation.source), number)


@router.write("POST", "/interactions/{int:interaction_id}/take-back", act="conversation.reply", out=Done)
def take_back(request: HttpRequest, interaction_id: PathId) -> Done:
    """Take back an answer that has not left yet; 409 when it is too late."""
    user = user_of(request)
    row = message_of(user, interaction_id)
    if not answer.take_back(row, by=user, now=clock.now()):
        raise Conflict("It is too late: this is out, or on its way.")
    return Done()


@router.write("POST", "/interactions/{int:interaction_id}/like", act="conversation.reply", out=Done)
def like(request: HttpRequest, interaction_id: PathId) -> Done:
    """Like a message of theirs as one of our profiles."""
    user = user_of(request)
    answer.like(message_of(user, interaction_id), by=user, now=clock.now())
    return Done()


@router.write("POST", "/interactions/{int:interaction_id}/unsay", act="interaction.delete", out=Done)
def unsay(request: HttpRequest, interaction_id: PathId) -> Done:
    """Delete an answer of ours out there."""
    user = user_of(request)
    answer.unsay(message_of(user, interaction_id), by=user, now=clock.now())
    return Done()


def message_of(user: User, number: int) -> Interaction:
    """A message of a conversation that `user` may see, or 404."""
    rows = Interaction.objects.filter(conversation__in=queries.visible_to(user).values("pk"))
    return one(rows.select_related("source", "channel", "conversation"), number)


@router.write(
    "POST", "/conversations/{int:conversation_id}/notes", act="conversation.note", out=InteractionOut, status=201
)
def note(request: HttpRequest, conversation_id: PathId, body: Note) -> InteractionOut:
    """Write a note into the thread that nobody outside ever sees."""
    user = user_of(request)
    row = work.note(turn_of(user, conversation_id), by=user, text=body.text, now=clock.now())
    return shown([row], {}, full=sees_contacts(user))[0]


@router.write("POST", "/conversations/{int:conversation_id}/assign", act="conversation.view", out=ConversationOut)
def assign(request: HttpRequest, conversation_id: PathId, body: Assignment) -> ConversationOut:
    """Give it to somebody, to a team, or back to nobody. What is unassigned in one's own team may always be taken."""
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    to = one(visible_to(user), body.to_id) if body.to_id else None
    team = one(teams_visible_to(user), body.team_id) if body.team_id else None
    return ConversationOut.of(work.assign(turn, by=user, to=to, team=team, now=clock.now()))


@router.write("POST", "/conversations/{int:conversation_id}/close", act="conversation.close", out=ConversationOut)
def close(request: HttpRequest, conversation_id: PathId, body: Closing) -> ConversationOut:
    """End it with what was wanted and what came of it."""
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    return ConversationOut.of(work.close(turn, by=user, purpose=body.purpose, outcome=body.outcome, now=clock.now()))


@router.write("POST", "/conversations/{int:conversation_id}/reopen", act="conversation.close", out=ConversationOut)
def reopen(request: HttpRequest, conversation_id: PathId) -> ConversationOut:
    """Take it up again."""
    user = user_of(request)
    return ConversationOut.of(work.reopen(turn_of(user, conversation_id), by=user, now=clock.now()))


@router.write("POST", "/conversations/{int:conversation_id}/wait", act="conversation.reply", out=ConversationOut)
def wait(request: HttpRequest, conversation_id: PathId) -> ConversationOut:
    """It is their turn: out of the open list until they speak again."""
    user = user_of(request)
    return ConversationOut.of(work.wait(turn_of(user, conversation_id), by=user, now=clock.now()))


@router.write("POST", "/conversations/{int:conversation_id}/snooze", act="conversation.reply", out=ConversationOut)
def snooze(request: HttpRequest, conversation_id: PathId, body: Until) -> ConversationOut:
    """Out of sight until a time to come, or until they speak again."""
    user = user_of(request)
    turn = turn_of(user, conversation_id)
    return ConversationOut.of(work.snooze(turn, by=user, until=body.until, now=clock.now()))
