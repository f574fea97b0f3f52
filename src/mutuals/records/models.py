"""Fields of the house's own making, who holds which unique value, and the mark by which all processes see a change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mutuals.base.fields import LONGEST_KEY, FieldKind, Shape


class CustomField(models.Model):
    """One field of one kind of record. `key` names its values in the column `custom` and never changes; the label may."""

    record = models.CharField(max_length=30)  # person, organisation: whatever `holders` knows
    key = models.CharField(max_length=LONGEST_KEY)
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)  # of base.fields.FieldKind
    options = models.JSONField(
        default=list, blank=True
    )  # [["gold", "Gold"], ..]; of a reference [["person", "Person"]]
    formula = models.CharField(max_length=300, blank=True)
    is_required = models.BooleanField(default=False)
    is_unique = models.BooleanField(default=False)
    section = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    help = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # not shown and not asked for from then on; values stay

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "key"], name="customfield_once"),
            models.UniqueConstraint(
                fields=["record", "label"], name="customfield_one_label", condition=Q(retired_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def shape(self) -> Shape:
        """As the pure part reads it."""
        return Shape(
            key=self.key,
            label=self.label,
            kind=FieldKind(self.kind),
            options=tuple((str(value), str(words)) for value, words in self.options),
            formula=self.formula,
            is_required=self.is_required,
            is_unique=self.is_unique,
            section=self.section,
            position=self.position,
            help=self.help,
            is_retired=self.retired_at is not None,
            id=self.pk,
        )


class Claim(models.Model):
    """Who holds a value of a unique field: the database refuses a second one. The value is kept as its SHA-256 alone."""

    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="claims")
    digest = models.BinaryField(max_length=32)
    about = models.CharField(max_length=60)  # text key: "person:12"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "digest"], name="claim_once")]
        indexes = [models.Index(fields=["about"], name="claim_about")]

    def __str__(self) -> str:
        return f"{self.field_id} of {self.about}"


class Edition(models.Model):
    """One row with another word in it each time that a field is made or changed. Chance, not a count, so that no change which
    was taken back is mistaken for another one.
    """

    token = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.token
