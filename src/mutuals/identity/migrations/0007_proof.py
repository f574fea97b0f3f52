"""Proofs, and by which indexes those are found whom a page or a domain may prove."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

SQL = r"""
CREATE INDEX identity_website ON people_profile (
    lower(left(regexp_replace(regexp_replace(fields->'website'->>'value', '^(https?://)?(www\.)?', '', 'i'), '/+$', ''), 300))
) WHERE fields ? 'website';
CREATE INDEX identity_sites ON people_profile USING gin ((fields->'sites'->'value')) WHERE fields ? 'sites';
CREATE INDEX identity_mail_domain ON people_profile (split_part(key, '@', 2)) WHERE network = 'email';
"""
BACK = "DROP INDEX identity_website; DROP INDEX identity_sites; DROP INDEX identity_mail_domain;"


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_splits"), ("people", "0006_found")]
    operations = [
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=600)),
                ("seen", models.CharField(max_length=1000)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("looked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("again_at", models.DateTimeField(blank=True, null=True)),
                ("silent", models.SmallIntegerField(db_default=0, default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.CharField(blank=True, max_length=300)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proofs", to="people.profile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["subject"], name="proof_subject"
                    ),
                    models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["again_at"], name="proof_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("profile", "kind", "subject"),
                        name="proof_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
