"""What rules may do with the work: give it away, open a case, tag, fill in, note, tell staff, prepare an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from mutuals.base import journal, wake
from mutuals.base.refusals import Refusal
from mutuals.communities import ideas
from mutuals.history.models import Interaction
from mutuals.inbox import case_edit, cases, stepped, work
from mutuals.inbox import records_actions as _records  # noqa: F401  adds what they do with records
from mutuals.inbox import tasks_actions as _tasks  # noqa: F401  adds the act that makes a task
from mutuals.inbox.models import Case, CaseState, Turn, TurnState
from mutuals.inbox.problem import filled
from mutuals.people import many, persons
from mutuals.people.choice import LENGTHS
from mutuals.people.models import Person
from mutuals.people.names import tidy
from mutuals.processes import kinds, run
from mutuals.processes import queries as processes
from mutuals.processes.models import Item, ItemState, Process
from mutuals.rules import queries as rules
from mutuals.rules import send
from mutuals.rules.events import EVENTS
from mutuals.rules.registry import LONGEST_TAG, Answer, Event, Note, ProcessName, Staff, Tag, TeamName, action
from mutuals.sales import leads
from mutuals.staff import queries as staff
from mutuals.staff.models import Team, User

PILLARS = Literal["service", "sales", "marketing", "innovation"]
PRIORITIES = Literal["low", "normal", "high", "urgent"]
SEVERITIES = Literal["slight", "normal", "severe", "critical"]
AT_ONCE = Annotated[Literal["", "slight", "normal", "severe", "critical"], Answer("Severity (empty = normal)")]
EACH = Annotated[Literal["", "customer"], Answer("At most one open for each (empty = for each conversation)")]
FIELDS = Literal["stage", "city", "country", "language"]
TITLE = Annotated[str, Answer("Title", most=200)]
MINUTES = Annotated[int, Answer("Limit in minutes (empty = none)", most=cases.MOST_MINUTES)]
HOURS = Annotated[int, Answer("Hours", least=1, most=8_760)]  # a year
COLLEAGUE = Annotated[Staff, Answer("Colleague")]
STEPS = Annotated[ProcessName, Answer("Process", most=80)]
NOTE = Annotated[str, Answer("Note", most=500)]
MOST_TOLD = 50
_OTHER_ACTS = {"lead": "a lead", "idea": "an idea"}


def _fits(told: Mapping[str, Any]) -> None:
    """Refused: what the customer's field could not hold as it stands."""
    field, value = str(told["field"]), str(told["value"])
    words = ""
    if field == "stage" and value not in persons.STAGES:
        words = "A stage is lead, customer, former."
    elif field in LENGTHS and len(value) > LENGTHS[field]:
        words = f"“{field.capitalize()}” is not longer than {LENGTHS[field]} letters."
    elif tidy(value, at_most=len(value)) != value:
        words = "This holds letters that cannot be shown."
    if words:
        raise Refusal(words, fields={"value": words})


@action("give_to_team", sentence="give it to {team}", right="conversation.assign", lane="whose it is")
def give_to_team(event: Event, *, by: User, now: datetime, team: TeamName) -> str:
    """Put the conversation into a team's queue; whoever has it already keeps it."""
    turn, found = _turn(event), _team(team)
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
def assign(event: Event, *, by: User, now: datetime, to: COLLEAGUE) -> str:
    """Give the conversation to one colleague, unless somebody has taken it."""
    turn = _turn(event)
    if turn.assignee_id is not None:
        return f"{turn.assignee} has it already"
    user = _colleague(to)
    work.assign(turn, by=by, to=user, now=now)
    return f"Given to {user}"


@action(
    "open_case",
    sentence="open the case “{title}”, priority {priority}, severity {severity}, limit {minutes} minutes, one for each {each}",
    right="case.open",
    lane="case",
)
def open_case(
    event: Event,
    *,
    by: User,
    now: datetime,
    title: TITLE,
    priority: PRIORITIES = "normal",
    minutes: MINUTES = 0,
    severity: AT_ONCE = "",
    each: EACH = "",
) -> str:
    """Open a case about the conversation, or about the person where there is none; one that is open is kept.

    At most one for each customer: one that is open about them, whatever conversation it came from, is kept too.
    """
    conversation = _turn(event).conversation if event.conversation_id else None
    person = _person(event)
    if each and person is not None:
        Person.objects.select_for_update(no_key=True).filter(pk=person.pk).first()  # two at once come one by one
        there = Case.objects.filter(person__canonical=person.pk, state=CaseState.OPEN, trashed_at=None).order_by("pk")
        if (open_one := there.first()) is not None:
            return f"Case {open_one.reference} of this customer was open already"
    case, is_new = cases.open_case(
        by=by, now=now, title=title, conversation=conversation, person=person, priority=priority,
        severity=severity or "normal", minutes=minutes or None, via=_rule(),
    )  # fmt: skip
    return f"Case {case.reference} opened" if is_new else f"Case {case.reference} was open already"


def _can_start(when: str, told: Mapping[str, Any]) -> None:
    """Refused: a process in which nothing of such an event can start."""
    process = _process(str(told["process"]))
    if process is None:
        return
    if EVENTS[when].key in kinds.kind(process.kind).keys:
        return
    try:
        _started(process, is_about_people=EVENTS[when].record != "interaction")
    except Refusal as error:
        raise Refusal(str(error), fields={"process": str(error)}) from error


def _started(process: Process, *, is_about_people: bool) -> str:
    """About what of an event a process starts: case, person or conversation. Refused: what no event leads to."""
    of = kinds.kind(process.kind)
    if process.kind == "case":
        return "case"
    if process.kind in _OTHER_ACTS:
        raise Refusal(f"In “{process.name}” runs {_OTHER_ACTS[process.kind]}; the act for that is another one.")
    if "person" in of.keys and of.is_open:
        return "person"
    if "conversation" in of.keys and of.is_open and not is_about_people:
        return "conversation"
    raise Refusal(f"“{process.name}” cannot be started here: this event leads to no {of.label.lower()}.")


@action(
    "start_process",
    sentence="start the process “{process}”",
    right="process.work",
    lane="process",
    suits=_can_start,
)
def start_process(event: Event, *, by: User, now: datetime, process: STEPS) -> str:
    """Let the case go by the steps of a process, or the record, person or conversation, as the process is for; a case is opened
    where none is. What runs already is kept.
    """
    row = _process(process)
    if row is None or row.retired_at is not None:
        raise Refusal(f"No process in use is called “{process}” any more.")
    if event.about.partition(":")[0] in kinds.kind(row.kind).keys and not event.about.startswith("case:"):
        is_there = Item.objects.filter(process=row, about=event.about).exists()
        return _ran(run.start(event.about, row, by=by, now=now), is_there=is_there)
    about = _started(row, is_about_people=event.conversation_id is None)
    if about == "case":
        return _start_case(event, row, by=by, now=now)
    person = _person(event)
    if about == "person" and person is None:
        raise Refusal("Nobody knows who wrote this, so nothing can start about them.")
    key = f"person:{person.pk}" if about == "person" and person else f"conversation:{_turn(event).pk}"
    is_there = Item.objects.filter(process=row, about=key).exists()
    return _ran(run.start(key, row, by=by, now=now), is_there=is_there)


def _start_case(event: Event, row: Process, *, by: User, now: datetime) -> str:
    opened = "" if _case(event) else f"{open_case(event, by=by, now=now, title=row.name)}. "
    case = _case(event)
    if case is None:
        raise Refusal("There is nothing here that a case could be about.")
    is_there = case.item_id is not None
    return opened + _ran(stepped.start(case, by=by, now=now, process=row), is_there=is_there)


def _ran(item: Item, *, is_there: bool) -> str:
    if item.state != ItemState.RUNNING:
        return f"“{item.process.name}” has run already and ended"
    return f"“{item.process.name}” {'runs already' if is_there else 'began'}, at “{processes.step_name(item)}”"


def _process(name: str) -> Process | None:
    rows = Process.objects.filter(name__iexact=name).order_by("pk")
    return min(rows, key=lambda row: row.name != name, default=None)


def _has_message(when: str, _told: Mapping[str, Any]) -> None:
    if EVENTS[when].record != "interaction":
        raise Refusal("Such an event has no message that an idea could come from.")


@action("open_lead", sentence="make the customer a lead, with the note “{note}”", right="lead.edit", lane="lead")
def open_lead(event: Event, *, by: User, now: datetime, note: NOTE = "") -> str:
    """Treat the author as a lead; who is a customer stays one. Refused where nobody knows who they are."""
    person = _person(event)
    if person is None:
        raise Refusal("Nobody knows who wrote this, so there is nobody to make a lead.")
    if person.stage == "customer" or (not person.stage and person.order_count):
        return f"{person} is a customer already, so no lead was opened"
    numbers = journal.way()[-1:]
    source = rules.named(numbers, by)[numbers[0]] if numbers else "a rule"
    _, is_new = leads.take_up(person, by=by, now=now, source=source[:120], note=note)
    return f"{person} is a lead now" if is_new else f"{person} was a lead already"


@action(
    "open_idea",
    sentence="write it down as an idea, called “{title}”",
    right="idea.edit",
    lane="idea",
    suits=_has_message,
)
def open_idea(event: Event, *, by: User, now: datetime, title: TITLE = "") -> str:
    """Write down what was wished for, with its author as one who asked. Of one title there is one idea."""
    said = Interaction.objects.filter(pk=event.interaction_id or 0).first()
    if said is None:
        raise Refusal("There is no message that an idea could come from.")
    idea, is_new = ideas.ask_from(said, by=by, now=now, title=title, via=_rule())
    if is_new:
        return f"Idea “{idea.title}” written down"
    return f"Idea “{idea.title}” was there already, asked for by {idea.askers}"


@action("set_priority", sentence="make its case {priority}", right="case.edit", lane="priority")
def set_priority(event: Event, *, by: User, now: datetime, priority: PRIORITIES) -> str:
    """Say how much the open case matters."""
    case = _case(event)
    if case is None:
        raise Refusal("No case is open here.")
    cases.change(case, by=by, now=now, priority=priority)
    return f"Case {case.reference} is {priority} now"


@action("set_severity", sentence="call its case {severity}", right="case.edit", lane="severity")
def set_severity(event: Event, *, by: User, now: datetime, severity: SEVERITIES) -> str:
    """Say how bad the open case is for the customer."""
    case = _case(event)
    if case is None:
        raise Refusal("No case is open here.")
    case_edit.edit(case, by=by, now=now, changes={"severity": severity})
    return f"Case {case.reference} is {severity} now"


@action("add_tag", sentence="tag the customer “{tag}”", right="person.edit")
def add_tag(event: Event, *, by: User, now: datetime, tag: Tag) -> str:
    """Give the author a tag; refused where nobody knows who they are."""
    person = _person(event)
    if person is None:
        raise Refusal("Nobody knows who wrote this, so there is nobody to tag.")
    tag = tidy(tag, at_most=LONGEST_TAG)
    return f"Tagged “{tag}”" if many.tag([person.pk], tag, by=by, now=now) else f"“{tag}” was there already"


@action("note", sentence="note “{text}”", right="conversation.note")
def note(event: Event, *, by: User, now: datetime, text: Note) -> str:
    """Write an internal note into the thread."""
    work.note(_turn(event), by=by, text=text, now=now)
    return "Noted"


@action("tell", sentence="tell {to}: {text}", right="conversation.note", disturbs=True)
def tell(event: Event, *, by: User, now: datetime, to: COLLEAGUE, text: Note) -> str:
    """Tell a colleague: on their page of today, by mail too if they like, and not before quiet hours end."""
    return f"Told {_tell(event, _colleague(to), text, by=by, now=now)}"


@action("tell_team", sentence="tell everybody in {team}: {text}", right="conversation.note", disturbs=True)
def tell_team(event: Event, *, by: User, now: datetime, team: TeamName, text: Note) -> str:
    """Tell all who belong to a team, each as they like it."""
    found = _team(team)
    members = list(found.members.filter(is_active=True).order_by("pk")[:MOST_TOLD])
    if not members:
        raise Refusal(f"Nobody belongs to {found.name}.")
    return f"Told {'; '.join(_tell(event, one, text, by=by, now=now) for one in members)}"


@action(
    "tell_owner", sentence="tell whoever looks after the customer: {text}", right="conversation.note", disturbs=True
)
def tell_owner(event: Event, *, by: User, now: datetime, text: Note) -> str:
    """Tell the customer's owner, or whoever owns the rule where the customer has none who still works here."""
    person = _person(event)
    owner = person.owner if person is not None and person.owner is not None and person.owner.is_active else None
    told = _tell(event, owner or by, text, by=by, now=now)
    return f"Told {told}" if owner else f"Nobody looks after this customer; told {told}"


@action("prepare", sentence="prepare the answer “{text}”", right="conversation.reply", lane="answer")
def prepare(event: Event, *, by: User, now: datetime, text: Note) -> str:
    """Lay an answer ready in the composer; somebody reads and sends it. {name}, {first} and {subject} are filled in.

    What lies there already stays: somebody may have written it.
    """
    del by, now
    turn, person = _turn(event), _person(event)
    words = filled(text, name=person.name if person else "", subject=turn.conversation.subject)
    if not Turn.objects.filter(pk=turn.pk, draft="").update(draft=words):
        return "An answer lay there already; it was left as it is"
    wake.changed("inbox", [turn.pk])
    return "An answer is prepared; nobody has sent it"


@action("set_field", sentence="set the customer’s {field} to “{value}”", right="person.edit", lane="field", check=_fits)
def set_field(event: Event, *, by: User, now: datetime, field: FIELDS, value: str) -> str:
    """Write down what follows about the author; refused where nobody knows who they are."""
    person = _person(event)
    if person is None:
        raise Refusal("Nobody knows who wrote this, so there is nothing to fill in.")
    _fits({"field": field, "value": value})
    persons.edit(person, by=by, changes={field: value}, now=now)
    return f"{field.capitalize()} is “{value}”"


@action("put_aside", sentence="put it aside for {hours} hours", right="conversation.reply", lane="whose it is")
def put_aside(event: Event, *, by: User, now: datetime, hours: HOURS = 24) -> str:
    """Out of the open list for some hours, or until they speak again."""
    turn = _turn(event)
    if turn.state != TurnState.OPEN:
        return "Nobody waits for an answer here"
    hours = min(max(1, hours), 8_760)
    work.snooze(turn, by=by, until=now + timedelta(hours=hours), now=now)
    return f"Put aside for {hours} hours"


def _turn(event: Event) -> Turn:
    turn = Turn.objects.select_related("conversation", "assignee").filter(pk=event.conversation_id or 0).first()
    if turn is None:
        raise Refusal("This is nobody's turn: there is no conversation to work on.")
    return turn


def _case(event: Event) -> Case | None:
    """The newest case that is open in the conversation, or about the person where there is none."""
    found = Case.objects.filter(state=CaseState.OPEN)
    if event.about.startswith("case:"):
        return found.filter(pk=int(event.about.partition(":")[2])).first()
    if event.conversation_id:
        found = stepped.in_conversations([event.conversation_id])
    else:
        found = found.filter(person__canonical=event.person_id)
    return found.order_by("-pk").first()


def _rule() -> str:
    """The text key of the rule that acts; "" where none does."""
    return f"rule:{journal.way()[-1]}" if journal.way() else ""


def _team(name: str) -> Team:
    found = Team.objects.filter(name__iexact=name).first()
    if found is None:
        raise Refusal(f"There is no team “{name}” any more.")
    return found


def _tell(event: Event, user: User, text: str, *, by: User, now: datetime) -> str:
    """Whom, and how."""
    talk = f"conversation:{event.conversation_id}" if event.conversation_id else f"person:{event.person_id}"
    about = event.about or talk
    journal.note("staff.told", f"staff:{user.pk}", by=by, text=text, thing=about, at=now.isoformat())
    wake.changed("today", [user.pk])
    return f"{user}{send.mail(event, user, text, now=now)}"


def _person(event: Event) -> Person | None:
    row = Person.objects.select_related("canonical").filter(pk=event.person_id or 0).first()
    return row.canonical if row else None


def _colleague(email: str) -> User:
    user = staff.by_email(email)
    if user is None or not user.is_active:
        raise Refusal(f"Nobody who works here has the address {email}.")
    return user
