"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = """
SELECT people_stir_from('history_interaction',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
"""


class Migration(migrations.Migration):
    replaces = [
        ("history", "0001_initial"),
        ("history", "0002_initial"),
        ("history", "0003_when"),
        ("history", "0004_plain_words"),
        ("history", "0005_published"),
        ("history", "0006_stirs"),
    ]

    initial = True

    dependencies = [
        ("base", "0008_whole"),
        ("channels", "0004_whole"),
        ("conversations", "0003_whole"),
        ("people", "0015_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField(db_index=True)),
                ("revision", models.CharField(blank=True, max_length=80)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField(db_index=True)),
                ("name", models.CharField(max_length=200)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.BigIntegerField(default=0)),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("description", models.CharField(blank=True, max_length=500)),
                (
                    "blob",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.blob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=512)),
                ("revision", models.CharField(blank=True, max_length=80)),
                ("network", models.CharField(max_length=30)),
                ("kind", models.CharField(max_length=12)),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "From them"), ("out", "From us"), ("note", "Among us")], max_length=4
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("unknown", "Sent, but not confirmed"),
                            ("cancelled", "Taken back before it was sent"),
                            ("deleted", "Deleted by its author"),
                            ("noted", "Noted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_public", models.BooleanField()),
                ("visibility", models.CharField(blank=True, max_length=20)),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("reply_to", models.CharField(blank=True, max_length=512)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("text", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("purpose", models.CharField(blank=True, db_default="", max_length=20)),
                ("outcome", models.CharField(blank=True, db_default="", max_length=20)),
                ("about", models.CharField(blank=True, db_default="", max_length=60)),
                ("error", models.CharField(blank=True, db_default="", max_length=500)),
                ("extra", models.JSONField(blank=True, default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.profile",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="channels.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("profile"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="interaction_timeline",
                    ),
                    models.Index(
                        models.F("conversation"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="interaction_thread",
                    ),
                    models.Index(
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="interaction_newest",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.contrib.postgres.search.SearchVector("subject", "text", config="simple"),
                            "tsvector_ops",
                        ),
                        name="interaction_words",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["occurred_at"], name="interaction_when", pages_per_range=32
                    ),
                    models.Index(
                        condition=models.Q(("about", ""), _negated=True), fields=["about"], name="interaction_about"
                    ),
                    models.Index(
                        models.F("channel"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        condition=models.Q(("direction", "out"), ("kind__in", ["post", "article"])),
                        name="interaction_published",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="interaction_key")],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=512)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=40)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.source"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="tombstone_key")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
