"""Which profiles changed in what identity reads is noted by the database, whichever way they were written."""

from django.db import migrations

SQL = """
CREATE FUNCTION identity_note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT id FROM fresh WHERE NOT is_ours AND organisation_id IS NULL ORDER BY id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE FUNCTION identity_note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_touched (profile_id)
        SELECT n.id FROM fresh n JOIN stale o USING (id)
        WHERE NOT n.is_ours AND n.organisation_id IS NULL
            AND (n.name, n.shown, n.url, n.label, n.is_bot, n.person_id, n.fields)
                IS DISTINCT FROM (o.name, o.shown, o.url, o.label, o.is_bot, o.person_id, o.fields)
        ORDER BY n.id
        ON CONFLICT (profile_id) DO UPDATE SET at = excluded.at;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_note_new AFTER INSERT ON people_profile
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_note_new();
CREATE TRIGGER identity_note_changed AFTER UPDATE ON people_profile
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION identity_note_changed();
INSERT INTO identity_touched (profile_id)
    SELECT id FROM people_profile WHERE NOT is_ours AND organisation_id IS NULL;
"""
BACK = """
DROP TRIGGER identity_note_new ON people_profile;
DROP TRIGGER identity_note_changed ON people_profile;
DROP FUNCTION identity_note_new();
DROP FUNCTION identity_note_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_edges"), ("people", "0006_found")]
    operations = [migrations.RunSQL(SQL, BACK)]
