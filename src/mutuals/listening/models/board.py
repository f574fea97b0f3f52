"""Boards that somebody saved, how somebody wants to be told, and what they were told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mutuals.listening.models.topic import Topic
from mutuals.staff.models import Role, User


class Board(models.Model):
    """Topics on one page as somebody likes them. `topics` in their order; `query` is what the address asks beside them.

    `roles` see it too; none = only its owner.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    topics = ArrayField(models.BigIntegerField())
    query = models.CharField(max_length=500, blank=True)
    roles = ArrayField(models.CharField(max_length=12, choices=Role.choices), default=list, blank=True)
    made_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="board_name", condition=Q(deleted_at=None))
        ]

    def __str__(self) -> str:
        return self.name


class Rhythm(models.TextChoices):
    """How often a digest is made."""

    NEVER = "never", "Never"
    DAILY = "daily", "Each day"
    WEEKLY = "weekly", "Each Monday"


class Listener(models.Model):
    """How somebody listens: the board that opens first, and the digest they want: how often, how much, of which topics.

    `topics` [] = all. `told_at`: when the newest digest was made, in the morning of their own time zone. `by_mail`: it
    leaves by mail too.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    board = models.ForeignKey(Board, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices, default=Rhythm.NEVER)
    most = models.SmallIntegerField(default=8)
    topics = ArrayField(models.BigIntegerField(), default=list, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    by_mail = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(most__gte=1, most__lte=50), name="listener_most")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"


class Told(models.Model):
    """One item of a digest: what was said, why it is shown, and whether the reader found it worth it (None = not said)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+", db_index=False)
    interaction_id = models.BigIntegerField()
    reason = models.CharField(max_length=12)
    why = models.CharField(max_length=300)
    place = models.SmallIntegerField()
    at = models.DateTimeField()
    is_relevant = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "interaction_id"], name="told_once")]
        indexes = [models.Index(fields=["interaction_id"], name="told_of")]

    def __str__(self) -> str:
        return f"{self.interaction_id} to {self.user_id}: {self.why}"
