"""Processes, their versions, what runs in them, and every step that it took."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mutuals.staff.models import Pillar, Role, Team, User


class Process(models.Model):
    """A way of working under a name. `kind` is what runs in it: deal, case, idea, or any kind that a room has opened.

    `is_usual`: what is opened without naming a process runs in this one; one of each kind and pillar, see `usual`.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=30)
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # nothing new starts from then on
    is_usual = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "pillar"], condition=Q(is_usual=True), name="process_one_usual")
        ]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    """Where a version stands."""

    DRAFT = "draft", "Draft"
    IN_USE = "in_use", "In use"
    PAST = "past", "Past"


class Version(models.Model):
    """How a process is written, each time that it was published; one draft at most. `body` is as `shape.read` takes it."""

    process = models.ForeignKey(Process, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    state = models.CharField(max_length=6, choices=VersionState.choices, default=VersionState.DRAFT)
    edits = models.PositiveIntegerField(default=1)  # how often it was written, so that nobody is written over
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()  # written; from publishing on: published

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="process_version_once"),
            models.UniqueConstraint(fields=["process"], condition=Q(state="draft"), name="process_one_draft"),
            models.UniqueConstraint(fields=["process"], condition=Q(state="in_use"), name="process_one_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.process_id}.{self.number}"


class ItemState(models.TextChoices):
    """Whether something still runs."""

    RUNNING = "running", "Running"
    DONE = "done", "Ended"
    DROPPED = "dropped", "Dropped"


_RUNNING = Q(state="running")


class Item(models.Model):
    """One thing that runs, known by a text key ("deal:5"), in the version in which it began.

    Whose turn it is: `owner`, else anybody of `team`, else anybody of `role`. `is_waiting`: somebody has to accept it first.
    """

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="items", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="items", db_index=False)
    about = models.CharField(max_length=60)
    state = models.CharField(max_length=7, choices=ItemState.choices, default=ItemState.RUNNING)
    step = models.CharField(max_length=40)
    end = models.CharField(max_length=7, blank=True)  # won, lost, done
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    is_waiting = models.BooleanField(default=False)
    is_again = models.BooleanField(default=False)  # this stay in the step is a second one
    changes = models.PositiveIntegerField(default=1)  # so that nobody moves what a colleague moved meanwhile
    began_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when it was told that it is late
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "about"], name="process_item_once")]
        indexes = [
            models.Index(fields=["about"], name="item_about"),
            models.Index("process", F("entered_at").desc(), "id", name="item_running", condition=_RUNNING),
            models.Index(
                fields=["process", "version", "step"], name="item_step", condition=_RUNNING, include=["due_at"]
            ),
            models.Index(
                "owner",
                F("due_at").asc(nulls_last=True),
                "id",
                name="item_mine",
                condition=_RUNNING & Q(owner__isnull=False),
            ),
            models.Index(
                "team", F("due_at").asc(nulls_last=True), "id", name="item_team", condition=_RUNNING & Q(owner=None)
            ),
            models.Index(
                "role",
                F("due_at").asc(nulls_last=True),
                "id",
                name="item_role",
                condition=_RUNNING & Q(owner=None) & ~Q(role=""),
            ),
            models.Index(fields=["due_at", "id"], name="item_due", condition=_RUNNING & Q(due_at__isnull=False)),
            models.Index(
                fields=["due_at"], name="item_untold", condition=_RUNNING & Q(due_at__isnull=False, told_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} at {self.step}"


class Passage(models.Model):
    """One movement: out of a step after so many seconds, into another. `frm` is "" at the start, `to` "" where it was dropped.

    Seconds are those that the step counts: working hours where its limit does. `in_time` is null without a limit.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="passages", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)  # in which it left
    frm = models.CharField(max_length=40, blank=True)
    to = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    seconds = models.BigIntegerField(default=0)
    in_time = models.BooleanField(null=True)
    is_back = models.BooleanField(default=False)  # it goes to where it was before
    was_again = models.BooleanField(default=False)  # the stay that ends was a second one: rework
    is_out = models.BooleanField(default=False)  # dropped, or lost
    because = models.CharField(max_length=500, blank=True)
    did = models.JSONField(default=list)  # what the step entered did by itself: [{"act", "did" | "failed"}]

    class Meta:
        indexes = [
            models.Index(fields=["item", "id"], name="passage_item"),
            models.Index(
                fields=["version", "at"], name="passage_measured",
                include=["frm", "to", "seconds", "in_time", "was_again", "is_out"],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.frm or 'start'} to {self.to or 'out'}"


class Handover(models.Model):
    """Something changing hands: with its reason and what comes next, open until the receiver accepts or declines.

    `back_to` is the step that it returns to when it is declined, "" where it stays in its step.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="handovers", db_index=False)
    step = models.CharField(max_length=40)
    back_to = models.CharField(max_length=40, blank=True)
    from_team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    from_user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    to_team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    to_user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    to_role = models.CharField(max_length=12, choices=Role.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    next_action = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    because = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(accepted_at=None, declined_at=None), name="handover_one_open"
            ),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(declined_at=None), name="handover_one_answer"),
        ]
        indexes = [
            models.Index(fields=["item", "id"], name="handover_item"),
            models.Index(
                fields=["given_at", "id"], name="handover_open", condition=Q(accepted_at=None, declined_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} at {self.step}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.accepted_at is None and self.declined_at is None
