"""The tables of this room as they are by the last of the migrations that it replaces, for a database that has none of them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = r"""
CREATE FUNCTION identity_note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT id FROM fresh WHERE NOT is_ours AND organisation_id IS NULL ORDER BY id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE FUNCTION identity_note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER identity_note_new AFTER INSERT ON people_profile
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_note_new();
CREATE TRIGGER identity_note_changed AFTER UPDATE ON people_profile
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION identity_note_changed();
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
    INSERT INTO identity_key (hash, known_id) SELECT unnest(f.keys), f.id FROM fresh f ON CONFLICT DO NOTHING;
    INSERT INTO identity_frequency (hash, count)
        SELECT v.hash, count(*) FROM (SELECT unnest(f."values") AS hash FROM fresh f) v GROUP BY v.hash ORDER BY v.hash
        ON CONFLICT (hash) DO UPDATE SET count = identity_frequency.count + excluded.count;
    RETURN NULL;
END $$;
CREATE FUNCTION identity_known_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    IF NOT EXISTS (SELECT FROM fresh) THEN RETURN NULL; END IF;
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
CREATE FUNCTION identity_note_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM identity_known WHERE id IN (  -- one that is being read just now is read again: never a wait, no deadlock
        SELECT id FROM identity_known WHERE person_id IN (OLD.id, OLD.canonical_id, NEW.canonical_id)
        FOR UPDATE SKIP LOCKED
    );
    INSERT INTO identity_touched (profile_id)
        SELECT t.id FROM (
            SELECT f.id FROM people_profile f WHERE f.person_id = OLD.id
            UNION SELECT o.id FROM (
                SELECT f.id FROM people_person p JOIN people_profile f ON f.person_id = p.id
                WHERE p.canonical_id = OLD.canonical_id LIMIT 1
            ) o
            UNION SELECT n.id FROM (
                SELECT f.id FROM people_person p JOIN people_profile f ON f.person_id = p.id
                WHERE p.canonical_id = NEW.canonical_id LIMIT 1
            ) n
        ) t ORDER BY t.id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_joined AFTER UPDATE OF canonical_id ON people_person
    FOR EACH ROW WHEN (OLD.canonical_id IS DISTINCT FROM NEW.canonical_id) EXECUTE FUNCTION identity_note_joined();
CREATE INDEX identity_website ON people_profile (
    lower(left(regexp_replace(regexp_replace(fields->'website'->>'value', '^(https?://)?(www\.)?', '', 'i'), '/+$', ''), 300))
) WHERE fields ? 'website';
CREATE INDEX identity_sites ON people_profile USING gin ((fields->'sites'->'value')) WHERE fields ? 'sites';
CREATE INDEX identity_mail_domain ON people_profile (split_part(key, '@', 2)) WHERE network = 'email';
CREATE FUNCTION identity_note_employers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT f.id FROM (SELECT DISTINCT person_id FROM changed) c CROSS JOIN LATERAL (
            SELECT id FROM people_profile WHERE person_id = c.person_id ORDER BY id LIMIT 1
        ) f ORDER BY f.id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_employed AFTER INSERT ON people_affiliation
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identity_note_employers();
CREATE TRIGGER identity_note_moved AFTER UPDATE ON people_affiliation
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identity_note_employers();
CREATE TRIGGER identity_note_left AFTER DELETE ON people_affiliation
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identity_note_employers();
CREATE FUNCTION identity_note_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT min(f.id) FROM people_profile f WHERE f.person_id = NEW.person_id HAVING min(f.id) IS NOT NULL
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_refused AFTER INSERT ON identity_link
    FOR EACH ROW WHEN (NEW.state = 'rejected') EXECUTE FUNCTION identity_note_refused();
CREATE TRIGGER identity_note_refused_over AFTER UPDATE OF until ON identity_link
    FOR EACH ROW WHEN (NEW.state = 'rejected') EXECUTE FUNCTION identity_note_refused();
CREATE FUNCTION identity_note_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_renamed (profile_id, name, shown) VALUES (NEW.id, OLD.name, OLD.shown) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_renamed AFTER UPDATE OF name, shown ON people_profile FOR EACH ROW
    WHEN (OLD.person_id IS NOT NULL AND NEW.person_id = OLD.person_id AND OLD.name <> '' AND OLD.shown <> ''
        AND lower(NEW.name) <> lower(OLD.name) AND lower(NEW.shown) <> lower(OLD.shown))
    EXECUTE FUNCTION identity_note_renamed();
"""


class Migration(migrations.Migration):
    replaces = [
        ("identity", "0001_initial"),
        ("identity", "0002_initial"),
        ("identity", "0003_edges"),
        ("identity", "0004_touched"),
        ("identity", "0005_known"),
        ("identity", "0006_splits"),
        ("identity", "0007_proof"),
        ("identity", "0008_follow"),
        ("identity", "0009_joined"),
        ("identity", "0010_employers"),
        ("identity", "0011_cited"),
        ("identity", "0012_guesses"),
        ("identity", "0013_refused"),
        ("identity", "0014_renamed"),
    ]

    initial = True

    dependencies = [
        ("people", "0015_whole"),
        ("sales", "0012_whole"),
        ("staff", "0007_whole"),
    ]

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
            name="Renamed",
            fields=[
                (
                    "profile",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.profile",
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("shown", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                (
                    "profile",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="touched",
                        serialize=False,
                        to="people.profile",
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ends_at", models.DateTimeField()),
                ("met_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "met_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.profile",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="challenges", to="people.person"
                    ),
                ),
                (
                    "sent_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="challenges", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("met_at__isnull", True)), fields=["digest"], name="challenge_open")
                ],
            },
        ),
        migrations.CreateModel(
            name="Cited",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40)),
                ("interaction_id", models.BigIntegerField(db_index=True)),
                ("about", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("counts", models.BooleanField(db_default=True, default=True)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["reference"], name="cited_reference"),
                    models.Index(fields=["about"], name="cited_about"),
                ],
                "constraints": [models.UniqueConstraint(fields=("profile", "reference"), name="cited_once")],
            },
        ),
        migrations.CreateModel(
            name="Edge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("because", models.JSONField(default=list)),
                ("probability", models.FloatField(blank=True, null=True)),
                ("margin", models.FloatField(blank=True, null=True)),
                ("pool", models.BigIntegerField(blank=True, null=True)),
                ("model", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("by", models.CharField(max_length=60)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("same", "Same"), ("different", "Different"), ("unsure", "Unsure")], max_length=9
                    ),
                ),
                ("priority", models.FloatField(db_default=0, default=0)),
                (
                    "a",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edges_up", to="people.profile"
                    ),
                ),
                (
                    "b",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edges_down", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("priority"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("until__isnull", True), ("verdict", "unsure")),
                        name="edge_queue",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("a__lt", models.F("b"))), name="edge_in_order"),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("a", "b"), name="edge_one_live"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability__isnull", True),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="edge_probability",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Guess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tries", models.SmallIntegerField(db_default=1, default=1)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guesses", to="identity.challenge"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.profile"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("challenge", "profile"), name="guess_once")],
            },
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
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("because", models.JSONField(default=list)),
                ("probability", models.FloatField(blank=True, null=True)),
                ("margin", models.FloatField(blank=True, null=True)),
                ("pool", models.BigIntegerField(blank=True, null=True)),
                ("model", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("by", models.CharField(max_length=60)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "Suggested"),
                            ("confirmed", "Confirmed"),
                            ("proven", "Proven"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="people.person"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-id"], name="link_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("confirmed", "proven")), ("until__isnull", True)),
                        fields=("profile",),
                        name="link_one_live",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "suggested"), ("until__isnull", True)),
                        fields=("profile", "person"),
                        name="link_suggested_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("choices", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_by", models.CharField(blank=True, max_length=60)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "edge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="identity.edge",
                    ),
                ),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_gone", to="people.person"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_kept", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)), fields=("gone",), name="merge_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("gone")), _negated=True), name="merge_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Model",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=40, unique=True)),
                ("file", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.CharField(max_length=60)),
                ("measured", models.JSONField(default=dict)),
                ("is_in_use", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_in_use", True)), fields=("is_in_use",), name="model_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=600)),
                ("seen", models.CharField(max_length=1000)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("looked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("again_at", models.DateTimeField(blank=True, null=True)),
                ("silent", models.SmallIntegerField(db_default=0, default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=300)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proofs", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["subject"], name="proof_subject"
                    ),
                    models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["again_at"], name="proof_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("profile", "kind", "subject"),
                        name="proof_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("same", "Same"), ("different", "Different"), ("unsure", "Unsure")],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="second_look", to="identity.edge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Split",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_new", models.BooleanField()),
                ("moved", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_by", models.CharField(blank=True, max_length=60)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="splits_from", to="people.person"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="splits_to", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("to")), _negated=True), name="split_of_two"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=60)),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.BigIntegerField(db_default=0, default=0)),
                ("total", models.BigIntegerField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
                ("failed", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(models.OrderBy(models.F("began_at"), descending=True), name="sweep_newest")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
