"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("channels", "0001_initial"),
        ("channels", "0002_initial"),
        ("channels", "0003_auth_failures"),
        ("channels", "0004_hooks"),
    ]

    initial = True

    dependencies = [
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="HookPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("horizon", models.BigIntegerField(default=0)),
                ("entry", models.BigIntegerField(default=0)),
                ("until", models.BigIntegerField(default=0)),
                ("after", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Hook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("url", models.CharField(max_length=500)),
                ("sealed", models.BinaryField()),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("paused", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(db_default=0, default=0)),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connector", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being set up"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("needs_auth", "Needs to be signed in again"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("legal_basis", models.CharField(blank=True, max_length=200)),
                ("data_class", models.CharField(blank=True, max_length=60)),
                ("retention_days", models.PositiveIntegerField(default=730)),
                ("raw_days", models.PositiveIntegerField(default=90)),
                ("went_live_anyway", models.CharField(blank=True, max_length=300)),
                (
                    "health",
                    models.CharField(
                        choices=[
                            ("unknown", "Not tried yet"),
                            ("ok", "Healthy"),
                            ("degraded", "Some attempts fail"),
                            ("rate_limited", "Waiting for the network's limit"),
                            ("needs_auth", "Sign-in expired"),
                            ("down", "Not reachable"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                ("last_item_at", models.DateTimeField(blank=True, null=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("auth_failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("next_try_at", models.DateTimeField(blank=True, null=True)),
                ("refused_hooks", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name",), name="source_name")],
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.BinaryField()),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="credential", to="channels.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=512)),
                ("name", models.CharField(max_length=200)),
                (
                    "pillar",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("service", "Service"),
                            ("sales", "Sales"),
                            ("marketing", "Marketing"),
                            ("innovation", "Innovation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("brand", models.CharField(blank=True, max_length=80)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("hours", models.JSONField(blank=True, default=dict)),
                ("response_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("is_live", models.BooleanField(default=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("speaker_teams", models.ManyToManyField(blank=True, related_name="speaks_as", to="staff.team")),
                ("speakers", models.ManyToManyField(blank=True, related_name="speaks_as", to=settings.AUTH_USER_MODEL)),
                (
                    "stand_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="channels", to="channels.source"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "network", "key"), name="channel_key")],
            },
        ),
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=60)),
                ("left", models.FloatField()),
                ("counted_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="buckets", to="channels.source"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "group"), name="bucket_group")],
            },
        ),
        migrations.CreateModel(
            name="HookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("entries", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Taken"), ("failed", "Given up")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("took_ms", models.PositiveIntegerField(blank=True, null=True)),
                ("said", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "hook",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="channels.hook",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["hook", "id"], name="hook_waiting"),
                    models.Index(fields=["hook", "-id"], name="hook_newest"),
                    models.Index(
                        condition=models.Q(("state", "waiting"), _negated=True), fields=["changed_at"], name="hook_old"
                    ),
                ],
            },
        ),
    ]
