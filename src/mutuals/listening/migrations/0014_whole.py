"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

SQL = """
CREATE VIEW listening_heard AS
SELECT m.interaction_id, array_agg(t.name ORDER BY t.name) AS topics
FROM listening_mention m JOIN listening_topic t ON t.version_id = m.version_id
WHERE m.aside IN ('', 'copy') GROUP BY m.interaction_id;
SELECT people_stir_from('listening_reading',
    'SELECT f.person_id FROM %1$I r JOIN history_interaction i ON i.id = r.interaction_id JOIN people_profile f ON f.id = i.profile_id');
SELECT people_stir_from('listening_mention',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('listening_standing',
    'SELECT person_id FROM %1$I');
"""


class Migration(migrations.Migration):
    replaces = [
        ("listening", "0001_first"),
        ("listening", "0002_heard"),
        ("listening", "0003_cards"),
        ("listening", "0004_when"),
        ("listening", "0005_raised"),
        ("listening", "0006_boards"),
        ("listening", "0007_playbooks"),
        ("listening", "0008_pillars"),
        ("listening", "0009_lessons"),
        ("listening", "0010_risen"),
        ("listening", "0011_by_mail"),
        ("listening", "0012_strands"),
        ("listening", "0013_looked_back"),
        ("listening", "0014_stirs"),
    ]

    initial = True

    dependencies = [
        ("channels", "0004_whole"),
        ("history", "0006_whole"),
        ("people", "0015_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                ("interaction_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
            ],
            options={
                "db_table": "listening_heard",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Backlog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("below", models.BigIntegerField()),
                ("began_below", models.BigIntegerField()),
                ("read", models.BigIntegerField(default=0)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Learned",
            fields=[
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="channels.channel",
                    ),
                ),
                ("posts", models.IntegerField()),
                ("held", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("brand", "Our brand"),
                            ("product", "Product"),
                            ("theme", "Theme"),
                            ("competitor", "Competitor"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "muted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("budget", models.CharField(default="one a month", max_length=100)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("risen_at", models.DateTimeField(blank=True, null=True)),
                ("risen_n", models.BigIntegerField(default=0)),
                ("edition", models.IntegerField(db_default=1, default=1)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("archived_at", None)), fields=("name",), name="topic_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("interaction_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=12)),
                ("mood", models.CharField(max_length=8)),
                ("negative", models.SmallIntegerField()),
                ("neutral", models.SmallIntegerField()),
                ("positive", models.SmallIntegerField()),
                ("emotion", models.CharField(max_length=8)),
                (
                    "intents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                ("urgency", models.CharField(max_length=9)),
                ("print", models.BigIntegerField(null=True)),
                ("version", models.CharField(max_length=40)),
                (
                    "corrected",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), db_default=[], default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Board",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("topics", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("query", models.CharField(blank=True, max_length=500)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("owner", "Owner"),
                                ("admin", "Admin"),
                                ("lead", "Lead"),
                                ("staff", "Staff"),
                                ("contractor", "Contractor"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)), fields=("owner", "name"), name="board_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField()),
                ("label", models.CharField(max_length=8)),
                ("was", models.CharField(max_length=100)),
                ("now", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
            ],
            options={
                "indexes": [models.Index(models.OrderBy(models.F("at"), descending=True), name="correction_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("interaction_id", "label"),
                        name="correction_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Cue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("sales", "Sales"),
                            ("service", "Service, at once"),
                            ("ahead", "Service, ahead"),
                            ("marketing", "Marketing"),
                            ("innovation", "Innovation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("interaction_id", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("is_met", models.BooleanField()),
                ("chance", models.SmallIntegerField()),
                ("strength", models.SmallIntegerField()),
                ("is_right", models.BooleanField(null=True)),
                ("judged_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "judged_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("way"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("interaction_id"), descending=True),
                        name="cue_stream",
                    ),
                    models.Index(
                        condition=models.Q(("judged_at__isnull", False)), fields=["way", "judged_at"], name="cue_judged"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("interaction_id", "way"), name="cue_once")],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("zone", models.CharField(max_length=50)),
                ("audience", models.JSONField(null=True)),
                ("audience_words", models.CharField(blank=True, max_length=300)),
                ("posts", models.IntegerField()),
                ("curves", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
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
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.channel"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.OrderBy(models.F("made_at"), descending=True), name="forecast_newest")],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.SmallIntegerField()),
                ("text", models.TextField()),
                ("has_media", models.BooleanField(default=False)),
                ("base", models.JSONField(default=dict)),
                ("why", models.JSONField(default=list)),
                ("interaction_id", models.BigIntegerField(null=True, unique=True)),
                ("by_hand", models.BooleanField(default=False)),
                ("published_at", models.DateTimeField(null=True)),
                ("low", models.FloatField(null=True)),
                ("middle", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("usual", models.FloatField(null=True)),
                ("counted", models.IntegerField(null=True)),
                (
                    "forecast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="listening.forecast"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("counted", None), ("published_at__isnull", False)),
                        fields=["published_at"],
                        name="draft_unscored",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("forecast", "place"), name="draft_place")],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField(unique=True)),
                ("name", models.CharField(max_length=40)),
                ("base", models.CharField(max_length=40)),
                ("is_taken", models.BooleanField()),
                ("is_used", models.BooleanField(default=False)),
                ("is_held", models.BooleanField(default=False)),
                ("weights", models.BinaryField(null=True)),
                (
                    "corrections",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                ("because", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_used", True)), fields=("is_used",), name="lesson_used"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_used", False), ("is_taken", True), _connector="OR"),
                        name="lesson_used_taken",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Listener",
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
                (
                    "rhythm",
                    models.CharField(
                        choices=[("never", "Never"), ("daily", "Each day"), ("weekly", "Each Monday")],
                        default="never",
                        max_length=6,
                    ),
                ),
                ("most", models.SmallIntegerField(default=8)),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("by_mail", models.BooleanField(default=False)),
                (
                    "board",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="listening.board",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most__gte", 1), ("most__lte", 50)), name="listener_most"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lookback",
            fields=[
                (
                    "topic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="listening.topic",
                    ),
                ),
                ("version_id", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("posts", models.BigIntegerField(default=0)),
                ("read", models.BigIntegerField(default=0)),
                ("allowed", models.CharField(blank=True, max_length=100)),
                ("rings", models.JSONField(default=list)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Watching",
            fields=[
                (
                    "topic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="listening.topic",
                    ),
                ),
                ("version_id", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                ("strictness", models.FloatField()),
                ("allowed", models.CharField(blank=True, max_length=100)),
                ("usual", models.JSONField()),
                ("standing", models.JSONField(default=dict)),
                ("seen_id", models.BigIntegerField(null=True)),
                ("late", models.BigIntegerField(db_default=0, default=0)),
                ("late_since", models.DateTimeField(null=True)),
                ("late_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField()),
                ("is_relevant", models.BooleanField()),
                ("because", models.CharField(blank=True, max_length=10)),
                ("at", models.DateTimeField()),
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
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.topic",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["interaction_id"], name="feedback_of")],
                "constraints": [models.UniqueConstraint(fields=("topic", "interaction_id"), name="feedback_once")],
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("alarm", "Early warning"),
                            ("rising", "Rising words"),
                            ("drop", "Fell away"),
                            ("held", "Rule held"),
                            ("broken", "Source broken"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("level", models.SmallIntegerField(default=1)),
                ("words", models.CharField(max_length=400)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("evidence", models.JSONField(default=dict)),
                ("touched", models.IntegerField(default=0)),
                ("value", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("acted", "Acted on"),
                            ("delegated", "Given to somebody"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("made_at", models.DateTimeField()),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "led",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("playbook", models.CharField(blank=True, max_length=80)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
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
                    "to",
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
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cards",
                        to="listening.topic",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "-made_at"], name="card_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("about", "key"), name="card_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="card_settled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PillarWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("sales", "Sales"),
                            ("service", "Service, at once"),
                            ("ahead", "Service, ahead"),
                            ("marketing", "Marketing"),
                            ("innovation", "Innovation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=12)),
                ("words", models.CharField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("way", "language"), name="pillar_words_once")],
            },
        ),
        migrations.CreateModel(
            name="Playbook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alarm", "Early warning"),
                            ("rising", "Rising words"),
                            ("drop", "Fell away"),
                            ("held", "Rule held"),
                            ("broken", "Source broken"),
                        ],
                        max_length=8,
                    ),
                ),
                ("level", models.SmallIntegerField(default=1)),
                (
                    "steps",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), size=None),
                ),
                ("changed_at", models.DateTimeField()),
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
            ],
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("interaction_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("is_random", models.BooleanField()),
                ("was", models.CharField(max_length=8)),
                ("told", models.CharField(blank=True, max_length=8)),
                ("version", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
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
            ],
        ),
        migrations.CreateModel(
            name="Rereading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("below", models.BigIntegerField()),
                ("began_below", models.BigIntegerField()),
                ("read", models.BigIntegerField(default=0)),
                ("changed", models.BigIntegerField(default=0)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
            ],
        ),
        migrations.CreateModel(
            name="Rising",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("authors", models.IntegerField()),
                ("customers", models.IntegerField()),
                ("mentions", models.IntegerField()),
                ("before", models.IntegerField()),
                ("growth", models.FloatField(null=True)),
                ("z", models.FloatField()),
                ("said", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "line",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "examples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("since", models.DateTimeField(null=True)),
                ("place", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rising", to="listening.topic"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Saying",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=100)),
                ("label", models.CharField(max_length=8)),
                ("value", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("words", "label"), name="saying_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("person_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "stance",
                    models.CharField(
                        choices=[
                            ("promoter", "Promoter"),
                            ("turned", "Turned negative"),
                            ("positive", "Positive"),
                            ("negative", "Negative"),
                            ("neutral", "Neutral or mixed"),
                            ("silent", "Silent for 60 days though active elsewhere"),
                            ("away", "Not heard of at all for 60 days"),
                            ("never", "Never spoke of us"),
                        ],
                        max_length=8,
                    ),
                ),
                ("positive", models.IntegerField(default=0)),
                ("negative", models.IntegerField(default=0)),
                ("said", models.IntegerField(default=0)),
                ("spoke_at", models.DateTimeField(null=True)),
                ("active_at", models.DateTimeField(null=True)),
                ("reckoned_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["stance", "person_id"], name="standing_of")],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.SmallIntegerField()),
                ("words", models.CharField(max_length=300)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "card",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="listening.card",
                    ),
                ),
                (
                    "done_by",
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
                    "to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("done_at", None)), fields=["to"], name="step_waiting")],
                "constraints": [models.UniqueConstraint(fields=("card", "place"), name="step_place")],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=12)),
                ("why", models.CharField(max_length=300)),
                ("place", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                ("is_relevant", models.BooleanField(null=True)),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.topic",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["interaction_id"], name="told_of")],
                "constraints": [models.UniqueConstraint(fields=("user", "interaction_id"), name="told_once")],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("words", models.CharField(max_length=2000)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), blank=True, default=list, size=None
                    ),
                ),
                (
                    "without",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("filling", "Reading history"), ("live", "Listening"), ("old", "Replaced")],
                        default="filling",
                        max_length=8,
                    ),
                ),
                ("began_below", models.BigIntegerField(null=True)),
                ("below", models.BigIntegerField(null=True)),
                ("hits", models.BigIntegerField(default=0)),
                ("filled_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="listening.topic"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("topic", "number"), name="version_number")],
            },
        ),
        migrations.AddField(
            model_name="topic",
            name="version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="listening.version"
            ),
        ),
        migrations.CreateModel(
            name="Strand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mood", models.CharField(max_length=8)),
                ("n", models.IntegerField()),
                ("aside", models.IntegerField()),
                ("questions", models.IntegerField()),
                ("hour", models.DateTimeField()),
                ("by_customers", models.IntegerField()),
                ("is_new", models.BooleanField()),
                ("network", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=12)),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["version", "network", "language", "hour"],
                        include=("mood", "n", "by_customers"),
                        name="strand_at",
                    ),
                    models.Index(
                        condition=models.Q(("is_new", True)),
                        fields=["version", "network", "language", "hour"],
                        name="strand_new",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mood", models.CharField(max_length=8)),
                ("n", models.IntegerField()),
                ("aside", models.IntegerField()),
                ("questions", models.IntegerField()),
                ("hour", models.DateTimeField()),
                ("by_customers", models.IntegerField()),
                ("is_new", models.BooleanField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version", "hour"], name="pulse_at"),
                    models.Index(condition=models.Q(("is_new", True)), fields=["version", "hour"], name="pulse_new"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("profile_id", models.BigIntegerField(null=True)),
                ("network", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=12)),
                ("mood", models.CharField(max_length=8)),
                ("is_customer", models.BooleanField()),
                ("is_question", models.BooleanField()),
                (
                    "aside",
                    models.CharField(
                        choices=[
                            ("", "Counts"),
                            ("copy", "Says the same as another"),
                            ("spam", "Read as spam"),
                            ("bot", "Written by a bot"),
                            ("out", "Said to be not relevant"),
                        ],
                        max_length=4,
                    ),
                ),
                ("print", models.BigIntegerField(null=True)),
                ("lead_id", models.BigIntegerField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("version"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("interaction_id"), descending=True),
                        condition=models.Q(("aside", "")),
                        name="mention_stream",
                    ),
                    models.Index(
                        models.F("version"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("interaction_id"), descending=True),
                        condition=models.Q(("aside", ""), _negated=True),
                        name="mention_aside",
                    ),
                    models.Index(
                        condition=models.Q(("print__isnull", False)),
                        fields=["version", "print", "occurred_at"],
                        name="mention_same",
                    ),
                    models.Index(
                        condition=models.Q(("aside", "copy")), fields=["version", "lead_id"], name="mention_copies"
                    ),
                    models.Index(fields=["profile_id", "version"], name="mention_author"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["occurred_at"], name="mention_when", pages_per_range=32
                    ),
                    models.Index(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.math.Mod("profile_id", 64), 0),
                            ("aside", ""),
                        ),
                        fields=["version", "occurred_at", "profile_id"],
                        include=("is_customer", "network", "language", "mood"),
                        name="mention_voices",
                    ),
                    models.Index(
                        condition=models.Q(("aside", ""), ("is_question", True)),
                        fields=["version", "occurred_at"],
                        name="mention_questions",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("interaction_id", "version"), name="mention_once")],
            },
        ),
        migrations.CreateModel(
            name="Day",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mood", models.CharField(max_length=8)),
                ("n", models.IntegerField()),
                ("aside", models.IntegerField()),
                ("questions", models.IntegerField()),
                ("network", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=12)),
                ("is_customer", models.BooleanField()),
                ("day", models.DateTimeField()),
                ("is_new", models.BooleanField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version", "day"], name="day_at"),
                    models.Index(condition=models.Q(("is_new", True)), fields=["version", "day"], name="day_new"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Count",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mood", models.CharField(max_length=8)),
                ("n", models.IntegerField()),
                ("aside", models.IntegerField()),
                ("questions", models.IntegerField()),
                ("network", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=12)),
                ("is_customer", models.BooleanField()),
                ("hour", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="listening.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "hour", "network", "language", "mood", "is_customer"), name="count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Bar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("sales", "Sales"),
                            ("service", "Service, at once"),
                            ("ahead", "Service, ahead"),
                            ("marketing", "Marketing"),
                            ("innovation", "Innovation"),
                        ],
                        max_length=10,
                    ),
                ),
                ("was", models.SmallIntegerField()),
                ("value", models.SmallIntegerField()),
                ("right", models.IntegerField()),
                ("judged", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "undone_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("way"), models.OrderBy(models.F("at"), descending=True), name="bar_newest")
                ],
            },
        ),
        migrations.AddField(
            model_name="lookback",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(SQL),
    ]
