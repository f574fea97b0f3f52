"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("insights", "0001_passage"),
        ("insights", "0002_known"),
        ("insights", "0003_export"),
        ("insights", "0004_reports"),
    ]

    initial = True

    dependencies = [
        ("base", "0008_whole"),
        ("channels", "0004_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactCost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(blank=True, max_length=12)),
                ("network", models.CharField(blank=True, max_length=30)),
                ("since", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "network", "since"), name="cost_of_a_day"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="cost_is_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("body", models.JSONField()),
                ("shared", models.BooleanField(default=False)),
                ("ready", models.CharField(blank=True, max_length=30)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("shared", True)), fields=["name", "id"], name="report_shared")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="report_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("ready", ""), _negated=True), fields=("ready",), name="report_ready_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("weekday", models.SmallIntegerField(blank=True, null=True)),
                ("hour", models.SmallIntegerField()),
                ("zone", models.CharField(max_length=50)),
                ("last_on", models.DateField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="schedules", to="insights.report"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hour__range", (0, 23)),
                            models.Q(("weekday__isnull", True), ("weekday__range", (0, 6)), _connector="OR"),
                        ),
                        name="schedule_has_an_hour",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dashboard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
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
                ("body", models.JSONField(default=list)),
                ("shared", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="dashboard_name")],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(blank=True, max_length=40)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("csv", "CSV"),
                            ("xlsx", "Excel workbook"),
                            ("parquet", "Parquet"),
                            ("jsonl", "JSON Lines"),
                            ("vcard", "vCard"),
                            ("zip", "Everything, one ZIP"),
                        ],
                        max_length=8,
                    ),
                ),
                ("asked", models.JSONField(blank=True, default=dict)),
                ("words", models.CharField(max_length=300)),
                ("zone", models.CharField(max_length=50)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being written"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                            ("gone", "Gone"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("turn", models.IntegerField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("file_name", models.CharField(blank=True, default="", max_length=120)),
                ("size", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "blob",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.blob"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["by", "-id"], name="export_by"),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "running", "ready"))),
                        fields=["state", "expires_at"],
                        name="export_live",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.DateTimeField()),
                ("arrived", models.BigIntegerField()),
                ("quiet", models.BigIntegerField()),
                ("known", models.BigIntegerField(db_default=0)),
                ("stored", models.BigIntegerField()),
                ("said", models.BigIntegerField()),
                ("linked", models.BigIntegerField()),
                ("read", models.BigIntegerField()),
                ("ruled", models.BigIntegerField()),
                ("fired", models.BigIntegerField()),
                ("met", models.BigIntegerField()),
                ("waited", models.BigIntegerField()),
                ("slowest", models.BigIntegerField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.source",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("slot", "source"), name="passage_slot")],
            },
        ),
    ]
