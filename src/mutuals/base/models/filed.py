"""Files that colleagues put on records."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mutuals.base.models.kept import Blob


class Filed(models.Model):
    """A file on a record, "deal:12". The bytes are kept once, however many records have them.

    `media_type` is what the bytes say of themselves, not what a name claims.
    """

    about = models.CharField(max_length=60)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    by = models.CharField(max_length=60)  # "staff:3"
    at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "blob", "name"], condition=Q(trashed_at__isnull=True), name="filed_once"
            )
        ]
        indexes = [
            models.Index(fields=["about", "-id"], name="filed_about"),
            models.Index(fields=["-trashed_at"], name="filed_trashed", condition=Q(trashed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name
