"""Messages move people up and down without touching the indexes of a person."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
INSERT INTO people_heard (person_id, last_at) SELECT id, last_at FROM people_person;
CREATE FUNCTION person_is_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO people_heard (person_id, last_at) VALUES (NEW.id, NEW.last_at);
    RETURN NULL;
END $$;
CREATE TRIGGER person_is_heard AFTER INSERT ON people_person FOR EACH ROW EXECUTE FUNCTION person_is_heard();
ALTER TABLE people_person SET (fillfactor = 85);
"""
BACK = """
DROP TRIGGER person_is_heard ON people_person;
DROP FUNCTION person_is_heard();
ALTER TABLE people_person RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_receipt")]
    operations = [
        migrations.RemoveIndex(model_name="person", name="person_by_last"),
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="heard",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("last_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("last_at"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("person"), descending=True),
                        name="heard_by_last",
                    )
                ]
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
