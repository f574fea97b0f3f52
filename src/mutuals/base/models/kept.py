"""What is kept of what happened: entries, files, answers. *Who* and *about what* are text keys, so that nothing points up."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """Something happened. Written in the transaction of what it tells, read later by workers, audit and hooks out."""

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=60)  # "conversation.closed"
    by = models.CharField(max_length=60)  # "staff:3", "token:7", "machine:flow"
    about = models.CharField(max_length=60)  # "person:12"
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["about", "-id"], name="entry_about"),
            models.Index(fields=["kind", "-id"], name="entry_kind"),
            models.Index(fields=["by", "-id"], name="entry_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.about} by {self.by}"


class Blob(models.Model):
    """A stored file, named by the SHA-256 of its content, so that the same file is kept once."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.sha256[:12]


class Once(models.Model):
    """An answer that was given to a request with an Idempotency-Key, to be given again for the same request."""

    owner = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.SmallIntegerField(null=True)  # null = the answer held a secret and is not kept
    body = models.BinaryField(default=b"")
    about = models.TextField(
        blank=True, db_default=""
    )  # the ids that it named or changed: "12 30"; "*" = too many to tell
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="once_key")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
