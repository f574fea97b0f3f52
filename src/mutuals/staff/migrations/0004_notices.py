"""Notices, who follows what, and who is where. Of the last nothing is written to the log: it is true for a minute."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

_WHY = [
    ("mention", "You were mentioned"),
    ("given", "It is yours now"),
    ("offered", "It is offered to you"),
    ("told", "A colleague or a rule told you"),
    ("followed", "You follow it"),
]


def _number():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _user(related_name, **more):
    on_delete = django.db.models.deletion.CASCADE
    return models.ForeignKey(on_delete=on_delete, related_name=related_name, to=settings.AUTH_USER_MODEL, **more)


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_told_by")]

    operations = [
        migrations.AddField("user", "news", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("user", "quiet_from", models.TimeField(blank=True, null=True)),
        migrations.AddField("user", "quiet_until", models.TimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="Heard",
            fields=[
                ("id", _number()),
                ("horizon", models.BigIntegerField(default=0)),
                ("entry", models.BigIntegerField(default=0)),
                ("until", models.BigIntegerField(default=0)),
                ("after", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", _number()),
                ("about", models.CharField(max_length=60)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("user", _user("follows")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("about", "user"), name="follow_once")]},
        ),
        migrations.CreateModel(
            name="Here",
            fields=[
                ("id", _number()),
                ("about", models.CharField(max_length=60)),
                ("is_editing", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("user", _user("+", db_index=False)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("about", "user"), name="here_once")]},
        ),
        migrations.RunSQL("ALTER TABLE staff_here SET UNLOGGED", "ALTER TABLE staff_here SET LOGGED"),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", _number()),
                ("why", models.CharField(choices=_WHY, max_length=10)),
                ("about", models.CharField(max_length=60)),
                ("did", models.CharField(max_length=60)),
                ("by", models.CharField(max_length=60)),
                ("words", models.CharField(blank=True, max_length=300)),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("began_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("user", _user("notices", db_index=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "-id"], condition=models.Q(("read_at", None)), name="notice_unread"),
                    models.Index(fields=["user", "-id"], name="notice_user"),
                    models.Index(fields=["about", "user"], name="notice_about"),
                ],
            },
        ),
    ]
