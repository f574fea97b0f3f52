"""What is listened for: topics with their versions, what mentions them, and counts of that."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod, Now
from django.db.models.lookups import Exact

from mutuals.staff.models import User


class Kind(models.TextChoices):
    """What a topic is to us."""

    BRAND = "brand", "Our brand"
    PRODUCT = "product", "Product"
    THEME = "theme", "Theme"
    COMPETITOR = "competitor", "Competitor"


class State(models.TextChoices):
    """How far a version is."""

    FILLING = "filling", "Reading history"
    LIVE = "live", "Listening"
    OLD = "old", "Replaced"


class Topic(models.Model):
    """What we listen for. `version` is the one whose mentions are shown.

    `muted` are profiles that were said to be noise here. `budget` is how many false alarms somebody wants to bear, in words.
    `risen_at` and `risen_n`: when the words that rise were counted last, and how many mentions there were then. `edition` goes
    up with whatever somebody changes about it, be it words, name, kind or budget.
    """

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.ForeignKey("Version", on_delete=models.SET_NULL, null=True, related_name="+")
    muted = ArrayField(models.BigIntegerField(), default=list, blank=True)
    budget = models.CharField(max_length=100, default="one a month")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)
    risen_at = models.DateTimeField(null=True, blank=True)
    risen_n = models.BigIntegerField(default=0)
    edition = models.IntegerField(default=1, db_default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="topic_name", condition=Q(archived_at=None))]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """How a topic asks. The next one reads history before it takes the place of the one before.

    `languages` [] = all; `without` are names of authors, in lower case without @. `below` is how far back history is read:
    interactions of smaller numbers are still to come.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    words = models.CharField(max_length=2_000)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    without = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.FILLING)
    began_below = models.BigIntegerField(null=True)
    below = models.BigIntegerField(null=True)
    hits = models.BigIntegerField(default=0)
    filled_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "number"], name="version_number")]

    def __str__(self) -> str:
        return f"{self.topic_id} version {self.number}"


class Aside(models.TextChoices):
    """Why a mention is not among those that count."""

    NO = "", "Counts"
    COPY = "copy", "Says the same as another"
    SPAM = "spam", "Read as spam"
    BOT = "bot", "Written by a bot"
    OUT = "out", "Said to be not relevant"


class Mention(models.Model):
    """An interaction that hit a topic, with what lists and counts ask for, so that they join nothing.

    `lead_id` is the interaction that said it first; its own number where it is that one.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+", db_index=False)
    interaction_id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    profile_id = models.BigIntegerField(null=True)
    network = models.CharField(max_length=30)
    language = models.CharField(max_length=12)
    mood = models.CharField(max_length=8)
    is_customer = models.BooleanField()
    is_question = models.BooleanField()
    aside = models.CharField(max_length=4, choices=Aside.choices)
    print = models.BigIntegerField(null=True)
    lead_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction_id", "version"], name="mention_once")]
        indexes = [
            models.Index(
                "version", F("occurred_at").desc(), F("interaction_id").desc(), name="mention_stream",
                condition=Q(aside=""),
            ),
            models.Index(
                "version", F("occurred_at").desc(), F("interaction_id").desc(), name="mention_aside",
                condition=~Q(aside=""),
            ),
            models.Index(fields=["version", "print", "occurred_at"], name="mention_same", condition=Q(print__isnull=False)),
            models.Index(fields=["version", "lead_id"], name="mention_copies", condition=Q(aside="copy")),
            models.Index(fields=["profile_id", "version"], name="mention_author"),
            BrinIndex(fields=["occurred_at"], name="mention_when", pages_per_range=32, autosummarize=True),
            models.Index(
                fields=["version", "occurred_at", "profile_id"], name="mention_voices",
                include=["is_customer", "network", "language", "mood"],
                condition=Q(Exact(Mod("profile_id", 64), 0), aside=""),
            ),
            models.Index(
                fields=["version", "occurred_at"], name="mention_questions", condition=Q(aside="", is_question=True)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.interaction_id} in {self.version_id}"


class Counted(models.Model):
    """What every table of counts has: of which version, and how many mentions of a mood. `aside` are those that do not count,
    `questions` a part of `n`.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+", db_index=False)
    mood = models.CharField(max_length=8)
    n = models.IntegerField()
    aside = models.IntegerField()
    questions = models.IntegerField()

    class Meta:
        abstract = True


class Mixture(Counted):
    """Counts of one network, language, mood, and of customers or others."""

    network = models.CharField(max_length=30)
    language = models.CharField(max_length=12)
    is_customer = models.BooleanField()

    class Meta:
        abstract = True


class Count(Mixture):
    """How many mentions a version has in an hour, of one network, language, mood, and of customers or others.

    Written by the statement that writes the mentions.
    """

    hour = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "hour", "network", "language", "mood", "is_customer"], name="count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.n} at {self.hour}"


class Feedback(models.Model):
    """What staff said of one mention of a topic. It outlives versions, and tunes what is said of their noise."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+", db_index=False)
    interaction_id = models.BigIntegerField()
    is_relevant = models.BooleanField()
    because = models.CharField(max_length=10, blank=True)  # meaning, author, spam
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "interaction_id"], name="feedback_once")]
        indexes = [models.Index(fields=["interaction_id"], name="feedback_of")]

    def __str__(self) -> str:
        return f"{self.interaction_id} in {self.topic_id}: {self.is_relevant}"
