"""What people allow, by purpose; the newest word of a cluster is marked by triggers, whoever writes."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

SQL = """
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
BACK = """
SELECT people_stir_no_more('people_consent');
DROP TRIGGER consent_joins ON people_person;
DROP TRIGGER consent_follows ON people_profile;
DROP TRIGGER consent_move ON people_consent;
DROP TRIGGER consent_come ON people_consent;
DROP FUNCTION people_consent_join();
DROP FUNCTION people_consent_follow();
DROP FUNCTION people_consent_move();
DROP FUNCTION people_consent_come();
DROP FUNCTION people_consent_settle(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0014_trash"),
    ]

    operations = [
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
        migrations.RunSQL(SQL, BACK),
    ]
