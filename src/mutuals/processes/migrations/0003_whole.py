"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("processes", "0001_begin"), ("processes", "0002_mine_by_owner"), ("processes", "0003_usual")]

    initial = True

    dependencies = [
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Process",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("kind", models.CharField(max_length=30)),
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
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("is_usual", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_usual", True)), fields=("kind", "pillar"), name="process_one_usual"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Ended"), ("dropped", "Dropped")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("step", models.CharField(max_length=40)),
                ("end", models.CharField(blank=True, max_length=7)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("lead", "Lead"),
                            ("staff", "Staff"),
                            ("contractor", "Contractor"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_waiting", models.BooleanField(default=False)),
                ("is_again", models.BooleanField(default=False)),
                ("changes", models.PositiveIntegerField(default=1)),
                ("began_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
                (
                    "process",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="processes.process",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about"], name="item_about"),
                    models.Index(
                        models.F("process"),
                        models.OrderBy(models.F("entered_at"), descending=True),
                        models.F("id"),
                        condition=models.Q(("state", "running")),
                        name="item_running",
                    ),
                    models.Index(
                        models.F("owner"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.F("id"),
                        condition=models.Q(("state", "running"), ("owner__isnull", False)),
                        name="item_mine",
                    ),
                    models.Index(
                        models.F("team"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.F("id"),
                        condition=models.Q(("state", "running"), ("owner", None)),
                        name="item_team",
                    ),
                    models.Index(
                        models.F("role"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.F("id"),
                        condition=models.Q(
                            ("state", "running"), ("owner", None), models.Q(("role", ""), _negated=True)
                        ),
                        name="item_role",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running"), ("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="item_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "running"), ("due_at__isnull", False), ("told_at", None)),
                        fields=["due_at"],
                        name="item_untold",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("process", "about"), name="process_item_once")],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("body", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("in_use", "In use"), ("past", "Past")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                ("edits", models.PositiveIntegerField(default=1)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "process",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="processes.process"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("process", "number"), name="process_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("process",), name="process_one_draft"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_use")), fields=("process",), name="process_one_in_use"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("frm", models.CharField(blank=True, max_length=40)),
                ("to", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                ("seconds", models.BigIntegerField(default=0)),
                ("in_time", models.BooleanField(null=True)),
                ("is_back", models.BooleanField(default=False)),
                ("was_again", models.BooleanField(default=False)),
                ("is_out", models.BooleanField(default=False)),
                ("because", models.CharField(blank=True, max_length=500)),
                ("did", models.JSONField(default=list)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="processes.item",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="processes.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["item", "id"], name="passage_item"),
                    models.Index(
                        fields=["version", "at"],
                        include=("frm", "to", "seconds", "in_time", "was_again", "is_out"),
                        name="passage_measured",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="item",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="processes.version",
            ),
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=40)),
                ("back_to", models.CharField(blank=True, max_length=40)),
                (
                    "to_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("lead", "Lead"),
                            ("staff", "Staff"),
                            ("contractor", "Contractor"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("next_action", models.CharField(blank=True, max_length=500)),
                ("given_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("because", models.CharField(blank=True, max_length=500)),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
                (
                    "from_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handovers",
                        to="processes.item",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["item", "id"], name="handover_item"),
                    models.Index(
                        condition=models.Q(("accepted_at", None), ("declined_at", None)),
                        fields=["given_at", "id"],
                        name="handover_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("declined_at", None)),
                        fields=("item",),
                        name="handover_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("declined_at", None), _connector="OR"),
                        name="handover_one_answer",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("state", "running")),
                fields=["process", "version", "step"],
                include=("due_at",),
                name="item_step",
            ),
        ),
    ]
