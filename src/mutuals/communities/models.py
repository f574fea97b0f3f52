"""Ideas, votes for them, and who asked."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from mutuals.people.models import Person, Profile
from mutuals.processes.models import Item
from mutuals.sales.models import Product
from mutuals.staff.models import User


class IdeaState(models.TextChoices):
    """How far an idea has come. Who asked is told of the last three."""

    NEW = "new", "New"
    REVIEW = "review", "Under review"
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"


TOLD = (IdeaState.PLANNED, IdeaState.DONE, IdeaState.DECLINED)
"""States of which those who asked want to hear."""
_LIVE = Q(trashed_at__isnull=True, merged_into__isnull=True)


class Idea(models.Model):
    """Something that could be made better, in one sentence, and what is known of it.

    `votes`, `askers` and `worth` are rollups over the idea and all that were merged into it (`rollups.recount`): people who
    vote; people, presences and unknown authors who asked; and what the people who asked have bought, with its currency as on
    `Person` ("" = nothing, "*" = several: for sorting, not for reading). `item` is what runs about it; `state` follows it.
    `titled_by` is the text key of the message whose words are the title, until somebody types another one.
    """

    title = models.CharField(max_length=200)
    title_key = models.CharField(max_length=200)  # folded: lower case, no accents
    text = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=IdeaState.choices, default=IdeaState.NEW)
    reason = models.CharField(max_length=500, blank=True)  # why it was declined, in words that can be told
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    product = models.ForeignKey(
        Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    votes = models.IntegerField(default=0)
    askers = models.IntegerField(default=0)
    worth = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    worth_currency = models.CharField(max_length=3, blank=True)
    custom = models.JSONField(default=dict, db_default={}, blank=True)
    titled_by = models.CharField(max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)  # staff:3, or rule:5 in whose owner's name it was made

    class Meta:
        indexes = [
            models.Index("state", models.F("id").desc(), name="idea_state_newest", condition=_LIVE),
            models.Index(
                "state", models.F("votes").desc(), models.F("id").desc(), name="idea_state_votes", condition=_LIVE
            ),
            models.Index(
                "state", models.F("worth").desc(), models.F("id").desc(), name="idea_state_worth", condition=_LIVE
            ),
            models.Index(models.F("votes").desc(), models.F("id").desc(), name="idea_votes", condition=_LIVE),
            models.Index(models.F("worth").desc(), models.F("id").desc(), name="idea_worth", condition=_LIVE),
            models.Index("product", models.F("id").desc(), name="idea_product", condition=Q(product__isnull=False)),
            models.Index("owner", models.F("id").desc(), name="idea_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["merged_into"], name="idea_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["titled_by"], name="idea_titled", condition=~Q(titled_by="")),
            models.Index(models.F("trashed_at").desc(), name="idea_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(OpClass("title_key", "text_pattern_ops"), "id", name="idea_title_start"),
            GinIndex(OpClass("title_key", "gin_trgm_ops"), name="idea_title_parts"),
            GinIndex(OpClass("custom", "jsonb_path_ops"), name="idea_custom", condition=~Q(custom={})),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="idea_has_title"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="idea_not_into_itself"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether it was made or declined."""
        return self.state in (IdeaState.DONE, IdeaState.DECLINED)


class Vote(models.Model):
    """Somebody outside who wants it too. It hangs on the person and stays where it was given, whatever is merged."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="vote_once")]
        indexes = [models.Index(fields=["person", "idea"], name="vote_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.idea_id}"


class Asker(models.Model):
    """Who asked for it, and where: in a message (`said_in`, "interaction:12"), or elsewhere, in the `words` that were noted.

    The words of a message are not copied: what its author changes or takes back there changes here. `profile` is the presence
    that spoke, the own record of a person where it was noted by hand, null = author unknown. `told` is the state of which they
    were told last.
    """

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="+", db_index=False)
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    said_in = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField()  # when they said it
    told = models.CharField(max_length=8, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "said_in"], condition=~Q(said_in=""), name="asker_once_in_a_message"
            ),
            models.UniqueConstraint(fields=["idea", "profile"], condition=Q(said_in=""), name="asker_once_by_hand"),
            models.CheckConstraint(condition=Q(profile__isnull=False) | ~Q(said_in=""), name="asker_is_somebody"),
        ]
        indexes = [
            models.Index("idea", models.F("at").desc(), models.F("id").desc(), name="asker_of_idea"),
            models.Index(fields=["profile"], name="asker_by_profile", condition=Q(profile__isnull=False)),
            models.Index(fields=["said_in"], name="asker_in_message", condition=~Q(said_in="")),
        ]

    def __str__(self) -> str:
        return f"{self.said_in or self.profile_id} for {self.idea_id}"
