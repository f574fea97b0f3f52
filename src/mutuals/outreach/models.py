"""Segments: groups of people that a condition tells, or that somebody picked by hand. Campaigns: what is said to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.people.models import Person, Profile, Purpose
from mutuals.processes.models import Item
from mutuals.staff.models import User


class SegmentState(models.TextChoices):
    """How a segment stands to its condition."""

    BUILDING = "building", "Being built"  # everybody is looked at; `done` of `total` so far
    READY = "ready", "Kept up to date"
    STOPPED = "stopped", "Stopped"  # by staff, in the middle of a look; those who change are followed all the same
    BROKEN = "broken", "Needs a new condition"  # `why_not` says what cannot be asked any more


class Segment(models.Model):
    """A named group of people. Its members are those of `Member`; `members` counts them, exactly.

    `condition` is one of the filter language as its owner wrote it, null where people are picked by hand (`is_fixed`). It is
    checked in the name of its owner each time, so "me" is the owner. `edition` goes up with each new condition: a look at
    everybody that began for an older one ends. `looked_to` is the last person whom that look has seen, so who is stopped in
    the middle goes on from there. `uses` are the segments that the condition asks for.
    """

    name = models.CharField(max_length=80)
    name_key = models.CharField(max_length=80)  # folded: lower case, no accents
    words = models.CharField(max_length=500, blank=True)  # what it is for
    record = models.CharField(max_length=20, default="person")
    condition = models.JSONField(null=True, blank=True)
    is_fixed = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=True)  # else its owner alone sees it
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uses = ArrayField(models.BigIntegerField(), default=list, blank=True)
    edition = models.IntegerField(default=1)
    state = models.CharField(max_length=8, choices=SegmentState.choices, default=SegmentState.BUILDING)
    why_not = models.CharField(max_length=500, blank=True)
    looked_to = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)  # people looked at
    total = models.BigIntegerField(default=0)  # people there are to look at
    began_at = models.DateTimeField(null=True, blank=True)  # of the look that is under way, or the last one
    built_at = models.DateTimeField(null=True, blank=True)  # when everybody had been looked at
    build_ms = models.BigIntegerField(default=0)  # work of the last whole look, waiting not counted
    members = models.BigIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True, blank=True)  # when somebody last came or went
    next_look_at = models.DateTimeField(null=True, blank=True)  # where time alone moves people
    fields_edition = models.CharField(max_length=40, blank=True)  # of the fields of the house's own at the last check
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], name="segment_name_once", condition=Q(trashed_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(is_fixed=True, condition__isnull=True) | Q(is_fixed=False, condition__isnull=False),
                name="segment_one_way",
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at"], name="segment_next_look", condition=Q(next_look_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """One person (always a canonical one) who is in a segment, and since when."""

    pk = models.CompositePrimaryKey("segment", "member_id")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="rows", db_index=False)
    member_id = models.BigIntegerField()  # of `Person`; without a key of the database, as erasing deletes by statement
    since = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["member_id", "segment"], name="member_of_whom")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.segment_id}"


class Pick(models.Model):
    """Somebody whom staff put into a segment of hand-picked people.

    It names the very row that was picked. Members are whom those became, so a merge counts them once and its undo parts them.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="picks", db_index=False)
    person_id = models.BigIntegerField()  # of `Person`; without a key of the database, as erasing deletes by statement
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=60, blank=True)  # text key: "staff:3"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "person_id"], name="pick_once")]
        indexes = [models.Index(fields=["person_id"], name="pick_of_whom")]

    def __str__(self) -> str:
        return f"{self.person_id} picked for {self.segment_id}"


class CampaignState(models.TextChoices):
    """How far a campaign has come. Where it runs in a process, its step says it."""

    DRAFT = "draft", "Planned"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class Way(models.TextChoices):
    """How it reaches people."""

    EMAIL = "email", "Email"
    PHONE = "phone", "Phone"
    ANY = "any", "Either"


class Settling(models.TextChoices):
    """How far choosing whom it speaks to has come."""

    NEVER = "", "Not yet"
    RUNNING = "running", "Under way"
    DONE = "done", "Settled"
    BROKEN = "broken", "Cannot be done"  # `why_not` says why


class Campaign(models.Model):
    """Something that is said to a segment for a purpose, at a cost, and what came of it.

    `leave_out` holds further reasons to leave somebody out: [{"key", "label", "where": condition on people}]. The rule by which
    orders count as its own: the last touch of any campaign before the order was one of this one, at most `within_days` earlier,
    and, where `products` names some, the order has a line of one. `control` percent are left out for comparison, `quiet_days`
    after any other touch nobody is spoken to. `round` counts how often the audience was settled; `settled_to` is the last
    member looked at, so that a look that was stopped goes on from there; `settled` of `total` are looked at.
    """

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120)  # folded: lower case, no accents
    code = models.CharField(max_length=40, blank=True)  # by which answers are known: in capitals, "SPRING-26"
    words = models.CharField(max_length=1000, blank=True)  # what it is to reach
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+", db_index=False)
    segment = models.ForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.EMAIL)
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=CampaignState.choices, default=CampaignState.DRAFT)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    control = models.SmallIntegerField(default=0)  # percent
    quiet_days = models.SmallIntegerField(default=7)
    leave_out = models.JSONField(default=list, blank=True)
    within_days = models.SmallIntegerField(default=30)
    products = ArrayField(models.BigIntegerField(), default=list, blank=True)
    settling = models.CharField(max_length=8, choices=Settling.choices, blank=True, default=Settling.NEVER)
    why_not = models.CharField(max_length=500, blank=True)
    round = models.IntegerField(default=0)
    settled_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    settled_to = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    heard_to = models.BigIntegerField(default=0)  # the last message that was looked at for answers
    created_at = models.DateTimeField(db_default=Now())
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], name="campaign_name_once", condition=Q(trashed_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["code"], name="campaign_code_once", condition=Q(trashed_at__isnull=True) & ~Q(code="")
            ),
            models.CheckConstraint(condition=Q(control__gte=0, control__lte=50), name="campaign_control"),
            models.CheckConstraint(condition=Q(within_days__gte=1, within_days__lte=400), name="campaign_within"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="campaign_in_order",
            ),
        ]
        indexes = [models.Index(models.F("id").desc(), name="campaign_newest", condition=Q(trashed_at__isnull=True))]

    def __str__(self) -> str:
        return self.name


class _OfPerson(models.Model):
    """A row of a campaign about somebody: the very row of `Person` that was meant, so a merge counts them once by its cluster.

    Without a key of the database, as rows come by the hundred thousand and erasing deletes by statement.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        abstract = True


class Audience(_OfPerson):
    """A member of the segment as a campaign's audience was settled: `reason` is why they are left out, "" = spoken to."""

    reason = models.CharField(max_length=40, blank=True)
    round = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="audience_once")]
        indexes = [
            models.Index(fields=["campaign", "reason", "person"], name="audience_by_reason"),
            models.Index(fields=["person", "campaign"], name="audience_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.campaign_id}: {self.reason or 'spoken to'}"


class Touch(_OfPerson):
    """Somebody was spoken to. `wave` tells several times apart, "1" and "reminder" say; each wave touches somebody once."""

    wave = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "person", "wave"], name="touch_once")]
        indexes = [models.Index(fields=["person", "-at"], name="touch_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.campaign_id}, {self.wave}"


class ResponseKind(models.TextChoices):
    """What somebody did."""

    ANSWERED = "answered", "Answered"
    INTERESTED = "interested", "Interested"
    DECLINED = "declined", "Not interested"


class Response(models.Model):
    """Somebody answered: in a message (`said_in`, "interaction:12") it hangs on the presence that spoke, else on the person."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    said_in = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=ResponseKind.choices, default=ResponseKind.ANSWERED)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "said_in"], name="response_in_message", condition=~Q(said_in="")
            ),
            models.UniqueConstraint(fields=["campaign", "person"], name="response_by_hand", condition=Q(said_in="")),
            models.CheckConstraint(
                condition=Q(person__isnull=False, said_in="") | Q(profile__isnull=False), name="response_is_somebodys"
            ),
        ]
        indexes = [
            models.Index("campaign", models.F("at").desc(), models.F("id").desc(), name="response_of_campaign"),
            models.Index(fields=["person"], name="response_by_person", condition=Q(person__isnull=False)),
            models.Index(fields=["profile"], name="response_by_profile", condition=Q(profile__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.campaign_id}"
