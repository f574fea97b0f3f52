"""Filters that rarely hit: a small index to count by, and how what a list is filtered by hangs together (no public mails).

Measured at 4,000,000 conversations: 28 MB; closed ones of a network that has none were counted in 0.05 ms instead of 1.1 s.
"""

from django.conf import settings
from django.db import migrations, models

KINDS = "CREATE STATISTICS turn_kinds (mcv) ON network, state, pillar, is_public FROM inbox_turn"


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_initial"),
        ("inbox", "0004_history"),
        ("staff", "0002_session_generation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                fields=["network", "state", "pillar", "is_public", "assignee", "team"], name="turn_kind"
            ),
        ),
        migrations.RunSQL(KINDS, "DROP STATISTICS turn_kinds"),
        migrations.RunSQL("ANALYZE inbox_turn", ""),
    ]
