"""What may become an order: deals, what is in them, and who on the other side has a say."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.people.models import Organisation, Person
from mutuals.processes.models import Item
from mutuals.sales.models.goods import Product
from mutuals.staff.models import Team, User

_OPEN = Q(outcome="", trashed_at=None)


class Outcome(models.TextChoices):
    """How a deal ended; "" while it is open."""

    WON = "won", "Won"
    LOST = "lost", "Lost"


class Say(models.TextChoices):
    """What part a person of the other side has in a deal."""

    DECIDES = "decides", "Decides"
    BUYS = "buys", "Buys"
    USES = "uses", "Uses it"
    ADVISES = "advises", "Advises"
    DOUBTS = "doubts", "Has doubts"


class Deal(models.Model):
    """Something that may be bought, by a person, an organisation, or a person of one. Its pipeline is a process: `item` runs.

    The step is the item's and is never copied; `outcome` and `ended_at` are what the item's end says, written when it is
    entered. `probability` (percent) null = that of the step. With lines, `amount` is their sum. `home` is it in the
    currency of the house by the rate of the day it was opened; null where none is known. `came_by` is a text key.
    """

    title = models.CharField(max_length=200)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="deals", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="deals", db_index=False
    )
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="deal")
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0)
    currency = models.CharField(max_length=3)
    home = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)  # in the house's currency
    probability = models.PositiveSmallIntegerField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    came_by = models.CharField(max_length=60, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=4, choices=Outcome.choices, blank=True, default="", db_default="")
    lost_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    custom = models.JSONField(default=dict, db_default={}, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False), name="deal_has_whom"
            ),
            models.CheckConstraint(condition=Q(probability=None) | Q(probability__lte=100), name="deal_probability"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)), name="deal_ended"
            ),
        ]
        indexes = [
            models.Index(fields=["-trashed_at"], name="deal_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(fields=["person", "-opened_at"], name="deal_by_person", condition=Q(person__isnull=False)),
            models.Index(
                fields=["organisation", "-opened_at"], name="deal_by_house", condition=Q(organisation__isnull=False)
            ),
            models.Index(fields=["owner", "-id"], name="deal_mine", condition=_OPEN),
            models.Index(fields=["-id"], name="deal_open", condition=_OPEN),
            models.Index(fields=["item"], name="deal_board", condition=_OPEN),
            models.Index(fields=["expected_on", "id"], name="deal_expected", condition=_OPEN),
            models.Index(fields=["outcome", "-ended_at", "-id"], name="deal_over", condition=~Q(outcome="")),
            models.Index(fields=["-changed_at", "-id"], name="deal_changed"),
            models.Index(F("home").desc(nulls_last=True), F("id").desc(), name="deal_largest", condition=_OPEN),
            GinIndex(OpClass(F("custom"), "jsonb_path_ops"), name="deal_custom", condition=~Q(custom={})),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether nothing has come of it yet, and nobody put it into the trash."""
        return not self.outcome and self.trashed_at is None

    def belongs_to(self, user: Any) -> bool:
        """Whether it is this user's own, or of a team of theirs."""
        return self.owner_id == user.pk or (self.team_id is not None and self.team_id in user.team_ids())


class DealLine(models.Model):
    """One position of a deal; `discount` is percent of this line."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "position"], name="deal_line_position"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="deal_line_discount"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.name}"


class DealRole(models.Model):
    """A person of the other side, and what say they have."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="roles", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="deal_roles")
    role = models.CharField(max_length=8, choices=Say.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "person"], name="deal_role_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"
