"""Handles are found exactly, and the planner knows that hardly anybody is merged into somebody else."""

from django.db import migrations, models

OWN = "CREATE STATISTICS person_own ON (canonical_id - id) FROM people_person"


class Migration(migrations.Migration):
    dependencies = [("people", "0005_heard")]
    operations = [
        migrations.RemoveIndex(model_name="profile", name="profile_name_parts"),
        migrations.AddIndex(
            model_name="profile",
            index=models.Index(condition=models.Q(("name", ""), _negated=True), fields=["name"], name="profile_name"),
        ),
        migrations.RunSQL(OWN, "DROP STATISTICS person_own"),
        migrations.RunSQL("ANALYZE people_person", ""),
    ]
