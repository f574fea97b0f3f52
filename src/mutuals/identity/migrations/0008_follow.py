"""What is kept in step with Known costs a new row two statements, and one that only might have changed none."""

from django.db import migrations

_COME = """
CREATE OR REPLACE FUNCTION identity_known_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_key (hash, known_id) SELECT unnest(f.keys), f.id FROM fresh f ON CONFLICT DO NOTHING;
    INSERT INTO identity_frequency (hash, count)
        SELECT v.hash, count(*) FROM (SELECT unnest(f."values") AS hash FROM fresh f) v GROUP BY v.hash ORDER BY v.hash
        ON CONFLICT (hash) DO UPDATE SET count = identity_frequency.count + excluded.count;
    RETURN NULL;
END $$;
"""
_COME_BACK = """
CREATE OR REPLACE FUNCTION identity_known_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_key (hash, known_id)
        SELECT k.hash, f.id FROM fresh f CROSS JOIN LATERAL unnest(f.keys) AS k(hash) ON CONFLICT DO NOTHING;
    PERFORM identity_known_follow('{}', (SELECT array_agg(v) FROM fresh f, unnest(f."values") v));
    RETURN NULL;
END $$;
"""
_CHANGE = """
CREATE OR REPLACE FUNCTION identity_known_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    %s
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
"""
# An INSERT that may update fires this one as well, with nothing to follow.
_NOTHING = "IF NOT EXISTS (SELECT FROM fresh) THEN RETURN NULL; END IF;"


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_proof")]
    operations = [
        migrations.RunSQL(_COME, _COME_BACK),
        migrations.RunSQL(_CHANGE % _NOTHING, _CHANGE % ""),
    ]
