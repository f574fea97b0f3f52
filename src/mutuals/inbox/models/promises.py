"""What we promised to customers, until it is kept and they were told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mutuals.conversations.models import Conversation
from mutuals.inbox.models.cases import Case
from mutuals.people.models import Person
from mutuals.staff.models import User


class PromiseState(models.TextChoices):
    """How far a promise is. Late is no state: it is an open one whose moment is over."""

    SUGGESTED = "suggested", "Suggested"  # found in what we wrote; nobody said yet that it is one
    OPEN = "open", "Open"
    KEPT = "kept", "Kept"
    BROKEN = "broken", "Broken"  # said by staff, never by a clock
    WITHDRAWN = "withdrawn", "Withdrawn"


class Promise(models.Model):
    """Something we said that we would do for a customer: in which words, until when, and who sees to it.

    `about` is a text key of what else it is about ("deal:12"), `said_in` of the message that says it ("interaction:55"), and
    `made_by` of who made it ("staff:3", "machine:promises"). `reason` is why it was moved, withdrawn or broken.
    `alert_at` is when its owner is told next, null where there is nothing left to tell.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    case = models.ForeignKey(
        Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="promises", db_index=False
    )
    about = models.CharField(max_length=60, blank=True, default="")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="promises", db_index=False
    )
    said_in = models.CharField(max_length=40, blank=True, default="")
    words = models.CharField(max_length=300)
    reason = models.CharField(max_length=300, blank=True, default="")
    due_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=PromiseState.choices, default=PromiseState.OPEN)
    kept_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    alert_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)  # when it was noted that its moment was over

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(conversation__isnull=False), name="promise_to_somebody"
            ),
            models.UniqueConstraint(fields=["said_in", "words"], condition=~Q(said_in=""), name="promise_said_once"),
        ]
        indexes = [
            models.Index("owner", "state", F("due_at").asc(nulls_last=True), "id", name="promise_of_owner"),
            models.Index("state", F("due_at").asc(nulls_last=True), "id", name="promise_by_due"),
            models.Index(fields=["due_at", "id"], name="promise_by_day"),
            models.Index("person", F("id").desc(), name="promise_of_person"),
            models.Index("conversation", F("id").desc(), name="promise_of_conversation"),
            models.Index("case", F("id").desc(), name="promise_of_case", condition=Q(case__isnull=False)),
            models.Index("about", F("id").desc(), name="promise_about", condition=~Q(about="")),
            models.Index(fields=["alert_at"], name="promise_alert", condition=Q(state="open", alert_at__isnull=False)),
            models.Index(
                fields=["kept_at"],
                name="promise_untold",
                condition=Q(state="kept", told_at__isnull=True, conversation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def belongs_to(self, user: User) -> bool:
        """Whether it was made in a conversation that is this user's own work."""
        turn = getattr(self.conversation, "turn", None)
        return bool(turn and turn.belongs_to(user))
