"""What is compared, the hashes under which it is found, and how frequent its values are: kept in step by the database."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_FOLLOW = """
CREATE FUNCTION identity_known_follow(gone bigint[], come bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_frequency (hash, count)
        SELECT v.hash, sum(v.n) FROM (
            SELECT unnest(gone) AS hash, -1 AS n UNION ALL SELECT unnest(come), 1
        ) v GROUP BY v.hash HAVING sum(v.n) <> 0 ORDER BY v.hash
        ON CONFLICT (hash) DO UPDATE SET count = identity_frequency.count + excluded.count;
END $$;
CREATE FUNCTION identity_known_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_key (hash, known_id)
        SELECT k.hash, f.id FROM fresh f CROSS JOIN LATERAL unnest(f.keys) AS k(hash) ON CONFLICT DO NOTHING;
    PERFORM identity_known_follow('{}', (SELECT array_agg(v) FROM fresh f, unnest(f."values") v));
    RETURN NULL;
END $$;
CREATE FUNCTION identity_known_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT id, o.keys FROM stale o JOIN fresh f USING (id) WHERE NOT o.keys <@ f.keys LOOP
        DELETE FROM identity_key WHERE hash = ANY(one.keys) AND known_id = one.id;  -- one by one: always by the index
    END LOOP;
    INSERT INTO identity_key (hash, known_id)
        SELECT k.hash, f.id FROM stale o JOIN fresh f USING (id) CROSS JOIN LATERAL unnest(f.keys) AS k(hash)
        WHERE f.keys <> o.keys ON CONFLICT DO NOTHING;
    PERFORM identity_known_follow(
        (SELECT array_agg(v) FROM stale o, unnest(o."values") v), (SELECT array_agg(v) FROM fresh f, unnest(f."values") v)
    );
    RETURN NULL;
END $$;
CREATE FUNCTION identity_known_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT id, keys FROM stale LOOP
        DELETE FROM identity_key WHERE hash = ANY(one.keys) AND known_id = one.id;
    END LOOP;
    PERFORM identity_known_follow((SELECT array_agg(v) FROM stale o, unnest(o."values") v), '{}');
    RETURN NULL;
END $$;
CREATE TRIGGER identity_known_come AFTER INSERT ON identity_known
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_known_come();
CREATE TRIGGER identity_known_change AFTER UPDATE ON identity_known
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION identity_known_change();
CREATE TRIGGER identity_known_go AFTER DELETE ON identity_known
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION identity_known_go();
"""
_FOLLOW_BACK = """
DROP TRIGGER identity_known_come ON identity_known;
DROP TRIGGER identity_known_change ON identity_known;
DROP TRIGGER identity_known_go ON identity_known;
DROP FUNCTION identity_known_come();
DROP FUNCTION identity_known_change();
DROP FUNCTION identity_known_go();
DROP FUNCTION identity_known_follow(bigint[], bigint[]);
"""

# Whoever leaves a cluster changes what is known of those who stay: their row goes, and all of them are touched.
_CLUSTERS = """
CREATE FUNCTION identity_note_clusters(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    holders bigint[] := ARRAY(SELECT DISTINCT canonical_id FROM people_person WHERE id = ANY(people));
BEGIN
    DELETE FROM identity_known WHERE id IN (  -- one that is being read just now is read again: never a wait, no deadlock
        SELECT id FROM identity_known WHERE person_id = ANY(holders || people) FOR UPDATE SKIP LOCKED
    );
    INSERT INTO identity_touched (profile_id)
        SELECT f.id FROM people_person p JOIN people_profile f ON f.person_id = p.id
        WHERE p.canonical_id = ANY(holders) ORDER BY f.id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
END $$;
CREATE OR REPLACE FUNCTION identity_note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    left_behind bigint[];
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT n.id FROM fresh n JOIN stale o USING (id)
        WHERE NOT n.is_ours AND n.organisation_id IS NULL
            AND (n.name, n.shown, n.url, n.label, n.is_bot, n.person_id, n.fields)
                IS DISTINCT FROM (o.name, o.shown, o.url, o.label, o.is_bot, o.person_id, o.fields)
        ORDER BY n.id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    left_behind := ARRAY(
        SELECT DISTINCT o.person_id FROM fresh n JOIN stale o USING (id)
        WHERE o.person_id IS NOT NULL AND n.person_id IS DISTINCT FROM o.person_id
    );
    IF cardinality(left_behind) > 0 THEN
        PERFORM identity_note_clusters(left_behind);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION identity_note_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_note_clusters(ARRAY[OLD.id, OLD.canonical_id, NEW.canonical_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_joined AFTER UPDATE OF canonical_id ON people_person
    FOR EACH ROW WHEN (OLD.canonical_id IS DISTINCT FROM NEW.canonical_id) EXECUTE FUNCTION identity_note_joined();
"""
_CLUSTERS_BACK = """
DROP TRIGGER identity_note_joined ON people_person;
DROP FUNCTION identity_note_joined();
DROP FUNCTION identity_note_clusters(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_touched"), ("people", "0006_found")]
    operations = [
        migrations.CreateModel(
            name="Frequency",
            fields=[
                ("hash", models.BigIntegerField(primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hash", "known_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hash", models.BigIntegerField()),
                ("known_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Known",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.TextField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("reading", models.CharField(max_length=20)),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "profile",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.profile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", True), ("profile__isnull", False)),
                            models.Q(("person__isnull", False), ("profile__isnull", True)),
                            _connector="OR",
                        ),
                        name="known_of_one",
                    )
                ],
            },
        ),
        migrations.RunSQL(_FOLLOW, _FOLLOW_BACK),
        migrations.RunSQL(_CLUSTERS, _CLUSTERS_BACK),
    ]
