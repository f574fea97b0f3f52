"""What rules may do with the work: give it to somebody, open a case, say how much it matters, tag, note, tell staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal
from mutuals.inbox import cases, work
from mutuals.inbox.models import Case, CaseState, Turn, TurnState
from mutuals.people import many
from mutuals.people.models import Person
from mutuals.rules.registry import Event, Note, Staff, Tag, TeamName, action
from mutuals.staff import queries as staff
from mutuals.staff.models import Team, User

PILLARS = Literal["service", "sales", "marketing", "innovation"]
PRIORITIES = Literal["low", "normal", "high", "urgent"]


@action("give_to_team", sentence="give it to {team}", right="conversation.assign", lane="whose it is")
def give_to_team(event: Event, *, by: User, now: datetime, team: TeamName) -> str:
    """Put the conversation into a team's queue; whoever has it already keeps it."""
    turn, found = _turn(event), Team.objects.filter(name__iexact=team).first()
    if found is None:
        raise Refusal(f"There is no team “{team}” any more.")
    if turn.team_id == found.pk:
        return f"It is with {found.name} already"
    work.assign(turn, by=by, to=turn.assignee, team=found, now=now)
    return f"Given to {found.name}"


@action("give_to_pillar", sentence="route it to {pillar}", right="conversation.assign", lane="whose it is")
def give_to_pillar(event: Event, *, by: User, now: datetime, pillar: PILLARS) -> str:
    """Make it work of a pillar, in the queue of the pillar's first team if it has one."""
    turn, team = _turn(event), Team.objects.filter(pillar=pillar).order_by("pk").first()
    if team is not None and turn.team_id != team.pk:
        work.assign(turn, by=by, to=turn.assignee, team=team, now=now)
    Turn.objects.filter(pk=turn.pk).update(pillar=pillar)
    journal.note("conversation.routed", f"conversation:{turn.pk}", by=by, pillar=pillar)
    return f"Routed to {pillar}{f', {team.name}' if team else ''}"


@action("assign", sentence="assign it to {to}", right="conversation.assign", lane="whose it is")
def assign(event: Event, *, by: User, now: datetime, to: Staff) -> str:
    """Give the conversation to one colleague, unless somebody has taken it."""
    turn = _turn(event)
    if turn.assignee_id is not None:
        return f"{turn.assignee} has it already"
    user = _colleague(to)
    work.assign(turn, by=by, to=user, now=now)
    return f"Given to {user}"


@action("open_case", sentence="open a {priority} case “{title}” with {minutes} minutes", right="case.open", lane="case")
def open_case(
    event: Event, *, by: User, now: datetime, title: str, priority: PRIORITIES = "normal", minutes: int = 0
) -> str:
    """Open a case about the conversation, or about the person where there is none; one that is open is kept."""
    conversation = _turn(event).conversation if event.conversation_id else None
    case, is_new = cases.open_case(
        by=by, now=now, title=title, conversation=conversation, person=_person(event), priority=priority,
        minutes=minutes or None, via=f"rule:{journal.way()[-1]}" if journal.way() else "",
    )  # fmt: skip
    return f"Case {case.reference} opened" if is_new else f"Case {case.reference} was open already"


@action("set_priority", sentence="make its case {priority}", right="case.edit", lane="priority")
def set_priority(event: Event, *, by: User, now: datetime, priority: PRIORITIES) -> str:
    """Say how much the open case matters."""
    found = Case.objects.filter(state=CaseState.OPEN)
    found = (
        found.filter(conversation=event.conversation_id)
        if event.conversation_id
        else found.filter(person__canonical=event.person_id)
    )
    case = found.order_by("-pk").first()
    if case is None:
        raise Refusal("No case is open here.")
    cases.change(case, by=by, now=now, priority=priority)
    return f"Case {case.reference} is {priority} now"


@action("add_tag", sentence="tag the customer “{tag}”", right="person.edit")
def add_tag(event: Event, *, by: User, now: datetime, tag: Tag) -> str:
    """Give the author a tag; refused where nobody knows who they are."""
    person = _person(event)
    if person is None:
        raise Refusal("Nobody knows who wrote this, so there is nobody to tag.")
    return f"Tagged “{tag}”" if many.tag([person.pk], tag, by=by, now=now) else f"“{tag}” was there already"


@action("note", sentence="note “{text}”", right="conversation.note")
def note(event: Event, *, by: User, now: datetime, text: Note) -> str:
    """Write an internal note into the thread."""
    work.note(_turn(event), by=by, text=text, now=now)
    return "Noted"


@action("tell", sentence="tell {to}: {text}", right="conversation.note", disturbs=True)
def tell(event: Event, *, by: User, now: datetime, to: Staff, text: Note) -> str:
    """Tell a colleague; it stands on their page of today, and waits for the end of quiet hours."""
    user = _colleague(to)
    about = f"conversation:{event.conversation_id}" if event.conversation_id else f"person:{event.person_id}"
    journal.note("staff.told", f"staff:{user.pk}", by=by, text=text, thing=about, at=now.isoformat())
    wake.changed("today", [user.pk])
    return f"Told {user}"


@action("put_aside", sentence="put it aside for {hours} hours", right="conversation.reply", lane="whose it is")
def put_aside(event: Event, *, by: User, now: datetime, hours: int = 24) -> str:
    """Out of the open list for some hours, or until they speak again."""
    turn = _turn(event)
    if turn.state != TurnState.OPEN:
        return "Nobody waits for an answer here"
    work.snooze(turn, by=by, until=now + timedelta(hours=max(1, hours)), now=now)
    return f"Put aside for {max(1, hours)} hours"


def _turn(event: Event) -> Turn:
    turn = Turn.objects.select_related("conversation", "assignee").filter(pk=event.conversation_id or 0).first()
    if turn is None:
        raise Refusal("This is nobody's turn: there is no conversation to work on.")
    return turn


def _person(event: Event) -> Person | None:
    row = Person.objects.select_related("canonical").filter(pk=event.person_id or 0).first()
    return row.canonical if row else None


def _colleague(email: str) -> User:
    user = staff.by_email(email)
    if user is None or not user.is_active:
        raise Refusal(f"Nobody who works here has the address {email}.")
    return user
