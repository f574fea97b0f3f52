"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import mutuals.inbox.models.cases

SQL = """
CREATE STATISTICS turn_kinds (mcv) ON network, state, pillar, is_public FROM inbox_turn;
SELECT people_stir_from('inbox_case',
    'SELECT person_id FROM %1$I');
"""


class Migration(migrations.Migration):
    replaces = [
        ("inbox", "0001_initial"),
        ("inbox", "0002_initial"),
        ("inbox", "0003_found"),
        ("inbox", "0004_history"),
        ("inbox", "0005_kind"),
        ("inbox", "0006_case"),
        ("inbox", "0007_draft"),
        ("inbox", "0008_case_item"),
        ("inbox", "0009_cases"),
        ("inbox", "0010_promises"),
        ("inbox", "0011_tasks"),
        ("inbox", "0012_stirs"),
        ("inbox", "0013_trash"),
        ("inbox", "0014_lists"),
    ]

    initial = True

    dependencies = [
        ("conversations", "0003_whole"),
        ("people", "0015_whole"),
        ("processes", "0003_whole"),
        ("sales", "0012_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskFeed",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("generation", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("tokens", models.FloatField(default=0)),
                ("tokens_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("solved", "Solved"), ("dropped", "Dropped")],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")],
                        default="normal",
                        max_length=8,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("slight", "Slight"),
                            ("normal", "Normal"),
                            ("severe", "Severe"),
                            ("critical", "Critical"),
                        ],
                        db_default="normal",
                        default="normal",
                        max_length=8,
                    ),
                ),
                ("kind", models.CharField(blank=True, db_default="", default="", max_length=40)),
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
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "purpose",
                    models.CharField(
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
                (
                    "outcome",
                    models.CharField(
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
                ("result", models.CharField(blank=True, db_default="", default="", max_length=2000)),
                ("reopened", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("reopen_until", models.DateTimeField(blank=True, null=True)),
                ("opened_by", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "ended_by",
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
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inbox.case",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="case",
                        to="processes.item",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="inbox.case",
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
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="case_newest",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="case_trashed"
                    ),
                    models.Index(
                        models.F("conversation"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        name="case_of_conversation",
                    ),
                    models.Index(
                        models.F("person"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        name="case_of_person",
                    ),
                    models.Index(
                        models.F("organisation"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        condition=models.Q(("organisation__isnull", False)),
                        name="case_of_house",
                    ),
                    models.Index(
                        models.F("owner"),
                        models.F("state"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("owner__isnull", False)),
                        name="case_mine",
                    ),
                    models.Index(
                        models.F("team"),
                        models.OrderBy(models.F("opened_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("state", "open"), ("trashed_at", None), ("team__isnull", False)),
                        name="case_team",
                    ),
                    models.Index(
                        models.OrderBy(models.F("opened_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("state", "open"), ("trashed_at", None), ("owner", None)),
                        name="case_nobodys",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open"), ("trashed_at", None), ("due_at__isnull", False)),
                        fields=["due_at", "id"],
                        name="case_limit",
                    ),
                    models.Index(condition=models.Q(("parent__isnull", False)), fields=["parent"], name="case_parent"),
                    models.Index(
                        condition=models.Q(("follows__isnull", False)), fields=["follows"], name="case_follows"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("custom"), "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="case_custom",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("conversation__isnull", False), ("state", "open"), ("trashed_at__isnull", True)
                        ),
                        fields=("conversation",),
                        name="case_one_open_in_a_conversation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("conversation__isnull", False),
                            ("person__isnull", False),
                            ("organisation__isnull", False),
                            _connector="OR",
                        ),
                        name="case_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(
                                models.Q(("purpose", ""), _negated=True), models.Q(("outcome", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="case_ended_with_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="case_not_its_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="inbox.case",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "position"), name="case_check_position")],
            },
        ),
        migrations.CreateModel(
            name="CasePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("quantity", models.DecimalField(db_default=1, decimal_places=3, default=1, max_digits=12)),
                ("serial", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="inbox.case",
                    ),
                ),
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
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Upper("serial"),
                        condition=models.Q(("serial", ""), _negated=True),
                        name="case_part_serial",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "position"), name="case_part_position"),
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="case_part_some"),
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
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="case_policy_one")],
            },
        ),
        migrations.CreateModel(
            name="CaseTalk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                ("is_open", models.BooleanField(db_default=True, default=True)),
                ("is_suggested", models.BooleanField(db_default=False, default=False)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="talks",
                        to="inbox.case",
                    ),
                ),
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
                ],
            },
        ),
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
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("task", "Task"), ("call", "Call"), ("meeting", "Meeting")],
                        default="task",
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("notes", models.TextField(blank=True)),
                ("about", models.CharField(blank=True, max_length=60)),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("remind_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Done"),
                            ("reached", "Reached"),
                            ("not reached", "Not reached"),
                            ("left word", "Left word"),
                            ("held", "Held"),
                            ("fell through", "Did not take place"),
                        ],
                        max_length=12,
                    ),
                ),
                ("result", models.CharField(blank=True, max_length=2000)),
                (
                    "repeat",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Once"),
                            ("daily", "Every day"),
                            ("weekly", "Every week"),
                            ("monthly", "Every month"),
                        ],
                        max_length=8,
                    ),
                ),
                ("repeat_day", models.SmallIntegerField(blank=True, null=True)),
                ("repeat_until", models.DateField(blank=True, null=True)),
                ("uid", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("sequence", models.IntegerField(default=0)),
                ("made_by", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignee",
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
                    "follows",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed",
                        to="inbox.task",
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("trashed_at__isnull", True)),
                        fields=["assignee", "due_at", "id"],
                        name="task_mine",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("trashed_at__isnull", True)),
                        fields=["team", "due_at", "id"],
                        name="task_team",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("trashed_at__isnull", True)),
                        fields=["due_at", "id"],
                        name="task_all",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="task_trashed"
                    ),
                    models.Index(
                        models.F("assignee"),
                        models.OrderBy(models.F("done_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("done_at__isnull", False)),
                        name="task_done",
                    ),
                    models.Index(
                        models.OrderBy(models.F("done_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("done_at__isnull", False), ("trashed_at__isnull", True)),
                        name="task_all_done",
                    ),
                    models.Index(fields=["assignee", "due_at"], name="task_feed"),
                    models.Index(
                        models.F("about"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("about", ""), _negated=True),
                        name="task_about",
                    ),
                    models.Index(
                        models.F("person"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("person__isnull", False)),
                        name="task_person",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("remind_at__isnull", False),
                            ("told_at__isnull", True),
                            ("done_at__isnull", True),
                            ("trashed_at__isnull", True),
                        ),
                        fields=["remind_at"],
                        name="task_remind",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="task_has_title"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="task_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_at__isnull", False),
                            models.Q(("due_on__isnull", True), ("starts_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="task_has_its_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="inbox.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("user__isnull", False)), fields=["user", "task"], name="participant_user"
                    ),
                    models.Index(
                        condition=models.Q(("person__isnull", False)),
                        fields=["person", "task"],
                        name="participant_person",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "user", "person"), name="participant_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", True), ("user__isnull", False)),
                            models.Q(("person__isnull", False), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="participant_is_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "conversation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="turn",
                        serialize=False,
                        to="conversations.conversation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("pending", "Waiting for them"),
                            ("snoozed", "Snoozed"),
                            ("closed", "Closed"),
                            ("history", "Kept as history"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
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
                ("network", models.CharField(max_length=30)),
                ("is_public", models.BooleanField(default=False)),
                ("unread", models.IntegerField(default=0)),
                ("draft", models.TextField(blank=True, db_default="", default="")),
                ("moved_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("first_answer_at", models.DateTimeField(blank=True, null=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "purpose",
                    models.CharField(
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
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solved", "Solved"),
                            ("answered", "Answered, not solved"),
                            ("passed_on", "Passed on"),
                            ("no_answer", "No answer needed"),
                            ("not_possible", "Not possible"),
                            ("noise", "Not relevant"),
                        ],
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="turns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
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
                        related_name="turns",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("moved_at"), descending=True),
                        models.OrderBy(models.F("conversation"), descending=True),
                        include=("network", "pillar", "is_public"),
                        name="turn_all",
                    ),
                    models.Index(
                        models.F("assignee"),
                        models.F("state"),
                        models.OrderBy(models.F("moved_at"), descending=True),
                        models.OrderBy(models.F("conversation"), descending=True),
                        include=("network", "pillar", "is_public"),
                        name="turn_mine",
                    ),
                    models.Index(
                        models.F("team"),
                        models.F("state"),
                        models.OrderBy(models.F("moved_at"), descending=True),
                        models.OrderBy(models.F("conversation"), descending=True),
                        include=("network", "pillar", "is_public", "assignee"),
                        name="turn_team",
                    ),
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("moved_at"), descending=True),
                        models.OrderBy(models.F("conversation"), descending=True),
                        condition=models.Q(("assignee__isnull", True)),
                        include=("network", "pillar", "is_public", "team"),
                        name="turn_unassigned",
                    ),
                    models.Index(
                        condition=models.Q(("assignee__isnull", False), ("state", "open")),
                        fields=["assignee", "waiting_since", "moved_at"],
                        name="turn_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "snoozed")), fields=["snoozed_until"], name="turn_snoozed"
                    ),
                    models.Index(
                        fields=["network", "state", "pillar", "is_public", "assignee", "team"], name="turn_kind"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(
                                models.Q(("purpose", ""), _negated=True),
                                models.Q(("outcome", ""), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="turn_closed_with_outcome",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
