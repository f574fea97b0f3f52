"""Whose profile is it: what was thought (edges), what follows (links), and who was joined with whom (merges)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mutuals.people.models import Person, Profile
from mutuals.staff.models import User


class LinkState(models.TextChoices):
    """How sure we are that a profile is a person's."""

    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    PROVEN = "proven", "Proven"
    REJECTED = "rejected", "Rejected"


LIVE = (LinkState.CONFIRMED, LinkState.PROVEN)


class Verdict(models.TextChoices):
    """What is thought of two profiles."""

    SAME = "same", "Same"
    DIFFERENT = "different", "Different"
    UNSURE = "unsure", "Unsure"


class Thought(models.Model):
    """What an edge and a link have in common: the clues, how probable, by whom, from when to when.

    `because` is a list of clues: {"clue": code, "words": sentence, "detail": what was seen, "weight": bits or null,
    "for": true or false, "proof": true where it needs no weight, "family": name, handle, contact, site, place, picture,
    reference, talk, staff or proof, "seen": "profile:12", "raw:7", "interaction:9" or a web address, "at": ISO 8601}.
    """

    because = models.JSONField(default=list)
    probability = models.FloatField(null=True, blank=True)  # calibrated, 0 to 1; null = a human's or a proof
    margin = models.FloatField(null=True, blank=True)  # bits before the runner-up; null = there was none
    pool = models.BigIntegerField(null=True, blank=True)  # persons among whom the answer was sought
    model = models.CharField(
        max_length=40, blank=True, db_default="", default=""
    )  # version of the model that weighed the clues
    by = models.CharField(max_length=60)  # text key: "staff:3", "import:7", "machine:identity"
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Link(Thought):
    """A profile held to be a person's, from when to when, and how we know. At most one is live for a profile."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    state = models.CharField(max_length=10, choices=LinkState.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile"], condition=Q(until__isnull=True, state__in=LIVE), name="link_one_live"
            ),
            models.UniqueConstraint(
                fields=["profile", "person"],
                condition=Q(until__isnull=True, state=LinkState.SUGGESTED),
                name="link_suggested_once",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="link_person")]

    def __str__(self) -> str:
        return f"{self.profile_id} is {self.person_id}: {self.state}"


class Edge(Thought):
    """Two profiles held to be of one holder, of two, or unsure. A person stands in it by their own record.

    At most one is live for a pair: a new thought ends the old one, and what staff said ends only by staff. Unsure edges
    are the review queue, highest `priority` first.
    """

    a = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="edges_up")  # the smaller id
    b = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="edges_down")
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    priority = models.FloatField(db_default=0, default=0)  # uncertainty x value x how much would be joined

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="edge_in_order"),
            models.UniqueConstraint(fields=["a", "b"], condition=Q(until__isnull=True), name="edge_one_live"),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=1),
                name="edge_probability",
            ),
        ]
        indexes = [
            models.Index(
                F("priority").desc(),
                F("id").desc(),
                condition=Q(until__isnull=True, verdict=Verdict.UNSURE),
                name="edge_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.a_id} {self.verdict} {self.b_id}"


class Merge(models.Model):
    """Two persons joined: `gone` was merged into `kept`. At most one is live for whoever is gone; undone rows stay.

    `choices` says which value was taken for a field, and what stood there before: {"tags": {"chose": "both", "before": ["a"],
    "after": ["a", "b"]}}; for a field of the own record also `told`, the entry there before: null = there was none.
    """

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges_kept")
    gone = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges_gone")
    edge = models.ForeignKey(Edge, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    choices = models.JSONField(default=dict)
    by = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    undone_by = models.CharField(max_length=60, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merge_once"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class Split(models.Model):
    """Profiles that were taken from one person and given to another, and what was asked to go along.

    `moved` holds ids with the holder before: {"profiles": [[12, 7]], "affiliations": [[3, 7]]}.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="splits_from")
    to = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="splits_to")
    is_new = models.BooleanField()  # whether `to` was made for it
    moved = models.JSONField(default=dict)
    by = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now())
    undone_by = models.CharField(max_length=60, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(person=F("to")), name="split_of_two")]

    def __str__(self) -> str:
        return f"{self.to_id} out of {self.person_id}"


class SecondLook(models.Model):
    """A decision of the review that somebody else is silently asked again, to know how often staff agree."""

    edge = models.OneToOneField(Edge, on_delete=models.CASCADE, related_name="second_look")
    asked_at = models.DateTimeField(db_default=Now())
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"edge {self.edge_id}: {self.verdict or 'open'}"


class Proof(models.Model):
    """A profile was found to be in somebody's hand: a page, a domain, an account. It ends when a later look finds it gone.

    `subject` is what proves it, in one writing: "page:bea.example/about", "email:bea@bea.example", "person:12". Profiles of
    the same subject are of one owner.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=16)  # a code of `proofs.record.WORDS`
    subject = models.CharField(max_length=600)
    seen = models.CharField(max_length=1000)  # "raw:7", "profile:12" or a web address
    at = models.DateTimeField(db_default=Now())
    looked_at = models.DateTimeField(db_default=Now())
    again_at = models.DateTimeField(null=True, blank=True)  # null = it cannot be lost
    silent = models.SmallIntegerField(db_default=0, default=0)  # looks in a row that brought no answer
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "kind", "subject"], condition=Q(ended_at__isnull=True), name="proof_once"
            )
        ]
        indexes = [
            models.Index(fields=["subject"], condition=Q(ended_at__isnull=True), name="proof_subject"),
            models.Index(fields=["again_at"], condition=Q(ended_at__isnull=True), name="proof_due"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.kind} {self.subject}"


class Challenge(models.Model):
    """A one-time code that went out to one profile and is to come back from another. Kept as a keyed hash."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="challenges")
    sent_to = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="challenges")
    digest = models.BinaryField(max_length=32)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["digest"], condition=Q(met_at__isnull=True), name="challenge_open")]

    def __str__(self) -> str:
        return f"code for {self.person_id}"


class Model(models.Model):
    """A version of the weights and their calibration; one is in use. Older ones stay, so that old edges can be read."""

    version = models.CharField(max_length=40, unique=True)
    file = models.JSONField()  # what `identity.model` writes
    made_at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=60)
    measured = models.JSONField(default=dict)  # {"pairs": 412, "precision": ..., ...}
    is_in_use = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["is_in_use"], condition=Q(is_in_use=True), name="model_one")]

    def __str__(self) -> str:
        return self.version


class Sweep(models.Model):
    """One search among the records that are there, with what it found."""

    kind = models.CharField(max_length=10)  # everybody, backlog
    by = models.CharField(max_length=60)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.BigIntegerField(db_default=0, default=0)  # records so far
    total = models.BigIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict)  # {"link": 10, "review": 4, "leave": 99, "error": 0.002}
    failed = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(F("began_at").desc(), name="sweep_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at}"

    @property
    def piles(self) -> dict[str, int]:
        """How many were linked, are for the review, and were left: link, review, leave."""
        return {name: int(self.counts.get(name, 0)) for name in ("link", "review", "leave")}

    @property
    def wrong(self) -> float | None:
        """The share of the linked ones that is expected to be wrong; None where none was linked."""
        return float(self.counts.get("error", 0)) if self.counts.get("link") else None


class Touched(models.Model):
    """A profile that changed in what identity reads, or whose person did; written by triggers, drained by a job."""

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True, related_name="touched")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"profile {self.profile_id}"


class Renamed(models.Model):
    """A presence of somebody whose handle and shown name changed at once, with both as they were before; written by a trigger,
    worked through with Touched."""

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=200)
    shown = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"profile {self.profile_id} was {self.name}"


class Known(models.Model):
    """What is compared of one person (all their profiles) or of one profile that is nobody's, read ready for scoring.

    Made anew by the drain when a profile of theirs is touched; the database drops the row of a cluster that changes.
    `keys` are the hashes under which others find it: a trigger keeps them as rows of Key.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    row = models.TextField()  # JSON: the columns of the model
    keys = ArrayField(models.BigIntegerField(), default=list)  # most telling first
    values = ArrayField(models.BigIntegerField(), default=list)  # hashes of the values whose frequency counts
    reading = models.CharField(max_length=20)  # of which form the row is; another one is read anew

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, profile__isnull=False) | Q(person__isnull=False, profile__isnull=True),
                name="known_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id}" if self.person_id else f"profile {self.profile_id}"


class Key(models.Model):
    """Who is found under a hash: an index without a table behind it, kept by a trigger on Known."""

    pk = models.CompositePrimaryKey("hash", "known_id")
    hash = models.BigIntegerField()
    known_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.hash:x}: {self.known_id}"


class Frequency(models.Model):
    """How many rows of Known hold a value, such as a surname; under the hash of a column's name, how many hold any."""

    hash = models.BigIntegerField(primary_key=True)
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.hash:x}: {self.count}"


class Cited(models.Model):
    """Somebody named a number in their own words that is exactly one customer's: of an order, or their customer number; or
    said what another presence had just said on another network (the reference is `~` and a mark of the text).

    It `counts` as long as nobody else named it: who had it from whom is not known. It goes with its message.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")  # who named it
    holder = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")  # whose it is
    reference = models.CharField(max_length=40)  # letters and digits alone, in capitals
    interaction_id = models.BigIntegerField(db_index=True)  # where it was named first
    about = models.CharField(max_length=60)  # text key of what it is the number of: "order:12", "profile:7"
    at = models.DateTimeField()
    counts = models.BooleanField(db_default=True, default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "reference"], name="cited_once")]
        indexes = [
            models.Index(fields=["reference"], name="cited_reference"),
            models.Index(fields=["about"], name="cited_about"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} named {self.reference}"


class Guess(models.Model):
    """How often a presence sent in a code that was wrong: whoever guesses closes it for themself alone."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="guesses")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    tries = models.SmallIntegerField(db_default=1, default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "profile"], name="guess_once")]

    def __str__(self) -> str:
        return f"{self.profile_id} at {self.challenge_id}: {self.tries}"
