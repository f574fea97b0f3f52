"""Whoever was merged away is found by their name, without reading everybody of that name."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_nobodys"),
        ("staff", "0002_session_generation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("name_key", "text_pattern_ops"),
                condition=models.Q(("canonical", models.F("pk")), _negated=True),
                name="person_merged_name",
            ),
        ),
    ]
