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
    set_up_at = models.DateTimeField(null=True, blank=True)  # when first-run set-up was finished

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
    """A list as somebody likes it: filters, sorting and columns under a name."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    record = models.CharField(max_length=40)  # "person"
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)  # the part of the address after "?"
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "record", "name"], name="view_name")]

    def __str__(self) -> str:
        return self.name
