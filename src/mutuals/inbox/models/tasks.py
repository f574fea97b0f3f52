"""What somebody is to do: tasks, calls and meetings; who is at them; and the address of a colleague's calendar."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from mutuals.people.models import Person
from mutuals.staff.models import Team, User


class TaskKind(models.TextChoices):
    """What is to be done. A call or meeting that is done stands in the contact history of those it was with."""

    TASK = "task", "Task"
    CALL = "call", "Call"
    MEETING = "meeting", "Meeting"


class TaskOutcome(models.TextChoices):
    """What came of it; which of them a kind knows, `inbox.tasks.OUTCOMES` says."""

    DONE = "done", "Done"
    REACHED = "reached", "Reached"
    MISSED = "not reached", "Not reached"
    LEFT_WORD = "left word", "Left word"
    HELD = "held", "Held"
    FELL_THROUGH = "fell through", "Did not take place"


class Repeat(models.TextChoices):
    """How often it comes again. The next one is made when one is done."""

    NEVER = "", "Once"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


_OPEN = Q(done_at__isnull=True, trashed_at__isnull=True)


class Task(models.Model):
    """One thing to be done by one of us, by a moment, on a day, or at some time.

    `due_at` is the moment from which it is late, and the order of every list: where it has a day alone (`due_on`), the end of
    that day where whoever does it is; where it begins at a moment (`starts_at`), that moment. `about` is the text key of the
    record it is about ("case:12"), `person` whom it was made for, on whose page it stands. `follows` is the one before it in a
    series that repeats: each has one next at most. `sequence` counts what calendars are to know of, by `uid`. `told_at`: the
    reminder was told. `made_by` is a text key: "staff:3", or "rule:5" in whose owner's name it was made.
    """

    kind = models.CharField(max_length=8, choices=TaskKind.choices, default=TaskKind.TASK)
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True)
    about = models.CharField(max_length=60, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=TaskOutcome.choices, blank=True)
    result = models.CharField(max_length=2000, blank=True)
    repeat = models.CharField(max_length=8, choices=Repeat.choices, blank=True)
    repeat_day = models.SmallIntegerField(null=True, blank=True)  # of the month; 31 = its last one
    repeat_until = models.DateField(null=True, blank=True)
    follows = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    sequence = models.IntegerField(default=0)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="task_has_title"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="task_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(due_on__isnull=True, starts_at__isnull=True),
                name="task_has_its_order",
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "due_at", "id"], name="task_mine", condition=_OPEN),
            models.Index(fields=["team", "due_at", "id"], name="task_team", condition=_OPEN),
            models.Index(fields=["due_at", "id"], name="task_all", condition=_OPEN),
            models.Index(fields=["-trashed_at"], name="task_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(
                "assignee",
                F("done_at").desc(nulls_last=True),
                F("id").desc(),
                name="task_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                F("done_at").desc(nulls_last=True),
                F("id").desc(),
                name="task_all_done",
                condition=Q(done_at__isnull=False, trashed_at__isnull=True),
            ),
            models.Index(fields=["due_at", "id"], name="task_by_day", condition=Q(trashed_at__isnull=True)),
            models.Index(fields=["assignee", "due_at"], name="task_feed"),
            models.Index("about", F("id").desc(), name="task_about", condition=~Q(about="")),
            models.Index("person", F("id").desc(), name="task_person", condition=Q(person__isnull=False)),
            models.Index(
                fields=["remind_at"],
                name="task_remind",
                condition=Q(remind_at__isnull=False, told_at__isnull=True) & _OPEN,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def belongs_to(self, user: User) -> bool:
        """True where it is this user's own to do."""
        return self.assignee_id == user.pk


class Participant(models.Model):
    """Somebody who is at a meeting or call beside its assignee and person: a colleague, or a person outside."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="participants", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "user", "person"], nulls_distinct=False, name="participant_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, person__isnull=True) | Q(user__isnull=True, person__isnull=False),
                name="participant_is_one",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "task"], name="participant_user", condition=Q(user__isnull=False)),
            models.Index(fields=["person", "task"], name="participant_person", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.person}"


class TaskFeed(models.Model):
    """The secret address by which a program reads one colleague's tasks. Only its SHA-256 is kept.

    It holds as long as its owner's sessions do (`User.session_generation`). `tokens` and `tokens_at` are a bucket
    (`base.limits`): how often it may still be asked.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    generation = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    tokens = models.FloatField(default=0)
    tokens_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Calendar of {self.user_id}"
