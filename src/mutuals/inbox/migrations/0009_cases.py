"""Cases: what came of them, whose they are, their family, further conversations, checklist, parts; and the house's policy."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import mutuals.inbox.models.cases

_ENDED = """
UPDATE inbox_case SET purpose = 'none', outcome = CASE state WHEN 'solved' THEN 'solved' ELSE 'no_answer' END
WHERE state <> 'open'
"""
_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_CASE = {"db_index": False, "on_delete": django.db.models.deletion.CASCADE, "to": "inbox.case"}


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_fewer_indexes"),
        ("inbox", "0008_case_item"),
        ("people", "0011_custom"),
        ("processes", "0003_usual"),
        ("sales", "0006_deals"),
        ("staff", "0003_told_by"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="case",
            name="case_about_something",
        ),
        migrations.AddField(
            model_name="case",
            name="changed_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="case",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="case",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="inbox.case",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="kind",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="case",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.organisation",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("solved", "Solved"),
                    ("answered", "Answered, not solved"),
                    ("passed_on", "Passed on"),
                    ("no_answer", "No answer needed"),
                    ("not_possible", "Not possible"),
                    ("noise", "Not relevant"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="children",
                to="inbox.case",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("help", "Help"),
                    ("fix", "Fix"),
                    ("inform", "Inform"),
                    ("advise", "Advise"),
                    ("facilitate", "Facilitate"),
                    ("thank", "Thank"),
                    ("none", "Nothing asked"),
                ],
                db_default="",
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="reopen_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="reopened",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="case",
            name="result",
            field=models.CharField(blank=True, db_default="", default="", max_length=2000),
        ),
        migrations.AddField(
            model_name="case",
            name="severity",
            field=models.CharField(
                choices=[("slight", "Slight"), ("normal", "Normal"), ("severe", "Severe"), ("critical", "Critical")],
                db_default="normal",
                default="normal",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="team",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="staff.team",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="trashed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("organisation"),
                models.OrderBy(models.F("opened_at"), descending=True),
                condition=models.Q(("organisation__isnull", False)),
                name="case_of_house",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("owner"),
                models.F("state"),
                models.OrderBy(models.F("opened_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("owner__isnull", False)),
                name="case_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("team"),
                models.OrderBy(models.F("opened_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "open"), ("trashed_at", None), ("team__isnull", False)),
                name="case_team",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.OrderBy(models.F("opened_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "open"), ("trashed_at", None), ("owner", None)),
                name="case_nobodys",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "open"), ("trashed_at", None), ("due_at__isnull", False)),
                fields=["due_at", "id"],
                name="case_limit",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("parent__isnull", False)), fields=["parent"], name="case_parent"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("follows__isnull", False)), fields=["follows"], name="case_follows"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("custom"), "jsonb_path_ops"),
                condition=models.Q(("custom", {}), _negated=True),
                name="case_custom",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("conversation__isnull", False),
                    ("person__isnull", False),
                    ("organisation__isnull", False),
                    _connector="OR",
                ),
                name="case_about_something",
            ),
        ),
        migrations.RunSQL(_ENDED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "open"),
                    models.Q(models.Q(("purpose", ""), _negated=True), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="case_ended_with_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="case_not_its_own_parent",
            ),
        ),
        migrations.CreateModel(
            name="CaseCheck",
            fields=[
                _ID,
                ("position", models.PositiveSmallIntegerField()),
                ("words", models.CharField(max_length=200)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("case", models.ForeignKey(related_name="checks", **_CASE)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("case", "position"), name="case_check_position")]},
        ),
        migrations.CreateModel(
            name="CasePart",
            fields=[
                _ID,
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(db_default=1, decimal_places=3, default=1, max_digits=12)),
                ("serial", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("case", models.ForeignKey(related_name="parts", **_CASE)),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "position"), name="case_part_position"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="case_part_some"),
                ],
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Upper("serial"),
                        condition=models.Q(("serial", ""), _negated=True),
                        name="case_part_serial",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CasePolicy",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("reopen_days", models.PositiveSmallIntegerField(db_default=14, default=14)),
                ("calendar", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("kinds", models.JSONField(default=mutuals.inbox.models.cases.usual_kinds)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="case_policy_one")]},
        ),
        migrations.CreateModel(
            name="CaseTalk",
            fields=[
                _ID,
                ("since", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                ("is_open", models.BooleanField(db_default=True, default=True)),
                ("is_suggested", models.BooleanField(db_default=False, default=False)),
                ("case", models.ForeignKey(related_name="talks", **_CASE)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="conversations.conversation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "conversation"), name="case_talk_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_open", True)), fields=("conversation",), name="case_talk_in_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_open", True), ("is_suggested", True), _negated=True),
                        name="case_talk_let_in",
                    ),
                ]
            },
        ),
    ]
