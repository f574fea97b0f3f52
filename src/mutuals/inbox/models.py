"""Whose turn is it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.conversations.models import Conversation
from mutuals.people.models import Person
from mutuals.processes.models import Item
from mutuals.staff.models import Pillar, Team, User


class TurnState(models.TextChoices):
    """Where a conversation stands in our work."""

    OPEN = "open", "Open"
    PENDING = "pending", "Waiting for them"
    SNOOZED = "snoozed", "Snoozed"
    CLOSED = "closed", "Closed"
    HISTORY = "history", "Kept as history"  # brought in to be known: nobody's turn until they speak or we take it up


class Purpose(models.TextChoices):
    """What they wanted of us (G10)."""

    HELP = "help", "Help"
    FIX = "fix", "Fix"
    INFORM = "inform", "Inform"
    ADVISE = "advise", "Advise"
    FACILITATE = "facilitate", "Facilitate"
    THANK = "thank", "Thank"
    NONE = "none", "Nothing asked"


class Outcome(models.TextChoices):
    """What came of it (G10)."""

    SOLVED = "solved", "Solved"
    ANSWERED = "answered", "Answered, not solved"
    PASSED_ON = "passed_on", "Passed on"
    NO_ANSWER = "no_answer", "No answer needed"
    NOT_POSSIBLE = "not_possible", "Not possible"
    NOISE = "noise", "Not relevant"


_NEWEST = (F("moved_at").desc(), F("conversation").desc())
_FILTERED = ["network", "pillar", "is_public"]


class Turn(models.Model):
    """One conversation as work: whose turn it is, since when, and how it ended."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="turn")
    state = models.CharField(max_length=8, choices=TurnState.choices, default=TurnState.OPEN)
    assignee = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="turns", db_index=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="turns", db_index=False
    )
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    network = models.CharField(max_length=30)
    is_public = models.BooleanField(default=False)
    unread = models.IntegerField(default=0)
    draft = models.TextField(blank=True, default="", db_default="")  # an answer that a rule prepared; nobody sent it
    moved_at = models.DateTimeField()  # the list's order: newest word from them
    waiting_since = models.DateTimeField(null=True, blank=True)  # their oldest word that we have not answered
    first_answer_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            # what lists are filtered by stands in them, so that a filter which rarely hits reads no rows
            models.Index("state", *_NEWEST, name="turn_all", include=_FILTERED),
            models.Index("assignee", "state", *_NEWEST, name="turn_mine", include=_FILTERED),
            models.Index("team", "state", *_NEWEST, name="turn_team", include=[*_FILTERED, "assignee"]),
            models.Index(
                "state",
                *_NEWEST,
                name="turn_unassigned",
                condition=Q(assignee__isnull=True),
                include=[*_FILTERED, "team"],
            ),
            models.Index(
                fields=["assignee", "waiting_since", "moved_at"],
                name="turn_waiting",
                condition=Q(state="open", assignee__isnull=False),
            ),
            models.Index(fields=["snoozed_until"], name="turn_snoozed", condition=Q(state="snoozed")),
            # equal entries share their keys, so it is a tenth as large as the others: how many fit a rare filter
            models.Index(fields=["network", "state", "pillar", "is_public", "assignee", "team"], name="turn_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(purpose="") & ~Q(outcome="") & Q(closed_at__isnull=False)),
                name="turn_closed_with_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.conversation_id}"

    def belongs_to(self, user: User) -> bool:
        """True where the conversation is this user's own work: assigned to them, or unassigned in their team."""
        return self.assignee_id == user.pk or (self.assignee_id is None and self.team_id in user.team_ids())


class Priority(models.TextChoices):
    """How much a case matters."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class CaseState(models.TextChoices):
    """Whether a case is still to be worked on."""

    OPEN = "open", "Open"
    SOLVED = "solved", "Solved"
    DROPPED = "dropped", "Dropped"


class Case(models.Model):
    """A piece of work that outlives one conversation: what about, how much it matters, until when, for whom.

    `opened_by` is a text key: "staff:3", or "rule:5" in whose owner's name it was opened. `item` is what runs about it; a case
    without one is worked on by its state alone. Where there is one, the two end and go on together.
    """

    reference = models.CharField(max_length=20, unique=True)  # what people say to each other: C-00012
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="cases", db_index=False
    )
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="case")
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(state="open", conversation__isnull=False),
                name="case_one_open_in_a_conversation",
            ),
            models.CheckConstraint(
                condition=Q(conversation__isnull=False) | Q(person__isnull=False), name="case_about_something"
            ),
        ]
        indexes = [
            models.Index("state", F("opened_at").desc(), F("id").desc(), name="case_newest"),
            models.Index("conversation", F("opened_at").desc(), name="case_of_conversation"),
            models.Index("person", F("opened_at").desc(), name="case_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
