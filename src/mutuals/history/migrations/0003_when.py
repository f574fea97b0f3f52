"""Search combines the index of words with one of times, so that old rows are not fetched only to be sorted out."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0003_auth_failures"),
        ("conversations", "0002_initial"),
        ("history", "0002_initial"),
        ("people", "0006_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="interaction",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["occurred_at"], name="interaction_when", pages_per_range=32
            ),
        ),
    ]
