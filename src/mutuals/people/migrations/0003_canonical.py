"""A new person is its own canonical person; the database sees to it, whichever way the row comes in."""

from django.db import migrations

SQL = """
CREATE FUNCTION person_is_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.canonical_id := coalesce(NEW.canonical_id, NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER person_is_itself BEFORE INSERT ON people_person
    FOR EACH ROW WHEN (NEW.canonical_id IS NULL) EXECUTE FUNCTION person_is_itself();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_initial")]
    operations = [
        migrations.RunSQL(SQL, "DROP TRIGGER person_is_itself ON people_person; DROP FUNCTION person_is_itself();")
    ]
