"""Whom staff refused somebody a presence of is read again: what looks like it is asked about from now on."""

from django.db import migrations

SQL = """
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
"""
BACK = """
DROP TRIGGER identity_note_refused_over ON identity_link;
DROP TRIGGER identity_note_refused ON identity_link;
DROP FUNCTION identity_note_refused();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0012_guesses"), ("people", "0006_found")]
    operations = [migrations.RunSQL(SQL, BACK)]
