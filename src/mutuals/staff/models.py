"""Our users, their teams, and the keys that programs use in their name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

SESSION_SALT = "mutuals.staff.session"


class Role(models.TextChoices):
    """What somebody may do; the matrix is in `permissions`."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    LEAD = "lead", "Lead"
    STAFF = "staff", "Staff"
    CONTRACTOR = "contractor", "Contractor"


class Pillar(models.TextChoices):
    """Which part of the business a piece of work belongs to."""

    SERVICE = "service", "Service"
    SALES = "sales", "Sales"
    MARKETING = "marketing", "Marketing"
    INNOVATION = "innovation", "Innovation"


class Team(models.Model):
    """People who share a queue."""

    name = models.CharField(max_length=80, unique=True)
    pillar = models.CharField(max_length=12, choices=Pillar.choices, blank=True)

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Makes users that are known by their email address."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A new member of staff. Without a password nobody can sign in as them until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    """A member of staff."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.STAFF)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    zone = models.CharField(max_length=50, default="UTC")  # IANA name
    theme = models.CharField(max_length=5, choices=[("", "System"), ("light", "Light"), ("dark", "Dark")], blank=True)
    told_by = models.CharField(  # how notes from rules reach them, beside their page of today
        max_length=4, choices=[("", "On the page of today"), ("mail", "There, and by mail")], blank=True, db_default=""
    )
    quiet_from = models.TimeField(null=True, blank=True)  # in their zone; with `quiet_until` the hours without letters
    quiet_until = models.TimeField(null=True, blank=True)
    news = models.PositiveIntegerField(
        default=0, db_default=0
    )  # unread notices, counted here so that each page knows them
    set_up_at = models.DateTimeField(null=True, blank=True)  # when first-run set-up was finished
    pillar = models.CharField(  # from which part of the business they look at the house: what stands first; "" = none
        max_length=12, choices=Pillar.choices, blank=True, default="", db_default=""
    )

    session_generation = models.PositiveIntegerField(default=0, db_default=0)  # sessions of an earlier one open nothing

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = Users()  # type: ignore[assignment,misc]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """The mark that a session must bear: of the password and the generation. `config.events` makes the same one."""
        state = f"{self.session_generation} {self.password}"
        return salted_hmac(SESSION_SALT, state, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """The name that others see."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ")[0] or self.email

    def team_ids(self) -> list[int]:
        """Teams this user belongs to; asked once per request object."""
        if not hasattr(self, "_team_ids"):
            self._team_ids = list(self.teams.values_list("pk", flat=True))
        return self._team_ids


class Token(models.Model):
    """A key with which a program acts in a user's name, within its scopes. Only the hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 in hex
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list as somebody likes it: filters, sorting, grouping, columns and how it is shown, under a name.

    `shared`: everybody sees it; `team`: its members do.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    record = models.CharField(max_length=40)  # "person"
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)  # the part of the address after "?"
    shared = models.BooleanField(default=False)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "record", "name"], name="view_name")]

    def __str__(self) -> str:
        return self.name


class Why(models.TextChoices):
    """Why somebody is told."""

    MENTION = "mention", "You were mentioned"
    GIVEN = "given", "It is yours now"
    OFFERED = "offered", "It is offered to you"
    TOLD = "told", "A colleague or a rule told you"
    FOLLOWED = "followed", "You follow it"


class Notice(models.Model):
    """What a user is told: once for each entry of the journal, and in one line for what was changed within an hour.

    What it is about is named where it is shown, so a notice tells nothing of what its reader may not see any more. `words` are
    those of a colleague (a note that names the reader, what a rule told), else "".
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    why = models.CharField(max_length=10, choices=Why.choices)
    about = models.CharField(max_length=60)  # "deal:5"
    did = models.CharField(max_length=60)  # kind of its newest entry
    by = models.CharField(max_length=60)  # who did that
    words = models.CharField(max_length=300, blank=True)
    entries = ArrayField(models.BigIntegerField(), default=list)  # numbers in the journal
    at = models.DateTimeField()  # of the newest of them
    began_at = models.DateTimeField()  # of the oldest
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user", "-id"], name="notice_user"),
            models.Index(fields=["about", "user"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return f"{self.did} of {self.about}"


class Follow(models.Model):
    """Who wants to be told what happens to a record."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    about = models.CharField(max_length=60)  # "deal:5"
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "user"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.about}"


class Here(models.Model):
    """Who has a record's page open; a row that was not renewed for a minute says nothing any more."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=60)  # "deal:5"
    is_editing = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "user"], name="here_once")]

    def __str__(self) -> str:
        return f"{self.user_id} is at {self.about}"


class Heard(models.Model):
    """How far the journal was read for notices: one row, see `base.reading.Place`."""

    horizon = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)
    after = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"to {self.entry}"


class Provider(models.Model):
    """A place outside that says who somebody is, by OpenID Connect. Whoever runs it can sign in as everybody whom it names.

    `domains`: only addresses of these count, none = any address that has an account already. `found` is what the provider told
    of itself at `found_at`: its addresses.
    """

    name = models.CharField(max_length=80, unique=True)
    issuer = models.CharField(max_length=300)
    client = models.CharField(max_length=300)  # what we are called there
    sealed = models.BinaryField()  # the secret that goes with it
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    makes_accounts = models.BooleanField(default=False)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.STAFF)  # of accounts that it makes
    is_active = models.BooleanField(default=True)
    found = models.JSONField(default=dict, blank=True)
    found_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "client"], name="provider_once")]

    def __str__(self) -> str:
        return self.name


class Known(models.Model):
    """An account as a provider knows it: by a subject that never changes, so a new address there changes nothing here."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="knows", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_by")
    subject = models.CharField(max_length=255)
    email = models.EmailField()  # as it was told when they were linked
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="known_once"),
            models.UniqueConstraint(fields=["provider", "user"], name="known_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.provider_id}"
