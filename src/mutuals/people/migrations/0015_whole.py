"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = """
CREATE FUNCTION person_is_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.canonical_id := coalesce(NEW.canonical_id, NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER person_is_itself BEFORE INSERT ON people_person
    FOR EACH ROW WHEN (NEW.canonical_id IS NULL) EXECUTE FUNCTION person_is_itself();
CREATE FUNCTION person_is_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO people_heard (person_id, last_at) VALUES (NEW.id, NEW.last_at);
    RETURN NULL;
END $$;
CREATE TRIGGER person_is_heard AFTER INSERT ON people_person FOR EACH ROW EXECUTE FUNCTION person_is_heard();
ALTER TABLE people_person SET (fillfactor = 85);
CREATE STATISTICS person_own ON (canonical_id - id) FROM people_person;
CREATE FUNCTION people_stirs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose text := format(TG_ARGV[0], CASE TG_OP WHEN 'DELETE' THEN 'stale' ELSE 'fresh' END);
BEGIN
    IF NOT EXISTS (SELECT FROM people_stirring) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        whose := whose || ' UNION ' || format(TG_ARGV[0], 'stale');
    END IF;
    EXECUTE 'INSERT INTO people_stirred (person_id) SELECT DISTINCT w.id FROM (' || whose || ') w (id) WHERE w.id IS NOT NULL';
    RETURN NULL;
END $$;
CREATE FUNCTION people_stir_from(place regclass, whose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER people_stirs_come AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
    EXECUTE format('CREATE TRIGGER people_stirs_change AFTER UPDATE ON %s REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
    EXECUTE format('CREATE TRIGGER people_stirs_go AFTER DELETE ON %s REFERENCING OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION people_stirs(%L)', place, whose);
END $$;
CREATE FUNCTION people_stir_no_more(place regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER people_stirs_come ON %s', place);
    EXECUTE format('DROP TRIGGER people_stirs_change ON %s', place);
    EXECUTE format('DROP TRIGGER people_stirs_go ON %s', place);
END $$;
SELECT people_stir_from('people_person', 'SELECT id FROM %1$I UNION SELECT canonical_id FROM %1$I');
SELECT people_stir_from('people_affiliation', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_fact', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_profile', 'SELECT person_id FROM %1$I');
SELECT people_stir_from('people_organisation',
    'SELECT a.person_id FROM %1$I o JOIN people_affiliation a ON a.organisation_id = o.id');
CREATE FUNCTION people_consent_settle(told bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE people_consent c SET stands = n.stands
    FROM (
        SELECT w.id, row_number() OVER (
            PARTITION BY p.canonical_id, w.purpose_id ORDER BY w.at DESC, (w.state = 'given'), w.id DESC
        ) = 1 AS stands
        FROM people_person p JOIN people_consent w ON w.person_id = p.id
        WHERE p.canonical_id IN (SELECT canonical_id FROM people_person WHERE id = ANY(told))
    ) n
    WHERE c.id = n.id AND c.stands <> n.stands
$$;
CREATE FUNCTION people_consent_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM people_consent_settle((SELECT array_agg(DISTINCT person_id) FROM fresh WHERE person_id IS NOT NULL));
    RETURN NULL;
END $$;
CREATE FUNCTION people_consent_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.person_id IS NULL THEN
        UPDATE people_consent SET stands = false WHERE id = NEW.id AND stands;
    END IF;
    PERFORM people_consent_settle(ARRAY[OLD.person_id, NEW.person_id]);
    RETURN NULL;
END $$;
CREATE FUNCTION people_consent_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE people_consent SET person_id = NEW.person_id WHERE profile_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION people_consent_join() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM people_consent WHERE person_id = NEW.id) THEN
        PERFORM people_consent_settle(ARRAY[OLD.canonical_id, NEW.canonical_id]);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_come AFTER INSERT ON people_consent REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION people_consent_come();
CREATE TRIGGER consent_move AFTER UPDATE OF person_id ON people_consent
    FOR EACH ROW WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id) EXECUTE FUNCTION people_consent_move();
CREATE TRIGGER consent_follows AFTER UPDATE OF person_id ON people_profile
    FOR EACH ROW WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id) EXECUTE FUNCTION people_consent_follow();
CREATE TRIGGER consent_joins AFTER UPDATE OF canonical_id ON people_person
    FOR EACH ROW WHEN (OLD.canonical_id IS DISTINCT FROM NEW.canonical_id) EXECUTE FUNCTION people_consent_join();
SELECT people_stir_from('people_consent', 'SELECT person_id FROM %1$I');
"""


class Migration(migrations.Migration):
    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_initial"),
        ("people", "0003_canonical"),
        ("people", "0004_receipt"),
        ("people", "0005_heard"),
        ("people", "0006_found"),
        ("people", "0007_nobodys"),
        ("people", "0008_merged_names"),
        ("people", "0009_precedence"),
        ("people", "0010_places_on_receipts"),
        ("people", "0011_custom"),
        ("people", "0012_stirred"),
        ("people", "0013_territories"),
        ("people", "0014_trash"),
        ("people", "0015_consent"),
    ]

    initial = True

    dependencies = [
        ("staff", "0007_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("precedence", models.IntegerField(db_default=0, default=0)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("name_key", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("country", models.CharField(blank=True, max_length=60)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("birthday", models.DateField(blank=True, null=True)),
                ("stage", models.CharField(blank=True, max_length=20)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                ("interaction_count", models.IntegerField(db_default=0, default=0)),
                ("order_count", models.IntegerField(db_default=0, default=0)),
                ("order_total", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=14)),
                ("order_currency", models.CharField(blank=True, max_length=3)),
                ("last_order_at", models.DateTimeField(blank=True, null=True)),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "canonical",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cluster", to="people.person"
                    ),
                ),
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
                    "team",
                    models.ForeignKey(
                        blank=True,
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
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="person_custom",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="person_trashed"
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("name_key", "text_pattern_ops"),
                        models.F("id"),
                        name="person_name_start",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", "gin_trgm_ops"), name="person_name_parts"
                    ),
                    models.Index(fields=["name_key", "id"], name="person_by_name"),
                    models.Index(fields=["-order_total", "-id"], name="person_by_value"),
                    models.Index(
                        condition=models.Q(("email", ""), _negated=True), fields=["email"], name="person_email"
                    ),
                    models.Index(fields=["-created_at", "-id"], name="person_by_created"),
                    models.Index(fields=["city", "-id"], name="person_city"),
                    django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="person_tags"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("name_key", "text_pattern_ops"),
                        condition=models.Q(("canonical", models.F("pk")), _negated=True),
                        name="person_merged_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Placed",
            fields=[
                ("record", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("up_to", models.BigIntegerField(default=0)),
                ("next_to", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Stirred",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Stirring",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("value", models.JSONField()),
                ("source", models.CharField(max_length=120)),
                ("confidence", models.FloatField(default=1.0)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "name", "source"), name="fact_once"),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)), name="fact_confidence"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("name_key", models.CharField(max_length=200)),
                ("domain", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("city", models.CharField(blank=True, max_length=100)),
                ("country", models.CharField(blank=True, max_length=60)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("stage", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("custom", models.JSONField(blank=True, db_default={}, default=dict)),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merged",
                        to="people.organisation",
                    ),
                ),
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="parts",
                        to="people.organisation",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
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
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("custom", "jsonb_path_ops"),
                        condition=models.Q(("custom", {}), _negated=True),
                        name="organisation_custom",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at__isnull", False)),
                        fields=["-trashed_at"],
                        name="organisation_trashed",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("name_key", "text_pattern_ops"),
                        models.F("id"),
                        name="organisation_name_start",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("name_key", "gin_trgm_ops"),
                        name="organisation_name_parts",
                    ),
                    models.Index(
                        condition=models.Q(("domain", ""), _negated=True), fields=["domain"], name="organisation_domain"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(blank=True, max_length=120)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("is_main", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="affiliations", to="people.person"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="affiliations",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "organisation", "role", "since"),
                        name="affiliation_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_main", True)), fields=("person",), name="affiliation_one_main"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            ("until__gte", models.F("since")),
                            _connector="OR",
                        ),
                        name="affiliation_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("moved", models.JSONField(default=dict)),
                ("taken", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.CharField(blank=True, default="", max_length=60)),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.organisation"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("gone",), name="organisation_merged_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=512)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("shown", models.CharField(blank=True, max_length=200)),
                ("label", models.CharField(blank=True, max_length=12)),
                ("is_bot", models.BooleanField(default=False)),
                ("is_ours", models.BooleanField(default=False)),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("fields", models.JSONField(blank=True, default=dict)),
                ("first_seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="profiles",
                        to="people.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="profiles",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("name", ""), _negated=True), fields=["name"], name="profile_name"),
                    models.Index(
                        condition=models.Q(
                            ("is_ours", False), ("organisation__isnull", True), ("person__isnull", True)
                        ),
                        fields=["-id"],
                        name="profile_nobodys",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("network", "key"), name="profile_key"),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", True), ("organisation__isnull", True), _connector="OR"),
                        name="profile_one_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("needs_consent", models.BooleanField(default=True)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("contract", "Contract"),
                            ("legal_obligation", "Legal obligation"),
                            ("vital_interests", "Vital interests"),
                            ("public_task", "Public task"),
                            ("legitimate_interests", "Legitimate interests"),
                        ],
                        default="consent",
                        max_length=20,
                    ),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", "consent"), ("needs_consent", True)),
                            models.Q(("needs_consent", False), models.Q(("basis", "consent"), _negated=True)),
                            _connector="OR",
                        ),
                        name="purpose_rests_on_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("contract", "Contract"),
                            ("legal_obligation", "Legal obligation"),
                            ("vital_interests", "Vital interests"),
                            ("public_task", "Public task"),
                            ("legitimate_interests", "Legitimate interests"),
                        ],
                        default="consent",
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("given", "Given"), ("refused", "Refused"), ("withdrawn", "Withdrawn")], max_length=9
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateField(blank=True, null=True)),
                ("source", models.CharField(blank=True, max_length=120)),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("by", models.CharField(max_length=60)),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("stands", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="people.person",
                    ),
                ),
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
                    "purpose",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.purpose",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stands", True)),
                        fields=["purpose", "state", "person"],
                        name="consent_standing",
                    ),
                    models.Index(
                        condition=models.Q(("profile__isnull", False)), fields=["profile"], name="consent_by_profile"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "profile", "purpose", "state", "at"),
                        name="consent_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", False), ("profile__isnull", False), _connector="OR"),
                        name="consent_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("counts", models.JSONField(default=dict)),
                ("kept", models.JSONField(default=list)),
                ("places", models.JSONField(default=list)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("record", models.CharField(max_length=20)),
                ("condition", models.JSONField()),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.team",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("record", "name"), name="territory_one_name")],
            },
        ),
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="heard",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("last_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("last_at"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("person"), descending=True),
                        name="heard_by_last",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
