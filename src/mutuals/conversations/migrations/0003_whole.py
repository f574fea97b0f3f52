"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("conversations", "0001_initial"),
        ("conversations", "0002_initial"),
        ("conversations", "0003_fewer_indexes"),
    ]

    initial = True

    dependencies = [
        ("channels", "0004_whole"),
        ("people", "0015_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=512)),
                ("network", models.CharField(max_length=30)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("snippet", models.CharField(blank=True, max_length=200)),
                ("is_public", models.BooleanField(default=False)),
                ("message_count", models.IntegerField(default=0)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_in_at", models.DateTimeField(blank=True, null=True)),
                ("last_out_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "opener",
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
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="channels.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["opener"], name="conversation_opener"),
                    models.Index(
                        condition=models.Q(("channel__isnull", False)), fields=["channel"], name="conversation_channel"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="conversation_key")],
            },
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=512)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.source",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anchors",
                        to="conversations.conversation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="anchor_key")],
            },
        ),
    ]
