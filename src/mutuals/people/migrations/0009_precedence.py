"""Where persons were merged, whoever stays is heard first; in merges of before, whoever spoke last still is."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_merged_names"),
        ("staff", "0002_session_generation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="precedence",
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
