from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_fewer_indexes"),
        ("inbox", "0012_stirs"),
        ("people", "0014_trash"),
        ("processes", "0003_usual"),
        ("staff", "0006_pillar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="case",
            name="case_one_open_in_a_conversation",
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="case_trashed"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="task_trashed"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("conversation__isnull", False), ("state", "open"), ("trashed_at__isnull", True)),
                fields=("conversation",),
                name="case_one_open_in_a_conversation",
            ),
        ),
    ]
