"""Presences that are nobody's are listed without reading those of everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_found")]
    operations = [
        migrations.AddIndex(
            model_name="profile",
            index=models.Index(
                condition=models.Q(("is_ours", False), ("organisation__isnull", True), ("person__isnull", True)),
                fields=["-id"],
                name="profile_nobodys",
            ),
        ),
    ]
