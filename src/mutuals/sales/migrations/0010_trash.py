from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0014_trash"),
        ("processes", "0003_usual"),
        ("sales", "0009_stirs"),
        ("staff", "0006_pillar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="deal_trashed"
            ),
        ),
    ]
