"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("records", "0001_begin"), ("records", "0002_types"), ("records", "0003_relations")]

    initial = True

    dependencies = [
        ("base", "0008_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Layout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(max_length=30, unique=True)),
                ("hidden", models.JSONField(blank=True, default=list)),
            ],
        ),
        migrations.CreateModel(
            name="RelationKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("words", models.CharField(max_length=60)),
                ("inverse", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=10)),
                ("options", models.JSONField(blank=True, default=list)),
                ("formula", models.CharField(blank=True, max_length=300)),
                ("is_required", models.BooleanField(default=False)),
                ("is_unique", models.BooleanField(default=False)),
                ("section", models.CharField(blank=True, max_length=80)),
                ("position", models.PositiveIntegerField(default=0)),
                ("help", models.CharField(blank=True, max_length=300)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("filled", models.PositiveIntegerField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("record", "key"), name="customfield_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("record", "label"),
                        name="customfield_one_label",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("one", models.CharField(max_length=60)),
                ("other", models.CharField(max_length=60)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["other", "kind"], name="relation_other")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("one", "other", "kind", "since"), name="relation_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("one", models.F("other")), _negated=True), name="relation_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="relation_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Type",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=24, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("plural", models.CharField(max_length=60)),
                ("icon", models.CharField(default="box", max_length=20)),
                ("title_label", models.CharField(default="Name", max_length=60)),
                ("prefix", models.CharField(blank=True, max_length=6)),
                ("last_number", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)), fields=("plural",), name="type_one_plural"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32)),
                ("about", models.CharField(max_length=60)),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="records.customfield"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["about"], name="claim_about")],
                "constraints": [models.UniqueConstraint(fields=("field", "digest"), name="claim_once")],
            },
        ),
        migrations.CreateModel(
            name="Own",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("title_key", models.CharField(max_length=200)),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="records.type",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("type"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("trashed_at__isnull", True)),
                        name="own_newest",
                    ),
                    models.Index(
                        models.F("type"),
                        models.F("title_key"),
                        models.F("id"),
                        condition=models.Q(("trashed_at__isnull", True)),
                        name="own_title",
                    ),
                    models.Index(
                        models.F("type"),
                        models.OrderBy(models.F("changed_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("trashed_at__isnull", True)),
                        name="own_changed",
                    ),
                    models.Index(models.F("owner"), condition=models.Q(("owner__isnull", False)), name="own_owner"),
                    models.Index(models.F("team"), condition=models.Q(("team__isnull", False)), name="own_team"),
                    models.Index(
                        models.F("trashed_at"), condition=models.Q(("trashed_at__isnull", False)), name="own_trashed"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("title_key", "gin_trgm_ops"), name="own_title_parts"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="own_custom",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("type", "number"), name="own_number"),
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="own_has_title"),
                ],
            },
        ),
    ]
