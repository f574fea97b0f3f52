"""Rules, what they were before, and what they did."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from mutuals.staff.models import User


class Rule(models.Model):
    """One rule: when, if, then, otherwise. Its words stand in `body`, as `body.Body` writes them; rules run by `place`.

    It acts with its owner's rights. `held_at`: it fired too often, and does nothing until somebody lets it go on.
    """

    name = models.CharField(max_length=80, unique=True)
    place = models.IntegerField(default=0)
    is_on = models.BooleanField(default=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    when = models.CharField(max_length=80)
    body = models.JSONField()
    held_at = models.DateTimeField(null=True, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)  # when a rule of the clock was last judged, or turned on
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["place", "id"], name="rule_order")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        """Whether it is on and not held."""
        return self.is_on and self.held_at is None


class RuleVersion(models.Model):
    """How a rule was written, each time that it was."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    body = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Outcome(models.TextChoices):
    """What came of a firing."""

    DONE = "done", "Done"
    PARTLY = "partly", "Done in part"
    FAILED = "failed", "Nothing could be done"
    PUT_OFF = "put_off", "Waits for the end of quiet hours"
    HELD = "held", "Held back: too many"


class Firing(models.Model):
    """One rule, one version, one event: what the condition saw and what every step did. It is the log and the lock."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="firings", db_index=False)
    version = models.PositiveIntegerField()
    event = models.CharField(max_length=80)
    at = models.DateTimeField()
    is_otherwise = models.BooleanField(default=False)
    interaction_id = models.BigIntegerField(null=True, blank=True)
    conversation_id = models.BigIntegerField(null=True, blank=True)
    person_id = models.BigIntegerField(null=True, blank=True)
    about = models.CharField(max_length=60, blank=True, db_default="")  # "deal:5", where it is about such a record
    seen = models.JSONField(default=dict)  # field -> what stood in it
    steps = models.JSONField(default=list)  # [{"act", "with", "did" | "failed" | "waits"}]
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    came_of = models.CharField(max_length=8, blank=True, db_default="")  # good, noise: how the conversation was closed
    is_applied = models.BooleanField(default=False, db_default=False)  # asked for by somebody, beyond the limit an hour

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "version", "event"], name="firing_once")]
        indexes = [
            models.Index(fields=["rule", "-at"], include=["outcome"], name="firing_of_rule_at"),
            models.Index(
                fields=["rule"],
                include=["came_of", "is_otherwise"],
                condition=~models.Q(came_of=""),
                name="firing_judged",
            ),
            models.Index(fields=["conversation_id", "-at"], name="firing_of_conversation"),
            models.Index(fields=["person_id", "-at"], name="firing_of_person"),
            models.Index(fields=["about", "-at"], condition=~models.Q(about=""), name="firing_about"),
            models.Index(fields=["interaction_id"], name="firing_of_interaction"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}.{self.version} on {self.event}"

    @property
    def sent(self) -> list[Delivery]:
        """What left for it, or is to; asked for with the firing by `queries.log`."""
        return list(self.deliveries.all())


class Way(models.TextChoices):
    """How something leaves the house for a rule."""

    HOOK = "hook", "Hook"
    MAIL = "mail", "Mail"


class SendState(models.TextChoices):
    """How far it has come."""

    WAITING = "waiting", "Waits"
    SENDING = "sending", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "May have been sent"


class Delivery(models.Model):
    """What leaves for one firing: a signed hook to an address, or a mail to a colleague. One each, whatever happens.

    A letter of no rule (a digest) has no firing, but a subject, and `off`: the address where its reader stops such mails.

    It holds what the rule said, never the customer's words: those are read when it leaves, if they are still there.
    """

    key = models.UUIDField(unique=True)
    firing = models.ForeignKey(Firing, on_delete=models.CASCADE, null=True, related_name="deliveries")
    way = models.CharField(max_length=4, choices=Way.choices)
    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    off = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=SendState.choices, default=SendState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firing", "way", "to"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.way} to {self.to}: {self.state}"


class State(models.Model):
    """Two rows, so that who writes a rule waits for nobody who reads: 1 is how often the rules changed, and 2
    (`watch.PLACE`) how far the journal was read.
    """

    changes = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)  # entries of transactions before this one were read
    entry = models.BigIntegerField(default=0)  # number of the newest entry that was read

    def __str__(self) -> str:
        return f"after {self.changes} changes"


class End(models.TextChoices):
    """Why the applying of a rule ended; empty while it goes on."""

    DONE = "done", "All was looked at"
    STOPPED = "stopped", "Stopped"
    OFF = "off", "Ended, because the rule was turned off"
    CHANGED = "changed", "Ended, because the rule was written anew or cannot run"


class Run(models.Model):
    """Applying a rule to what is there already: a job with its progress. Who changes it holds its rule's row.

    `found` is what it looked at; of what fitted, `fired` it acted on and `met` it passed over, because it was met before.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs")
    version = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    after = models.BigIntegerField(default=0)  # the last row that was looked at
    found = models.BigIntegerField(default=0)
    fired = models.BigIntegerField(default=0)
    met = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0, db_default=0)  # that fitted when it began; 0 = not counted
    batch = models.BigIntegerField(null=True, blank=True)  # what can be undone of it: a batch of `base.undo`
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=End.choices, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.fired} of {self.found}"
