"""Tasks, calls and meetings; who is at them; secret addresses of calendars."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_OPEN = Q(done_at__isnull=True, trashed_at__isnull=True)
_GOES = django.db.models.deletion.CASCADE
_STAYS = django.db.models.deletion.SET_NULL


def _link(to, on_delete, **more):
    return models.ForeignKey(
        blank=True, db_index=False, null=True, on_delete=on_delete, related_name="+", to=to, **more
    )


def _moment():
    return models.DateTimeField(blank=True, null=True)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0010_promises"), ("people", "0011_custom"), ("staff", "0003_told_by")]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                _ID,
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
                ("starts_at", _moment()),
                ("ends_at", _moment()),
                ("due_at", _moment()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("remind_at", _moment()),
                ("told_at", _moment()),
                ("done_at", _moment()),
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
                ("trashed_at", _moment()),
                ("assignee", _link(settings.AUTH_USER_MODEL, _STAYS)),
                (
                    "follows",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=_STAYS, related_name="followed", to="inbox.task"
                    ),
                ),
                ("person", _link("people.person", _GOES)),
                ("team", _link("staff.team", _STAYS)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~Q(title=""), name="task_has_title"),
                    models.CheckConstraint(
                        condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                        name="task_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=Q(due_at__isnull=False) | Q(due_on__isnull=True, starts_at__isnull=True),
                        name="task_has_its_order",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["assignee", "due_at", "id"], name="task_mine", condition=_OPEN),
                    models.Index(fields=["team", "due_at", "id"], name="task_team", condition=_OPEN),
                    models.Index(fields=["due_at", "id"], name="task_all", condition=_OPEN),
                    models.Index(
                        "assignee",
                        F("done_at").desc(),
                        F("id").desc(),
                        name="task_done",
                        condition=Q(done_at__isnull=False),
                    ),
                    models.Index("about", F("id").desc(), name="task_about", condition=~Q(about="")),
                    models.Index("person", F("id").desc(), name="task_person", condition=Q(person__isnull=False)),
                    models.Index(
                        fields=["remind_at"],
                        name="task_remind",
                        condition=Q(remind_at__isnull=False, told_at__isnull=True) & _OPEN,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                _ID,
                ("person", _link("people.person", _GOES)),
                ("user", _link(settings.AUTH_USER_MODEL, _GOES)),
                (
                    "task",
                    models.ForeignKey(db_index=False, on_delete=_GOES, related_name="participants", to="inbox.task"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["task", "user", "person"], nulls_distinct=False, name="participant_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(user__isnull=False, person__isnull=True)
                        | Q(user__isnull=True, person__isnull=False),
                        name="participant_is_one",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["user", "task"], name="participant_user", condition=Q(user__isnull=False)),
                    models.Index(
                        fields=["person", "task"], name="participant_person", condition=Q(person__isnull=False)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskFeed",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=_GOES,
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
    ]
