import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0009_cases"),
        ("conversations", "0003_fewer_indexes"),
        ("people", "0011_custom"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(blank=True, default="", max_length=60)),
                ("said_in", models.CharField(blank=True, default="", max_length=40)),
                ("words", models.CharField(max_length=300)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("made_by", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "Suggested"),
                            ("open", "Open"),
                            ("kept", "Kept"),
                            ("broken", "Broken"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("kept_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("alert_at", models.DateTimeField(blank=True, null=True)),
                ("alerted_at", models.DateTimeField(blank=True, null=True)),
                ("late_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="promises",
                        to="inbox.case",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promises",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("owner"),
                        models.F("state"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.F("id"),
                        name="promise_of_owner",
                    ),
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("due_at"), nulls_last=True),
                        models.F("id"),
                        name="promise_by_due",
                    ),
                    models.Index(
                        models.F("person"), models.OrderBy(models.F("id"), descending=True), name="promise_of_person"
                    ),
                    models.Index(
                        models.F("conversation"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="promise_of_conversation",
                    ),
                    models.Index(
                        models.F("case"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("case__isnull", False)),
                        name="promise_of_case",
                    ),
                    models.Index(
                        models.F("about"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("about", ""), _negated=True),
                        name="promise_about",
                    ),
                    models.Index(
                        condition=models.Q(("alert_at__isnull", False), ("state", "open")),
                        fields=["alert_at"],
                        name="promise_alert",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("conversation__isnull", False), ("state", "kept"), ("told_at__isnull", True)
                        ),
                        fields=["kept_at"],
                        name="promise_untold",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", False), ("conversation__isnull", False), _connector="OR"),
                        name="promise_to_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("said_in", ""), _negated=True),
                        fields=("said_in", "words"),
                        name="promise_said_once",
                    ),
                ],
            },
        ),
    ]
