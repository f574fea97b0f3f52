"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("rules", "0001_first"),
        ("rules", "0002_delivery"),
        ("rules", "0003_letters"),
        ("rules", "0004_struck"),
        ("rules", "0005_ends"),
        ("rules", "0006_figures"),
        ("rules", "0007_on_records"),
    ]

    initial = True

    dependencies = [
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="State",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changes", models.BigIntegerField(default=0)),
                ("horizon", models.BigIntegerField(default=0)),
                ("entry", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("place", models.IntegerField(default=0)),
                ("is_on", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("when", models.CharField(max_length=80)),
                ("body", models.JSONField()),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["place", "id"], name="rule_order")],
            },
        ),
        migrations.CreateModel(
            name="Firing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("event", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("is_otherwise", models.BooleanField(default=False)),
                ("interaction_id", models.BigIntegerField(blank=True, null=True)),
                ("conversation_id", models.BigIntegerField(blank=True, null=True)),
                ("person_id", models.BigIntegerField(blank=True, null=True)),
                ("about", models.CharField(blank=True, db_default="", max_length=60)),
                ("seen", models.JSONField(default=dict)),
                ("steps", models.JSONField(default=list)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("partly", "Done in part"),
                            ("failed", "Nothing could be done"),
                            ("put_off", "Waits for the end of quiet hours"),
                            ("held", "Held back: too many"),
                        ],
                        default="done",
                        max_length=8,
                    ),
                ),
                ("came_of", models.CharField(blank=True, db_default="", max_length=8)),
                ("is_applied", models.BooleanField(db_default=False, default=False)),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="firings",
                        to="rules.rule",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["rule", "-at"], include=("outcome",), name="firing_of_rule_at"),
                    models.Index(
                        condition=models.Q(("came_of", ""), _negated=True),
                        fields=["rule"],
                        include=("came_of", "is_otherwise"),
                        name="firing_judged",
                    ),
                    models.Index(fields=["conversation_id", "-at"], name="firing_of_conversation"),
                    models.Index(fields=["person_id", "-at"], name="firing_of_person"),
                    models.Index(
                        condition=models.Q(("about", ""), _negated=True), fields=["about", "-at"], name="firing_about"
                    ),
                    models.Index(fields=["interaction_id"], name="firing_of_interaction"),
                ],
                "constraints": [models.UniqueConstraint(fields=("rule", "version", "event"), name="firing_once")],
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("body", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="rules.rule"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("after", models.BigIntegerField(default=0)),
                ("found", models.BigIntegerField(default=0)),
                ("fired", models.BigIntegerField(default=0)),
                ("met", models.BigIntegerField(db_default=0, default=0)),
                ("total", models.BigIntegerField(db_default=0, default=0)),
                ("batch", models.BigIntegerField(blank=True, null=True)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "All was looked at"),
                            ("stopped", "Stopped"),
                            ("off", "Ended, because the rule was turned off"),
                            ("changed", "Ended, because the rule was written anew or cannot run"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="rules.rule"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("way", models.CharField(choices=[("hook", "Hook"), ("mail", "Mail")], max_length=4)),
                ("to", models.CharField(max_length=500)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("off", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits"),
                            ("sending", "On its way"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("unknown", "May have been sent"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("changed_at", models.DateTimeField()),
                (
                    "firing",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="rules.firing",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("firing", "way", "to"), name="delivery_once")],
            },
        ),
    ]
