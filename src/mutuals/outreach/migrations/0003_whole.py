"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = """
SELECT people_stir_from('outreach_touch', 'SELECT person_id FROM %1$I');
            SELECT people_stir_from('outreach_audience', 'SELECT person_id FROM %1$I');
"""


class Migration(migrations.Migration):
    replaces = [("outreach", "0001_segments"), ("outreach", "0002_picks"), ("outreach", "0003_campaigns")]

    initial = True

    dependencies = [
        ("people", "0015_whole"),
        ("processes", "0003_whole"),
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("name_key", models.CharField(max_length=80)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("record", models.CharField(default="person", max_length=20)),
                ("condition", models.JSONField(blank=True, null=True)),
                ("is_fixed", models.BooleanField(default=False)),
                ("is_shared", models.BooleanField(default=True)),
                (
                    "uses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("edition", models.IntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("building", "Being built"),
                            ("ready", "Kept up to date"),
                            ("stopped", "Stopped"),
                            ("broken", "Needs a new condition"),
                        ],
                        default="building",
                        max_length=8,
                    ),
                ),
                ("why_not", models.CharField(blank=True, max_length=500)),
                ("looked_to", models.BigIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("built_at", models.DateTimeField(blank=True, null=True)),
                ("build_ms", models.BigIntegerField(default=0)),
                ("members", models.BigIntegerField(default=0)),
                ("renewed_at", models.DateTimeField(blank=True, null=True)),
                ("next_look_at", models.DateTimeField(blank=True, null=True)),
                ("fields_edition", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        condition=models.Q(("next_look_at__isnull", False)),
                        fields=["next_look_at"],
                        name="segment_next_look",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at__isnull", True)), fields=("name_key",), name="segment_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("condition__isnull", True), ("is_fixed", True)),
                            models.Q(("condition__isnull", False), ("is_fixed", False)),
                            _connector="OR",
                        ),
                        name="segment_one_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.CharField(blank=True, max_length=60)),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="outreach.segment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person_id"], name="pick_of_whom")],
                "constraints": [models.UniqueConstraint(fields=("segment", "person_id"), name="pick_once")],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment", "member_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member_id", models.BigIntegerField()),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="outreach.segment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["member_id", "segment"], name="member_of_whom")],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("name_key", models.CharField(max_length=120)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=1000)),
                (
                    "way",
                    models.CharField(
                        choices=[("email", "Email"), ("phone", "Phone"), ("any", "Either")],
                        default="email",
                        max_length=5,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Planned"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("stopped", "Stopped"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("cost", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("currency", models.CharField(max_length=3)),
                ("control", models.SmallIntegerField(default=0)),
                ("quiet_days", models.SmallIntegerField(default=7)),
                ("leave_out", models.JSONField(blank=True, default=list)),
                ("within_days", models.SmallIntegerField(default=30)),
                (
                    "products",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "settling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not yet"),
                            ("running", "Under way"),
                            ("done", "Settled"),
                            ("broken", "Cannot be done"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("why_not", models.CharField(blank=True, max_length=500)),
                ("round", models.IntegerField(default=0)),
                ("settled_to", models.BigIntegerField(default=0)),
                ("settled", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("heard_to", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
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
                    "purpose",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.purpose",
                    ),
                ),
                (
                    "settled_by",
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
                    "segment",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="outreach.segment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("trashed_at__isnull", True)),
                        name="campaign_newest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at__isnull", True)),
                        fields=("name_key",),
                        name="campaign_name_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("trashed_at__isnull", True), models.Q(("code", ""), _negated=True)),
                        fields=("code",),
                        name="campaign_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("control__gte", 0), ("control__lte", 50)), name="campaign_control"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("within_days__gte", 1), ("within_days__lte", 400)), name="campaign_within"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("starts_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="campaign_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Touch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wave", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="outreach.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-at"], name="touch_of_person")],
                "constraints": [models.UniqueConstraint(fields=("campaign", "person", "wave"), name="touch_once")],
            },
        ),
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("round", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="outreach.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["campaign", "reason", "person"], name="audience_by_reason"),
                    models.Index(fields=["person", "campaign"], name="audience_of_person"),
                ],
                "constraints": [models.UniqueConstraint(fields=("campaign", "person"), name="audience_once")],
            },
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_in", models.CharField(blank=True, max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answered", "Answered"),
                            ("interested", "Interested"),
                            ("declined", "Not interested"),
                        ],
                        default="answered",
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="outreach.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.profile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("campaign"),
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="response_of_campaign",
                    ),
                    models.Index(
                        condition=models.Q(("person__isnull", False)), fields=["person"], name="response_by_person"
                    ),
                    models.Index(
                        condition=models.Q(("profile__isnull", False)), fields=["profile"], name="response_by_profile"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("said_in", ""), _negated=True),
                        fields=("campaign", "said_in"),
                        name="response_in_message",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("said_in", "")), fields=("campaign", "person"), name="response_by_hand"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", False), ("said_in", "")),
                            ("profile__isnull", False),
                            _connector="OR",
                        ),
                        name="response_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
