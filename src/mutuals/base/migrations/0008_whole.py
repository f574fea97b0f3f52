"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("base", "0001_extensions"),
        ("base", "0002_initial"),
        ("base", "0003_once_about"),
        ("base", "0004_once_about"),
        ("base", "0005_house"),
        ("base", "0006_undo"),
        ("base", "0007_filed"),
        ("base", "0008_journal_by"),
    ]

    initial = True

    dependencies = []

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("zone", models.CharField(max_length=50)),
                ("wording", models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("record", models.CharField(max_length=40)),
                ("words", models.CharField(max_length=300)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("total", models.IntegerField(default=0)),
                ("done", models.IntegerField(default=0)),
                ("refused", models.IntegerField(default=0)),
                ("todo", models.JSONField(blank=True, default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "indexes": [models.Index(fields=["by", "-id"], name="batch_by")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("kind", models.CharField(max_length=60)),
                ("by", models.CharField(max_length=60)),
                ("about", models.CharField(max_length=60)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about", "-id"], name="entry_about"),
                    models.Index(fields=["kind", "-id"], name="entry_kind"),
                    models.Index(fields=["by", "-id"], name="entry_by"),
                ],
            },
        ),
        migrations.CreateModel(
            name="House",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("currency", models.CharField(db_default="EUR", default="EUR", max_length=3)),
                ("zone", models.CharField(db_default="UTC", default="UTC", max_length=50)),
                ("first_weekday", models.SmallIntegerField(db_default=0, default=0)),
                ("language", models.CharField(db_default="en", default="en", max_length=12)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="house_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(("first_weekday__range", (0, 6))), name="house_week_has_seven_days"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Once",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.SmallIntegerField(null=True)),
                ("body", models.BinaryField(default=b"")),
                ("about", models.TextField(blank=True, db_default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "key"), name="once_key")],
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("against", models.CharField(max_length=3)),
                ("on_day", models.DateField()),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20)),
                ("source", models.CharField(max_length=80)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["-on_day", "-id"], name="rate_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "against", "on_day"), name="rate_of_a_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="rate_is_something"),
                    models.CheckConstraint(
                        condition=models.Q(("currency", models.F("against")), _negated=True), name="rate_is_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=60)),
                ("made", models.BooleanField(default=False)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("kept", models.JSONField(blank=True, null=True)),
                ("said", models.CharField(blank=True, default="", max_length=300)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="base.batch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about"], name="change_about"),
                    models.Index(
                        condition=models.Q(("kept__isnull", True), ("said", "")),
                        fields=["batch", "-id"],
                        name="change_to_undo",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("batch", "about"), name="change_once")],
            },
        ),
        migrations.CreateModel(
            name="Filed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.blob"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about", "-id"], name="filed_about"),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="filed_trashed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at__isnull", True)),
                        fields=("about", "blob", "name"),
                        name="filed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on_day", models.DateField()),
                ("words", models.CharField(blank=True, max_length=120)),
                ("is_half", models.BooleanField(db_default=False, default=False)),
                ("windows", models.JSONField(db_default=[], default=list)),
                (
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holidays",
                        to="base.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("calendar", "on_day"), name="holiday_once")],
            },
        ),
        migrations.CreateModel(
            name="Window",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weekday", models.SmallIntegerField()),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                (
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="windows",
                        to="base.calendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "weekday", "starts"), name="window_once"),
                    models.CheckConstraint(condition=models.Q(("weekday__range", (0, 6))), name="window_on_a_weekday"),
                ],
            },
        ),
    ]
