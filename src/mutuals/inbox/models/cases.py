"""Work that outlives one conversation."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from mutuals.conversations.models import Conversation
from mutuals.inbox.models.turns import Outcome, Purpose
from mutuals.people.models import Organisation, Person
from mutuals.processes.models import Item
from mutuals.sales.models import Product
from mutuals.staff.models import Pillar, Team, User


class Priority(models.TextChoices):
    """How soon a case is to be worked on."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class Severity(models.TextChoices):
    """How bad it is for the customer, however soon we get to it."""

    SLIGHT = "slight", "Slight"
    NORMAL = "normal", "Normal"
    SEVERE = "severe", "Severe"
    CRITICAL = "critical", "Critical"


class CaseState(models.TextChoices):
    """Whether a case is still to be worked on."""

    OPEN = "open", "Open"
    SOLVED = "solved", "Solved"
    DROPPED = "dropped", "Dropped"


_LIVES = Q(state="open", trashed_at=None)


class Case(models.Model):
    """A piece of work that outlives one conversation: what about, how much it matters, until when, for whom.

    `opened_by` is a text key: "staff:3", "rule:5" in whose owner's name it was opened, or "case:4", which had ended too long
    ago when its customer spoke again. `conversation` is where it began; others that belong to it are its talks. `item` is what
    runs about it; a case without one is worked on by its state alone. Where there is one, the two end and go on together.
    `purpose`, `outcome` and `result` say what came of it; until `reopen_until` the customer's next word opens it again.
    """

    reference = models.CharField(max_length=20, unique=True)  # what people say to each other: C-00012
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    severity = models.CharField(
        max_length=8, choices=Severity.choices, default=Severity.NORMAL, db_default=Severity.NORMAL
    )
    kind = models.CharField(max_length=40, blank=True, default="", db_default="")  # one of the house's list, or none
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="cases", db_index=False
    )
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="case")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children", db_index=False
    )
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="", db_default="")
    result = models.CharField(max_length=2000, blank=True, default="", db_default="")
    reopened = models.PositiveSmallIntegerField(default=0, db_default=0)
    reopen_until = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField(db_default=Now())
    custom = models.JSONField(default=dict, db_default={}, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(state="open", conversation__isnull=False, trashed_at__isnull=True),
                name="case_one_open_in_a_conversation",
            ),
            models.CheckConstraint(
                condition=Q(conversation__isnull=False) | Q(person__isnull=False) | Q(organisation__isnull=False),
                name="case_about_something",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(purpose="") & ~Q(outcome="")), name="case_ended_with_outcome"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="case_not_its_own_parent"),
        ]
        indexes = [
            models.Index("state", F("opened_at").desc(), F("id").desc(), name="case_newest"),
            models.Index(fields=["-trashed_at"], name="case_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index("conversation", F("opened_at").desc(), name="case_of_conversation"),
            models.Index("person", F("opened_at").desc(), name="case_of_person"),
            models.Index(
                "organisation", F("opened_at").desc(), name="case_of_house", condition=Q(organisation__isnull=False)
            ),
            models.Index(
                "owner",
                "state",
                F("opened_at").desc(),
                F("id").desc(),
                name="case_mine",
                condition=Q(owner__isnull=False),
            ),
            models.Index(
                "team",
                F("opened_at").desc(),
                F("id").desc(),
                name="case_team",
                condition=_LIVES & Q(team__isnull=False),
            ),
            models.Index(F("opened_at").desc(), F("id").desc(), name="case_nobodys", condition=_LIVES & Q(owner=None)),
            models.Index(fields=["due_at", "id"], name="case_limit", condition=_LIVES & Q(due_at__isnull=False)),
            models.Index(F("opened_at").desc(), F("id").desc(), name="case_all", condition=Q(trashed_at=None)),
            models.Index(fields=["parent"], name="case_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["follows"], name="case_follows", condition=Q(follows__isnull=False)),
            GinIndex(OpClass(F("custom"), "jsonb_path_ops"), name="case_custom", condition=~Q(custom={})),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def belongs_to(self, user: Any) -> bool:
        """Whether it is this user's own, or nobody's of a team of theirs."""
        return self.owner_id == user.pk or (self.owner_id is None and self.team_id in user.team_ids())


class CaseTalk(models.Model):
    """A conversation that joined a case after it began elsewhere; or, `is_suggested`, one that named it and is not let in yet.

    `is_open`: it belongs to a case that is open; a conversation does so once. `by` is a text key, "machine:inbox" for what a
    reference brought.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="talks", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    by = models.CharField(max_length=60)
    is_open = models.BooleanField(default=True, db_default=True)
    is_suggested = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "conversation"], name="case_talk_once"),
            models.UniqueConstraint(fields=["conversation"], condition=Q(is_open=True), name="case_talk_in_one_open"),
            models.CheckConstraint(condition=~Q(is_open=True, is_suggested=True), name="case_talk_let_in"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} in {self.case_id}"


class CaseCheck(models.Model):
    """One line of a case's checklist."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="checks", db_index=False)
    position = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="case_check_position")]

    def __str__(self) -> str:
        return self.words


class CasePart(models.Model):
    """A thing that a case is about: which product, how many, and the number on its plate."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, default=1, db_default=1)
    serial = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="case_part_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="case_part_some"),
        ]
        indexes = [models.Index(Upper("serial"), name="case_part_serial", condition=~Q(serial=""))]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"


def usual_kinds() -> list[str]:
    """What sorts of cases there are before the house says otherwise."""
    return ["Question", "Fault", "Complaint", "Wish", "Return"]


class CasePolicy(models.Model):
    """How this house keeps its cases: one row. `reopen_days` 0 = none is opened again by itself.

    `calendar` is the one by which limits run.
    """

    id = models.SmallAutoField(primary_key=True)
    reopen_days = models.PositiveSmallIntegerField(default=14, db_default=14)
    calendar = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # "" = limits run around the clock
    kinds = models.JSONField(default=usual_kinds)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="case_policy_one")]

    def __str__(self) -> str:
        return f"{self.reopen_days} days"
