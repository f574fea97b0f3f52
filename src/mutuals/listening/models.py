"""What was understood of each thing that was said, what we listen for, what hit it, and what somebody has to look at.

Nothing points at an interaction by foreign key: its number stands here.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod, Now
from django.db.models.lookups import Exact

from mutuals.staff.models import User


class Reading(models.Model):
    """What was understood of one interaction. No row = not read yet; mood "" = read, and there was nothing to read.

    Shares of the three moods are in thousandths. `corrected` names what staff said themselves: no reader changes that again.
    `print` is the mark of near-doubles (`text.alike`), a 64-bit number as PostgreSQL holds one; None = no words.
    """

    interaction_id = models.BigIntegerField(primary_key=True)
    language = models.CharField(max_length=12)
    mood = models.CharField(max_length=8)
    negative = models.SmallIntegerField()
    neutral = models.SmallIntegerField()
    positive = models.SmallIntegerField()
    emotion = models.CharField(max_length=8)
    intents = ArrayField(models.CharField(max_length=10), default=list)
    urgency = models.CharField(max_length=9)
    print = models.BigIntegerField(null=True)
    version = models.CharField(max_length=40)
    corrected = ArrayField(models.CharField(max_length=8), default=list, db_default=[])

    def __str__(self) -> str:
        return f"{self.mood or 'nothing to read'} {self.interaction_id}"


class Correction(models.Model):
    """What staff said of one label. It wins over the machine for good; `ended_at` = it was taken back."""

    interaction_id = models.BigIntegerField()
    label = models.CharField(max_length=8)  # mood, emotion, intents, urgency
    was = models.CharField(max_length=100)  # as JSON: what the machine had said
    now = models.CharField(max_length=100)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction_id", "label"], name="correction_once", condition=Q(ended_at=None)
            )
        ]
        indexes = [models.Index(F("at").desc(), name="correction_newest")]

    def __str__(self) -> str:
        return f"{self.label} {self.now} of {self.interaction_id}"


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
                fields=["version", "occurred_at", "profile_id"], name="mention_voices", include=["is_customer"],
                condition=Q(Exact(Mod("profile_id", 64), 0), aside=""),
            ),
            models.Index(
                fields=["version", "occurred_at"], name="mention_questions", condition=Q(aside="", is_question=True)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.interaction_id} in {self.version_id}"


class Count(models.Model):
    """How many mentions a version has in an hour, of one network, language, mood, and of customers or others.

    Written by the statement that writes the mentions. `aside` are those that do not count, `questions` a part of `n`.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    network = models.CharField(max_length=30)
    language = models.CharField(max_length=12)
    mood = models.CharField(max_length=8)
    is_customer = models.BooleanField()
    n = models.IntegerField()
    aside = models.IntegerField()
    questions = models.IntegerField()

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


class Backlog(models.Model):
    """How far the reading of history is, of what came before there was a reader: numbers below are still to come."""

    below = models.BigIntegerField()
    began_below = models.BigIntegerField()
    read = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.read} read, below {self.below}"


class Heard(models.Model):
    """The names of the topics that an interaction met, one row each, as conditions ask for them (a view).

    What was said to be noise, or read as spam, met none.
    """

    interaction_id = models.BigIntegerField(primary_key=True)
    topics = ArrayField(models.CharField(max_length=80))

    class Meta:
        managed = False
        db_table = "listening_heard"

    def __str__(self) -> str:
        return f"{self.interaction_id}: {self.topics}"


class CardKind(models.TextChoices):
    """What a card is about."""

    ALARM = "alarm", "Early warning"
    RISING = "rising", "Rising words"


class CardState(models.TextChoices):
    """What somebody did about it."""

    OPEN = "open", "To be looked at"
    ACTED = "acted", "Acted on"
    DELEGATED = "delegated", "Given to somebody"
    DISMISSED = "dismissed", "Dismissed"


class Card(models.Model):
    """Something that somebody has to do something about: act, give it to somebody, or say why not.

    `key` is the same for the same burst or the same words of a week. `touched`: customers who spoke, `value` what they bought.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="cards", db_index=False)
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
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="card_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="card_settled",
            ),
        ]
        indexes = [models.Index(fields=["state", "-made_at"], name="card_newest")]

    def __str__(self) -> str:
        return self.words


class Watching(models.Model):
    """What is usual for a topic, as the early warning keeps it. `until`: the first hour that it has not seen."""

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version_id = models.BigIntegerField()
    until = models.DateTimeField()
    strictness = models.FloatField()
    usual = models.JSONField()
    standing = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.topic_id} until {self.until}"


class Rising(models.Model):
    """A pair or triple of words that rises in a topic this week; `said` are interactions that hold it, the newest first."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="rising")
    words = ArrayField(models.CharField(max_length=40))
    authors = models.IntegerField()
    customers = models.IntegerField()
    mentions = models.IntegerField()
    before = models.IntegerField()
    growth = models.FloatField(null=True)
    z = models.FloatField()
    said = ArrayField(models.BigIntegerField())
    place = models.SmallIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return " + ".join(self.words)
