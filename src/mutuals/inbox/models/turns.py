"""Whose turn is it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.conversations.models import Conversation
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
