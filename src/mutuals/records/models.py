"""Fields and kinds of records of the house's own making, the rows of these kinds, who holds which unique value, and the mark
by which all processes see a change.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from mutuals.base.fields import LONGEST_KEY, FieldKind, Shape
from mutuals.records.kinds import Kind
from mutuals.staff.models import Team, User

_LIVE = Q(trashed_at__isnull=True)


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
    filled = models.PositiveIntegerField(
        null=True, blank=True
    )  # records with a value, counted by night; null = not yet
    counted_at = models.DateTimeField(null=True, blank=True)

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


class Layout(models.Model):
    """What of the fields that the house brought is not asked for on the forms of a kind of record."""

    record = models.CharField(max_length=30, unique=True)
    hidden = models.JSONField(default=list, blank=True)  # names of fields: ["phone", "country"]

    def __str__(self) -> str:
        return self.record


class Type(models.Model):
    """A kind of record of the house's own making, such as "Machine". `key` stands in addresses and never changes."""

    key = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    plural = models.CharField(max_length=60)
    icon = models.CharField(max_length=20, default="box")
    title_label = models.CharField(max_length=60, default="Name")  # what stands above the title of its records
    prefix = models.CharField(max_length=6, blank=True)  # before their numbers: "M" -> M-12
    last_number = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # not offered from then on; its records stay

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plural"], name="type_one_plural", condition=Q(retired_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> Kind:
        """As processes keep it in memory."""
        return Kind(
            id=self.pk,
            key=self.key,
            name=self.name,
            plural=self.plural,
            icon=self.icon,
            title_label=self.title_label,
            prefix=self.prefix,
            is_retired=self.retired_at is not None,
        )


class Own(models.Model):
    """A record of such a type. Its values stand in `custom`, as those of any record do; `number` counts within the type."""

    type = models.ForeignKey(Type, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    title_key = models.CharField(max_length=200)  # folded: lower case, no accents
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    custom = models.JSONField(default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "number"], name="own_number"),
            models.CheckConstraint(condition=~Q(title=""), name="own_has_title"),
        ]
        indexes = [
            models.Index("type", F("id").desc(), name="own_newest", condition=_LIVE),
            models.Index("type", "title_key", "id", name="own_title", condition=_LIVE),
            models.Index("type", F("changed_at").desc(), F("id").desc(), name="own_changed", condition=_LIVE),
            models.Index("owner", name="own_owner", condition=Q(owner__isnull=False)),
            models.Index("team", name="own_team", condition=Q(team__isnull=False)),
            models.Index("trashed_at", name="own_trashed", condition=Q(trashed_at__isnull=False)),
            GinIndex(OpClass("title_key", "gin_trgm_ops"), name="own_title_parts"),
            GinIndex(OpClass("custom", "jsonb_path_ops"), name="own_custom", condition=~Q(custom={})),
        ]

    def __str__(self) -> str:
        return self.title


class RelationKind(models.Model):
    """How two records stand to each other, in the words of this house: "supplies" one way, "is supplied by" the other way."""

    key = models.CharField(max_length=40, unique=True)
    words = models.CharField(max_length=60)
    inverse = models.CharField(max_length=60)  # the same as `words` where it is one word both ways
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # not offered from then on; what is kept stays

    def __str__(self) -> str:
        return self.words


class Relation(models.Model):
    """Two records of any kinds, and how they stand to each other, from when to when. Both are text keys, "person:12"."""

    kind = models.CharField(max_length=40)  # of `relations.kinds`
    one = models.CharField(max_length=60)
    other = models.CharField(max_length=60)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=60)  # "staff:3"
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other", "kind", "since"], name="relation_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(one=F("other")), name="relation_of_two"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="relation_in_order",
            ),
        ]
        indexes = [models.Index(fields=["other", "kind"], name="relation_other")]

    def __str__(self) -> str:
        return f"{self.one} {self.kind} {self.other}"
