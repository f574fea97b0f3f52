"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = """
SELECT people_stir_from('communities_vote',
    'SELECT person_id FROM %1$I');
SELECT people_stir_from('communities_asker',
    'SELECT f.person_id FROM %1$I r JOIN people_profile f ON f.id = r.profile_id');
SELECT people_stir_from('communities_idea',
    'SELECT v.person_id FROM %1$I r JOIN communities_vote v ON v.idea_id = r.id
        UNION SELECT f.person_id FROM %1$I r JOIN communities_asker a ON a.idea_id = r.id JOIN people_profile f ON f.id = a.profile_id');
"""


class Migration(migrations.Migration):
    replaces = [("communities", "0001_initial"), ("communities", "0002_stirs")]

    initial = True

    dependencies = [
        ("people", "0015_whole"),
        ("processes", "0003_whole"),
        ("sales", "0012_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Idea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("title_key", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("review", "Under review"),
                            ("planned", "Planned"),
                            ("done", "Done"),
                            ("declined", "Declined"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("votes", models.IntegerField(default=0)),
                ("askers", models.IntegerField(default=0)),
                ("worth", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("worth_currency", models.CharField(blank=True, max_length=3)),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("titled_by", models.CharField(blank=True, max_length=60)),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=60)),
                (
                    "item",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="processes.item",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="communities.idea",
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
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sales.product",
                    ),
                ),
                (
                    "trashed_by",
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
                "indexes": [
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("trashed_at__isnull", True)),
                        name="idea_state_newest",
                    ),
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("votes"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("trashed_at__isnull", True)),
                        name="idea_state_votes",
                    ),
                    models.Index(
                        models.F("state"),
                        models.OrderBy(models.F("worth"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("trashed_at__isnull", True)),
                        name="idea_state_worth",
                    ),
                    models.Index(
                        models.OrderBy(models.F("votes"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("trashed_at__isnull", True)),
                        name="idea_votes",
                    ),
                    models.Index(
                        models.OrderBy(models.F("worth"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("trashed_at__isnull", True)),
                        name="idea_worth",
                    ),
                    models.Index(
                        models.F("product"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("product__isnull", False)),
                        name="idea_product",
                    ),
                    models.Index(
                        models.F("owner"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("owner__isnull", False)),
                        name="idea_owner",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="idea_merged"
                    ),
                    models.Index(
                        condition=models.Q(("titled_by", ""), _negated=True), fields=["titled_by"], name="idea_titled"
                    ),
                    models.Index(
                        models.OrderBy(models.F("trashed_at"), descending=True),
                        condition=models.Q(("trashed_at__isnull", False)),
                        name="idea_trashed",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("title_key", "text_pattern_ops"),
                        models.F("id"),
                        name="idea_title_start",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("title_key", "gin_trgm_ops"), name="idea_title_parts"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="idea_custom",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="idea_has_title"),
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True), name="idea_not_into_itself"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Asker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_in", models.CharField(blank=True, max_length=60)),
                ("words", models.CharField(blank=True, max_length=2000)),
                ("at", models.DateTimeField()),
                ("told", models.CharField(blank=True, max_length=8)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.profile",
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communities.idea",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("idea"),
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="asker_of_idea",
                    ),
                    models.Index(
                        condition=models.Q(("profile__isnull", False)), fields=["profile"], name="asker_by_profile"
                    ),
                    models.Index(
                        condition=models.Q(("said_in", ""), _negated=True), fields=["said_in"], name="asker_in_message"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("said_in", ""), _negated=True),
                        fields=("idea", "said_in"),
                        name="asker_once_in_a_message",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("said_in", "")), fields=("idea", "profile"), name="asker_once_by_hand"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("profile__isnull", False), models.Q(("said_in", ""), _negated=True), _connector="OR"
                        ),
                        name="asker_is_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "idea",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communities.idea",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "idea"], name="vote_of_person")],
                "constraints": [models.UniqueConstraint(fields=("idea", "person"), name="vote_once")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
