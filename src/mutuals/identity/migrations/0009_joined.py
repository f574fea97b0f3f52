"""Who joins or leaves a cluster is noted row by row, so that a cluster of a thousand is not noted a thousand times over."""

from django.db import migrations

# Of whoever moved all presences are touched; of those whom they left and came to one, as a whole person is read by any.
SQL = """
CREATE OR REPLACE FUNCTION identity_note_joined() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
BACK = """
CREATE OR REPLACE FUNCTION identity_note_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM identity_note_clusters(ARRAY[OLD.id, OLD.canonical_id, NEW.canonical_id]);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_follow"), ("people", "0006_found")]
    operations = [migrations.RunSQL(SQL, BACK)]
