"""Whose employer changed is compared anew: the database notes one profile of theirs, whichever way it was written."""

from django.db import migrations

SQL = """
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
"""
BACK = """
DROP TRIGGER identity_note_employed ON people_affiliation;
DROP TRIGGER identity_note_moved ON people_affiliation;
DROP TRIGGER identity_note_left ON people_affiliation;
DROP FUNCTION identity_note_employers();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_joined"), ("people", "0008_merged_names")]
    operations = [migrations.RunSQL(SQL, BACK)]
