"""Whose profile is it: links with their evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.people.models import Person, Profile


class LinkState(models.TextChoices):
    """How sure we are that a profile is a person's."""

    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    PROVEN = "proven", "Proven"
    REJECTED = "rejected", "Rejected"


LIVE = (LinkState.CONFIRMED, LinkState.PROVEN)


class Link(models.Model):
    """A profile held to be a person's, from when to when, and how we know. At most one is live for a profile."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    state = models.CharField(max_length=10, choices=LinkState.choices)
    because = models.JSONField(default=list)  # [{"clue": "same confirmed email", "detail": "...", "for": true}]
    by = models.CharField(max_length=60)  # text key: "staff:3", "import:7", "machine:identity"
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile"], condition=Q(until__isnull=True, state__in=LIVE), name="link_one_live"
            )
        ]
        indexes = [models.Index(fields=["person", "-id"], name="link_person")]

    def __str__(self) -> str:
        return f"{self.profile_id} is {self.person_id}: {self.state}"
