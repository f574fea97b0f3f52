"""Organisations that were merged, and territories: who looks after whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mutuals.people.models.whom import Organisation
from mutuals.staff.models import Team, User


class OrganisationMerge(models.Model):
    """Two organisations that became one: which rows were moved, and which values were taken over, so that it can be undone.

    `moved` is {"sales.order.organisation": [ids]}; `taken` is {"city": [before, after]} of the one that was kept.
    """

    kept = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    gone = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=60)  # "staff:3"
    at = models.DateTimeField()
    moved = models.JSONField(default=dict)
    taken = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], name="organisation_merged_once", condition=Q(undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class Territory(models.Model):
    """Who looks after whom: records that meet a condition, and are nobody's, go to an owner and a team. The first one counts.

    `made_by` is whose rights the condition is read with.
    """

    name = models.CharField(max_length=80)
    record = models.CharField(max_length=20)  # person, organisation
    condition = models.JSONField()  # of base.filters
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "name"], name="territory_one_name")]

    def __str__(self) -> str:
        return self.name


class Placed(models.Model):
    """Up to which row of a record newcomers were looked at. A row is looked at by two runs, as it may be stored after a later
    one: `up_to` is where this run begins, `next_to` where the next one does.
    """

    record = models.CharField(max_length=20, primary_key=True)
    up_to = models.BigIntegerField(default=0)
    next_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.record} {self.up_to}"
