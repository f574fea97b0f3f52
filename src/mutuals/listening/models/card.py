"""What somebody has to do something about, and what the watch keeps to know it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mutuals.listening.models.topic import Topic
from mutuals.staff.models import User


class CardKind(models.TextChoices):
    """What a card is about."""

    ALARM = "alarm", "Early warning"
    RISING = "rising", "Rising words"
    DROP = "drop", "Fell away"
    HELD = "held", "Rule held"
    BROKEN = "broken", "Source broken"


class CardState(models.TextChoices):
    """What somebody did about it."""

    OPEN = "open", "To be looked at"
    ACTED = "acted", "Acted on"
    DELEGATED = "delegated", "Given to somebody"
    DISMISSED = "dismissed", "Dismissed"


class Card(models.Model):
    """Something that somebody has to do something about: act, give it to somebody, or say why not.

    `about` is the text key of what it concerns ("topic:4", "rule:7"), and `key` the same for the same burst, the same words of
    a week, the same breakdown: one card each. `touched`: customers who spoke, `value` what they bought. `over_at`: since when
    the cause is gone; people end the card all the same. `led`: text keys of what came of it ("case:12"); `playbook`: the name
    of the one that was started, whose steps stand in Step.
    """

    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="cards", db_index=False
    )
    about = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=CardKind.choices)
    key = models.CharField(max_length=200)
    level = models.SmallIntegerField(default=1)  # 1 watch, 2 act, 3 crisis
    words = models.CharField(max_length=400)
    since = models.DateTimeField()
    until = models.DateTimeField()
    evidence = models.JSONField(default=dict)
    touched = models.IntegerField(default=0)
    value = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=9, choices=CardState.choices, default=CardState.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    led = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    playbook = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "key"], name="card_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="card_settled",
            ),
        ]
        indexes = [models.Index(fields=["state", "-made_at"], name="card_newest")]

    def __str__(self) -> str:
        return self.words


class Watching(models.Model):
    """What is usual for a topic, as the early warning keeps it. `until`: the first hour that it has not seen; `allowed`: the
    budget in words that `strictness` keeps. `late` mentions, from `late_since` to `late_until`, came when their hours had been
    looked at, or are of a time before it began; up to `seen_id` mentions were asked for that (None: not asked yet).
    """

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version_id = models.BigIntegerField()
    until = models.DateTimeField()
    strictness = models.FloatField()
    allowed = models.CharField(max_length=100, blank=True)
    usual = models.JSONField()
    standing = models.JSONField(default=dict)
    seen_id = models.BigIntegerField(null=True)
    late = models.BigIntegerField(default=0, db_default=0)
    late_since = models.DateTimeField(null=True)
    late_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.topic_id} until {self.until}"


class Lookback(models.Model):
    """The last look back over a topic: hours `since` to `until` as they would have been watched, up to `at` by now.

    `posts` mentions are there, `read` of them are looked at. `rings`: what would have rung with the budget `allowed`, as JSON
    of `since`, `until`, `level`, `words`; known at the end only.
    """

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    posts = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    allowed = models.CharField(max_length=100, blank=True)
    rings = models.JSONField(default=list)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"{self.topic_id} from {self.since} to {self.until}"


class Rising(models.Model):
    """A pair or triple of words that rises in a topic this week; `said` are interactions that hold it, the newest first.

    `line`: how many mentions hold it in each part of the time that was counted, the oldest first; `since`: when the newer
    half of that began; `examples`: what different people said.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="rising")
    words = ArrayField(models.CharField(max_length=40))
    authors = models.IntegerField()
    customers = models.IntegerField()
    mentions = models.IntegerField()
    before = models.IntegerField()
    growth = models.FloatField(null=True)
    z = models.FloatField()
    said = ArrayField(models.BigIntegerField())
    line = ArrayField(models.IntegerField(), default=list, db_default=[])
    examples = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    since = models.DateTimeField(null=True)
    place = models.SmallIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return " + ".join(self.words)


class Playbook(models.Model):
    """What is to be done, step by step. It is offered for cards of its `kind` ("" = of any) from `level` on."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=CardKind.choices, blank=True)
    level = models.SmallIntegerField(default=1)
    steps = ArrayField(models.CharField(max_length=300))
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One line of the checklist of a card: what, by whom, and whether it is done."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="steps", db_index=False)
    place = models.SmallIntegerField()
    words = models.CharField(max_length=300)
    to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "place"], name="step_place")]
        indexes = [models.Index(fields=["to"], name="step_waiting", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return self.words
