"""Whom we know: persons, organisations, and the presences through which they reach us."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mutuals.staff.models import Team, User


class Person(models.Model):
    """The cluster of profiles that we hold to be one human.

    `canonical` is the person that this one was merged into, itself by default (set by a trigger) and always flattened.
    The fields below it are chosen from the profiles' fields; counters are rollups over the whole cluster.
    """

    canonical = models.ForeignKey("self", on_delete=models.PROTECT, related_name="cluster")
    precedence = models.IntegerField(db_default=0, default=0)  # whose values stand where persons were merged: 0 = first
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)  # folded: lower case, no accents
    email = models.CharField(max_length=254, blank=True)  # chosen main address
    phone = models.CharField(max_length=32, blank=True)  # E.164
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=12, blank=True)
    birthday = models.DateField(null=True, blank=True)
    stage = models.CharField(max_length=20, blank=True)  # lead, customer, former
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(null=True, blank=True)  # newest interaction; lists sort by `Heard`
    interaction_count = models.IntegerField(db_default=0, default=0)
    order_count = models.IntegerField(db_default=0, default=0)
    order_total = models.DecimalField(max_digits=14, decimal_places=2, db_default=0, default=0)
    order_currency = models.CharField(max_length=3, blank=True)  # of order_total; "" = none, "*" = several
    last_order_at = models.DateTimeField(null=True, blank=True)
    custom = models.JSONField(
        default=dict, db_default={}, blank=True
    )  # fields of the house's own making, chosen as well
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            GinIndex(OpClass("custom", "jsonb_path_ops"), name="person_custom", condition=~Q(custom={})),
            models.Index(fields=["-trashed_at"], name="person_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(OpClass("name_key", "text_pattern_ops"), "id", name="person_name_start"),
            GinIndex(OpClass("name_key", "gin_trgm_ops"), name="person_name_parts"),
            models.Index(fields=["name_key", "id"], name="person_by_name"),
            models.Index(fields=["-order_total", "-id"], name="person_by_value"),
            models.Index(fields=["email"], name="person_email", condition=~Q(email="")),
            models.Index(fields=["-created_at", "-id"], name="person_by_created"),
            models.Index(fields=["city", "-id"], name="person_city"),
            GinIndex(fields=["tags"], name="person_tags"),
            models.Index(
                OpClass("name_key", "text_pattern_ops"),
                name="person_merged_name",
                condition=~Q(canonical=models.F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Person {self.pk}"


class Heard(models.Model):
    """The order of people by their newest interaction, one row each, made by a trigger.

    It stands beside Person because PostgreSQL writes all indexes of a row anew when one indexed column changes: every
    message would cost the twelve indexes of a person instead of the one here.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="heard")
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(models.F("last_at").desc(nulls_last=True), models.F("person").desc(), name="heard_by_last"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.last_at}"


class Organisation(models.Model):
    """A company, club or office. `parent` is the one that it is a part of; `merged_into` whom it was merged into, flattened."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=60, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=20, blank=True, default="", db_default="")  # lead, customer, former
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="parts")
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    custom = models.JSONField(default=dict, db_default={}, blank=True)  # fields of the house's own making
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            GinIndex(OpClass("custom", "jsonb_path_ops"), name="organisation_custom", condition=~Q(custom={})),
            models.Index(fields=["-trashed_at"], name="organisation_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(OpClass("name_key", "text_pattern_ops"), "id", name="organisation_name_start"),
            GinIndex(OpClass("name_key", "gin_trgm_ops"), name="organisation_name_parts"),
            models.Index(fields=["domain"], name="organisation_domain", condition=~Q(domain="")),
        ]

    def __str__(self) -> str:
        return self.name


class Affiliation(models.Model):
    """A person's place in an organisation, from when to when."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="affiliations")
    role = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    is_main = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "since"], name="affiliation_once", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(is_main=True), name="affiliation_one_main"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=models.F("since")),
                name="affiliation_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role or 'member'} of {self.organisation_id}"


class Profile(models.Model):
    """One presence of somebody somewhere, known by the network's own immutable id.

    `person` is written by `identity` alone. Network "mutuals" is a person's own record, on which staff's notes hang.
    """

    network = models.CharField(max_length=30)
    key = models.CharField(max_length=512)
    name = models.CharField(max_length=200, blank=True)  # handle as shown today
    shown = models.CharField(max_length=200, blank=True)  # display name
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="profiles")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="profiles"
    )
    label = models.CharField(max_length=12, blank=True)  # personal, work, shared
    is_bot = models.BooleanField(default=False)
    is_ours = models.BooleanField(default=False)
    url = models.CharField(max_length=1000, blank=True)
    fields = models.JSONField(default=dict, blank=True)  # what it says of itself: {"city": "Porto", ...}
    first_seen_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "key"], name="profile_key"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(organisation__isnull=True), name="profile_one_holder"
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="profile_name", condition=~Q(name="")),
            models.Index(
                fields=["-id"],
                name="profile_nobodys",
                condition=Q(person__isnull=True, organisation__isnull=True, is_ours=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.shown or self.key


class Fact(models.Model):
    """Something known of a person: what, from where, when, how sure. Newer facts of one name replace older ones."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts")
    name = models.CharField(max_length=60)
    value = models.JSONField()
    source = models.CharField(max_length=120)  # text key: "profile:12", "import:3", "staff:2"
    confidence = models.FloatField(default=1.0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name", "source"], name="fact_once"),
            models.CheckConstraint(condition=Q(confidence__gte=0, confidence__lte=1), name="fact_confidence"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"


class Stirred(models.Model):
    """A person of whom something changed that a condition may ask for; whoever keeps groups of people up to date takes it
    away (`stirred.take`). Written by triggers alone, while `Stirring` has its row.
    """

    person_id = models.BigIntegerField()  # without a key: who was erased is told here too

    def __str__(self) -> str:
        return f"{self.person_id} stirred"


class Stirring(models.Model):
    """Whether changes of people are written down at all: one row, from the first group on that is kept up to date."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"since {self.since}"


class Basis(models.TextChoices):
    """On what using somebody's data rests: Article 6 (1) of the General Data Protection Regulation, letters a to f."""

    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract"
    DUTY = "legal_obligation", "Legal obligation"
    VITAL = "vital_interests", "Vital interests"
    PUBLIC = "public_task", "Public task"
    INTERESTS = "legitimate_interests", "Legitimate interests"


class Purpose(models.Model):
    """What data of people are used for, and what that rests on; where it is consent, people are asked first."""

    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    words = models.CharField(max_length=500, blank=True)  # what it is, as people are told
    needs_consent = models.BooleanField(default=True)
    basis = models.CharField(max_length=20, choices=Basis.choices, default=Basis.CONSENT)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_consent=True, basis="consent") | (Q(needs_consent=False) & ~Q(basis="consent")),
                name="purpose_rests_on_something",
            )
        ]

    def __str__(self) -> str:
        return self.label


class ConsentState(models.TextChoices):
    """What somebody said about a purpose."""

    GIVEN = "given", "Given"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Consent(models.Model):
    """One word of somebody on a purpose. Rows are added and never changed; the newest word of a cluster is the one that holds.

    `profile` is the presence by which it was given, null where staff noted it; such a row goes wherever its profile goes,
    `person` follows by a trigger (null while the profile is nobody's). `stands` marks the newest word of the cluster on the
    purpose, of two at one moment the refusal; triggers keep it, whatever is merged, split or linked.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="consents", db_index=False)
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+", db_index=False)
    basis = models.CharField(max_length=20, choices=Basis.choices, default=Basis.CONSENT)
    state = models.CharField(max_length=9, choices=ConsentState.choices)
    at = models.DateTimeField()  # when they said so
    until = models.DateField(null=True, blank=True)  # the last day on which it holds
    source = models.CharField(
        max_length=120, blank=True
    )  # where it can be read: "interaction:12", "import:3", "form:news"
    words = models.CharField(max_length=1000, blank=True)  # what was asked or said
    by = models.CharField(max_length=60)  # who noted it: "staff:3"
    noted_at = models.DateTimeField(db_default=Now())
    stands = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "profile", "purpose", "state", "at"], name="consent_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(profile__isnull=False), name="consent_is_somebodys"
            ),
        ]
        indexes = [
            models.Index(fields=["purpose", "state", "person"], name="consent_standing", condition=Q(stands=True)),
            models.Index(fields=["profile"], name="consent_by_profile", condition=Q(profile__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.state} by {self.person_id}"


class Erased(models.Model):
    """A keyed hash of a handle that must not come back in. Nothing can be read from it without the key."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class Receipt(models.Model):
    """What was handed over or erased for one person, without saying who: counts, time, and who did it."""

    reference = models.CharField(max_length=40, unique=True)  # what the person is given
    kind = models.CharField(max_length=8)  # export, erase
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict)  # {"history": {"interactions": 3}, ...}
    kept = models.JSONField(default=list)  # sentences on what stays, and why
    places = models.JSONField(default=list)  # where what staff typed names them: [{"about": "rule:7", "where", "of"}]
    sha256 = models.CharField(max_length=64, blank=True)  # of the package that was handed over

    def __str__(self) -> str:
        return self.reference
