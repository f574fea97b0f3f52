"""A presence of somebody whose handle and shown name change at once is noted by the database: the account may be another's now."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

SQL = """
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
BACK = """
DROP TRIGGER identity_note_renamed ON people_profile;
DROP FUNCTION identity_note_renamed();
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0013_refused"), ("people", "0006_found")]
    operations = [
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
                ("at", models.DateTimeField(db_default=Now())),
            ],
        ),
        migrations.RunSQL(SQL, BACK),
    ]
