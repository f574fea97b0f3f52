from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0013_territories"),
        ("staff", "0006_pillar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="organisation_trashed"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="person_trashed"
            ),
        ),
    ]
